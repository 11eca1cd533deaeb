//! The ticket's subject, number and state.

use crate::page::TicketPage;
use leptos::prelude::*;
use protocol::entry::{Category, VisitorBody, VisitorEntry};

/// The longest heading that is made of a message, in characters.
const LONGEST: usize = 70;

/// The page's header.
pub fn heading(page: &TicketPage) -> impl IntoView + use<> {
    let state = page.strings.state(&page.ticket.state.name);
    let tag = match page.ticket.state.category {
        Category::Open => "tag away",
        Category::Waiting => "tag brand",
        Category::Closed => "tag live",
    };
    view! {
        <header>
            <p class="site">{page.site_name.clone()}</p>
            <h1 dir="auto">{subject(page)}</h1>
            <p class="sub" data-live="state">
                <span class="num">{page.ticket.number.0.clone()}</span>
                " "
                {(!state.is_empty()).then(|| view! { <span class=tag>{state}</span> })}
            </p>
        </header>
    }
}

/// The subject, else the first words of what was asked.
fn subject(page: &TicketPage) -> String {
    let subject = page.ticket.subject.clone().filter(|subject| !subject.trim().is_empty());
    subject.or_else(|| first_words(page.known())).unwrap_or_else(|| page.t("no_subject"))
}

fn first_words<'a>(mut entries: impl Iterator<Item = &'a VisitorEntry>) -> Option<String> {
    let text = entries.find_map(|entry| match &entry.body {
        VisitorBody::Visitor { text, .. } if !text.trim().is_empty() => Some(text),
        _ => None,
    })?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return Some(line);
    }
    let cut: String = line.chars().take(LONGEST).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole_words, _)| whole_words);
    Some([whole_words.trim_end_matches(|c: char| c.is_ascii_punctuation()), "…"].concat())
}

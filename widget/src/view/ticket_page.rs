//! The ticket page: what was asked, what was answered, and where to go on. Plain HTML and forms.

use super::{
    faces::faces,
    icons::{self, icon},
    said::said,
};
use crate::{
    escape::escape_textarea,
    page::{TicketAnswer, TicketPage},
};
use leptos::prelude::*;
use protocol::{
    Field, Refusal, Score, Timestamp,
    entry::{Category, EndedBy, VisitorBody, VisitorEntry},
    file::{Attachment, file_size},
    limits,
    names::initials,
    visitor::VisitorChat,
};

/// The longest heading made of a message.
const HEADING: usize = 70;

/// The page's body.
pub fn ticket_page(page: &TicketPage) -> impl IntoView + use<> {
    view! {
        <main class="ticket">
            {head(page)}
            {steps(page)}
            {done(page)}
            {history(page)}
            {rating(page)}
            {reply(page)}
            {transcript(page)}
        </main>
    }
}

/// The subject, else the first words of what was asked.
pub fn heading(page: &TicketPage) -> String {
    let subject = page.ticket.subject.clone().filter(|subject| !subject.trim().is_empty());
    subject.or_else(|| first_words(&page.entries)).unwrap_or_else(|| t(page, "no_subject"))
}

fn first_words(entries: &[VisitorEntry]) -> Option<String> {
    let text = entries.iter().find_map(|entry| match &entry.body {
        VisitorBody::Visitor { text, .. } if !text.trim().is_empty() => Some(text),
        _ => None,
    })?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= HEADING {
        return Some(line);
    }
    let cut: String = line.chars().take(HEADING).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    Some([whole.trim_end_matches(|c: char| c.is_ascii_punctuation()), "…"].concat())
}

fn head(page: &TicketPage) -> impl IntoView + use<> {
    let state = page.strings.state(&page.ticket.state.name);
    let tag = match page.ticket.state.category {
        Category::Open => "tag away",
        Category::Waiting => "tag brand",
        Category::Closed => "tag live",
    };
    view! {
        <header>
            <p class="site">{page.site_name.clone()}</p>
            <h1>{heading(page)}</h1>
            <p class="sub">
                <span class="num">{page.ticket.number.0.clone()}</span>
                " "
                {(!state.is_empty()).then(|| view! { <span class=tag>{state}</span> })}
            </p>
        </header>
    }
}

fn steps(page: &TicketPage) -> impl IntoView + use<> {
    let answered = page.entries.iter().any(|entry| matches!(entry.body, VisitorBody::Agent { .. }));
    let now = match page.ticket.state.category {
        Category::Closed => 3,
        Category::Waiting => 1,
        Category::Open if answered || matches!(page.ticket.chat, VisitorChat::Active { .. }) => 1,
        Category::Open => 0,
    };
    let names = [
        "received",
        if page.ticket.state.category == Category::Waiting { "answered" } else { "in_hand" },
        "done",
    ];
    let since = page.since();
    let items: Vec<_> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let class = match at {
                at if at < now => "done",
                at if at == now => "now",
                _ => "",
            };
            let time = since.filter(|_| at == 0).map(|since| time(since, "moment"));
            view! {
                <li class=class aria-current=(at == now).then_some("step")>{t(page, name)} " " {time}</li>
            }
        })
        .collect();
    view! { <ol class="steps" aria-label=t(page, "steps")>{items}</ol> }
}

fn done(page: &TicketPage) -> Option<AnyView> {
    let words = match page.answer.as_ref() {
        Some(TicketAnswer::Replied) => t(page, "replied"),
        Some(TicketAnswer::TranscriptSent) => t(page, "transcript_done"),
        Some(TicketAnswer::Rated) => t(page, "rating_done"),
        _ => return None,
    };
    Some(view! { <p class="card good" role="status">{words}</p> }.into_any())
}

fn history(page: &TicketPage) -> impl IntoView + use<> {
    let mut speaker: Option<Option<&str>> = None;
    let mut rows = Vec::new();
    let last_own = page
        .entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.body, VisitorBody::Visitor { .. }))
        .map(|entry| entry.seq);
    for entry in &page.entries {
        let (who, text, files) = match &entry.body {
            VisitorBody::Visitor { text, files } => (None, text, files),
            VisitorBody::Agent { name, text, files } => (Some(name.as_str()), text, files),
            other => {
                if let Some(words) = line(page, other) {
                    speaker = None;
                    rows.push(
                        view! {
                            <li class="line">
                                <span>{words} " · " {time(entry.at, "moment")}</span>
                            </li>
                        }
                        .into_any(),
                    );
                }
                continue;
            }
        };
        let first = speaker != Some(who);
        speaker = Some(who);
        let read = last_own == Some(entry.seq) && page.ticket.seen_upto >= entry.seq;
        rows.push(message(page, entry.at, who, text, files, first, read).into_any());
    }
    let chat = match &page.ticket.chat {
        VisitorChat::Waiting { .. } => Some(t(page, "waiting_chat")),
        VisitorChat::Active { agent } => {
            Some(page.strings.fill("ticket_page.active_chat", &[("agent", agent)]))
        }
        _ => None,
    };
    let refresh = ["/t/", &page.ticket.number.0].concat();
    let empty = rows.is_empty().then(|| view! { <p class="sub">{t(page, "empty")}</p> });
    view! {
        <section aria-label=t(page, "history")>
            {empty} <ol class="history">{rows}</ol>
            {chat
                .map(|words| {
                    view! { <p class="card">{words} " " <a href=refresh>{t(page, "refresh")}</a></p> }
                })}
        </section>
    }
}

fn message(
    page: &TicketPage,
    at: Timestamp,
    agent: Option<&str>,
    text: &str,
    files: &[Attachment],
    first: bool,
    read: bool,
) -> impl IntoView + use<> {
    let class = match (agent, first) {
        (None, true) => "msg me first",
        (None, false) => "msg me",
        (Some(_), true) => "msg first",
        (Some(_), false) => "msg",
    };
    let face =
        agent.map(|name| view! { <span class="face" aria-hidden="true">{initials(name)}</span> });
    let who = agent.map_or_else(|| t(page, "you"), str::to_owned);
    let shown_name = (first && agent.is_some()).then(|| view! { <b>{who.clone()}</b> " · " });
    let read = read.then(|| [" · ", &t(page, "read")].concat());
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let href = ["/t/", &page.ticket.number.0, "/files/", &file.id.to_string()].concat();
            let is_picture = file.is_picture();
            let picture = is_picture.then(|| {
                view! { <img class="shot" src=href.clone() alt="" loading="lazy"/> }
            });
            view! {
                <a class="file" href=href download=file.name.clone() title=file.name.clone()>
                    {picture}
                    <span class="chip">
                        {icon(icons::FILE)} <span class="sr">{t(page, "download")} " "</span>
                        <span class="name">{file.name.clone()}</span>
                        <span class="size">{file_size(file.bytes)}</span>
                    </span>
                </a>
            }
        })
        .collect();
    view! {
        <li class=class>
            {face}
            <div class="body">
                <div class="bubble">
                    <span class="sr">{who} ": "</span>
                    {(!text.is_empty()).then(|| said(text))}
                    {files}
                </div>
                <p class="far">{shown_name} {time(at, "moment")} {read}</p>
            </div>
        </li>
    }
}

fn line(page: &TicketPage, body: &VisitorBody) -> Option<String> {
    let fill = |key: &str, place: &str, value: &str| {
        Some(page.strings.fill(&["ticket_page.", key].concat(), &[(place, value)]))
    };
    match body {
        VisitorBody::ChatStarted => Some(t(page, "chat_started")),
        VisitorBody::Joined { name } => fill("joined", "name", name),
        VisitorBody::Left { name } => fill("left", "name", name),
        VisitorBody::Requeued => Some(t(page, "requeued")),
        VisitorBody::BecameRequest { .. } => Some(t(page, "became_request")),
        VisitorBody::ChatEnded { by: EndedBy::Inactivity } => Some(t(page, "ended_inactivity")),
        VisitorBody::ChatEnded { .. } => Some(t(page, "ended")),
        VisitorBody::StateChanged { state } => {
            fill("state", "state", &page.strings.state(&state.name))
        }
        VisitorBody::Rated { score } => fill("rated", "n", &score.to_string()),
        VisitorBody::TranscriptSent => Some(t(page, "transcript_line")),
        VisitorBody::Visitor { .. } | VisitorBody::Agent { .. } | VisitorBody::Hidden => None,
    }
}

fn rating(page: &TicketPage) -> Option<AnyView> {
    if page.ticket.chat != (VisitorChat::Ended { rated: false }) {
        return None;
    }
    let (refusals, score, comment) = match &page.answer {
        Some(TicketAnswer::RatingRefused { refusals, score, comment }) => {
            (refusals.as_slice(), *score, comment.as_str())
        }
        _ => (&[][..], None, ""),
    };
    let names = Score::ALL.map(|score| t(page, &["face.", &score.to_string()].concat()));
    let error = words(page, refusals);
    let action = ["/t/", &page.ticket.number.0, "/rating"].concat();
    Some(
        view! {
            <form id="rating" class="card rate" method="post" action=action novalidate>
                <h2>{t(page, "rating_title")}</h2>
                {faces(t(page, "rating"), names, score)}
                {error.map(|words| view! { <p class="error" role="alert">{words}</p> })}
                <div class="field">
                    <label for="f-comment">
                        {t(page, "comment")} " " <em aria-hidden="true">{t(page, "optional")}</em>
                    </label>
                    <textarea id="f-comment" name="comment" rows="2" inner_html=escape_textarea(comment)></textarea>
                </div>
                <p><button class="btn primary">{t(page, "send_rating")}</button></p>
            </form>
        }
        .into_any(),
    )
}

fn reply(page: &TicketPage) -> impl IntoView + use<> {
    let (refusals, text) = match &page.answer {
        Some(TicketAnswer::ReplyRefused { refusals, message }) => {
            (refusals.as_slice(), message.as_str())
        }
        _ => (&[][..], ""),
    };
    let of_files = |refusal: &&Refusal| refusal.field == Some(Field::Files);
    let files_error = refusals.iter().find(of_files).map(|refusal| page.strings.refusal(refusal));
    let error = refusals.iter().find(|r| !of_files(r)).map(|refusal| page.strings.refusal(refusal));
    let hint = page.strings.fill(
        "ticket_page.files_hint",
        &[("n", &limits::FILES.to_string()), ("size", &file_size(page.file_bytes))],
    );
    let action = ["/t/", &page.ticket.number.0].concat();
    let invalid = error.as_ref().map(|_| "true");
    let files_invalid = files_error.as_ref().map(|_| "true");
    view! {
        <form class="reply" method="post" action=action enctype="multipart/form-data" novalidate>
            <input type="hidden" name="id" value=page.form_id.to_string()/>
            <div class="field">
                <label for="f-message">{t(page, "reply")}</label>
                <textarea
                    id="f-message"
                    name="message"
                    rows="4"
                    aria-invalid=invalid
                    aria-describedby=invalid.map(|_| "e-message")
                    inner_html=escape_textarea(text)
                ></textarea>
                {error.map(|words| view! { <p class="error" id="e-message" role="alert">{words}</p> })}
            </div>
            <div class="field">
                <label for="f-files">
                    {t(page, "files")} " " <em aria-hidden="true">{t(page, "optional")}</em>
                </label>
                <div class="drop">
                    <input
                        id="f-files"
                        name="files"
                        type="file"
                        multiple
                        aria-invalid=files_invalid
                        aria-describedby="h-files"
                    />
                    <p class="hint" id="h-files">{hint}</p>
                </div>
                {files_error.map(|words| view! { <p class="error" role="alert">{words}</p> })}
            </div>
            <p><button class="btn primary">{t(page, "send")}</button></p>
        </form>
    }
}

fn transcript(page: &TicketPage) -> impl IntoView + use<> {
    let (refusals, typed) = match &page.answer {
        Some(TicketAnswer::TranscriptRefused { refusals, email }) => {
            (refusals.as_slice(), email.clone())
        }
        _ => (&[][..], String::new()),
    };
    let ask = page.ticket.email.is_none();
    let error = words(page, refusals);
    let invalid = error.as_ref().map(|_| "true");
    let action = ["/t/", &page.ticket.number.0, "/transcript"].concat();
    let another = ["/w/", &page.site.0, "?lang=", &page.lang].concat();
    let email = t(page, "email");
    view! {
        <footer class="also">
            <form class="inline" method="post" action=action novalidate>
                {ask
                    .then(|| {
                        view! {
                            <div class="field">
                                <label for="f-transcript">{email}</label>
                                <input
                                    id="f-transcript"
                                    name="email"
                                    type="email"
                                    autocomplete="email"
                                    value=typed
                                    aria-invalid=invalid
                                    aria-describedby=invalid.map(|_| "e-transcript")
                                />
                            </div>
                        }
                    })}
                <button class="btn">{t(page, "transcript")}</button>
                {error.map(|words| view! { <p class="error" id="e-transcript" role="alert">{words}</p> })}
            </form>
            <a href=another>{t(page, "contact_us")}</a>
        </footer>
    }
}

fn words(page: &TicketPage, refusals: &[Refusal]) -> Option<String> {
    refusals.first().map(|refusal| page.strings.refusal(refusal))
}

/// In UTC, and saying so; the document's script turns it into the reader's zone.
fn time(at: Timestamp, kind: &'static str) -> impl IntoView {
    let exact = at.to_rfc3339();
    let shown =
        [exact.get(..10).unwrap_or_default(), " ", exact.get(11..16).unwrap_or_default(), " UTC"]
            .concat();
    view! { <time datetime=exact data-as=kind>{shown}</time> }
}

fn t(page: &TicketPage, key: &str) -> String {
    page.strings.get(&["ticket_page.", key].concat())
}

//! The tabs with the facts about ticket and contact.

use super::{
    properties::{PropertiesFields, follow_properties},
    reveal::Field,
};
use crate::{
    state::{clock::use_clock, thread::Thread},
    ui::{erase::erase, priority::priority_class, tabs::Tabs},
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::{
    agent::{Conversation, Revealable},
    entry::Category,
    masking::looks_masked,
};

/// What there is to know, by its tab.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    /// What agents set of it.
    Properties,
    /// Who asks.
    Contact,
}

/// Where it stands; ids begin with its name.
#[derive(Clone, Copy, PartialEq)]
pub enum Stand {
    /// Beside the conversation, as long as that is on screen.
    Beside,
    /// Over it.
    Over,
}

impl Stand {
    fn scope(self) -> &'static str {
        match self {
            Self::Beside => "facts",
            Self::Over => "sheet",
        }
    }
}

/// The tabs and what is in them.
#[component]
pub fn FactsTabs(thread: Thread, part: RwSignal<Part>, stand: Stand) -> impl IntoView {
    let words = use_words();
    if stand == Stand::Beside {
        follow_properties(&thread);
    }
    let scope = stand.scope();
    let (panel, name) = match stand {
        Stand::Beside => ("facts-part", "facts-parts"),
        Stand::Over => ("sheet-part", "sheet-parts"),
    };
    let tabs = [(Part::Properties, "properties"), (Part::Contact, "contact")]
        .map(|(this, name)| (this, words.get(name)))
        .to_vec();
    let (ticket, form) = (thread.ticket, thread.properties);
    let (head, contact) = (thread.head.clone(), thread.head);
    let is_contact = move || part.get() == Part::Contact;
    erase(view! {
        <span id=name hidden>{words.get("property_tabs")}</span>
        <Tabs tabs=tabs chosen=part panel=panel labelled_by=name class="views"/>
        <div id=panel role="tabpanel" aria-labelledby=move || format!("{panel}-tab-{}", u8::from(is_contact()))>
            // Both are there, so that what is typed in one stays under the other.
            <div hidden=is_contact>
                <Summary head=head/>
                <section class="facts-part"><PropertiesFields scope=scope ticket=ticket form=form/></section>
            </div>
            <section class="facts-part" hidden=move || !is_contact()><ContactFacts head=contact/></section>
        </div>
    })
}

/// Number, state, priority and subject, and where it came from.
#[component]
fn Summary(head: ArcRwSignal<Option<Conversation>>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    erase(view! {
        {move || head.with(|head| head.as_ref().map(|head| {
            let created_at = head.created_at;
            view! {
                <section class="facts-part">
                    <p class="facts-number">
                        <b class="num">{head.number.0.clone()}</b>
                        <span class=state_class(head.state.category)>{words.state(&head.state.name)}</span>
                        {head.priority.as_ref().map(|priority| view! {
                            <span class=priority_class(priority.level)>{words.priority(&priority.name)}</span>
                        })}
                    </p>
                    {head.subject.clone().map(|subject| view! { <h2 dir="auto"><Field field=Revealable::Subject value=subject/></h2> })}
                    <dl>
                        <dt>{words.get("site")}</dt><dd dir="auto">{head.site.clone()}</dd>
                        <dt>{words.get("created")}</dt><dd>{move || clock.long(created_at)}</dd>
                    </dl>
                </section>
            }
        }))}
    })
}

/// Who asks.
#[component]
fn ContactFacts(head: ArcRwSignal<Option<Conversation>>) -> impl IntoView {
    let words = use_words();
    let contact = move |head: &Conversation| {
        let email = head.contact.email.clone();
        let verified = head.contact.verified;
        view! {
            {head.contact.name.clone().filter(|name| !name.is_empty()).map(|name| view! {
                <dt>{words.get("name")}</dt>
                <dd dir="auto"><Field field=Revealable::Name value=name/></dd>
            })}
            {email.map(|email| view! {
                <dt>{words.get("email")}</dt>
                <dd>
                    <Field field=Revealable::Email value=email/>" "
                    <span class=if verified { "tag live" } else { "tag" }>
                        {words.get(if verified { "verified" } else { "unverified" })}
                    </span>
                </dd>
            })}
            <dt>{words.get("language")}</dt>
            <dd dir="auto">{language(&head.lang).map_or_else(|| head.lang.clone(), |key| words.get(key))}</dd>
            {head.page.clone().map(|page| view! {
                <dt>{words.get("page")}</dt>
                <dd class="wrap">
                    {if looks_masked(page.as_str()) {
                        Either::Left(view! { <Field field=Revealable::Page value=page.to_string()/> })
                    } else {
                        Either::Right(view! {
                            <a href=page.to_string() target="_blank" rel="noopener noreferrer">{page.to_string()}</a>
                        })
                    }}
                </dd>
            })}
        }
    };
    erase(view! { <dl>{move || head.with(|head| head.as_ref().map(contact))}</dl> })
}

/// The class of a ticket state's tag.
fn state_class(category: Category) -> &'static str {
    match category {
        Category::Open => "tag away name",
        Category::Waiting => "tag live name",
        Category::Closed => "tag name",
    }
}

fn language(tag: &str) -> Option<&'static str> {
    match tag {
        "es" => Some("lang_es"),
        "en" => Some("lang_en"),
        "pt" => Some("lang_pt"),
        _ => None,
    }
}

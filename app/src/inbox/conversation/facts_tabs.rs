//! The tabs with the facts about ticket and contact.

use super::{
    contact::{ContactPart, follow_contact},
    files::FilesPart,
    properties::{PropertiesFields, follow_properties},
    renew_link::RenewLink,
    reveal::Field,
};
use crate::{
    state::{clock::use_clock, thread::Thread},
    ui::{erase::erase, priority::priority_class, state::state_class, tabs::Tabs},
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::{Conversation, Revealable};

/// What there is to know, by its tab.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    /// What agents set of it.
    Properties,
    /// Who asks.
    Contact,
    /// All files.
    Files,
}

impl Part {
    /// In the order of their tabs, each with the key of its name.
    const ALL: [(Self, &'static str); 3] = [
        (Self::Properties, "properties"),
        (Self::Contact, "contact"),
        (Self::Files, "attachments"),
    ];

    /// The place of its tab.
    fn place(self) -> usize {
        Self::ALL.iter().position(|(part, _)| *part == self).unwrap_or(0)
    }
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
        follow_contact(&thread, move || part.get() == Part::Contact);
    }
    let scope = stand.scope();
    let (panel, name) = match stand {
        Stand::Beside => ("facts-part", "facts-parts"),
        Stand::Over => ("sheet-part", "sheet-parts"),
    };
    let tabs = Part::ALL.map(|(this, name)| (this, words.get(name))).to_vec();
    let (ticket, form, card) = (thread.ticket, thread.properties.clone(), thread.card.clone());
    let (head, origin) = (thread.head.clone(), thread.head.clone());
    let is = move |this| move || part.get() == this;
    let is_not = move |this| move || part.get() != this;
    erase(view! {
        <span id=name hidden>{words.get("property_tabs")}</span>
        <Tabs tabs=tabs chosen=part panel=panel labelled_by=name class="views"/>
        <div id=panel role="tabpanel" aria-labelledby=move || format!("{panel}-tab-{}", part.get().place())>
            // All are there, so that what is typed in one stays under the others.
            <div hidden=is_not(Part::Properties)>
                <Summary head=head/>
                <section class="facts-part"><PropertiesFields scope=scope ticket=ticket form=form/></section>
            </div>
            <div hidden=is_not(Part::Contact)>
                <ContactPart scope=scope ticket=ticket form=card head=origin/>
                <RenewLink ticket=ticket/>
            </div>
            <div hidden=is_not(Part::Files)>
                <FilesPart scope=scope thread=thread is_shown=Signal::derive(is(Part::Files))/>
            </div>
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

//! The facts about ticket and contact: beside the conversation on wide screens, a dialog over it on others.

use super::reveal::Field;
use crate::{
    state::clock::use_clock,
    ui::{
        dialog::Dialog,
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::{
    agent::{Conversation, Revealable},
    entry::Category,
    masking::looks_masked,
};

/// Beside the conversation, and over it while `open`. `head`: none until the conversation is known.
#[component]
pub fn Facts(head: ArcRwSignal<Option<Conversation>>, open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let over = head.clone();
    erase(view! {
        <aside class="facts" aria-label=words.get("facts")><FactsText head=head/></aside>
        <Dialog class="sheet" labelled_by="facts-title" open=open>
            <Show when=move || open.get()>
                <aside aria-label=words.get("facts")>
                    <div class="sheet-top">
                        <h2 id="facts-title">{words.get("facts")}</h2>
                        <button type="button" class="btn quiet icon-only" aria-label=words.get("dismiss") on:click=move |_| open.set(false)>
                            <Icon drawing=Drawing::Close/>
                        </button>
                    </div>
                    <FactsText head=over.clone()/>
                </aside>
            </Show>
        </Dialog>
    })
}

#[component]
fn FactsText(head: ArcRwSignal<Option<Conversation>>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let fact = move |key: &'static str, value: Option<String>| {
        value
            .filter(|value| !value.is_empty())
            .map(|value| view! { <dt>{words.get(key)}</dt><dd dir="auto">{value}</dd> })
    };
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
            {fact("language", Some(language(&head.lang).map_or_else(|| head.lang.clone(), |key| words.get(key))))}
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
    erase(view! {
            {move || head.with(|head| head.as_ref().map(|head| {
                let created_at = head.created_at;
                view! {
                    <section class="facts-part">
                        <p class="facts-number">
                            <b class="num">{head.number.0.clone()}</b>
                            <span class=state_class(head.state.category)>{words.state(&head.state.name)}</span>
                        </p>
                        {head.subject.clone().map(|subject| view! { <h2 dir="auto"><Field field=Revealable::Subject value=subject/></h2> })}
                        <dl>
                            {fact("site", Some(head.site.clone()))}
                            {fact("queue", Some(head.queue.clone()))}
                            <dt>{words.get("created")}</dt>
                            <dd>{move || clock.long(created_at)}</dd>
                        </dl>
                    </section>
                    <section class="facts-part">
                        <h2>{words.get("contact")}</h2>
                        <dl>{contact(head)}</dl>
                    </section>
                }
            }))}
    })
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

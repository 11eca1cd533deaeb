//! *Contacto*: who asks, as far as agents note it, and what they asked besides.

use super::{
    fields::{EditFrame, Fields, Form, Takes, TextField, follow, last_change},
    reveal::Field as Masked,
};
use crate::{
    api,
    browser::keys,
    inbox::place,
    state::{
        clock::use_clock,
        console::use_console,
        contact::{ContactForm, ContactKey},
        edits::{Edits, find},
        thread::{Sought, Thread},
    },
    ui::{erase::erase, state::state_class},
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::{
    Refusal, TicketId,
    agent::{Conversation, Revealable},
    contact::{ContactCard, ContactField, EarlierTicket, FieldValues},
    masking::looks_masked,
    properties::Given,
    text::ContactValue,
};

impl Form for ContactCard {
    const NAME: &'static str = "contact";
    const SAVED: &'static str = "contact_saved";
    const FAILED: &'static str = "contact_failed";

    fn stored_as(email: &str, ticket: TicketId) -> String {
        keys::contact(email, ticket)
    }

    fn check(edits: &Edits<Self>) -> Option<(ContactKey, Refusal)> {
        edits.iter().find_map(|(key, _)| {
            let text = find(edits, *key).filter(|text| !text.is_empty());
            let is_own = matches!(key, ContactKey::Own(_));
            let refused = ContactValue::parse(&text.filter(|_| is_own)?).err()?;
            Some((*key, refused))
        })
    }

    async fn read(ticket: TicketId) -> Result<Self, api::ApiError> {
        let card = api::contacts::contact(ticket).await?;
        Ok(card.into_inner())
    }

    async fn save(ticket: TicketId, edits: &Edits<Self>) -> Result<(), api::ApiError> {
        let get = |key| match find(edits, key) {
            None => Given::Same,
            Some(text) if text.is_empty() => Given::Nothing,
            Some(text) => Given::Value(text),
        };
        let own = edits.iter().filter_map(|(key, _)| match *key {
            ContactKey::Own(id) => Some((id, find(edits, *key).filter(|text| !text.is_empty()))),
            _ => None,
        });
        let own = FieldValues(own.collect());
        let own = if own.0.is_empty() { Given::Same } else { Given::Value(own) };
        let (name, email) = (get(ContactKey::Name), get(ContactKey::Email));
        api::contacts::change_contact(ticket, name, email, get(ContactKey::Phone), own).await
    }
}

/// Keeps what is known of the contact as it is, while somebody looks at it or has typed something.
pub fn follow_contact(thread: &Thread, is_shown: impl Fn() -> bool + Send + Sync + 'static) {
    let changed = last_change(thread);
    let head = thread.head.clone();
    // That an address was confirmed is no entry.
    let person =
        Memo::new(move |_| head.with(|head| head.as_ref().map(|head| head.contact.clone())));
    let edits = thread.card.edits.clone();
    let is_wanted = move || {
        changed.get();
        person.with(|_| ());
        is_shown() || edits.with(|edits| !edits.is_empty())
    };
    follow(thread.ticket, thread.card.clone(), is_wanted);
}

/// The form, what came with the ticket, and the person's other tickets. `scope`: what ids begin with.
#[component]
pub fn ContactPart(
    scope: &'static str,
    ticket: TicketId,
    form: ContactForm,
    head: ArcRwSignal<Option<Conversation>>,
) -> impl IntoView {
    let fields = Fields::new(scope, form);
    let words = fields.words;
    let own = fields.known(|known| {
        known
            .fields
            .iter()
            .map(|field| ContactField { value: None, ..field.clone() })
            .collect::<Vec<_>>()
    });
    let proof = fields.known(|known| known.contact.email.as_ref().map(|_| known.contact.verified));
    let tag = Signal::derive(move || match proof.get().flatten() {
        Some(true) => Some(("tag live", words.get("verified"))),
        Some(false) => Some(("tag", words.get("unverified"))),
        None => None,
    });
    let address = fields.known(|known| {
        (known.contact.email.is_some(), known.mail_stopped, known.claimed_email.clone())
    });
    let help = Signal::derive(move || {
        let (is_given, is_stopped, claimed) = address.get()?;
        let waits = claimed.map(|email| words.fill("email_waits", &[("email", &email)]));
        let stopped = is_stopped.then(|| words.get("email_stopped"));
        let usual = (is_given && waits.is_none()).then(|| words.get("email_help"));
        let all: Vec<String> = [stopped, waits, usual].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    });
    let line = move |key, name: &str, kind| {
        let (name, label) = (name.to_owned(), words.get(name));
        view! { <TextField fields=fields key=key name=name label=label takes=Takes::Line(kind)/> }
    };
    erase(view! {
        <section class="facts-part">
            <EditFrame fields=fields ticket=ticket>
                {line(ContactKey::Name, "name", "text")}
                <TextField fields=fields key=ContactKey::Email name="email".to_owned() label=words.get("email") takes=Takes::Line("text") tag=tag help=help/>
                {line(ContactKey::Phone, "phone", "tel")}
                {move || own.get().unwrap_or_default().into_iter().map(|field| {
                    let key = ContactKey::Own(field.id);
                    view! { <TextField fields=fields key=key name=field.id.to_string() label=field.name takes=Takes::Line("text")/> }
                }).collect_view()}
            </EditFrame>
            <Sensitive fields=fields/>
            <Origin head=head/>
        </section>
        <section class="facts-part"><Earlier fields=fields/></section>
    })
}

/// What is masked of the contact, with the buttons of whoever may look at it.
#[component]
fn Sensitive(fields: Fields<ContactCard>) -> impl IntoView {
    let words = fields.words;
    let masked = fields.known(move |known| {
        let person = &known.contact;
        let all = [
            (Revealable::Name, "name", &person.name),
            (Revealable::Email, "email", &person.email),
            (Revealable::Phone, "phone", &known.phone),
        ];
        let all = all.map(|(field, name, value)| (Sought::from(field), words.get(name), value));
        let own = known.fields.iter();
        let own = own.map(|field| (Sought::from(field.id), field.name.clone(), &field.value));
        let masked = all.into_iter().chain(own).filter_map(|(sought, name, value)| {
            Some((sought, name, value.clone().filter(|value| looks_masked(value))?))
        });
        masked.collect::<Vec<_>>()
    });
    let is_supervisor = use_console().role >= protocol::Role::Supervisor;
    erase(view! {
        {move || masked.get().filter(|all| is_supervisor && !all.is_empty()).map(|all| view! {
            <dl>
                {all.into_iter().map(|(sought, name, value)| view! {
                    <dt dir="auto">{name}</dt>
                    <dd dir="auto"><Masked field=sought value=value/></dd>
                }).collect_view()}
            </dl>
        })}
    })
}

/// The language and the page that the ticket came with.
#[component]
fn Origin(head: ArcRwSignal<Option<Conversation>>) -> impl IntoView {
    let words = use_words();
    let origin = move |head: &Conversation| {
        view! {
            <dt>{words.get("language")}</dt>
            <dd dir="auto">{language(&head.lang).map_or_else(|| head.lang.clone(), |key| words.get(key))}</dd>
            {head.page.clone().map(|page| view! {
                <dt>{words.get("page")}</dt>
                <dd class="wrap">
                    {if looks_masked(page.as_str()) {
                        Either::Left(view! { <Masked field=Revealable::Page value=page.to_string()/> })
                    } else {
                        Either::Right(view! {
                            <a href=page.to_string() target="_blank" rel="noopener noreferrer">{page.to_string()}</a>
                        })
                    }}
                </dd>
            })}
        }
    };
    erase(view! { <dl>{move || head.with(|head| head.as_ref().map(origin))}</dl> })
}

/// The person's other tickets, or why none are shown.
#[component]
fn Earlier(fields: Fields<ContactCard>) -> impl IntoView {
    let words = fields.words;
    let heading = format!("{}-earlier", fields.scope);
    let labelled_by = heading.clone();
    let earlier = fields.known(|known| (known.is_proved, known.has_more, known.earlier.clone()));
    let note = move || {
        let (is_proved, has_more, tickets) = earlier.get()?;
        let key = match (is_proved, has_more, tickets.is_empty()) {
            (false, ..) => "earlier_unproved",
            (true, _, true) => "earlier_none",
            (true, true, false) => "earlier_more",
            (true, false, false) => return None,
        };
        Some(words.get(key))
    };
    erase(view! {
        <h2 id=heading>{words.get("earlier")}</h2>
        <ul class="earlier" role="list" aria-labelledby=labelled_by>
            {move || earlier.get().map(|(_, _, tickets)| {
                tickets.into_iter().map(|ticket| view! { <li><EarlierLink ticket=ticket/></li> }).collect_view()
            })}
        </ul>
        <p class="s muted">{note}</p>
    })
}

#[component]
fn EarlierLink(ticket: EarlierTicket) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let console = use_console();
    let id = ticket.ticket;
    let at = ticket.created_at;
    erase(view! {
        <a href=move || place::ticket(id, console.list.view())>
            <span class="facts-number s">
                <b class="num">{ticket.number.0}</b>
                <span class=state_class(ticket.state.category)>{words.state(&ticket.state.name)}</span>
                <span class="xs muted">{move || clock.short(at)}</span>
            </span>
            <span class="cut s" dir="auto">{ticket.about}</span>
        </a>
    })
}

fn language(tag: &str) -> Option<&'static str> {
    match tag {
        "es" => Some("lang_es"),
        "en" => Some("lang_en"),
        "pt" => Some("lang_pt"),
        _ => None,
    }
}

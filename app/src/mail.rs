//! *Correo*: what went out, waits, was kept or given up.

use crate::{
    api,
    app::FirstMails,
    navigator::{Place, use_way},
    start::{MailRow, MailState, MailText},
    state::console::use_console,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        not_there::NotThere,
    },
    words::use_words,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
    task::spawn_local,
};
use protocol::{Code, MailId};

#[derive(Clone, Copy)]
struct MailList(RwSignal<Option<Vec<MailRow>>>);

/// The list of mails, and beside it the one that is open.
#[component]
pub fn Mails() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let way = use_way();
    let open = Memo::new(move |_| match way.place() {
        Place::Mail(mail) => Some(mail),
        _ => None,
    });
    let is_open = move || open.get().is_some();
    let first = expect_context::<FirstMails>().0.with_value(|(mails, _)| mails.clone());
    let mails = RwSignal::new(first);
    provide_context(MailList(mails));
    let load = move || {
        spawn_local(async move {
            match api::mails::mails().await {
                Ok(list) => {
                    mails.try_set(Some(list));
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    };
    Effect::new(move |_| {
        if mails.with_untracked(Option::is_none) {
            load();
        }
    });
    let count = move || mails.with(|mails| mails.as_ref().map_or(0, Vec::len));
    let is_empty = move || mails.with(|mails| mails.as_ref().is_some_and(Vec::is_empty));
    erase(view! {
        <div class="inbox" class:open=is_open>
            <section class="list" aria-labelledby="mail-title">
                <header class="list-top">
                    <h1 id="mail-title">{words.get("mail")}</h1>
                    <span class="tag" hidden=move || count() == 0>{count}</span>
                    <span class="grow"></span>
                    <button type="button" class="btn quiet icon-only" aria-label=words.get("reload") on:click=move |_| load()>
                        <Icon drawing=Drawing::Retry/>
                    </button>
                </header>
                <div class="rows">
                    <ul role="list" aria-labelledby="mail-title">
                        <For each=move || mails.get().unwrap_or_default() key=|mail| (mail.id, mail.state.key()) let:mail>
                            <MailLink mail=mail/>
                        </For>
                    </ul>
                    <div class="blank" hidden=move || !is_empty()>
                        <span class="blank-icon"><Icon drawing=Drawing::Mail/></span>
                        <h2>{words.get("no_mail")}</h2>
                        <p class="muted">{words.get("no_mail_why")}</p>
                    </div>
                </div>
            </section>
            {move || match open.get() {
                Some(id) => Either::Left(view! { <MailPage id=id/> }),
                None => Either::Right(view! { <NoneOpen/> }),
            }}
        </div>
    })
}

#[component]
fn MailLink(mail: MailRow) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let way = use_way();
    let place = Place::Mail(mail.id);
    let at = mail.at;
    erase(view! {
        <li>
            <a href=place.path() class="item" aria-current=move || (way.place() == place).then_some("true")>
                <span class="item-line">
                    <b class="item-who">{mail.to}</b>
                    <span class="item-at xs muted">{move || console.clock.short(at)}</span>
                </span>
                <span class="item-line">
                    <span class="item-text">{mail.subject}</span>
                    <span class=class(mail.state)>{words.get(mail.state.key())}</span>
                </span>
            </a>
        </li>
    })
}

/// Beside the list when no mail is open.
#[component]
fn NoneOpen() -> impl IntoView {
    let words = use_words();
    erase(view! {
        <section class="blank wide-only">
            <span class="blank-icon"><Icon drawing=Drawing::Mail/></span>
            <h2>{words.get("nothing_open")}</h2>
            <p class="muted">{words.get("mail_why")}</p>
        </section>
    })
}

/// A mail: the one that came with the page, or fetched.
#[component]
fn MailPage(id: MailId) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let first = expect_context::<FirstMails>()
        .0
        .with_value(|(_, mail)| mail.clone().filter(|mail| mail.row.id == id));
    let mail = RwSignal::new(first);
    let missing = RwSignal::new(false);
    Effect::new(move |_| {
        if mail.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            match api::mails::mail(id).await {
                Ok(read) => {
                    mail.try_set(Some(read));
                }
                Err(error) if error.0.code == Code::NotFound => {
                    missing.try_set(true);
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    });
    move || match mail.get() {
        Some(mail) => EitherOf3::A(view! { <Mail mail=mail/> }),
        None if missing.get() => EitherOf3::B(view! { <NotThere/> }),
        None => EitherOf3::C(view! { <section class="talk" aria-busy="true"></section> }),
    }
}

#[component]
fn Mail(mail: MailText) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let list = expect_context::<MailList>().0;
    let MailText { row, text, has_html } = mail;
    let as_text = RwSignal::new(!has_html);
    let state = RwSignal::new(row.state);
    let (id, at) = (row.id, row.at);
    let has_both = has_html && !text.is_empty();
    let allowed = allowed_in_frame(row.state);
    let retry = move |_| {
        spawn_local(async move {
            match api::mails::retry_mail(id).await {
                Ok(()) => {
                    state.try_set(MailState::Queued);
                    list.update(|list| {
                        if let Some(row) = list.iter_mut().flatten().find(|row| row.id == id) {
                            row.state = MailState::Queued;
                        }
                    });
                    console.toasts.say(words.get("mail_again"));
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    };
    let title = row.subject.clone();
    erase(view! {
        <section class="talk mail" aria-labelledby="mail-subject">
            <header class="head">
                <a class="btn quiet icon-only back" href="/console/mail" aria-label=words.get("back_mail")><Icon drawing=Drawing::Back/></a>
                <div class="head-who">
                    <h1 id="mail-subject">{row.subject}</h1>
                    <p class="xs muted cut">{words.fill("mail_to", &[("to", &row.to)])}" · "{move || console.clock.long(at)}</p>
                </div>
                <span class="grow"></span>
                <span class=move || class(state.get())>{move || words.get(state.get().key())}</span>
                <Show when=move || state.get() == MailState::Parked>
                    <button type="button" class="btn primary" on:click=retry>{words.get("mail_retry")}</button>
                </Show>
            </header>
            {row.error.map(|error| view! { <p class="mail-error s"><Icon drawing=Drawing::Alert/>{error}</p> })}
            {has_both.then(|| view! {
                <div class="mail-bar" role="group" aria-label=words.get("mail_view")>
                    <button type="button" class="btn quiet" aria-pressed=move || (!as_text.get()).to_string() on:click=move |_| as_text.set(false)>
                        {words.get("mail_html")}
                    </button>
                    <button type="button" class="btn quiet" aria-pressed=move || as_text.get().to_string() on:click=move |_| as_text.set(true)>
                        {words.get("mail_text")}
                    </button>
                </div>
            })}
            {move || if as_text.get() {
                Either::Left(view! { <pre class="mail-text" tabindex="0">{text.clone()}</pre> })
            } else {
                Either::Right(view! { <iframe class="mail-frame" title=title.clone() sandbox=allowed src=format!("/console/mail/{id}/html")></iframe> })
            }}
        </section>
    })
}

/// No scripts, no forms, and not our origin: it is what we wrote, but people's words are in it. Its links prove whoever opens
/// them, so they lead somewhere only in a mail that went to nobody: then they are there to be tried.
fn allowed_in_frame(state: MailState) -> &'static str {
    match state {
        MailState::Kept => "allow-popups allow-popups-to-escape-sandbox",
        MailState::Queued | MailState::Retrying | MailState::Sent | MailState::Parked => "",
    }
}

fn class(state: MailState) -> &'static str {
    match state {
        MailState::Queued | MailState::Retrying => "tag away",
        MailState::Sent => "tag live",
        MailState::Kept => "tag",
        MailState::Parked => "tag alert",
    }
}

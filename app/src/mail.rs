//! *Correo*: the mail that went out, waits, was kept or was given up.

mod letter;
#[cfg(feature = "ssr")]
pub mod load;
mod nothing_open;
mod open_mail;
pub mod place;
mod row;
pub mod start;
mod state;

use crate::{
    api,
    navigator::use_navigator,
    state::console::use_console,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        not_there::NotThere,
    },
    words::use_words,
};
use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use nothing_open::NothingOpen;
use open_mail::OpenMail;
use place::Place;
use protocol::{MailId, mail::MailState};
use row::MailLink;
use start::MailStart;

/// The list of mails, and beside it the one that is open; on a phone one or the other.
#[component]
pub fn Mails(start: Option<MailStart>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let navigator = use_navigator();
    let place = Memo::new(move |_| navigator.with(place::of));
    let is_open = move || place.get() != Place::List;
    let (mails, mail) = start.map_or((None, None), |start| (Some(start.mails), start.mail));
    let mails = RwSignal::new(mails);
    let first = StoredValue::new(mail);
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
    let requeued = Callback::new(move |id: MailId| {
        mails.update(|mails| {
            if let Some(row) = mails.iter_mut().flatten().find(|row| row.id == id) {
                row.state = MailState::Queued;
            }
        });
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
                        <For each=move || mails.get().unwrap_or_default() key=|mail| (mail.id, mail.state) let:mail>
                            <MailLink mail=mail place=place/>
                        </For>
                    </ul>
                    <div class="blank" hidden=move || !is_empty()>
                        <span class="blank-icon"><Icon drawing=Drawing::Mail/></span>
                        <h2>{words.get("no_mail")}</h2>
                        <p class="muted">{words.get("no_mail_why")}</p>
                    </div>
                </div>
            </section>
            {move || match place.get() {
                Place::Open(id) => EitherOf3::A(view! { <OpenMail id=id first=first on_requeued=requeued/> }),
                Place::List => EitherOf3::B(view! { <NothingOpen/> }),
                Place::Nowhere => EitherOf3::C(view! { <NotThere/> }),
            }}
        </div>
    })
}

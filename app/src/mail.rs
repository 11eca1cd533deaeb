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
    state::{console::use_console, list::Reading},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        more::More,
        not_there::NotThere,
    },
    words::use_words,
};
use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use nothing_open::NothingOpen;
use open_mail::OpenMail;
use place::Place;
use protocol::{
    MailId,
    agent::ForAgent,
    mail::{MailRow, MailState},
};
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
    let (mails, mail) = start
        .map_or((None, None), |start| (Some(start.mails), start.mail.map(ForAgent::into_inner)));
    let is_known = mails.is_some();
    let (rows, next) = mails.map_or((Vec::new(), None), |page| (rows_of(page.mails), page.next));
    let (mails, next) = (RwSignal::new(rows), RwSignal::new(next));
    let reading = RwSignal::new(if is_known { Reading::Nothing } else { Reading::View });
    let first = StoredValue::new(mail);
    let load = move |after: Option<MailId>| {
        let sight = console.sight.get_untracked();
        reading.set(if after.is_some() { Reading::Page } else { Reading::View });
        spawn_local(async move {
            let answer = match after {
                Some(after) => api::mails::older_mails(after).await,
                None => api::mails::mails().await,
            };
            // The agent may read something else now: the next answer is the one.
            if console.sight.get_untracked() != sight {
                return;
            }
            let read = match answer {
                Ok(page) => {
                    next.try_set(page.next);
                    mails.try_update(|mails| {
                        if after.is_none() {
                            mails.clear();
                        }
                        mails.extend(rows_of(page.mails));
                    });
                    Reading::Nothing
                }
                Err(error) => {
                    console.toasts.alert(words.refusal(&error.0));
                    Reading::Failed
                }
            };
            reading.try_set(read);
        });
    };
    Effect::new(move |before: Option<u32>| {
        let sight = console.sight.get();
        let is_other = before.is_some_and(|before| before != sight);
        if is_other {
            first.set_value(None);
            mails.set(Vec::new());
            next.set(None);
        }
        if is_other || before.is_none() && !is_known {
            load(None);
        }
        sight
    });
    let requeued = Callback::new(move |id: MailId| {
        mails.update(|mails| {
            if let Some(row) = mails.iter_mut().find(|row| row.id == id) {
                row.state = MailState::Queued;
            }
        });
    });
    let is_reading = move |what| reading.get() == what;
    let has_more = Signal::derive(move || next.with(Option::is_some));
    let is_empty = move || mails.with(Vec::is_empty);
    let count =
        move || format!("{}{}", mails.with(Vec::len), if has_more.get() { "+" } else { "" });
    let is_blank = move || is_empty() && is_reading(Reading::Nothing) && !has_more.get();
    erase(view! {
        <div class="inbox" class:open=is_open>
            <section class="list" aria-labelledby="mail-title">
                <header class="list-top">
                    <h1 id="mail-title">{words.get("mail")}</h1>
                    <span class="tag" hidden=is_empty>{count}</span>
                    <span class="grow"></span>
                    <button type="button" class="btn quiet icon-only" aria-label=words.get("reload") on:click=move |_| load(None)>
                        <Icon drawing=Drawing::Retry/>
                    </button>
                </header>
                <div class="rows" aria-busy=move || is_reading(Reading::View).then_some("true")>
                    <ul role="list" aria-labelledby="mail-title">
                        <For each=move || mails.get() key=|mail| (mail.id, mail.state) let:mail>
                            <MailLink mail=mail place=place/>
                        </For>
                    </ul>
                    <More
                        has_more=has_more
                        is_busy=Signal::derive(move || is_reading(Reading::Page))
                        on_more=Callback::new(move |()| load(next.get_untracked()))
                    />
                    <p class="list-note s muted" role="status">
                        {move || is_reading(Reading::View).then(|| words.get("list_loading"))}
                    </p>
                    <p class="list-note s" role="alert">
                        {move || is_reading(Reading::Failed).then(|| words.get("list_failed"))}
                    </p>
                    <div class="blank" hidden=move || !is_blank()>
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

fn rows_of(mails: Vec<ForAgent<MailRow>>) -> Vec<MailRow> {
    mails.into_iter().map(ForAgent::into_inner).collect()
}

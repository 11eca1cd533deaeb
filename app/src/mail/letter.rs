//! A mail as it was written.

use super::{
    place::LIST,
    state::{sandbox, state_class, state_key},
};
use crate::{
    state::clock::use_clock,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::mail::{MailState, MailText};

/// Head, the relay's last error, and the text or the HTML. `on_retry` receives the state that is shown, to be changed.
#[component]
pub fn Letter(mail: MailText, on_retry: Callback<RwSignal<MailState>>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let MailText { row, text, has_html } = mail;
    let shows_text = RwSignal::new(!has_html);
    let state = RwSignal::new(row.state);
    let (id, at) = (row.id, row.at);
    let has_both = has_html && !text.is_empty();
    let allowed = sandbox(row.state);
    let title = row.subject.clone();
    erase(view! {
        <section class="talk mail" aria-labelledby="mail-subject">
            <header class="head">
                <a class="btn quiet icon-only back" href=LIST.pattern() aria-label=words.get("back_mail")><Icon drawing=Drawing::Back/></a>
                <div class="head-who">
                    <h1 id="mail-subject" dir="auto">{row.subject}</h1>
                    <p class="xs muted cut">{words.fill("mail_to", &[("to", &row.to)])}" · "{move || clock.long(at)}</p>
                </div>
                <span class="grow"></span>
                <span class=move || state_class(state.get())>{move || words.get(state_key(state.get()))}</span>
                <Show when=move || state.get() == MailState::Parked>
                    <button type="button" class="btn primary" on:click=move |_| on_retry.run(state)>{words.get("mail_retry")}</button>
                </Show>
            </header>
            {row.error.map(|error| view! { <p class="mail-error s"><Icon drawing=Drawing::Alert/>{error}</p> })}
            {has_both.then(|| view! {
                <div class="mail-bar" role="group" aria-label=words.get("mail_view")>
                    <button type="button" class="btn quiet" aria-pressed=move || (!shows_text.get()).to_string() on:click=move |_| shows_text.set(false)>
                        {words.get("mail_html")}
                    </button>
                    <button type="button" class="btn quiet" aria-pressed=move || shows_text.get().to_string() on:click=move |_| shows_text.set(true)>
                        {words.get("mail_text")}
                    </button>
                </div>
            })}
            {move || if shows_text.get() {
                Either::Left(view! { <pre class="mail-text" tabindex="0">{text.clone()}</pre> })
            } else {
                Either::Right(view! { <iframe class="mail-frame" title=title.clone() sandbox=allowed src=format!("/console/mail/{id}/html")></iframe> })
            }}
        </section>
    })
}

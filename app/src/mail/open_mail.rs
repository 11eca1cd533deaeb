//! The mail that is open: the one that came with the page, or one that is fetched.

use super::letter::Letter;
use crate::{api, state::console::use_console, ui::not_there::NotThere, words::use_words};
use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use protocol::{
    Code, MailId,
    mail::{MailState, MailText},
};

/// Fetches the mail, and puts it back into the queue when the agent wants that; `on_requeued` tells the list.
#[component]
pub fn OpenMail(
    id: MailId,
    first: StoredValue<Option<MailText>>,
    on_requeued: Callback<MailId>,
) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let first = first.with_value(|mail| mail.clone().filter(|mail| mail.row.id == id));
    let mail = RwSignal::new(first);
    let is_missing = RwSignal::new(false);
    Effect::new(move |before: Option<u32>| {
        let sight = console.sight.get();
        if before.is_some_and(|before| before != sight) {
            // With it goes the frame that shows its HTML.
            mail.set(None);
        }
        if mail.with_untracked(Option::is_some) {
            return sight;
        }
        spawn_local(async move {
            let read = api::mails::mail(id).await;
            // The agent may read something else now: the next answer is the one.
            if console.sight.get_untracked() != sight {
                return;
            }
            match read {
                Ok(read) => {
                    mail.try_set(Some(read.into_inner()));
                }
                Err(error) if error.0.code == Code::NotFound => {
                    is_missing.try_set(true);
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
        sight
    });
    let retry = Callback::new(move |state: RwSignal<MailState>| {
        spawn_local(async move {
            match api::mails::retry_mail(id).await {
                Ok(()) => {
                    state.try_set(MailState::Queued);
                    on_requeued.try_run(id);
                    console.toasts.note(words.get("mail_again"));
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    });
    move || match mail.get() {
        Some(mail) => EitherOf3::A(view! { <Letter mail=mail on_retry=retry/> }),
        None if is_missing.get() => EitherOf3::B(view! { <NotThere/> }),
        None => EitherOf3::C(view! { <section class="talk" aria-busy="true"></section> }),
    }
}

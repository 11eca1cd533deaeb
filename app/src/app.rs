//! The page: what it starts from, its frame and its places.

use crate::{
    frame::Frame,
    inbox::Inbox,
    mail::Mails,
    navigator::Way,
    start::{MailRow, MailText, Start},
    state::console::Console,
    words::Words,
};
use leptos::{either::Either, prelude::*};

/// Mails that came with the page; taken once.
#[derive(Clone, Copy)]
pub struct FirstMails(pub StoredValue<(Option<Vec<MailRow>>, Option<MailText>)>);

/// The console.
#[component]
pub fn App(start: Start) -> impl IntoView {
    let words = Words::new(start.strings.clone());
    provide_context(words);
    let console = Console::new(&start, words);
    provide_context(console);
    let way = Way::new(&start.path);
    provide_context(way);
    provide_context(FirstMails(StoredValue::new((start.mails, start.mail))));
    Effect::new(move |_| {
        way.take_over();
        console.take_over();
    });

    let on_mail = Memo::new(move |_| way.place().is_mail());
    view! {
        <Frame>
            {move || if on_mail.get() { Either::Left(view! { <Mails/> }) } else { Either::Right(view! { <Inbox/> }) }}
        </Frame>
    }
}

//! A message of the history.

use super::{
    super::{
        icons::{self, icon},
        message_text::message_text,
    },
    time::time,
};
use crate::{
    markup::{Class, message_classes},
    page::TicketPage,
};
use leptos::prelude::*;
use protocol::{
    Seq, Timestamp,
    file::{Attachment, FIRST_PAGE, file_size},
    names::initials,
};

/// A message, and how it stands in the history.
pub struct Message<'a> {
    /// The agent's name; none for the visitor's own.
    pub agent: Option<&'a str>,
    /// As written.
    pub text: &'a str,
    /// What came with it.
    pub files: &'a [Attachment],
    /// Its place in the ticket.
    pub seq: Seq,
    /// When it was committed.
    pub at: Timestamp,
    /// The first of a run by the same person.
    pub is_first: bool,
    /// The visitor's last, and an agent has seen it.
    pub is_read: bool,
}

/// The bubble with what stands under it.
pub fn message(page: &TicketPage, message: &Message) -> impl IntoView + use<> {
    let class = message_classes(message.agent.is_none(), message.is_first);
    let avatar = message.agent.map(|name| {
        view! { <span class=Class::Avatar.as_str() aria-hidden="true">{initials(name)}</span> }
    });
    let author = message.agent.map_or_else(|| page.t("you"), str::to_owned);
    let shown_name = (message.is_first && message.agent.is_some())
        .then(|| view! { <b dir="auto">{author.clone()}</b> " · " });
    let read = message.is_read.then(|| [" · ", &page.t("read")].concat());
    let files: Vec<_> = message.files.iter().map(|attachment| file(page, attachment)).collect();
    view! {
        <li class=class data-seq=message.seq.0>
            {avatar}
            <div class="body">
                <div class=Class::Bubble.as_str()>
                    <span class=Class::ScreenReader.as_str()>{author} ": "</span>
                    {(!message.text.is_empty()).then(|| message_text(message.text))}
                    {files}
                </div>
                <p class=Class::MessageInfo.as_str()>{shown_name} {time(page, message.at)} {read}</p>
            </div>
        </li>
    }
}

fn file(page: &TicketPage, file: &Attachment) -> AnyView {
    let href = page.address(&["/files/", &file.id.to_string()].concat());
    let below = if file.is_picture() { Some("") } else { file.has_pages().then_some(FIRST_PAGE) };
    let picture = below.map(|below| {
        view! { <img class="shot" src=[&href, below].concat() alt="" loading="lazy"/> }
    });
    if page.link.is_some() {
        let size = file_size(file.bytes);
        return view! { <p class="file"><span class="chip">{icon(icons::FILE)} <span class=Class::FileName.as_str() dir="auto">{file.name.clone()}</span> <span class=Class::FileSize.as_str()>{size}</span></span></p> }.into_any();
    }
    view! {
        <a class="file" href=href download=file.name.clone() title=file.name.clone()>
            {picture}
            <span class="chip">
                {icon(icons::FILE)}
                <span class=Class::ScreenReader.as_str()>{page.t("download")} " "</span>
                <span class=Class::FileName.as_str() dir="auto">{file.name.clone()}</span>
                <span class=Class::FileSize.as_str()>{file_size(file.bytes)}</span>
            </span>
        </a>
    }
    .into_any()
}

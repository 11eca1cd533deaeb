//! The conversation: the log and the composer. Empty until the browser's half fills it.

use super::{
    ended,
    icons::{self, icon},
    shown::{self, shown},
};
use crate::{
    markup::{Action, Class, Id},
    view_model::ViewModel,
};
use leptos::prelude::*;

/// Card, log, what follows a chat, and composer.
pub fn conversation(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    view! {
        <section class="conversation" id=Id::Conversation.as_str() {..shown(model, shown::CONVERSATION)}>
            {card(model)}
            <p class="not-kept" {..shown(model, shown::NOT_KEPT)}>
                {page.t("not_kept")} " "
                <a class=Class::LinkToTicket.as_str() target="_blank" rel="noopener">{page.t("open_ticket")}</a>
            </p>
            // The scroller runs from its end (column-reverse), so that it stays there while more arrives.
            <div class="scroll log" id=Id::Log.as_str() tabindex="0">
                <div class="log-body">
                    // What a screen reader hears by itself: messages and events, and nothing of what is said about
                    // them.
                    <div class="log-items" role="log" id=Id::LogItems.as_str() aria-label=page.t("log")></div>
                    <p class="receipt" id=Id::Receipt.as_str()></p>
                    <p class="typing" id=Id::Typing.as_str() hidden>
                        <i></i><i></i><i></i><span id=Id::TypingName.as_str()></span>
                    </p>
                    {ended::ended(model)}
                </div>
            </div>
            <button
                type="button"
                class="newest"
                id=Id::Newest.as_str()
                data-action=Action::ScrollToNewest.as_str()
                hidden
            >
                {icon(icons::DOWN)}<span id=Id::NewestText.as_str()></span>
            </button>
            {composer(model)}
            <div class="drop-zone" aria-hidden="true" id=Id::DropZone.as_str() hidden>{page.t("drop")}</div>
        </section>
    }
}

/// What stands above the log of whoever waits or has a help request: the place in the queue or the number, and where
/// the answer goes.
fn card(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    view! {
        <div class="card good" {..shown(model, shown::CARD)}>
            <p class="waiting" role="status" id=Id::Waiting.as_str()></p>
            <h2 tabindex="-1" id=Id::Received.as_str() {..shown(model, shown::REQUEST)}>
                {page.t("received")} " · " <span class="num" id=Id::CardNumber.as_str()></span>
            </h2>
            <p id=Id::CardMail.as_str() {..shown(model, shown::HAS_EMAIL)}></p>
            <form class="inline" id=Id::Contact.as_str() novalidate {..shown(model, shown::NO_EMAIL)}>
                <div class="field">
                    <label for=Id::ContactEmail.as_str()>{page.t("card_ask")}</label>
                    <input
                        id=Id::ContactEmail.as_str()
                        type="email"
                        autocomplete="email"
                        aria-label=page.t("email")
                        aria-describedby=Id::ContactError.as_str()
                    />
                </div>
                <button class="btn">{page.t("card_save")}</button>
                <p class="error" id=Id::ContactError.as_str() role="alert"></p>
            </form>
            <p class="links">
                <button
                    type="button"
                    class="link"
                    data-action=Action::LeaveRequest.as_str()
                    {..shown(model, shown::MAY_LEAVE_REQUEST)}
                >
                    {page.t("leave_request")}
                </button>
                <a
                    class=Class::LinkToTicket.as_str()
                    target="_blank"
                    rel="noopener"
                    {..shown(model, shown::REQUEST)}
                >
                    {page.t("open_ticket")}
                </a>
                <button
                    type="button"
                    class="link"
                    data-action=Action::StartOver.as_str()
                    {..shown(model, shown::REQUEST_MAY_START_OVER)}
                >
                    {page.t("another")}
                </button>
            </p>
        </div>
    }
}

fn composer(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    view! {
        <div class="no-composer" {..shown(model, shown::NO_COMPOSER)}>
            <p role="status" id=Id::NoComposer.as_str()></p>
            <button type="button" class="btn" data-action=Action::EndChat.as_str() {..shown(model, shown::RUNNING)}>
                {page.t("menu_end")}
            </button>
        </div>
        <form class="composer" id=Id::Composer.as_str() {..shown(model, shown::COMPOSER)}>
            <ul class="chips" id=Id::Uploads.as_str() hidden></ul>
            <textarea
                id=Id::ComposerMessage.as_str()
                rows="1"
                dir="auto"
                aria-label=page.t("message")
                placeholder=page.t("write")
                aria-describedby=Id::ComposerLength.as_str()
            ></textarea>
            <input type="file" multiple hidden id=Id::ComposerFiles.as_str() tabindex="-1"/>
            <div class="bar" {..shown(model, shown::CAN_WRITE)}>
                <button
                    type="button"
                    class="btn quiet round"
                    data-action=Action::Attach.as_str()
                    aria-label=page.t("attach")
                >
                    {icon(icons::CLIP)}
                </button>
                <span class="grow length" id=Id::ComposerLength.as_str()></span>
                <button class="btn primary" id=Id::Send.as_str()>{page.t("send")}</button>
            </div>
        </form>
    }
}

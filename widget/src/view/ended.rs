//! After a chat: the rating, where an agent had it, and the buttons that lead on.

use super::{
    field::optional,
    rating_scale::rating_scale,
    shown::{self, shown},
};
use crate::{
    markup::{Action, Class, Id},
    view_model::ViewModel,
};
use leptos::prelude::*;
use protocol::Score;

/// The rating, or thanks for it, and the way to the next chat.
pub fn ended(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    let scores = Score::ALL.map(|score| page.t(&["face.", &score.to_string()].concat()));
    view! {
        <form class="scroll pad rate" id=Id::Rating.as_str() novalidate {..shown(model, shown::RATING)}>
            <h2>{page.t("rating_title")}</h2>
            {rating_scale(page.t("rating"), scores, None)}
            <p class="error" role="alert" id=Id::RatingError.as_str()></p>
            <div class="field">
                <label for=Id::Comment.as_str()>{page.t("comment")} " " {optional(page.t("optional"))}</label>
                <textarea id=Id::Comment.as_str() rows="3" dir="auto"></textarea>
            </div>
            {mail(model)}
            <button class="btn primary wide">{page.t("send_rating")}</button>
        </form>
        <div class="scroll pad rate" {..shown(model, shown::RATING_DONE)}>
            <div role="status"><h2>{page.t("rating_done")}</h2></div>
            {mail(model)}
        </div>
        <footer class="after" {..shown(model, shown::ENDED)}>
            <button
                type="button"
                class="btn"
                id=Id::ToggleLog.as_str()
                data-action=Action::ToggleLog.as_str()
                {..shown(model, shown::RATEABLE)}
            >
                {model.toggle_log()}
            </button>
            <button type="button" class="btn" data-action=Action::StartOver.as_str()>{page.t("new_chat")}</button>
        </footer>
    }
}

/// What was mailed, and the offer to mail the transcript.
fn mail(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    let transcript = Action::Transcript.as_str();
    view! {
        <p class="card">
            <span class=Class::MailedTo.as_str() {..shown(model, shown::HAS_EMAIL)}></span>
            " "
            <button
                type="button"
                class="link"
                data-action={transcript}
                {..shown(model, shown::HAS_EMAIL)}
            >
                {page.t("ended_also")}
            </button>
            <button
                type="button"
                class="link"
                data-action={transcript}
                {..shown(model, shown::NO_EMAIL)}
            >
                {page.t("menu_transcript")}
            </button>
        </p>
    }
}

//! After a chat, under its last words: the rating, where an agent had it, and the way to the next conversation.

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

/// The rating, or thanks for it, and the way to the next conversation.
pub fn ended(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    let scores = Score::ALL.map(|score| page.t(&["face.", &score.to_string()].concat()));
    view! {
        <div class="ended" {..shown(model, shown::ENDED)}>
            <form class="rate" id=Id::Rating.as_str() novalidate {..shown(model, shown::RATING)}>
                <h2 tabindex="-1" id=Id::RatingTitle.as_str()>{page.t("rating_title")}</h2>
                {rating_scale(page.t("rating"), scores, None)}
                <p class="error" role="alert" id=Id::RatingError.as_str()></p>
                <div class="field">
                    <label for=Id::Comment.as_str()>{page.t("comment")} " " {optional(page.t("optional"))}</label>
                    <textarea id=Id::Comment.as_str() rows="1" dir="auto"></textarea>
                </div>
                <button class="btn primary wide">{page.t("send_rating")}</button>
            </form>
            // Heard by the focus, which goes there.
            <h2 tabindex="-1" id=Id::RatingDone.as_str() {..shown(model, shown::RATING_DONE)}>
                {page.t("rating_done")}
            </h2>
            {mail(model)}
            <button type="button" class="btn wide" data-action=Action::StartOver.as_str()>{page.t("another")}</button>
        </div>
    }
}

/// What was mailed, and the offer to mail the transcript while it was not.
fn mail(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    let transcript = Action::Transcript.as_str();
    view! {
        <p class="mailed" {..shown(model, shown::MAILED)}>
            <span class=Class::MailedTo.as_str() dir="auto" {..shown(model, shown::HAS_EMAIL)}></span>
            " "
            <button
                type="button"
                class="link"
                id=Id::MailTranscript.as_str()
                data-action={transcript}
                {..shown(model, shown::TRANSCRIPT_TO_EMAIL)}
            >
                {page.t("ended_also")}
            </button>
            <button type="button" class="link" data-action={transcript} {..shown(model, shown::TRANSCRIPT_ASKS)}>
                {page.t("menu_transcript")}
            </button>
        </p>
    }
}

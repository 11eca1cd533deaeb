//! The rating of a chat that has ended.

use super::super::{field::optional, rating_scale::rating_scale};
use crate::{
    escape::escape_textarea,
    markup::Id,
    page::{TicketAnswer, TicketPage},
};
use leptos::prelude::*;
use protocol::{Field, Refusal, Score, visitor::VisitorChat};

/// The form; none where no agent had the chat, where a rating was given, and where nobody is left to read one.
pub fn rating(page: &TicketPage) -> Option<AnyView> {
    let is_asked = page.ticket.chat == (VisitorChat::Ended { rated: false, attended: true });
    if !is_asked || page.ticket.removed.is_some() {
        return None;
    }
    let (error, score, comment) = match &page.answer {
        Some(TicketAnswer::RatingRefused { refusals, score, comment }) => {
            let is_of_score = |refusal: &&Refusal| refusal.known_field() == Some(Field::Score);
            let error = match refusals.iter().find(is_of_score) {
                Some(_) => Some(page.t("rating_missing")),
                None => page.first_error(refusals),
            };
            (error, *score, comment.as_str())
        }
        _ => (None, None, ""),
    };
    let scores = Score::ALL.map(|score| page.t(&["face.", &score.to_string()].concat()));
    Some(
        view! {
            <form
                id=Id::Rating.as_str()
                class="card rate"
                method="post"
                action=page.address("/rating")
                novalidate
            >
                <h2>{page.t("rating_title")}</h2>
                {rating_scale(page.t("rating"), scores, score)}
                {error
                    .map(|words| {
                        view! { <p class="error" role="alert" tabindex="-1" autofocus=true>{words}</p> }
                    })}
                <div class="field">
                    <label for=Id::Comment.as_str()>{page.t("comment")} " " {optional(page.t("optional"))}</label>
                    <textarea
                        id=Id::Comment.as_str()
                        name="comment"
                        rows="2"
                        dir="auto"
                        inner_html=escape_textarea(comment)
                    ></textarea>
                </div>
                <p><button class="btn primary">{page.t("send_rating")}</button></p>
            </form>
        }
        .into_any(),
    )
}

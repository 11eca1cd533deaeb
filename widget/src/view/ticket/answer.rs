//! The answer to the form that was just posted.

use crate::page::{TicketAnswer, TicketPage};
use leptos::prelude::*;

/// What was done; of a refusal, that of a button alone: any other stands beside its field.
pub fn answer(page: &TicketPage) -> Option<AnyView> {
    let words = match page.answer.as_ref() {
        Some(TicketAnswer::Replied) => page.t("replied"),
        Some(TicketAnswer::TranscriptSent) => page.t("transcript_done"),
        Some(TicketAnswer::TranscriptOnceConfirmed) => page.t("transcript_confirm"),
        Some(TicketAnswer::Rated) => page.t("rating_done"),
        Some(TicketAnswer::EmailChanged) => {
            let email = page.ticket.email.as_deref().unwrap_or_default();
            page.fill("email_changed", &[("email", email)])
        }
        Some(TicketAnswer::Confirmed) => page.t("confirmed"),
        Some(TicketAnswer::Resolved) => page.t("resolved_done"),
        Some(TicketAnswer::Reopened) => page.t("reopened_done"),
        Some(TicketAnswer::ButtonRefused { refusals }) => {
            let words = page.first_error(refusals)?;
            return Some(
                view! { <p class="card" role="alert" tabindex="-1" autofocus=true>{words}</p> }
                    .into_any(),
            );
        }
        Some(TicketAnswer::ConfirmedWithTranscript) => page.t("confirmed_transcript"),
        _ => return None,
    };
    Some(view! { <p class="card good" role="status">{words}</p> }.into_any())
}

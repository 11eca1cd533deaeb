//! Another address in the place of the ticket's, for whoever reads the mail of that one.

use super::super::field::refused;
use crate::{
    markup::Id,
    page::{TicketAnswer, TicketPage},
};
use leptos::prelude::*;

/// The form, folded in until it is wanted or refused; none for whoever did not come from a mail, and where the
/// address is not confirmed, or nobody is left to write to it.
pub fn new_email(page: &TicketPage) -> Option<AnyView> {
    let email = page.proved.as_ref().filter(|email| email.is_confirmed)?;
    if page.ticket.removed.is_some() {
        return None;
    }
    let (error, typed) = match &page.answer {
        Some(TicketAnswer::EmailRefused { refusals, email }) => {
            (page.first_error(refusals), email.clone())
        }
        _ => (None, String::new()),
    };
    let words = error.clone().unwrap_or_default();
    let is_refused = error.is_some();
    let error = error.map(|words| {
        view! { <p class="error" id=Id::EmailError.as_str() role="alert">{words}</p> }
    });
    Some(
        view! {
            <details class="card" open=is_refused>
                <summary>{page.t("change_email")}</summary>
                <form method="post" action=page.address("/email") novalidate>
                    <p>{page.fill("change_email_hint", &[("email", &email.address)])}</p>
                    <div class="field">
                        <label for=Id::Email.as_str()>{page.t("new_email")}</label>
                        <input
                            id=Id::Email.as_str()
                            name="email"
                            type="email"
                            autocomplete="email"
                            required
                            value={typed}
                            {..refused(&words, Id::EmailError)}
                        />
                        {error}
                    </div>
                    <p><button class="btn">{page.t("change_email_button")}</button></p>
                </form>
            </details>
        }
        .into_any(),
    )
}

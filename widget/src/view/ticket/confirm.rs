//! The button by which whoever reads the mail of an address says so.

use crate::page::TicketPage;
use leptos::prelude::*;

/// The form; none for whoever did not come from a mail, and where the address is confirmed.
pub fn confirm(page: &TicketPage) -> Option<AnyView> {
    let email = page.proved.as_ref().filter(|email| !email.is_confirmed)?;
    let words = if email.awaits_transcript { "confirm_transcript" } else { "confirm" };
    Some(
        view! {
            <form class="card confirm" method="post" action=page.address("/confirm")>
                <p>{page.fill(words, &[("email", &email.address)])}</p>
                <p><button class="btn primary">{page.t("confirm_button")}</button></p>
            </form>
        }
        .into_any(),
    )
}

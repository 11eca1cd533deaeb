//! The transcript by mail, and the way to the site's panel.

use super::super::field::refused;
use crate::{
    markup::Id,
    page::{TicketAnswer, TicketPage},
};
use leptos::prelude::*;

/// The form, which asks for an address where the ticket has none.
pub fn transcript(page: &TicketPage) -> impl IntoView + use<> {
    let (error, typed) = match &page.answer {
        Some(TicketAnswer::TranscriptRefused { refusals, email }) => {
            (page.first_error(refusals), email.clone())
        }
        _ => (None, String::new()),
    };
    let words = error.clone().unwrap_or_default();
    let address = page.ticket.email.is_none().then(|| {
        view! {
            <div class="field">
                <label for=Id::TranscriptEmail.as_str()>{page.t("email")}</label>
                <input
                    id=Id::TranscriptEmail.as_str()
                    name="email"
                    type="email"
                    autocomplete="email"
                    value={typed}
                    {..refused(&words, Id::TranscriptError)}
                />
            </div>
        }
    });
    // Where there is a field it has the keyboard.
    let is_alone = address.is_none();
    let own = ["/w/", &page.site.0, "/tickets?lang=", &page.lang].concat();
    let contact = ["/w/", &page.site.0, "?lang=", &page.lang].concat();
    view! {
        <footer class="also">
            <form class="inline" method="post" action=page.address("/transcript") novalidate>
                {address} <button class="btn">{page.t("transcript")}</button>
                {error
                    .map(|words| {
                        view! {
                            <p
                                class="error"
                                id=Id::TranscriptError.as_str()
                                role="alert"
                                tabindex="-1"
                                autofocus=is_alone
                            >
                                {words}
                            </p>
                        }
                    })}
            </form>
            <a href=own>{page.t("own_page")}</a>
            {page.ticket.removed.is_none().then(|| view! { <a href=contact>{page.t("contact_us")}</a> })}
        </footer>
    }
}

//! The ticket page: what was asked, what was answered, and where to go on. Plain HTML and forms.

mod answer;
mod confirm;
mod event;
mod heading;
mod history;
mod message;
mod new_email;
mod rating;
mod reply;
mod state_buttons;
mod steps;
mod time;
mod transcript;

use crate::page::TicketPage;
use leptos::prelude::*;

/// The page's body.
pub fn ticket_page(page: &TicketPage) -> impl IntoView + use<> {
    view! {
        <main class="ticket">
            {heading::heading(page)}
            {steps::steps(page)}
            {page.link.is_some().then(|| view! { <p class="card">{page.t("without_cookies")}</p> })}
            {answer::answer(page)}
            {confirm::confirm(page)}
            {history::history(page)}
            {state_buttons::state_buttons(page)}
            <div data-live="rating">{rating::rating(page).filter(|_| page.link.is_none())}</div>
            // What comes while the page is open is put here by the script, and read out, once.
            <div class="sr" role="log" data-news=""></div>
            {reply::reply(page)}
            {new_email::new_email(page)}
            {page.link.is_none().then(|| transcript::transcript(page))}
        </main>
    }
}

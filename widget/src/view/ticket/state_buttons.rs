//! What a visitor does with the ticket as a whole: it is settled, or it is not; and the talk goes on in a chat.

use crate::page::TicketPage;
use leptos::prelude::*;
use protocol::{entry::Category, visitor::VisitorChat};

/// The place of the buttons.
pub fn state_buttons(page: &TicketPage) -> impl IntoView + use<> {
    view! { <div class="state-buttons" data-live="buttons">{buttons(page)}</div> }
}

/// The buttons, each a form; none where nothing can be done with the ticket any more. A chat under way is led to also
/// while the desk is closed to new ones.
fn buttons(page: &TicketPage) -> Option<AnyView> {
    if page.link.is_some() || page.ticket.removed.is_some() {
        return None;
    }
    let is_running =
        matches!(page.ticket.chat, VisitorChat::Waiting { .. } | VisitorChat::Active { .. });
    let chat = (is_running || page.status.open).then(|| {
        let class = if is_running { "btn primary" } else { "btn" };
        let action = page.address("/chat");
        view! {
            <form method="post" action=action>
                <button class=class>{page.t("continue_chat")}</button>
            </form>
        }
    });
    let (rest, words) = match page.ticket.state.category {
        Category::Closed => ("/reopen", "reopen"),
        Category::Open | Category::Waiting => ("/resolve", "resolve"),
    };
    Some(
        view! {
            {chat}
            <form method="post" action=page.address(rest)>
                <button class="btn">{page.t(words)}</button>
            </form>
        }
        .into_any(),
    )
}

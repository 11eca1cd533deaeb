//! Instants on the ticket page.

use crate::{markup::TimeFormat, page::TicketPage};
use leptos::prelude::*;
use protocol::Timestamp;

/// In the zone that the page names; the document's script turns it into the reader's.
pub fn time(page: &TicketPage, at: Timestamp) -> impl IntoView + use<> {
    let exact = at.to_rfc3339();
    let shown = page.times.get(&at).unwrap_or(&exact).clone();
    view! { <time datetime=exact data-as=TimeFormat::Moment.as_str()>{shown}</time> }
}

//! Instants on the ticket page.

use crate::markup::TimeFormat;
use leptos::prelude::*;
use protocol::Timestamp;

/// In UTC, and saying so; the document's script turns it into the reader's zone.
pub fn time(at: Timestamp) -> impl IntoView {
    let exact = at.to_rfc3339();
    let shown =
        [exact.get(..10).unwrap_or_default(), " ", exact.get(11..16).unwrap_or_default(), " UTC"]
            .concat();
    view! { <time datetime=exact data-as=TimeFormat::Moment.as_str()>{shown}</time> }
}

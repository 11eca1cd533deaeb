//! The text of a message.

use leptos::{either::Either, prelude::*};
use protocol::links::{Piece, pieces};

/// Text with its links; nothing in it is ever read as HTML.
#[component]
pub fn MessageText(text: String) -> impl IntoView {
    (!text.is_empty()).then(|| {
        let all: Vec<_> = pieces(&text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => Either::Left(text),
                Piece::Link { href, text } => Either::Right(
                    view! { <a href=href target="_blank" rel="noopener noreferrer">{text}</a> },
                ),
            })
            .collect();
        view! { <p class="text" dir="auto">{all}</p> }
    })
}

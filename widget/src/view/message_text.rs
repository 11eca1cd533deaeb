//! What somebody wrote, with its links.

use crate::markup::Class;
use leptos::{either::Either, prelude::*};
use protocol::links::{Piece, pieces};

/// A text with its links. Line breaks are the stylesheet's (`pre-wrap`).
pub fn message_text(text: &str) -> impl IntoView + use<> {
    let pieces: Vec<_> = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Either::Left(text),
            Piece::Link { href, text } => Either::Right(
                view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">{text}</a> },
            ),
        })
        .collect();
    view! { <p class=Class::MessageText.as_str() dir="auto">{pieces}</p> }
}

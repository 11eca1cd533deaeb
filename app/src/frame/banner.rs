//! The line over the page while there is no connection.

use crate::{
    state::socket::{Socket, SocketStatus},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*};

/// Says that the connection is lost or that the session has ended.
#[component]
pub fn Banner(socket: Socket) -> impl IntoView {
    let words = use_words();
    erase(view! {
        <div role="status" class="banners">
            {move || match socket.status() {
                SocketStatus::Connecting | SocketStatus::Connected => None,
                SocketStatus::Disconnected => Some(Either::Left(view! {
                    <p class="banner"><Icon drawing=Drawing::Alert/>{words.get("offline")}</p>
                })),
                SocketStatus::SignedOut => Some(Either::Right(view! {
                    <p class="banner"><Icon drawing=Drawing::Alert/>{words.get("signed_out")}" "
                        // The page again: it asks who one is, and is shown afterwards.
                        <a href="" rel="external">{words.get("sign_in")}</a>
                    </p>
                })),
            }}
        </div>
    })
}

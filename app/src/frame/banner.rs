//! What stands over the page while the console hears nothing.

use crate::{
    state::console::{Link, use_console},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*};

/// Without a connection, or without a session.
#[component]
pub fn Banner() -> impl IntoView {
    let words = use_words();
    let link = use_console().link;
    erase(view! {
        <div role="status" class="banners">
            {move || match link.get() {
                Link::Starting | Link::Up => None,
                Link::Down => Some(Either::Left(view! {
                    <p class="banner"><Icon drawing=Drawing::Alert/>{words.get("offline")}</p>
                })),
                Link::SignedOut => Some(Either::Right(view! {
                    <p class="banner"><Icon drawing=Drawing::Alert/>{words.get("signed_out")}" "
                        <a href="/console/sign-in" rel="external">{words.get("sign_in")}</a>
                    </p>
                })),
            }}
        </div>
    })
}

//! The tickets of a person whom the site's signature proves. Empty until the browser's half fills it.

use super::shown::{self, shown};
use crate::{
    markup::{Action, Id},
    view_model::ViewModel,
};
use leptos::prelude::*;

/// The list, and the way to a new conversation.
pub fn own(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    view! {
        <section class="own" aria-labelledby=Id::OwnTitle.as_str() {..shown(model, shown::TICKETS)}>
            <div class="scroll pad" tabindex="-1">
                <h2 tabindex="-1" id=Id::OwnTitle.as_str()>{page.t("own")}</h2>
                <ul role="list" id=Id::Own.as_str() aria-label=page.t("own_list")></ul>
                <button type="button" class="link" id=Id::OwnMore.as_str() data-action=Action::MoreOwn.as_str() hidden>
                    {page.t("own_more")}
                </button>
            </div>
            <footer>
                <button type="button" class="btn primary wide" data-action=Action::StartOver.as_str()>
                    {page.t("another")}
                </button>
            </footer>
        </section>
    }
}

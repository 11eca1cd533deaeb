//! After a chat: how was it? And the dialog that asks where the transcript goes.

use super::{faces::faces, intake::optional};
use crate::{page::PanelPage, scene::Scene};
use leptos::prelude::*;

/// The rating, or thanks for it, and the way to the next chat.
pub fn after(scene: &Scene) -> impl IntoView + use<> {
    let page = scene.page;
    let names = ["1", "2", "3", "4", "5"].map(|n| page.t(&["face.", n].concat()));
    view! {
        <form class="scroll pad rate" id="rate" novalidate data-on="ended+unrated+front" hidden>
            <h2>{page.t("rating_title")}</h2>
            {faces(page.t("rating"), names, None)}
            <p class="error" role="alert" id="e-rate"></p>
            <div class="field">
                <label for="r-comment">{page.t("comment")} " " {optional(page)}</label>
                <textarea id="r-comment" rows="3"></textarea>
            </div>
            {mailed(page)}
            <button class="btn primary wide">{page.t("send_rating")}</button>
        </form>
        <div class="scroll pad rate" data-on="ended+rated+front" hidden>
            <div role="status"><h2>{page.t("rating_done")}</h2></div>
            {mailed(page)}
        </div>
        <footer class="after" data-on="ended" hidden>
            <button type="button" class="btn" id="look-back" data-do="look-back">{page.t("see_log")}</button>
            <button type="button" class="btn" data-do="again">{page.t("new_chat")}</button>
        </footer>
    }
}

/// What was mailed, and what may be mailed as well.
fn mailed(page: &PanelPage) -> impl IntoView + use<> {
    view! {
        <p class="card">
            <span class="mailed" data-on="email" hidden></span>
            " "
            <button type="button" class="link" data-do="transcript" data-on="email" hidden>
                {page.t("ended_also")}
            </button>
            <button type="button" class="link" data-do="transcript" data-on="unmailed">
                {page.t("menu_transcript")}
            </button>
        </p>
    }
}

/// The dialog.
pub fn transcript(page: &PanelPage) -> impl IntoView + use<> {
    view! {
        <dialog aria-labelledby="d-title" id="ask">
            <form novalidate id="transcript">
                <h2 id="d-title">{page.t("transcript_title")}</h2>
                <p>{page.t("transcript_ask")}</p>
                <div class="field">
                    <label for="f-transcript">{page.t("email")}</label>
                    <input id="f-transcript" type="email" autocomplete="email" aria-describedby="e-transcript"/>
                    <p class="error" id="e-transcript" role="alert"></p>
                </div>
                <div class="bar">
                    <button type="button" class="btn" data-do="cancel">{page.t("cancel")}</button>
                    <span class="grow"></span>
                    <button class="btn primary">{page.t("transcript_send")}</button>
                </div>
            </form>
        </dialog>
    }
}

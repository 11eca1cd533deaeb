//! What the browser's half copies for every row: markup stays in one place, and text goes in as text.

use super::icons::{self, icon};
use crate::page::PanelPage;
use leptos::prelude::*;

/// Rows of the log, files, and chips.
pub fn templates(page: &PanelPage) -> impl IntoView + use<> {
    view! {
        <template id="t-line"><p class="line"></p></template>
        <template id="t-msg">
            <div class="msg">
                <span class="face" aria-hidden="true"></span>
                <div class="body">
                    <div class="bubble"><span class="sr"></span><p class="said"></p></div>
                    <p class="far" aria-live="off">
                        <span class="state"></span>
                        <button type="button" class="link" data-do="retry" hidden>{page.t("retry")}</button>
                        <button type="button" class="link" data-do="edit" hidden>{page.t("edit")}</button>
                    </p>
                </div>
            </div>
        </template>
        <template id="t-file">
            <button type="button" class="file" data-do="download">
                <span class="chip">
                    {icon(icons::FILE)} <span class="sr">{page.t("download")} " "</span>
                    <span class="name"></span> " " <span class="size"></span>
                </span>
            </button>
        </template>
        <template id="t-chip">
            <li class="chip">
                {icon(icons::FILE)} <span class="name"></span> <span class="size"></span>
                <progress max="100" value="0" hidden></progress>
                <button type="button" class="btn quiet tiny" data-do="remove">{icon(icons::CROSS)}</button>
            </li>
        </template>
    }
}

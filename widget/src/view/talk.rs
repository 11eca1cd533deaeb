//! The conversation: what was said, and where to say more. Empty until the browser's half fills it.

use super::icons::{self, icon};
use crate::scene::Scene;
use leptos::prelude::*;

/// Card, log and composer.
pub fn talk(scene: &Scene) -> impl IntoView + use<> {
    let page = scene.page;
    view! {
        <section class="talk" id="talk" data-on="talk ended+back" hidden>
            <div class="card good" data-on="talk+request" hidden>
                <p><b>{page.t("received")}</b> " · " <b class="num" id="card-number"></b></p>
                <p role="status" id="card-mail" data-on="email" hidden></p>
                <form class="inline" id="contact" novalidate data-on="unmailed">
                    <div class="field">
                        <label for="f-contact">{page.t("card_ask")}</label>
                        <input
                            id="f-contact"
                            type="email"
                            autocomplete="email"
                            aria-label=page.t("email")
                            aria-describedby="e-contact"
                        />
                    </div>
                    <button class="btn primary">{page.t("card_save")}</button>
                    <p class="error" id="e-contact" role="alert"></p>
                </form>
                <p class="links">
                    <a class="link-to-ticket" target="_blank" rel="noopener">{page.t("open_ticket")}</a>
                    <button type="button" class="link" data-do="again">{page.t("another")}</button>
                </p>
            </div>
            // The scroller runs from its end (column-reverse), so that it stays there while more arrives.
            <div class="scroll log" role="log" id="log" aria-label=page.t("log") tabindex="0">
                <div class="rows">
                    <div class="rows-in" id="rows"></div>
                    <p class="typing" aria-hidden="true" id="typing" hidden>
                        <i></i><i></i><i></i><span id="typist"></span>
                    </p>
                </div>
            </div>
            <button type="button" class="newer" id="newer" data-do="newest" hidden>
                {icon(icons::DOWN)}<span id="newer-text"></span>
            </button>
            <p class="wait" role="status" id="wait"></p>
            <form class="composer" id="composer" data-on="talk" hidden>
                <ul class="chips" id="tray" hidden></ul>
                <textarea
                    id="c-message"
                    rows="1"
                    aria-label=page.t("message")
                    placeholder=page.t("write")
                    aria-describedby="c-count"
                ></textarea>
                <input type="file" multiple hidden id="c-files" tabindex="-1"/>
                <div class="bar">
                    <button type="button" class="btn quiet round" data-do="attach" aria-label=page.t("attach")>
                        {icon(icons::CLIP)}
                    </button>
                    <span class="grow count" id="c-count"></span>
                    <button class="btn primary" id="send">{page.t("send")}</button>
                </div>
            </form>
            <div class="dropzone" aria-hidden="true" id="dropzone" hidden>{page.t("drop")}</div>
        </section>
    }
}

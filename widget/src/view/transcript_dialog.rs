//! The dialog that asks where the transcript goes.

use crate::{
    markup::{Action, Id},
    page::PanelPage,
};
use leptos::prelude::*;

/// The dialog, closed.
pub fn transcript_dialog(page: &PanelPage) -> impl IntoView + use<> {
    view! {
        <dialog aria-labelledby=Id::TranscriptTitle.as_str() id=Id::TranscriptDialog.as_str()>
            <form novalidate id=Id::Transcript.as_str()>
                <h2 id=Id::TranscriptTitle.as_str()>{page.t("transcript_title")}</h2>
                <p>{page.t("transcript_ask")}</p>
                <div class="field">
                    <label for=Id::TranscriptEmail.as_str()>{page.t("email")}</label>
                    <input
                        id=Id::TranscriptEmail.as_str()
                        type="email"
                        autocomplete="email"
                        aria-describedby=Id::TranscriptError.as_str()
                    />
                    <p class="error" id=Id::TranscriptError.as_str() role="alert"></p>
                </div>
                <div class="bar">
                    <button type="button" class="btn" data-action=Action::CancelTranscript.as_str()>
                        {page.t("cancel")}
                    </button>
                    <span class="grow"></span>
                    <button class="btn primary">{page.t("transcript_send")}</button>
                </div>
            </form>
        </dialog>
    }
}

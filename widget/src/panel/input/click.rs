//! Clicks: on whatever has a `data-action`.

use super::{
    super::{
        dom, files, js, runtime,
        state::{State, UploadId},
    },
    upload,
};
use crate::markup::{Action, Id};
use protocol::{EntryId, TicketNumber};
use web_sys::Element;

pub fn on_click(target: &Element) {
    let Some(button) = target.closest("[data-action]").ok().flatten() else { return };
    let action = button.get_attribute("data-action").unwrap_or_default();
    let Some(action) = Action::named(&action) else { return };
    match action {
        Action::ToggleMenu => runtime::change(|state, _| state.toggle_menu()),
        Action::ToggleSound => runtime::change(|state, _| state.toggle_sound()),
        Action::Transcript => {
            // In two steps: a dialog gives the focus back to the element that had it when it opened.
            runtime::change(|state, _| state.close_menu());
            runtime::change(State::transcript);
        }
        Action::CancelTranscript => runtime::change(|state, _| state.transcript_dialog_closed()),
        Action::EndChat => {
            runtime::change(|state, _| state.close_menu());
            runtime::change(|state, _| state.ask_whether_to_end());
        }
        Action::CancelEnd => runtime::change(|state, _| state.end_dialog_closed()),
        Action::ConfirmEnd => runtime::change(State::end_chat),
        Action::LeaveRequest => runtime::change(State::leave_request),
        Action::StartOver => runtime::change(State::start_over),
        Action::ShowOwn => runtime::change(|state, _| state.show_own()),
        Action::MoreOwn => runtime::change(|state, _| state.more_own()),
        Action::OpenOwn => {
            let number = TicketNumber(data_id(target));
            runtime::change(|state, _| state.open_own(number));
        }
        Action::Attach => {
            if let Some(input) = dom::input(Id::ComposerFiles) {
                input.click();
            }
        }
        Action::RemoveFile => upload::remove(target, &data_id(target)),
        Action::RetryFile => {
            let Ok(id) = data_id(target).parse::<u32>() else { return };
            runtime::change(|state, _| state.retry_upload(UploadId(id)));
        }
        Action::Retry | Action::Edit => {
            let Ok(id) = data_id(target).parse::<EntryId>() else { return };
            runtime::change(|state, env| match action {
                Action::Retry => state.retry(id, env),
                _ => state.take_back(id),
            });
        }
        Action::Download => {
            download(&data_id(target), button.get_attribute("data-name").unwrap_or_default());
        }
        Action::ScrollToNewest => runtime::change(State::scroll_to_newest),
    }
}

/// The id of the message or file that an element belongs to.
fn data_id(target: &Element) -> String {
    let holder = target.closest("[data-id]").ok().flatten();
    holder.and_then(|holder| holder.get_attribute("data-id")).unwrap_or_default()
}

/// Saves a file of the log.
fn download(id: &str, name: String) {
    runtime::read(|state| {
        files::fetch(state, id, move |url| {
            if url.is_empty() {
                runtime::change(|state, _| state.download_failed());
            } else {
                js::save_file(&url, &name);
            }
        });
    });
}

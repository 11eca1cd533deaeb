//! Files of the browser: those chosen in the Ayuda form's field, those on their way up, and those of the log on their
//! way down.

use super::{
    dom, js,
    state::{State, UploadId, file_refusals},
};
use crate::markup::Id;
use std::cell::RefCell;
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::{DataTransfer, File, FileList, FormData};

thread_local! {
    /// The files of the next message, for another try.
    static HELD: RefCell<Vec<(UploadId, File)>> = const { RefCell::new(Vec::new()) };
}

/// The files of a list.
pub fn listed(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}

/// A file's size in bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and positive"
)]
pub fn size(file: &File) -> u64 {
    file.size() as u64
}

/// The files chosen in the form.
pub fn chosen() -> Vec<File> {
    let files = dom::input(Id::Files).and_then(|input| input.files());
    files.map_or_else(Vec::new, |files| listed(&files))
}

/// Their names, and their sizes in bytes.
pub fn names_and_sizes() -> Vec<(String, u64)> {
    chosen().iter().map(|file| (file.name(), size(file))).collect()
}

/// Those that may go, by the site's limit in bytes.
pub fn not_refused(limit: u64) -> Vec<File> {
    let refusals = file_refusals(&names_and_sizes(), limit);
    chosen().into_iter().zip(refusals).filter(|it| it.1.is_none()).map(|it| it.0).collect()
}

/// Those that are chosen now and were not among `before`.
pub fn chosen_beside(before: &[File]) -> Vec<File> {
    let is_same = |one: &File, other: &File| {
        let same_time = one.last_modified().total_cmp(&other.last_modified()).is_eq();
        one.name() == other.name() && size(one) == size(other) && same_time
    };
    chosen().into_iter().filter(|file| !before.iter().any(|it| is_same(it, file))).collect()
}

/// Chooses these files too.
pub fn choose(more: Vec<File>) {
    let mut files = chosen();
    files.extend(more);
    set_chosen(&files);
}

/// Takes one out of those chosen.
pub fn remove_chosen(at: usize) {
    let mut files = chosen();
    if at < files.len() {
        files.remove(at);
        set_chosen(&files);
    }
}

/// Takes all out.
pub fn clear_chosen() {
    if let Some(input) = dom::input(Id::Files) {
        input.set_value("");
    }
}

fn set_chosen(files: &[File]) {
    let (Some(input), Ok(data)) = (dom::input(Id::Files), DataTransfer::new()) else { return };
    for file in files {
        let _ = data.items().add_with_file(file);
    }
    input.set_files(data.files().as_ref());
}

/// Holds a file until no message needs it any more.
pub fn hold(state: &State, id: UploadId, file: File) {
    HELD.with_borrow_mut(|held| {
        held.retain(|(id, _)| state.uploads.iter().any(|upload| upload.id == *id));
        held.push((id, file));
    });
}

/// Sends a held file to the server. `progressed` hears how many percent have arrived, `then` the answer.
pub fn upload(
    state: &State,
    id: UploadId,
    progressed: impl FnMut(u32) + 'static,
    then: impl FnOnce(String) + 'static,
) {
    let find = |held: &Vec<(UploadId, File)>| {
        held.iter().find(|held| held.0 == id).map(|held| held.1.clone())
    };
    let (Some(file), Ok(data)) = (HELD.with_borrow(find), FormData::new()) else { return };
    let _ = data.append_with_blob_and_filename("file", &file, &file.name());
    let progress = Closure::<dyn FnMut(u32)>::new(progressed);
    let done = dom::callback_once(then);
    let path = state.page.address("/files");
    js::request("POST", &path, state.token(), &data, &progress.into_js_value(), &done);
}

/// Fetches a file of the ticket. `then` hears its address inside this page, or nothing.
pub fn fetch(state: &State, id: &str, then: impl FnOnce(String) + 'static) {
    let path = state.page.address(&["/files/", id].concat());
    let then = dom::callback_once(then);
    js::request("GET", &path, state.token(), &JsValue::NULL, &JsValue::NULL, &then);
}

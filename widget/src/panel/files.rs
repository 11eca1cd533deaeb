//! Files: those of the next message on their way up, those of the Ayuda form, those of the log on their way down.

use super::{
    check, dom, js, json,
    live::{self, Live},
};
use protocol::{
    Code, Refusal,
    file::{Attachment, file_size},
    problem::Problem,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DataTransfer, File, FileList, FormData, HtmlElement, HtmlInputElement};

/// A file of the next message.
pub struct Upload {
    id: String,
    name: String,
    bytes: u64,
    state: State,
}

enum State {
    Going(u32),
    Done(Attachment),
    Failed(String),
}

/// Uploads these, as far as they may go up.
pub fn add(live: &mut Live, files: &FileList) {
    for file in list(files) {
        let bytes = size(&file);
        let already =
            live.tray.iter().filter(|upload| !matches!(upload.state, State::Failed(_))).count();
        let id = js::new_id().to_string();
        let state = match check::file_refusal(bytes, already, live.page.file_bytes) {
            Some(refusal) => State::Failed(live.page.word_refusal(&refusal)),
            None => {
                start(live, &file, &id);
                State::Going(0)
            }
        };
        live.tray.push(Upload { id, name: file.name(), bytes, state });
    }
}

fn start(live: &Live, file: &File, id: &str) {
    let Ok(data) = FormData::new() else { return };
    let _ = data.append_with_blob_and_filename("file", file, &file.name());
    let going = id.to_owned();
    let progress = Closure::<dyn FnMut(u32)>::new(move |percent: u32| {
        live::change(|live| set(live, &going, State::Going(percent)));
    });
    let done = id.to_owned();
    let done = dom::once(move |text| {
        live::change(|live| {
            let state = match json::read::<Attachment>(&text) {
                Some(attachment) => State::Done(attachment),
                None => State::Failed(live.page.word_refusal(&refusal_in(&text))),
            };
            set(live, &done, state);
        });
    });
    let path = live.page.address("/files");
    js::send("POST", &path, live.token(), &data, &progress.into_js_value(), &done);
}

/// Why a request was refused; a passing fault when the answer does not say.
pub fn refusal_in(answer: &str) -> Refusal {
    match json::read::<Problem>(answer) {
        Some(problem) => problem.refusal(),
        None => Refusal::new(Code::TryAgain),
    }
}

fn set(live: &mut Live, id: &str, state: State) {
    if let Some(upload) = live.tray.iter_mut().find(|upload| upload.id == id) {
        upload.state = state;
    }
}

/// Whether one is still going up.
pub fn is_busy(live: &Live) -> bool {
    live.tray.iter().any(|upload| matches!(upload.state, State::Going(_)))
}

/// Whether there is anything to send.
pub fn any(live: &Live) -> bool {
    live.tray.iter().any(|upload| matches!(upload.state, State::Done(_)))
}

/// What has gone up, for a message; the tray is empty after.
pub fn take(live: &mut Live) -> Vec<Attachment> {
    live.tray
        .drain(..)
        .filter_map(|upload| match upload.state {
            State::Done(attachment) => Some(attachment),
            _ => None,
        })
        .collect()
}

/// Takes one out: of the tray, or of the Ayuda form's field.
pub fn remove(live: &mut Live, id: &str) {
    if let Ok(at) = id.parse::<usize>() {
        if let Some(input) = dom::input("f-files") {
            keep(&input, &[], |i| i != at);
            let _ = input.focus();
        }
    } else {
        live.tray.retain(|upload| upload.id != id);
        dom::focus("c-message");
    }
}

/// Puts pasted or dropped files into the Ayuda form's field.
pub fn put(files: &FileList) {
    if let Some(input) = dom::input("f-files") {
        let files: Vec<File> = list(files).collect();
        keep(&input, &files, |_| true);
    }
}

/// The first refusal of what the Ayuda form's field holds.
pub fn form_refusal(live: &Live) -> Option<Refusal> {
    let chosen = chosen();
    chosen
        .iter()
        .enumerate()
        .find_map(|(at, (_, bytes))| check::file_refusal(*bytes, at, live.page.file_bytes))
}

/// Draws tray and chosen files.
pub fn draw(live: &Live) {
    let tray: Vec<Chip> = live
        .tray
        .iter()
        .map(|upload| Chip {
            id: upload.id.clone(),
            name: upload.name.clone(),
            size: match &upload.state {
                State::Going(percent) => [&percent.to_string(), " %"].concat(),
                State::Done(_) => file_size(upload.bytes),
                State::Failed(why) => why.clone(),
            },
            percent: match &upload.state {
                State::Going(percent) => Some(*percent),
                _ => None,
            },
            bad: matches!(upload.state, State::Failed(_)),
        })
        .collect();
    chips(live, "tray", &tray);
    if let Some(send) = dom::by_id("send") {
        dom::attribute(&send, "aria-disabled", is_busy(live).then_some("true"));
    }
    let chosen: Vec<Chip> = chosen()
        .into_iter()
        .enumerate()
        .map(|(at, (name, bytes))| Chip {
            id: at.to_string(),
            name,
            size: file_size(bytes),
            percent: None,
            bad: check::file_refusal(bytes, at, live.page.file_bytes).is_some(),
        })
        .collect();
    chips(live, "chosen", &chosen);
}

struct Chip {
    id: String,
    name: String,
    size: String,
    percent: Option<u32>,
    bad: bool,
}

fn chips(live: &Live, list: &str, chips: &[Chip]) {
    let Some(list) = dom::by_id(list) else { return };
    let children = list.children();
    while children.length() as usize > chips.len() {
        if let Some(last) = list.last_element_child() {
            last.remove();
        }
    }
    for (at, chip) in chips.iter().enumerate() {
        let there = children.item(u32::try_from(at).unwrap_or(u32::MAX));
        let element: HtmlElement = match there {
            Some(element) => element.unchecked_into(),
            None => {
                let Some(fresh) = dom::copy("t-chip") else { return };
                let _ = list.append_child(&fresh);
                fresh
            }
        };
        dom::attribute(&element, "class", Some(if chip.bad { "chip bad" } else { "chip" }));
        dom::attribute(&element, "data-id", Some(&chip.id));
        for (part, words) in [(".name", &chip.name), (".size", &chip.size)] {
            if let Some(part) = dom::within(&element, part) {
                dom::set_text(&part, words);
            }
        }
        dom::attribute(&element, "title", Some(&chip.name));
        if let Some(progress) = dom::within(&element, "progress") {
            dom::set_shown(&progress, chip.percent.is_some());
            let percent = chip.percent.unwrap_or(0).to_string();
            dom::attribute(&progress, "value", Some(&percent));
            dom::attribute(&progress, "aria-label", Some(&chip.name));
        }
        if let Some(button) = dom::within(&element, "button") {
            let label = live.page.fill("remove", &[("file", &chip.name)]);
            dom::attribute(&button, "aria-label", Some(&label));
        }
    }
    dom::set_shown(&list, !chips.is_empty());
}

/// A file in the log. Its bytes need the ticket's token, so there is no plain link; pictures are shown once they are there.
pub fn attachment(file: &Attachment) -> Option<HtmlElement> {
    let button = dom::copy("t-file")?;
    button.set_attribute("data-id", &file.id.to_string()).ok()?;
    button.set_attribute("data-name", &file.name).ok()?;
    dom::within(&button, ".name")?.set_text_content(Some(&file.name));
    dom::within(&button, ".size")?.set_text_content(Some(&file_size(file.bytes)));
    button.set_title(&file.name);
    if file.is_picture() {
        let (id, place) = (file.id.to_string(), button.clone());
        // Drawing has the state in hand; fetching needs it too, so it comes right after.
        let later = Closure::once_into_js(move || {
            fetch(&id, move |url| {
                if let Some(picture) =
                    dom::document().create_element("img").ok().filter(|_| !url.is_empty())
                {
                    let attributes = [("src", url.as_str()), ("alt", ""), ("class", "shot")];
                    for (name, value) in attributes {
                        let _ = picture.set_attribute(name, value);
                    }
                    let _ = place.insert_before(&picture, place.first_child().as_ref());
                }
            });
        });
        let _ = dom::window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(later.unchecked_ref(), 0);
    }
    Some(button)
}

/// Saves a file of the log.
pub fn download(id: &str, name: String) {
    fetch(id, move |url| {
        if url.is_empty() {
            live::change(|live| live.notice = live.page.t("not_sent"));
        } else {
            js::save(&url, &name);
        }
    });
}

fn fetch(id: &str, then: impl FnOnce(String) + 'static) {
    let known =
        live::with(|live| (live.page.address(&["/files/", id].concat()), live.token().to_owned()));
    if let Some((path, token)) = known {
        js::send("GET", &path, &token, &JsValue::NULL, &JsValue::NULL, &dom::once(then));
    }
}

fn chosen() -> Vec<(String, u64)> {
    let files = dom::input("f-files").and_then(|input| input.files());
    files.iter().flat_map(list).map(|file| (file.name(), size(&file))).collect()
}

fn keep(input: &HtmlInputElement, more: &[File], which: impl Fn(usize) -> bool) {
    let Ok(data) = DataTransfer::new() else { return };
    let before: Vec<File> = input.files().iter().flat_map(list).collect();
    let kept = before.iter().enumerate().filter(|(at, _)| which(*at)).map(|(_, file)| file);
    for file in kept.chain(more) {
        let _ = data.items().add_with_file(file);
    }
    input.set_files(data.files().as_ref());
}

fn list(files: &FileList) -> impl Iterator<Item = File> + use<'_> {
    (0..files.length()).filter_map(|i| files.get(i))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and positive"
)]
fn size(file: &File) -> u64 {
    file.size() as u64
}

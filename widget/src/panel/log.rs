//! The log: rows are copies of the server's templates, patched where something changed, never drawn anew.

use super::{
    dom, files, js,
    live::Live,
    rows::{self, Message, Row, What},
};
use crate::page::PanelPage;
use protocol::{
    EntryId, Seq,
    delivery::Delivery,
    links::{Piece, pieces},
    names::initials,
};
use web_sys::HtmlElement;

/// How far from the end still counts as the end, in pixels.
const NEAR: i32 = 48;

/// The rows as they are in the document.
#[derive(Default)]
pub struct Log {
    drawn: Vec<Drawn>,
}

struct Drawn {
    row: Row,
    element: HtmlElement,
    far: Far,
}

/// How far an own message got: the words, and what can be done about it.
#[derive(Default, PartialEq, Eq)]
struct Far {
    words: String,
    retry: bool,
    edit: bool,
}

/// Draws the rows.
pub fn draw(live: &mut Live) {
    let now = js::now();
    let rows = rows::rows(live.timeline.entries(), live.outbox.items(now));
    let Some(list) = dom::by_id("rows") else { return };
    let length = rows.len();
    for (at, row) in rows.into_iter().enumerate() {
        let found = live.log.drawn.iter().skip(at).position(|drawn| drawn.row.key == row.key);
        let mut drawn = match found {
            Some(offset) => live.log.drawn.remove(at + offset),
            None => {
                let Some(element) = make(&live.page, &row) else { return };
                Drawn { row: row.clone(), element, far: Far::default() }
            }
        };
        if drawn.row != row {
            // The same message, with its files now, which the form's own copy did not know.
            let Some(fresh) = make(&live.page, &row) else { return };
            let _ = drawn.element.replace_with_with_node_1(&fresh);
            drawn = Drawn { row, element: fresh, far: Far::default() };
        }
        let there = list.children().item(u32::try_from(at).unwrap_or(u32::MAX));
        if there.as_ref() != Some(drawn.element.as_ref()) {
            let _ = list.insert_before(&drawn.element, there.as_ref().map(AsRef::as_ref));
        }
        live.log.drawn.insert(at, drawn);
    }
    for drawn in live.log.drawn.drain(length..) {
        drawn.element.remove();
    }
    let newest = rows::last_own(live.timeline.entries());
    let mut drawn = std::mem::take(&mut live.log.drawn);
    for Drawn { row, element, far } in &mut drawn {
        if let What::Message(message) = &row.what
            && message.agent.is_none()
        {
            let now = how_far(live, message.id, newest);
            if *far != now {
                *far = now;
                show(far, element);
            }
        }
    }
    live.log.drawn = drawn;
}

/// Whether the log is scrolled to its end, which is where it starts (`column-reverse`).
pub fn is_at_end() -> bool {
    dom::by_id("log").is_none_or(|log| log.scroll_top() > -NEAR)
}

/// Scrolls to the end.
pub fn to_end() {
    if let Some(log) = dom::by_id("log") {
        log.set_scroll_top(0);
    }
}

fn make(page: &PanelPage, row: &Row) -> Option<HtmlElement> {
    match &row.what {
        What::Moment(at) => line(&js::tell_time(*at, "moment")),
        What::Line(key, name) => {
            let state = page.strings.state(name);
            line(&page.fill(key, &[("name", name), ("state", &state), ("n", name)]))
        }
        What::Message(message) => bubble(page, message),
    }
}

fn line(words: &str) -> Option<HtmlElement> {
    let line = dom::copy("t-line")?;
    line.set_text_content(Some(words));
    Some(line)
}

fn bubble(page: &PanelPage, message: &Message) -> Option<HtmlElement> {
    let row = dom::copy("t-msg")?;
    row.set_class_name(match (&message.agent, message.first) {
        (None, true) => "msg me first",
        (None, false) => "msg me",
        (Some(_), true) => "msg first",
        (Some(_), false) => "msg",
    });
    row.set_attribute("data-id", &message.id.to_string()).ok()?;
    let face = dom::within(&row, ".face")?;
    let who = match &message.agent {
        Some(name) => {
            face.set_text_content(Some(&initials(name)));
            name.clone()
        }
        None => {
            face.remove();
            page.t("you")
        }
    };
    dom::within(&row, ".sr")?.set_text_content(Some(&[&who, ": "].concat()));
    let bubble = dom::within(&row, ".bubble")?;
    bubble.set_title(&js::tell_time(message.at, "full"));
    let said = dom::within(&row, ".said")?;
    if message.text.is_empty() {
        said.remove();
    } else {
        write(&said, &message.text);
    }
    for file in &message.files {
        let file = files::attachment(file)?;
        bubble.append_child(&file).ok()?;
    }
    dom::within(&row, ".far")?.set_hidden(true);
    Some(row)
}

/// Text as text, links as links.
fn write(said: &HtmlElement, text: &str) {
    let document = dom::document();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => {
                let _ = said.append_child(&document.create_text_node(&text));
            }
            Piece::Link { href, text } => {
                let Ok(link) = document.create_element("a") else { continue };
                for (name, value) in [
                    ("href", href.as_str()),
                    ("target", "_blank"),
                    ("rel", "noopener noreferrer nofollow"),
                ] {
                    let _ = link.set_attribute(name, value);
                }
                link.set_text_content(Some(&text));
                let _ = said.append_child(&link);
            }
        }
    }
}

/// How far an own message got. Under those that arrived, only the last one says so.
fn how_far(live: &Live, id: EntryId, last: Option<(EntryId, Seq)>) -> Far {
    let page = &live.page;
    let on_its_way = live
        .outbox
        .items(js::now())
        .find(|(unsent, _)| unsent.id == id)
        .map(|(_, delivery)| delivery);
    let words = match on_its_way {
        Some(Delivery::Sending) => page.t("sending"),
        Some(Delivery::Sent { .. }) => page.t("delivered"),
        Some(Delivery::Failed) => {
            return Far { words: page.t("unsent"), retry: true, edit: false };
        }
        Some(Delivery::Refused(refusal)) => {
            let words = [&page.t("unsent"), ". ", &page.word_refusal(&refusal)].concat();
            return Far { words, retry: true, edit: true };
        }
        None => match last {
            Some((last, seq)) if last == id => {
                let seen = live.ticket.as_ref().is_some_and(|ticket| ticket.seen_upto >= seq);
                page.t(if seen { "read" } else { "delivered" })
            }
            _ => String::new(),
        },
    };
    Far { words, retry: false, edit: false }
}

fn show(far: &Far, row: &HtmlElement) {
    let (Some(line), Some(state)) = (dom::within(row, ".far"), dom::within(row, ".state")) else {
        return;
    };
    state.set_text_content(Some(&far.words));
    state.set_class_name(if far.retry { "state bad" } else { "state" });
    line.set_hidden(far.words.is_empty());
    for (what, shown) in [("[data-do=retry]", far.retry), ("[data-do=edit]", far.edit)] {
        if let Some(button) = dom::within(row, what) {
            button.set_hidden(!shown);
        }
    }
}

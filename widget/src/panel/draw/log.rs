//! The log: its items are copies of the server's templates, patched where something changed, never drawn anew.

use super::{
    super::{
        dom, js,
        state::{Content, DeliveryLabel, LogItem, State},
    },
    message,
};
use crate::markup::{Id, TimeFormat};
use protocol::Timestamp;
use web_sys::HtmlElement;

/// The items as they are in the document.
#[derive(Default)]
pub struct Drawn(Vec<DrawnItem>);

struct DrawnItem {
    item: LogItem,
    element: HtmlElement,
    label: DeliveryLabel,
}

/// Draws the log.
pub fn draw(state: &State, now: Timestamp, drawn: &mut Drawn) {
    let Drawn(drawn) = drawn;
    let items = state.log_items(now);
    let Some(list) = dom::by_id(Id::LogItems) else { return };
    dom::attribute(&list, "aria-live", (!state.log_is_heard()).then_some("off"));
    // First, so that what stays is in its place already: a row that is moved is read out again.
    drawn.retain(|DrawnItem { item, element, .. }| {
        let stays = items.iter().any(|wanted| wanted.key == item.key);
        if !stays {
            element.remove();
        }
        stays
    });
    for (at, item) in items.into_iter().enumerate() {
        let found = drawn.iter().skip(at).position(|drawn| drawn.item.key == item.key);
        let mut shown = match found {
            Some(offset) => drawn.remove(at + offset),
            None => {
                let Some(element) = make(state, &item) else { return };
                DrawnItem { item: item.clone(), element, label: DeliveryLabel::default() }
            }
        };
        if shown.item != item {
            // In its place, so that it is not read out again.
            update(state, &shown.element, &item);
            shown.item = item;
        }
        let there = list.children().item(u32::try_from(at).unwrap_or(u32::MAX));
        if there.as_ref() != Some(shown.element.as_ref()) {
            let _ = list.insert_before(&shown.element, there.as_ref().map(AsRef::as_ref));
        }
        drawn.insert(at, shown);
    }
    let is_own = |drawn: &DrawnItem| matches!(&drawn.item.content, Content::Message(it) if it.agent.is_none());
    let last_own = drawn.iter().rposition(is_own);
    for (at, DrawnItem { item, element, label }) in drawn.iter_mut().enumerate() {
        // The receipt stands under it.
        dom::attribute(element, "data-last", (last_own == Some(at)).then_some(""));
        if let Content::Message(message) = &item.content
            && message.agent.is_none()
        {
            let now_label = state.delivery_label(message.id, now);
            if *label != now_label {
                *label = now_label;
                message::show_label(element, label);
            }
        }
    }
}

/// Scrolls to the end of the log, which is where it starts (`column-reverse`).
pub fn scroll_to_end() {
    if let Some(log) = dom::by_id(Id::Log) {
        log.set_scroll_top(0);
    }
}

fn make(state: &State, item: &LogItem) -> Option<HtmlElement> {
    match &item.content {
        Content::Message(message) => message::make(state, message),
        Content::New => {
            let element = event(&state.page.t("new_messages"))?;
            element.set_class_name("line new");
            Some(element)
        }
        Content::Time(_) | Content::Event(..) => {
            let element = event(&words(state, &item.content))?;
            if matches!(item.content, Content::Event("transcript_line", _))
                && state.says_transcript()
            {
                // The visitor hears it of the notice.
                dom::attribute(&element, "aria-live", Some("off"));
            }
            Some(element)
        }
    }
}

/// Shows an item that has changed since it was made: a message with the instant and the files that its sender did not
/// know yet.
fn update(state: &State, element: &HtmlElement, item: &LogItem) {
    match &item.content {
        Content::Message(message) => message::update(state, element, message),
        Content::New => {}
        Content::Time(_) | Content::Event(..) => {
            dom::set_text(element, &words(state, &item.content));
        }
    }
}

/// The words of a time or an event.
fn words(state: &State, content: &Content) -> String {
    match content {
        Content::Time(at) => js::format_time(*at, TimeFormat::Moment),
        Content::Event(words, name) => state.event_words(words, name),
        Content::Message(_) | Content::New => String::new(),
    }
}

fn event(words: &str) -> Option<HtmlElement> {
    let element = dom::copy_template(Id::EventTemplate)?;
    element.set_text_content(Some(words));
    Some(element)
}

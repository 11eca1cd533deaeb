//! How long the draft is, in words.

use super::model::State;
use crate::view_model::Screen;
use protocol::{limits, text::characters};

impl State {
    /// Under the composer: the length and the limit, or by how much it is over; true when it is.
    pub fn composer_length(&self) -> (String, bool) {
        let length = characters(&self.draft.message);
        match length.checked_sub(limits::CHAT_TEXT) {
            Some(over) if over > 0 => {
                (self.page.fill("too_long", &[("n", &over.to_string())]), true)
            }
            _ => (self.length_and_limit(length), false),
        }
    }

    /// Says that the composer holds too much, when it begins to.
    pub(super) fn say_length(&mut self, was_over: bool) {
        let (words, is_over) = self.composer_length();
        if self.screen == Screen::Conversation && is_over && !was_over {
            self.say(words);
        }
    }

    /// Under the form's message: length and limit once a chat's message comes near it, else nothing.
    pub fn form_length(&self) -> String {
        let length = characters(&self.draft.message);
        if self.status.open && length > limits::CHAT_TEXT * 9 / 10 {
            self.length_and_limit(length)
        } else {
            String::new()
        }
    }

    fn length_and_limit(&self, length: usize) -> String {
        let (n, limit) = (length.to_string(), limits::CHAT_TEXT.to_string());
        self.page.fill("count", &[("n", &n), ("limit", &limit)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, id, status};
    use protocol::{Field, visitor::VisitorEvent};

    fn typed(panel: &mut Panel, characters: usize) {
        panel.change(|state, env| state.typed(Field::Message, &"ñ".repeat(characters), env));
    }

    #[test]
    fn the_composer_counts_up_to_the_limit_and_then_what_is_too_much() {
        let mut panel = Panel::in_a_chat();
        typed(&mut panel, limits::CHAT_TEXT);
        assert_eq!(panel.state.composer_length(), ("panel.count".into(), false));
        typed(&mut panel, limits::CHAT_TEXT + 1);
        assert_eq!(panel.state.composer_length(), ("panel.too_long".into(), true));
    }

    #[test]
    fn too_long_a_message_is_said_once_and_again_when_it_is_to_be_sent() {
        let mut panel = Panel::in_a_chat();
        typed(&mut panel, limits::CHAT_TEXT);
        assert_eq!(panel.state.alert, "");
        typed(&mut panel, limits::CHAT_TEXT + 1);
        let once = panel.state.alert.clone();
        assert_eq!(once, "panel.too_long");
        typed(&mut panel, limits::CHAT_TEXT + 2);
        assert_eq!(panel.state.alert, once, "not at every key");
        let text = panel.state.draft.message.clone();
        panel.change(|state, env| state.send_message(id(50), &text, env));
        assert_ne!(panel.state.alert, once);
    }

    #[test]
    fn the_form_counts_near_the_limit_of_a_chat() {
        let mut panel = Panel::before_a_chat();
        typed(&mut panel, 900);
        assert_eq!(panel.state.form_length(), "");
        typed(&mut panel, 901);
        assert_eq!(panel.state.form_length(), "panel.count");
        panel.event(VisitorEvent::Status { status: status(false) });
        assert_eq!(panel.state.form_length(), "", "a request may be long");
    }
}

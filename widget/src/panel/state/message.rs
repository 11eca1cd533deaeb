//! The visitor's own messages.

use super::{
    effect::{Effect, Focus},
    model::{Environment, State},
};
use crate::markup::Id;
use protocol::{EntryId, Field, Timestamp, file::Attachment, limits, text::characters};

impl State {
    /// *Enviar*: what the composer holds, unless it is nothing, too long, or a file of it is still on its way. `id` is
    /// a fresh one.
    pub fn send_message(&mut self, id: EntryId, text: &str, env: &Environment) {
        let text = text.trim();
        self.focus(Focus::Element(Id::ComposerMessage));
        let length = characters(text);
        if length > limits::CHAT_TEXT {
            self.say(self.composer_length().0);
            return;
        }
        if self.is_uploading() || !self.can_write() {
            return;
        }
        self.let_waiting_files_go();
        if length == 0 && !self.has_files() {
            return;
        }
        let files = self.take_files(false);
        self.set_draft(Field::Message, "");
        self.add_effect(Effect::PutDraft);
        self.notify(String::new());
        self.deliver(id, text.to_owned(), files, env);
    }

    /// A message goes on its way.
    pub(super) fn deliver(
        &mut self,
        id: EntryId,
        text: String,
        files: Vec<Attachment>,
        env: &Environment,
    ) {
        let unsent = self.outbox.add(id, text, files, env.now);
        self.add_effect(Effect::KeepUnsent(unsent));
        self.new_from = None;
        self.log_is_live = true;
        self.typed_at = Timestamp(0);
        self.at_end = true;
        self.add_effect(Effect::ScrollToEnd);
        self.say_if_lost(env);
        self.flush(env);
    }

    /// Whether the ticket takes what is written.
    pub fn can_write(&self) -> bool {
        self.ticket.as_ref().is_none_or(|ticket| ticket.removed.is_none())
    }

    /// *Reintentar*.
    pub fn retry(&mut self, id: EntryId, env: &Environment) {
        if let Some(unsent) = self.outbox.retry(id, env.now) {
            self.add_effect(Effect::KeepUnsent(unsent));
        }
        self.flush(env);
        self.focus(Focus::Element(Id::ComposerMessage));
    }

    /// *Editar*: a refused message goes back into the composer.
    pub fn take_back(&mut self, id: EntryId) {
        if let Some(unsent) = self.outbox.take_back(id) {
            self.add_effect(Effect::ForgetUnsent(id));
            self.put_before_draft(&unsent.text);
        }
        self.focus(Focus::Element(Id::ComposerMessage));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, id};
    use protocol::{
        Code, Refusal,
        delivery::Delivery,
        visitor::{VisitorCommand, VisitorEvent},
    };

    fn deliveries(panel: &Panel) -> Vec<Delivery> {
        panel.state.outbox.items(panel.env.now).map(|(_, delivery)| delivery).collect()
    }

    #[test]
    fn a_message_is_kept_shown_and_sent_at_once() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.typed(Field::Message, " hola ", env));
        panel.change(|state, env| state.send_message(id(50), " hola ", env));
        assert_eq!(deliveries(&panel), [Delivery::Sending]);
        assert_eq!(panel.stored().unsent.len(), 1);
        assert_eq!(
            (panel.state.draft.message.as_str(), panel.stored().draft.message.as_str()),
            ("", "")
        );
        let done = panel.take();
        let say = VisitorCommand::Say { id: id(50), text: "hola".into(), files: vec![] };
        assert!(done.contains(&Effect::Send(say)));
        assert!(done.contains(&Effect::PutDraft) && done.contains(&Effect::ScrollToEnd));
    }

    #[test]
    fn nothing_and_too_much_stay_in_the_composer() {
        let mut panel = Panel::in_a_chat();
        for text in
            [" \n ".to_owned(), "\u{200b}\u{2800}".to_owned(), "ñ".repeat(limits::CHAT_TEXT + 1)]
        {
            panel.change(|state, env| state.typed(Field::Message, &text, env));
            panel.take();
            panel.change(|state, env| state.send_message(id(50), &text, env));
            assert_eq!(panel.state.draft.message, text);
            assert_eq!(panel.take(), [Effect::Focus(Focus::Element(Id::ComposerMessage))]);
        }
        let longest = "ñ".repeat(limits::CHAT_TEXT);
        panel.change(|state, env| state.send_message(id(50), &longest, env));
        assert_eq!(deliveries(&panel), [Delivery::Sending]);
    }

    #[test]
    fn a_refused_message_can_be_taken_back_before_what_is_being_typed() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.send_message(id(50), "mal", env));
        let refusal = Refusal::new(Code::CharacterInvalid);
        panel.event(VisitorEvent::Refused { id: Some(id(50)), refusal });
        assert_eq!(deliveries(&panel), [Delivery::Refused(refusal)]);
        assert!(panel.posted().contains(&(
            crate::panel::state::effect::HostNotice::Error,
            "character_invalid".into()
        )));
        assert_eq!(panel.stored().unsent.len(), 1, "the text stays with its sender");
        panel.change(|state, env| state.typed(Field::Message, "otra", env));
        panel.change(|state, _| state.take_back(id(50)));
        assert_eq!(panel.state.draft.message, "mal\notra");
        assert!(panel.take().contains(&Effect::PutDraft));
        assert!(panel.stored().unsent.is_empty() && deliveries(&panel).is_empty());
        panel.change(|state, _| state.take_back(id(50)));
        assert_eq!(panel.state.draft.message, "mal\notra", "it is taken back once");
    }

    #[test]
    fn a_refused_message_tried_again_has_the_same_id() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.send_message(id(50), "mal", env));
        let refusal = Refusal::new(Code::Invalid);
        panel.event(VisitorEvent::Refused { id: Some(id(50)), refusal });
        panel.take();
        panel.change(|state, env| state.retry(id(50), env));
        let say = VisitorCommand::Say { id: id(50), text: "mal".into(), files: vec![] };
        assert_eq!(panel.sent(), [say]);
        assert_eq!(deliveries(&panel), [Delivery::Sending]);
    }
}

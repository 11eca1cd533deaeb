//! How far the visitor's own messages got, in words.

use super::{
    log_items::{first_unread, last_own},
    model::State,
};
use protocol::{EntryId, Timestamp, delivery::Delivery};

/// What stands under a message that did not arrive, and what can be done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryLabel {
    /// Empty: nothing stands there.
    pub words: String,
    /// *Editar* shows.
    pub can_edit: bool,
}

impl State {
    /// The label of an own message: empty unless it did not arrive.
    pub fn delivery_label(&self, id: EntryId, now: Timestamp) -> DeliveryLabel {
        let page = &self.page;
        let on_its_way = self.outbox.items(now).find(|(unsent, _)| unsent.id == id);
        match on_its_way.map(|(_, delivery)| delivery) {
            Some(Delivery::Failed) => DeliveryLabel { words: page.t("unsent"), can_edit: false },
            Some(Delivery::Refused(refusal)) => DeliveryLabel {
                words: [&page.t("unsent"), ". ", &page.word_refusal(&refusal)].concat(),
                can_edit: true,
            },
            Some(Delivery::Sending | Delivery::Sent { .. }) | None => DeliveryLabel::default(),
        }
    }

    /// Under the visitor's last message: how far it got. Empty where there is none, or it says so itself.
    pub fn receipt(&self, now: Timestamp) -> String {
        let words = match self.outbox.items(now).last() {
            Some((_, Delivery::Sending)) => "sending",
            Some((_, Delivery::Sent { .. })) => "delivered",
            Some((_, Delivery::Failed | Delivery::Refused(_))) => return String::new(),
            None => {
                let Some(seq) = last_own(self.timeline.entries()) else { return String::new() };
                let seen_upto = self.ticket.as_ref().map(|ticket| ticket.seen_upto);
                // Whoever answers has read it.
                let is_answered = first_unread(self.timeline.entries(), seq).is_some();
                if is_answered || seen_upto >= Some(seq) { "read" } else { "delivered" }
            }
        };
        self.page.t(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, agents, entry, id, own};
    use protocol::{Code, Refusal, Seq, limits, visitor::VisitorEvent};

    fn label(panel: &Panel, n: u128) -> DeliveryLabel {
        panel.state.delivery_label(id(n), panel.env.now)
    }

    fn receipt(panel: &Panel) -> String {
        panel.state.receipt(panel.env.now)
    }

    #[test]
    fn a_message_is_sending_delivered_and_read() {
        let mut panel = Panel::in_a_chat();
        assert_eq!(receipt(&panel), "panel.delivered");
        panel.change(|state, env| state.send_message(id(2), "dos", env));
        assert_eq!(receipt(&panel), "panel.sending");
        panel.event(VisitorEvent::Ack { id: id(2), seq: Seq(2), at: panel.env.now });
        assert_eq!(receipt(&panel), "panel.delivered");
        panel.event(VisitorEvent::Entry { entry: entry(2, own("dos")) });
        assert_eq!(receipt(&panel), "panel.delivered");
        panel.event(VisitorEvent::Seen { upto: Seq(2) });
        assert_eq!(receipt(&panel), "panel.read");
        for n in [1, 2] {
            assert_eq!(label(&panel, n), DeliveryLabel::default());
        }
        panel.event(VisitorEvent::Entry { entry: entry(3, agents("tres")) });
        assert_eq!(receipt(&panel), "panel.read", "it stays under its message");
    }

    #[test]
    fn an_answer_says_that_the_message_before_it_was_read() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Entry { entry: entry(2, agents("dos")) });
        assert_eq!(receipt(&panel), "panel.read");
        panel.change(|state, env| state.send_message(id(3), "tres", env));
        assert_eq!(receipt(&panel), "panel.sending");
    }

    #[test]
    fn what_did_not_arrive_says_so_and_what_was_refused_can_be_edited() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(2), "dos", env));
        panel.wait(limits::UNSENT_AFTER);
        let failed = DeliveryLabel { words: "panel.unsent".into(), can_edit: false };
        assert_eq!((label(&panel, 2), receipt(&panel)), (failed, String::new()));
        let refusal = Refusal::new(Code::Invalid);
        panel.event(VisitorEvent::Refused { id: Some(id(2)), refusal });
        let words = "panel.unsent. error.invalid".into();
        assert_eq!(label(&panel, 2), DeliveryLabel { words, can_edit: true });
    }

    #[test]
    fn a_removed_queue_is_not_named_to_a_visitor() {
        for code in [Code::QueueRemoved, Code::AgentRemoved] {
            let mut panel = Panel::in_a_chat();
            panel.change(|state, env| state.send_message(id(2), "dos", env));
            panel.event(VisitorEvent::Refused { id: Some(id(2)), refusal: Refusal::new(code) });
            assert_eq!(label(&panel, 2).words, "panel.unsent. panel.only_end");
            panel.event(VisitorEvent::Refused { id: None, refusal: Refusal::new(code) });
            assert_eq!(panel.state.notice, "panel.only_end");
        }
    }
}

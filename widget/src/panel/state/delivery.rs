//! How far the visitor's own messages got, in words.

use super::{log_items::last_is_own, model::State};
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

    /// Under the log: how far the message got that it ends with. Empty where that is no own message, or says so itself.
    pub fn receipt(&self, now: Timestamp) -> String {
        let words = match self.outbox.items(now).last() {
            Some((_, Delivery::Sending)) => "sending",
            Some((_, Delivery::Sent { .. })) => "delivered",
            Some((_, Delivery::Failed | Delivery::Refused(_))) => return String::new(),
            None => {
                let Some(seq) = last_is_own(self.timeline.entries()) else { return String::new() };
                let seen_upto = self.ticket.as_ref().map(|ticket| ticket.seen_upto);
                if seen_upto >= Some(seq) { "read" } else { "delivered" }
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
    fn a_message_is_sending_delivered_read_under_the_log_and_not_in_it() {
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
        assert_eq!(receipt(&panel), "", "an answer says that it was read");
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
}

//! How far an own message got, in words.

use super::model::State;
use protocol::{EntryId, Seq, Timestamp, delivery::Delivery};

/// What stands under an own message, and what can be done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryLabel {
    /// Empty: nothing stands there.
    pub words: String,
    /// *Reintentar* shows.
    pub can_retry: bool,
    /// *Editar* shows.
    pub can_edit: bool,
}

impl State {
    /// The label of an own message. `last` is the last one that arrived: only under that one *entregado* or *leído* shows.
    pub fn delivery_label(
        &self,
        id: EntryId,
        last: Option<(EntryId, Seq)>,
        now: Timestamp,
    ) -> DeliveryLabel {
        let page = &self.page;
        let on_its_way = self.outbox.items(now).find(|(unsent, _)| unsent.id == id);
        let words = match on_its_way.map(|(_, delivery)| delivery) {
            Some(Delivery::Sending) => page.t("sending"),
            Some(Delivery::Sent { .. }) => page.t("delivered"),
            Some(Delivery::Failed) => {
                let words = page.t("unsent");
                return DeliveryLabel { words, can_retry: true, can_edit: false };
            }
            Some(Delivery::Refused(refusal)) => {
                let words = [&page.t("unsent"), ". ", &page.word_refusal(&refusal)].concat();
                return DeliveryLabel { words, can_retry: true, can_edit: true };
            }
            None => match last {
                Some((last, seq)) if last == id => {
                    let seen_upto = self.ticket.as_ref().map(|ticket| ticket.seen_upto);
                    page.t(if seen_upto >= Some(seq) { "read" } else { "delivered" })
                }
                _ => String::new(),
            },
        };
        DeliveryLabel { words, can_retry: false, can_edit: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::{
        fixture::{Panel, entry, id, own},
        last_own,
    };
    use protocol::{Code, Refusal, limits, visitor::VisitorEvent};

    fn label(panel: &Panel, n: u128) -> DeliveryLabel {
        let last = last_own(panel.state.timeline.entries());
        panel.state.delivery_label(id(n), last, panel.env.now)
    }

    fn plain(words: &str) -> DeliveryLabel {
        DeliveryLabel { words: words.into(), ..DeliveryLabel::default() }
    }

    #[test]
    fn a_message_is_sending_delivered_read() {
        let mut panel = Panel::in_a_chat();
        assert_eq!(label(&panel, 1), plain("panel.delivered"));
        panel.change(|state, env| state.send_message(id(2), "dos", env));
        assert_eq!(label(&panel, 2), plain("panel.sending"));
        panel.event(VisitorEvent::Ack { id: id(2), seq: Seq(2), at: panel.env.now });
        assert_eq!(label(&panel, 2), plain("panel.delivered"));
        panel.event(VisitorEvent::Entry { entry: entry(2, own("dos")) });
        assert_eq!(label(&panel, 2), plain("panel.delivered"));
        assert_eq!(label(&panel, 1), plain(""), "only the last one says so");
        panel.event(VisitorEvent::Seen { upto: Seq(2) });
        assert_eq!(label(&panel, 2), plain("panel.read"));
    }

    #[test]
    fn what_did_not_arrive_can_be_tried_again_and_what_was_refused_edited_too() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(2), "dos", env));
        panel.wait(limits::UNSENT_AFTER);
        let failed = DeliveryLabel { can_retry: true, ..plain("panel.unsent") };
        assert_eq!(label(&panel, 2), failed);
        let refusal = Refusal::new(Code::Invalid);
        panel.event(VisitorEvent::Refused { id: Some(id(2)), refusal });
        let words = "panel.unsent. error.invalid".into();
        assert_eq!(label(&panel, 2), DeliveryLabel { words, can_retry: true, can_edit: true });
    }
}

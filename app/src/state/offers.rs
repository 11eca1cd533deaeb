//! The chats that ring at this agent, the oldest first.

use protocol::{ChatId, agent::Offer};

/// Adds or changes an offer; true when it is new and a sound should be played.
pub fn add(offers: &mut Vec<Offer>, offer: Offer) -> bool {
    if let Some(known) = offers.iter_mut().find(|known| known.chat == offer.chat) {
        *known = offer;
        return false;
    }
    let at = offers.partition_point(|known| (known.since, known.chat) < (offer.since, offer.chat));
    offers.insert(at, offer);
    true
}

/// Takes an offer away; true when it was there.
pub fn remove(offers: &mut Vec<Offer>, chat: ChatId) -> bool {
    let before = offers.len();
    offers.retain(|offer| offer.chat != chat);
    offers.len() != before
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{TicketId, TicketNumber, Timestamp, agent::OfferKind, contact::Contact};
    use uuid::Uuid;

    pub(crate) fn offer(n: u128, since: i64) -> Offer {
        Offer {
            chat: ChatId(Uuid::from_u128(n)),
            ticket: TicketId(Uuid::from_u128(n)),
            number: TicketNumber(format!("CO-{n}")),
            queue: "Soporte general".into(),
            site: "CuentasOK".into(),
            contact: Contact::default(),
            page: None,
            message: String::new(),
            since: Timestamp(since),
            subject: None,
            rings_from: Timestamp(0),
            rings_until: Timestamp(since + 20_000),
            kind: OfferKind::Chat,
            offer: None,
            from: None,
            note: None,
        }
    }

    #[test]
    fn the_oldest_offer_is_first_and_rings_once() {
        let mut offers = Vec::new();
        assert!(add(&mut offers, offer(2, 20)));
        assert!(add(&mut offers, offer(1, 10)));
        assert!(!add(&mut offers, offer(2, 20)));
        assert_eq!(offers.iter().map(|o| o.since.0).collect::<Vec<_>>(), [10, 20]);
        assert!(remove(&mut offers, ChatId(Uuid::from_u128(1))));
        assert!(!remove(&mut offers, ChatId(Uuid::from_u128(1))));
        assert_eq!(offers.len(), 1);
    }
}

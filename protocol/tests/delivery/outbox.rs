//! Messages on their way.

use crate::{JITTER, id, second};
use protocol::{
    Code, Refusal, Seq, Timestamp,
    delivery::{Delivery, Outbox, Unsent},
};

fn item(outbox: &Outbox, now: Timestamp) -> Option<Delivery> {
    outbox.items(now).next().map(|(_, delivery)| delivery)
}

#[test]
fn a_message_turns_to_unsent_after_a_minute_and_is_tried_all_the_same() {
    let mut outbox = Outbox::default();
    outbox.add(id(1), "hola".into(), Vec::new(), second(0));
    assert!(outbox.due(second(0), JITTER).is_empty(), "nothing is due without a socket");
    assert_eq!(item(&outbox, second(59)), Some(Delivery::Sending));
    assert_eq!(outbox.next_due(second(0)), Some(second(60)));
    assert_eq!(item(&outbox, second(60)), Some(Delivery::Failed));
    outbox.on_connect();
    assert_eq!(outbox.due(second(70), JITTER).len(), 1);
    assert!(outbox.on_ack(id(1), Seq(7), second(71)));
    assert!(!outbox.on_ack(id(1), Seq(7), second(71)));
    assert_eq!(item(&outbox, second(71)), Some(Delivery::Sent { seq: Seq(7), at: second(71) }));
    assert!(outbox.due(second(200), JITTER).is_empty());
    assert!(outbox.on_shown(id(1)));
    assert!(outbox.is_empty());
}

#[test]
fn tries_come_after_one_second_doubling_to_thirty() {
    let mut outbox = Outbox::default();
    outbox.on_connect();
    outbox.add(id(1), "hola".into(), Vec::new(), second(0));
    let tries: Vec<u64> =
        (0..130).filter(|&now| !outbox.due(second(now), 1.0).is_empty()).collect();
    assert_eq!(tries, [0, 1, 3, 7, 15, 31, 61, 91, 121]);
    outbox.retry(id(1), second(200));
    let again: Vec<u64> =
        (200..205).filter(|&now| !outbox.due(second(now), 1.0).is_empty()).collect();
    assert_eq!(again, [200, 201, 203]);
}

#[test]
fn what_the_server_will_not_have_is_shown_and_kept() {
    let mut outbox = Outbox::default();
    outbox.on_connect();
    outbox.add(id(1), "hola".into(), Vec::new(), second(0));
    outbox.add(id(2), "¿hay alguien?".into(), Vec::new(), second(0));
    outbox.due(second(0), JITTER);
    let refusal = Refusal::new(Code::ChatEnded);
    outbox.on_refused(id(1), refusal, second(1), JITTER);
    assert_eq!(item(&outbox, second(100)), Some(Delivery::Refused(refusal)));
    let due = outbox.due(second(100), JITTER);
    assert_eq!(due.iter().map(|unsent| unsent.id).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(outbox.take_back(id(1)).expect("kept").text, "hola");
}

#[test]
fn with_what_goes_again_goes_everything_that_was_written_after_it() {
    let mut outbox = Outbox::default();
    outbox.on_connect();
    for n in 1..=3 {
        outbox.add(id(n), n.to_string(), Vec::new(), second(0));
    }
    outbox.due(second(0), JITTER);
    // The second one's answer is late; that of the first has come.
    outbox.on_refused(id(1), Refusal::new(Code::TryAgain), second(0), JITTER);
    outbox.add(id(4), "4".into(), Vec::new(), second(0));
    let due = outbox.due(second(40), JITTER);
    assert_eq!(due.iter().map(|unsent| unsent.id).collect::<Vec<_>>(), [1, 2, 3, 4].map(id));
    // A third try of the first comes later than a second one of the last.
    outbox.on_refused(id(1), Refusal::new(Code::TryAgain), second(40), JITTER);
    for seconds in 41..200 {
        let due = outbox.due(second(seconds), JITTER);
        let ids: Vec<_> = due.iter().map(|unsent| unsent.id).collect();
        assert!([&[][..], &[1, 2, 3, 4].map(id)].iter().any(|all| ids == *all), "{ids:?}");
    }
}

#[test]
fn what_storage_held_comes_back_once_and_in_the_order_it_was_written() {
    let mut written = Outbox::default();
    let mut kept: Vec<Unsent> =
        (1..=3).map(|n| written.add(id(n), n.to_string(), Vec::new(), second(0))).collect();
    kept.rotate_left(1);
    kept.push(kept[0].clone());
    let restored = Outbox::restore(kept);
    let texts: Vec<&str> =
        restored.items(second(0)).map(|(unsent, _)| unsent.text.as_str()).collect();
    assert_eq!(texts, ["1", "2", "3"]);
}

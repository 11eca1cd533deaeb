//! The server's list as a client has it.

use crate::{id, second};
use protocol::{
    Seq,
    delivery::{Applied, Timeline},
    entry::{VisitorBody, VisitorEntry},
};

#[test]
fn a_gap_is_asked_for_once_and_never_shown() {
    let entry = |seq: i64| VisitorEntry {
        seq: Seq(seq),
        id: id(seq.unsigned_abs().into()),
        at: second(0),
        body: VisitorBody::Hidden,
    };
    let mut timeline = Timeline::new();
    assert_eq!(timeline.live(entry(1)), Applied { added: 0..1, ask: None });
    assert_eq!(timeline.live(entry(4)), Applied { added: 1..1, ask: Some(Seq(1)) });
    assert_eq!(timeline.live(entry(5)), Applied { added: 1..1, ask: None });
    assert_eq!(timeline.live(entry(1)), Applied { added: 1..1, ask: None });
    assert!(timeline.is_behind());
    assert_eq!(timeline.page([entry(2), entry(3)], Seq(5)), Applied { added: 1..5, ask: None });
    assert_eq!(timeline.last(), Seq(5));
    assert!(timeline.contains(id(4)) && !timeline.contains(id(6)));
}

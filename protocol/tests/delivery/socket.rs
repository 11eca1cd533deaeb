//! When a socket is opened again, and when it is given up.

use crate::second;
use protocol::delivery::{Pulse, PulseCheck, Reconnect};
use std::time::Duration;

#[test]
fn a_socket_comes_back_later_each_time_until_it_is_greeted() {
    let mut reconnect = Reconnect::default();
    let pauses: Vec<u128> = (0..7).map(|_| reconnect.pause(0.0).as_millis()).collect();
    assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    reconnect.on_connect();
    assert_eq!(reconnect.pause(1.0), Duration::from_secs(1));
    reconnect.on_connect();
    reconnect.on_going_away(5_000);
    assert_eq!(reconnect.pause(1.0), Duration::from_secs(6));
}

#[test]
fn a_silent_socket_is_asked_and_then_given_up() {
    let mut pulse = Pulse::new(second(0));
    assert_eq!(pulse.check(second(24)), PulseCheck::Fine);
    assert_eq!(pulse.check(second(25)), PulseCheck::Ping);
    assert_eq!(pulse.check(second(26)), PulseCheck::Fine);
    pulse.on_frame(second(30));
    assert_eq!(pulse.check(second(54)), PulseCheck::Fine);
    assert_eq!(pulse.check(second(55)), PulseCheck::Ping);
    assert_eq!(pulse.check(second(90)), PulseCheck::Dead);
    // A page that slept for an hour asks before it judges.
    let mut slept = Pulse::new(second(0));
    assert_eq!(slept.check(second(3600)), PulseCheck::Ping);
    assert_eq!(slept.check(second(3605)), PulseCheck::Fine);
    assert_eq!(slept.check(second(3610)), PulseCheck::Dead);
}

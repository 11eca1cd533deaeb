//! Hearing the other processes of one PostgreSQL, in every one that serves: what they have told is read once for all
//! sockets here, and published as if it had been committed here.
//!
//! A connection that ends says nothing of what it missed. Whenever one begins to listen, everything is read again, and
//! all sockets are told to read what they lack.

mod act;
mod everything;
mod nudges;
#[cfg(test)]
mod tests;

use crate::{
    Desk, Error, OpenError,
    db::Event,
    live::{
        NodeId, Notice,
        relay::{Listener, Message},
    },
};
use nudges::Nudges;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The pause before a lost connection is made again; each is twice as long, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Why a connection listens no longer.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("there is no connection that listens")]
    Open(#[from] OpenError),
    #[error("the connection that listens is lost")]
    Connection(#[from] sqlx::Error),
    #[error("the connection that listens was closed")]
    Closed,
    #[error("the connection that listens brings nothing back")]
    Silent,
    #[error("what the other processes did could not be read")]
    Read(#[from] Error),
}

/// Hears until the desk is closed. On SQLite there is nobody to hear.
pub(super) async fn run(desk: &Desk) {
    if !desk.db().is_postgres() {
        return;
    }
    let nudges = Nudges::default();
    let _in_order = desk.hub().keep_order();
    let work = async {
        tokio::join!(connect(desk), act::run(desk, &nudges), nudges.run(desk));
    };
    tokio::select! {
        () = desk.0.relay.closed() => {}
        () = work => {}
    }
}

/// Listens, by one connection after another.
async fn connect(desk: &Desk) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut has_begun = false;
        if let Err(why) = listen(desk, &mut has_begun).await {
            if has_begun {
                tracing::warn!(error = %why, cause = ?why, "the other processes are not heard");
                pause = FIRST_PAUSE;
            } else {
                tracing::debug!(error = %why, cause = ?why, "the other processes are not heard yet");
            }
        }
        // Several processes that lost the same server do not come back at once.
        sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
        pause = (2 * pause).min(LAST_PAUSE);
    }
}

/// Listens by one connection, to its end.
async fn listen(desk: &Desk, has_begun: &mut bool) -> Result<(), Ended> {
    let mut listener = Listener::open(desk).await?;
    everything::read(desk).await?;
    *has_begun = true;
    tracing::debug!("the other processes are heard");
    let lease = desk.options().node_lease;
    let mut beat = interval((lease / 3).max(Duration::from_millis(1)));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = listener.next() => match message? {
                Some(message) => hear(desk, message),
                None => return Err(Ended::Closed),
            },
            _ = beat.tick() => {
                let now = desk.moment();
                if desk.0.relay.beats().waits(now) >= lease {
                    return Err(Ended::Silent);
                }
                let number = desk.0.relay.beats().tell(now);
                desk.notify(Notice::Beat { number });
                desk.0.presence.forget_old(now);
                desk.0.panels.forget_old(now);
                desk.forget_old_watchers(now);
                desk.say_watchers();
            }
        }
    }
}

/// What needs nothing read happens at once; the rest is acted on by [`act`].
fn hear(desk: &Desk, message: Message) {
    match message {
        Message::Own(beat) => {
            if let Some(number) = beat {
                desk.0.relay.beats().hear(number, desk.moment());
            }
        }
        Message::Other(from, mut notices) => {
            notices.retain(|notice| !hear_at_once(desk, from, *notice));
            if !notices.is_empty() {
                desk.0.relay.hear(notices);
            }
        }
        Message::Unknown => {
            tracing::warn!("another version of Ayuda serves this database too");
            desk.0.relay.hear_everything();
        }
    }
}

/// Whether there is nothing more to do.
fn hear_at_once(desk: &Desk, from: NodeId, notice: Notice) -> bool {
    match notice {
        Notice::Beat { .. } => {}
        Notice::Typing { ticket, agent: None } => {
            desk.publish(Event::Typing { ticket, agent: None });
        }
        Notice::Typing { ticket, agent: Some(agent) } => {
            if let Some(agent) = desk.find_agent(agent) {
                let agent = Some((agent.id, agent.name.clone()));
                desk.publish(Event::Typing { ticket, agent });
            }
        }
        Notice::Panel { ticket, present } => desk.panel_elsewhere(from, ticket, present),
        Notice::AskPanel { ticket } => desk.say_panel(ticket),
        Notice::Watching { ticket, agent, present } => {
            desk.watching_elsewhere(from, (ticket, agent), present);
        }
        _ => return false,
    }
    true
}

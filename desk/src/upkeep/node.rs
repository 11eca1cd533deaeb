//! What a process on PostgreSQL tells the others of itself for as long as it serves, and what follows from what they
//! tell.

use crate::{Desk, Result, Stop, hours::availability, live::NodeId};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// A sign that could not be given is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// A stopping process says so within this, or lets its lease run out.
const LAST_WORD: Duration = Duration::from_secs(3);

/// Gives signs, writes consoles that come and go, and reads those of others, until `stop` is set.
pub(super) async fn run(desk: &Desk, mut stop: Stop) {
    if !desk.db().is_postgres() {
        return;
    }
    let nodes = &desk.0.nodes;
    while !stop.is_set() {
        let pause = match desk.give_sign().await {
            Ok(()) => nodes.beat(),
            Err(error) => {
                tracing::warn!(%error, "the other nodes could not be given a sign");
                AGAIN.min(nodes.beat())
            }
        };
        hear(desk).await;
        let listen = async {
            loop {
                nodes.to_read().await;
                hear(desk).await;
            }
        };
        tokio::select! {
            () = stop.wait() => {}
            () = nodes.to_write() => {}
            () = sleep(pause) => {}
            () = listen => {}
        }
    }
    match timeout(LAST_WORD, desk.say_stopping()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the other nodes could not be told of the end"),
        Err(_) => tracing::warn!("the other nodes could not be told of the end in time"),
    }
}

async fn hear(desk: &Desk) {
    match timeout(desk.0.nodes.beat(), read(desk)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "the consoles at other nodes could not be read");
        }
        Err(_) => tracing::warn!("the consoles at other nodes could not be read in time"),
    }
}

/// Reads which nodes are there and where consoles are; buttons, offers and panels follow. False: this process is cut
/// off, and knows nothing for certain.
pub(super) async fn read(desk: &Desk) -> Result<bool> {
    if desk.0.nodes.is_cut_off(desk.moment()) {
        return Ok(false);
    }
    let changed = desk.read_nodes().await?;
    for node in changed.gone {
        desk.node_is_gone(node);
    }
    if !changed.agents.is_empty() {
        availability::recompute(desk, None);
        for agent in changed.agents {
            desk.0.changes.agent_changed(agent);
        }
    }
    Ok(true)
}

impl Desk {
    /// A process is gone, and with it its panels and what its consoles had on screen.
    pub fn node_is_gone(&self, node: NodeId) {
        self.panels_are_gone(node);
        self.watchers_are_gone(node);
    }
}

//! A node is killed while everybody talks.

use crate::{
    agent::{Agent, Habits},
    checks::{messages_are_there_once_and_in_order, no_chat_was_taken_away, rows_agree},
    cluster::{Cluster, Setup},
    visitor::{Seen, Visitor},
};
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(40);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_on_a_killed_node_goes_on_at_another_and_nothing_is_lost_or_said_twice() {
    let setup = Setup { limits: "capacity = 10", ..Setup::default() };
    let Some(mut cluster) = Cluster::start(setup).await else { return };
    let mut agents: Vec<Agent> = Vec::new();
    for (name, node) in [("Lucia", 1), ("Raul", 2)] {
        let agent = cluster.agent(name, cluster.door(node)).await;
        agent.follow(Habits { takes: true, answers_every: 2, ends_after: 0 });
        agents.push(agent);
    }
    let mut visitors: Vec<Visitor> = Vec::new();
    for n in 0..6 {
        visitors.push(cluster.visitor(cluster.door(n % 3)).await);
    }
    for visitor in &mut visitors {
        visitor.until("an agent joined", Seen::is_active).await;
        visitor.talk(Some(EVERY));
    }
    // The one that does what nobody asks for is among them.
    for node in [1, 0, 2] {
        cluster.nodes[node].kill().await;
        for visitor in &mut visitors {
            let acked = visitor.seen().record.acked.len();
            visitor.until("it goes on", |seen| seen.record.acked.len() > acked + 5).await;
        }
        cluster.start_node(node).await;
    }
    for visitor in &mut visitors {
        visitor.talk(None);
        visitor.settles().await;
    }
    for agent in &mut agents {
        agent.settles().await;
    }
    messages_are_there_once_and_in_order(&cluster, &visitors, &agents).await;
    no_chat_was_taken_away(&cluster).await;
    rows_agree(&cluster).await;
}

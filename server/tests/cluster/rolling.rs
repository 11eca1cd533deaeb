//! One node after the other is told to end and started again, as an upgrade in place does.

use crate::{
    agent::{Agent, Habits},
    checks::{messages_are_there_once_and_in_order, no_chat_was_taken_away, rows_agree},
    cluster::{Cluster, Setup},
    visitor::Visitor,
};
use std::time::Duration;

/// Sockets of visitors; with those of the four agents there are 200.
const VISITORS: usize = 196;
/// Of each agent.
const CAPACITY: usize = 45;
/// Each visitor in a chat says something so often.
const EVERY: Duration = Duration::from_secs(4);
/// Visitors who come at once.
const AT_ONCE: usize = 14;
const OPEN_OFFERS: &str = "select id from offers where outcome is null order by id";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rolling_restart_costs_two_hundred_sockets_no_message_no_place_and_no_offer() {
    let limits = "capacity = 45\nqueue_limit = 1000\nring_time = \"1h\"";
    let Some(mut cluster) = Cluster::start(Setup { limits, ..Setup::default() }).await else {
        return;
    };
    let mut agents: Vec<Agent> = Vec::new();
    for (n, name) in ["Lucia", "Raul", "Sofia", "Diego"].into_iter().enumerate() {
        let agent = cluster.agent(name, cluster.door(n % 3)).await;
        // The last one lets everything ring.
        let takes = n < 3;
        agent.follow(Habits { takes, answers_every: if takes { 3 } else { 0 }, ends_after: 0 });
        agents.push(agent);
    }
    let mut visitors: Vec<Visitor> = Vec::new();
    while visitors.len() < VISITORS {
        let mut arriving: Vec<Visitor> =
            (0..AT_ONCE).map(|n| Visitor::arrive(cluster.door(n % 3))).collect();
        for visitor in &mut arriving {
            visitor.until("a greeting", |seen| seen.ticket.is_some()).await;
        }
        visitors.append(&mut arriving);
    }
    cluster
        .until_count("select count(*) from chats where state = 'active'", |n| n == CAPACITY * 3)
        .await;
    cluster
        .until_count("select count(*) from chats where state = 'ringing'", |n| n == CAPACITY)
        .await;
    cluster.until_count("select count(*) from chats", |n| n == VISITORS).await;
    let waiting = VISITORS - CAPACITY * 4;
    agents[3].until("all that may ring here do", |desk| desk.offers.len() == CAPACITY).await;
    let offers = cluster.rows(OPEN_OFFERS).await;
    for visitor in &mut visitors {
        visitor.talk(Some(EVERY));
    }
    let line = "select id from chats where state in ('waiting', 'ringing') order by first_in_line desc, priority, started_at, id";
    let line_before = cluster.rows(line).await;
    assert_eq!(line_before.len(), CAPACITY + waiting);

    for node in 0..3 {
        let ended = cluster.nodes[node].stop().await;
        assert!(ended.success(), "{ended}");
        cluster.start_node(node).await;
        let acked: Vec<usize> =
            visitors.iter().map(|visitor| visitor.seen().record.acked.len()).collect();
        for (visitor, acked) in visitors.iter_mut().zip(acked) {
            visitor.until("it goes on", |seen| seen.record.acked.len() > acked).await;
        }
    }

    for visitor in &mut visitors {
        visitor.talk(None);
        visitor.settles().await;
        let seen = visitor.seen();
        assert!(seen.farewells > 0 && seen.greetings > 1, "its node said that it goes");
    }
    for agent in &mut agents {
        agent.settles().await;
        assert!(agent.desk().farewells > 0, "its node said that it goes");
    }
    assert_eq!(cluster.rows(line).await, line_before, "nobody lost their place");
    assert_eq!(cluster.rows(OPEN_OFFERS).await, offers, "nothing rang off");
    agents[3].until("all that rang ring on", |desk| desk.offers.len() == CAPACITY).await;
    messages_are_there_once_and_in_order(&cluster, &visitors, &agents).await;
    no_chat_was_taken_away(&cluster).await;
    rows_agree(&cluster).await;
}

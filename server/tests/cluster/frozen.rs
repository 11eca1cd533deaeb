//! A node that stands still and goes on later, as a machine does that slept: by then others have decided.

use crate::{
    agent::Habits,
    checks::rows_agree,
    cluster::{Cluster, LEASE, Setup},
    visitor::Seen,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_frozen_keeper_decides_when_it_goes_on_changes_nothing() {
    // The offer is over while the keeper is frozen: that is what it finds to be decided when it goes on.
    let setup = Setup { limits: "ring_time = \"3s\"", ..Setup::default() };
    let Some(cluster) = Cluster::start(setup).await else { return };
    let frozen = cluster.keeper().await;
    let [here, there] = [(frozen + 1) % 3, (frozen + 2) % 3];
    // The first one has been idle for longest.
    let mut first = cluster.agent("Lucia", cluster.door(here)).await;
    let mut second = cluster.agent("Raul", cluster.door(there)).await;
    cluster.balancer.take_out(frozen);
    let mut visitor = cluster.visitor(cluster.door(here)).await;
    first.until("it rings", |desk| !desk.offers.is_empty()).await;
    cluster.nodes[frozen].freeze();
    first.until("it rings no longer", |desk| desk.offers.is_empty()).await;
    let ticket = second.take_in_the_end().await;
    second.say(ticket, "Ya estoy");
    visitor.hears("Ya estoy").await;
    cluster.until_node_is_gone(frozen, LEASE * 2).await;
    let keeper = cluster.keeper().await;
    assert_ne!(keeper, frozen);
    let history = "select id, to_agent, outcome, settled_at from offers order by id";
    let before = cluster.rows(history).await;

    cluster.nodes[frozen].thaw();
    cluster.until_node_is_back(frozen).await;
    cluster.until_node_is_back(frozen).await;
    // It serves again, and what it serves is how things are. Who let the offer ring is in RONA since.
    first.become_state("available").await;
    first.follow(Habits { takes: true, ..Habits::default() });
    let mut other = cluster.visitor(cluster.door(frozen)).await;
    other.until("an agent joined", Seen::is_active).await;
    visitor.say("Sigo aquí");
    second.hears(ticket, "Sigo aquí").await;
    let after = cluster.rows(history).await;
    assert_eq!(after[..before.len()], before[..], "what was settled stays so");
    let of_chat = format!(
        "select id from entries where ticket_id = '{ticket}' and kind in ('requeued', 'became_request')"
    );
    assert!(cluster.rows(&of_chat).await.is_empty());
    assert_eq!(cluster.keeper().await, keeper);
    rows_agree(&cluster).await;
}

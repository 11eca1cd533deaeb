//! Machines whose clocks are apart: what is decided goes by the database's.

use crate::{
    checks::{messages_are_there_once_and_in_order, no_chat_was_taken_away, rows_agree},
    cluster::{Cluster, LEASE, Setup},
    page::Page,
    shim,
    visitor::Seen,
};

/// In seconds; more than a lease.
const APART: [i32; 3] = [15, 0, -15];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_whose_clocks_are_fifteen_seconds_apart_agree_on_who_is_there() {
    let tools = tempfile::tempdir().expect("a folder");
    let library = shim::build("cluster/clock", tools.path()).display().to_string();
    let of_nodes = APART.map(|seconds| {
        vec![("LD_PRELOAD", library.clone()), ("CLOCK_IS_OFF_BY", seconds.to_string())]
    });
    let setup = Setup { limits: "ring_time = \"1h\"\ndrop_grace = \"0s\"", of_nodes };
    let Some(cluster) = Cluster::start(setup).await else { return };
    let mut agent = cluster.agent("Lucia", cluster.only_door(2)).await;
    let mut visitor = cluster.visitor(cluster.only_door(0)).await;
    let ticket = agent.take().await;
    visitor.until("the agent joined", Seen::is_active).await;
    // Another chat rings meanwhile, and is not withdrawn.
    let waiting = cluster.visitor(cluster.only_door(1)).await;
    agent.until("it rings", |desk| !desk.offers.is_empty()).await;
    visitor.say("Desde el futuro");
    agent.hears(ticket, "Desde el futuro").await;
    agent.say(ticket, "Desde el pasado");
    visitor.hears("Desde el pasado").await;
    // The shim is at work: what was said later is dated earlier.
    let dates = format!(
        "select at from entries where kind in ('visitor', 'agent') and ticket_id = '{ticket}' order by seq"
    );
    let dates: Vec<i64> =
        cluster.rows(&dates).await.iter().map(|at| at.parse().expect("ms")).collect();
    assert!(!dates.is_sorted(), "{dates:?}");

    // Every node has renewed its lease several times over, and nobody was taken for gone.
    let known = cluster.rows("select id from nodes order by id").await;
    assert_eq!(known.len(), 3);
    let keeper = cluster.rows("select node_id from keeper").await;
    let now = cluster.rows("select max(seen_at) from nodes").await;
    let renewed = format!(
        "select count(*) from nodes where seen_at > {} + {}",
        now[0],
        2 * LEASE.as_millis()
    );
    cluster.until_count(&renewed, |n| n == 3).await;
    assert_eq!(cluster.rows("select id from nodes order by id").await, known);
    assert_eq!(cluster.rows("select node_id from keeper").await, keeper);
    assert_eq!(cluster.count("select count(*) from offers where outcome is null").await, 1);
    assert_eq!(waiting.seen().place(), Some(1));
    for node in &cluster.nodes {
        let mut page = Page::open(node.address).await;
        page.until("Chat").await;
    }
    visitor.settles().await;
    agent.settles().await;
    messages_are_there_once_and_in_order(&cluster, &[visitor, waiting], &[agent]).await;
    no_chat_was_taken_away(&cluster).await;
    rows_agree(&cluster).await;
}

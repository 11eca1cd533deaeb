//! What crosses between nodes comes by a connection of each one's own, which is cut.

use crate::{
    checks::{messages_are_there_once_and_in_order, rows_agree},
    cluster::{Cluster, Setup},
    page::Page,
    visitor::Seen,
};

const CUTS: usize = 6;
const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'ayuda node %'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_listeners_connections_cut_everything_still_arrives_on_other_nodes() {
    let Some(cluster) = Cluster::start(Setup::default()).await else { return };
    let mut agent = cluster.agent("Lucia", cluster.door(1)).await;
    let mut visitor = cluster.visitor(cluster.door(0)).await;
    let ticket = agent.take().await;
    visitor.until("the agent joined", Seen::is_active).await;
    let mut page = Page::open(cluster.nodes[2].address).await;
    page.until("Chat").await;
    for n in 0..CUTS {
        let (before, after) = (format!("antes {n}"), format!("después {n}"));
        visitor.say(&before);
        cluster.until_count(CUT, |cut| cut > 0).await;
        visitor.say(&after);
        agent.hears(ticket, &before).await;
        agent.hears(ticket, &after).await;
        agent.say(ticket, &after.to_uppercase());
        visitor.hears(&after.to_uppercase()).await;
        // What is no message is lost with the connection, and read again.
        cluster.until_count(CUT, |cut| cut > 0).await;
        agent.become_state(if n % 2 == 0 { "away" } else { "available" }).await;
        page.until(if n % 2 == 0 { "Ayuda" } else { "Chat" }).await;
    }
    visitor.settles().await;
    agent.settles().await;
    messages_are_there_once_and_in_order(&cluster, &[visitor], &[agent]).await;
    rows_agree(&cluster).await;
}

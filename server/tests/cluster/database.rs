//! The database is restarted under load.

use crate::{
    checks::{messages_are_there_once_and_in_order, no_chat_was_taken_away, rows_agree},
    cluster::{Cluster, Setup},
    page::Page,
    postgres::Stop,
    visitor::Seen,
};
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_of_the_database_costs_nobody_a_message_or_a_chat() {
    let setup = Setup { limits: "ring_time = \"1h\"", ..Setup::default() };
    let Some(mut cluster) = Cluster::start(setup).await else { return };
    let mut agent = cluster.agent("Lucia", cluster.door(1)).await;
    let mut visitor = cluster.visitor(cluster.door(0)).await;
    let ticket = agent.take().await;
    visitor.talk(Some(EVERY));
    // This one rings all the time.
    let mut other = cluster.visitor(cluster.door(2)).await;
    agent.until("the second one rings", |desk| !desk.offers.is_empty()).await;
    for how in [Stop::Fast, Stop::Immediate] {
        let said = visitor.seen().record.said.len();
        cluster.restart_database(how);
        visitor.until("it goes on", |seen| seen.record.acked.len() >= said + 5).await;
        agent.say(ticket, &format!("tras {how:?}"));
        visitor.hears(&format!("tras {how:?}")).await;
    }
    visitor.talk(None);
    agent.until("the second one still rings", |desk| !desk.offers.is_empty()).await;
    agent.take().await;
    other.until("the agent joined", Seen::is_active).await;
    let mut page = Page::open(cluster.nodes[2].address).await;
    page.until("Chat").await;
    agent.become_state("away").await;
    page.until("Ayuda").await;
    visitor.settles().await;
    agent.settles().await;
    messages_are_there_once_and_in_order(&cluster, &[visitor, other], &[agent]).await;
    no_chat_was_taken_away(&cluster).await;
    rows_agree(&cluster).await;
}

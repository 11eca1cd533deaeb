//! Offers where agents are on several nodes.

use crate::{
    agent::Desk,
    checks::rows_agree,
    cluster::{Cluster, Setup},
    visitor::Seen,
};
use std::time::Duration;

/// Longer than any test: what moves on does so for another reason.
const RINGS_ON: &str = "ring_time = \"1h\"";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_rings_where_its_agent_is_and_moves_on_when_that_node_is_killed() {
    let setup = Setup { limits: RINGS_ON, ..Setup::default() };
    let Some(mut cluster) = Cluster::start(setup).await else { return };
    // The first one has been idle for longest, and is on the node that does what nobody asks for.
    let mut first = cluster.agent("Lucia", cluster.door(0)).await;
    let mut second = cluster.agent("Raul", cluster.door(1)).await;
    let mut visitor = cluster.visitor(cluster.door(2)).await;
    first.until("it rings", |desk| !desk.offers.is_empty()).await;
    assert!(second.desk().offers.is_empty());
    cluster.nodes[0].kill().await;
    // Her browser was on that machine.
    drop(first);
    second.until("it rings there", |desk| !desk.offers.is_empty()).await;
    let ticket = second.take().await;
    visitor.until("the agent joined", Seen::is_active).await;
    visitor.say("¿Sigue ahí?");
    second.hears(ticket, "¿Sigue ahí?").await;
    let outcomes = cluster.rows("select outcome from offers order by offered_at").await;
    assert_eq!(outcomes, ["withdrawn", "accepted"]);
    rows_agree(&cluster).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_stays_with_an_agent_who_has_a_console_on_a_living_node_and_goes_back_when_none_has()
{
    let limits = "ring_time = \"1h\"\ndrop_grace = \"0s\"";
    let setup = Setup { limits, ..Setup::default() };
    let Some(mut cluster) = Cluster::start(setup).await else { return };
    let mut here = cluster.agent("Lucia", cluster.door(1)).await;
    let mut there = here.another_console(cluster.door(2)).await;
    let mut visitor = cluster.visitor(cluster.door(0)).await;
    let ticket = here.take().await;
    visitor.until("the agent joined", Seen::is_active).await;
    // Somebody is left for whom it can wait.
    let _raul = cluster.agent("Raul", cluster.door(0)).await;
    cluster.nodes[1].kill().await;
    drop(here);
    // Long after it counts as gone.
    cluster.until_node_is_gone(1, Duration::from_secs(35)).await;
    visitor.say("¿Sigue ahí?");
    there.hears(ticket, "¿Sigue ahí?").await;
    there.say(ticket, "Aquí sigo");
    visitor.hears("Aquí sigo").await;
    assert_eq!(cluster.count("select count(*) from entries where kind = 'requeued'").await, 0);
    drop(there);
    visitor.until("it waits again", |seen| seen.place() == Some(1)).await;
    rows_agree(&cluster).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_agents_on_every_node_who_take_a_chat_at_once_one_has_it() {
    let setup = Setup { limits: RINGS_ON, ..Setup::default() };
    let Some(cluster) = Cluster::start(setup).await else { return };
    let mut agents = Vec::new();
    for (name, node) in [("Lucia", 0), ("Raul", 1), ("Sofia", 2)] {
        agents.push(cluster.agent(name, cluster.door(node)).await);
    }
    for round in 0..5 {
        let visitor = cluster.visitor(cluster.door(round % 3)).await;
        let number = visitor.seen().number().to_owned();
        let mut chats = Vec::new();
        for agent in &mut agents {
            let row = |desk: &Desk| desk.chat_of(&number);
            agent.until("the chat is in the list", |desk| row(desk).is_some()).await;
            chats.push(row(&agent.desk()).expect("a chat"));
        }
        let [one, two, three] = [0, 1, 2].map(|n| agents[n].accept(chats[n]));
        let (one, two, three) = tokio::join!(one, two, three);
        let taken = [one, two, three].iter().flatten().count();
        assert_eq!(taken, 1, "in round {round}");
    }
    rows_agree(&cluster).await;
}

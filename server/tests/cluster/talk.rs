//! A visitor on one node and an agent on another.

use crate::{
    checks::{messages_are_there_once_and_in_order, rows_agree},
    cluster::{Cluster, Setup},
    page::Page,
    visitor::Seen,
    wait::eventually,
};
use protocol::{agent::AgentCommand, visitor::VisitorCommand};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_and_an_agent_on_different_nodes_talk() {
    let Some(cluster) = Cluster::start(Setup::default()).await else { return };
    let mut agent = cluster.agent("Lucia", cluster.door(1)).await;
    let mut visitor = cluster.visitor(cluster.door(0)).await;
    let ticket = agent.take().await;
    visitor.until("the agent joined", Seen::is_active).await;
    for n in 0..5 {
        let (question, answer) = (format!("pregunta {n}"), format!("respuesta {n}"));
        visitor.say(&question);
        agent.hears(ticket, &question).await;
        agent.say(ticket, &answer);
        visitor.hears(&answer).await;
    }
    visitor.settles().await;
    agent.settles().await;
    messages_are_there_once_and_in_order(&cluster, &[visitor], &[agent]).await;
    rows_agree(&cluster).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_types_who_is_there_and_what_was_read_is_seen_on_another_node() {
    let Some(cluster) = Cluster::start(Setup::default()).await else { return };
    let mut agent = cluster.agent("Lucia", cluster.door(1)).await;
    let mut visitor = cluster.visitor(cluster.door(2)).await;
    let ticket = agent.take().await;
    agent
        .until("the visitor is there", |desk| {
            let talk = desk.talks.get(&ticket);
            talk.is_some_and(|talk| talk.visitor_is_there && !talk.entries.is_empty())
        })
        .await;
    // Lost where a node hears nothing at that moment: who types on says so again.
    eventually("the visitor types", async || {
        visitor.send(VisitorCommand::Typing);
        (agent.desk().talks[&ticket].typing > 0).then_some(())
    })
    .await;
    eventually("the agent types", async || {
        agent.send(AgentCommand::Typing { ticket });
        (visitor.seen().typing > 0).then_some(())
    })
    .await;
    let upto = agent.desk().talks[&ticket].entries.last().expect("an entry").seq;
    agent.send(AgentCommand::Seen { ticket, upto });
    visitor.until("it was read", |seen| seen.read_upto >= upto).await;
    drop(visitor);
    agent.until("the visitor left", |desk| !desk.talks[&ticket].visitor_is_there).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_on_every_node_follow_an_agent_who_comes_and_goes_on_another() {
    let Some(cluster) = Cluster::start(Setup::default()).await else { return };
    let mut pages = Vec::new();
    for node in &cluster.nodes {
        let mut page = Page::open(node.address).await;
        page.until("Ayuda").await;
        pages.push(page);
    }
    let agent = cluster.agent("Lucia", cluster.door(1)).await;
    for (label, state) in [("Chat", "away"), ("Ayuda", "available"), ("Chat", "available")] {
        for page in &mut pages {
            page.until(label).await;
        }
        agent.become_state(state).await;
    }
    drop(agent);
    for page in &mut pages {
        page.until("Ayuda").await;
    }
}

//! Several nodes on one PostgreSQL: what they take together, and how long what happens on one takes to be seen on
//! another.

use super::{
    chats::{self, CONNECTIONS},
    delivery::{self, deliver},
    messages::acknowledge,
};
use crate::{
    client::{frames, http::Http},
    conversation::{agent, set_state, visitor},
    percentile::Times,
    plan::Plan,
    postgres::Postgres,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::{Result, bail};
use std::time::Instant;

/// Sockets that send messages on each node.
const SOCKETS: usize = 64;
/// How often the agent comes and goes.
const FLIPS: usize = 50;
/// Chats that ring at once at one agent: fewer than the site's `capacity`.
const RINGING: usize = 900;

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let mut readings = Vec::new();
    for number in plan.numbers_of_nodes() {
        readings.extend(of_nodes(*number, plan, subject).await?);
    }
    Ok(readings)
}

async fn of_nodes(number: usize, plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("several nodes have no floor") };
    let Some(postgres) = Postgres::find() else { return Ok(Vec::new()) };
    anyhow::ensure!(number > 0, "--nodes 0: one node at least");
    let of = if number == 1 { "1 node".to_owned() } else { format!("{number} nodes") };
    let mut readings = Vec::new();

    let nodes = Server::nodes(binary, &postgres.new_database()?, number).await?;
    let all: Vec<&Server> = nodes.iter().collect();
    let load = acknowledge(&all, SOCKETS * number, plan.seconds).await?;
    let figure = format!("durable messages/s, {of}, {SOCKETS} sockets on each");
    readings.push(Reading::new(figure, load.per_second, Unit::PerSecond));
    let p99 = load.waits.percentile(0.99);
    readings.push(Reading::new(format!("  ack p99, {of}"), p99, Unit::Milliseconds));
    drop(nodes);

    let nodes = Server::nodes(binary, &postgres.new_database()?, number).await?;
    let (of_visitors, of_agent) = apart(&nodes);
    let times = deliver(plan.seconds, &of_visitors, of_agent).await?;
    for (share, name, most) in [(0.5, "p50", None), (0.99, "p99", Some(50.0))] {
        let sockets = delivery::SOCKETS;
        let figure = format!("delivery from node to node {name}, {of}, {sockets} sockets, 1000/s");
        let reading = Reading::new(figure, times.percentile(share), Unit::Milliseconds);
        readings.push(match most {
            Some(most) => reading.with_target(Target::AtMost(most)),
            None => reading,
        });
    }
    drop(nodes);

    let nodes = Server::nodes(binary, &postgres.new_database()?, number).await?;
    let (of_visitors, of_agent) = apart(&nodes);
    let times = flip(of_visitors[0], of_agent).await?;
    let figure = format!("flip from node to node p99, {of}");
    let reading = Reading::new(figure, times.percentile(0.99), Unit::Milliseconds);
    readings.push(reading.with_target(Target::AtMost(1000.0)));
    let rate = offer(&of_visitors, of_agent).await?;
    let figure = format!("chats offered/s from node to node, {of}, {CONNECTIONS} connections");
    readings.push(Reading::new(figure, rate, Unit::PerSecond));
    Ok(readings)
}

/// The agent's node is none of the visitors', where there is another.
fn apart(nodes: &[Server]) -> (Vec<&Server>, &Server) {
    let (last, others) = nodes.split_last().expect("one node at least");
    if others.is_empty() { (vec![last], last) } else { (others.iter().collect(), last) }
}

/// From the agent's click to the panel that says otherwise.
async fn flip(of_visitor: &Server, of_agent: &Server) -> Result<Times> {
    let (mut console, cookie) = agent(of_agent).await?;
    tokio::spawn(async move { while console.receive().await.is_ok() {} });
    let mut panel = visitor(of_visitor, None).await?;
    let mut http = Http::connect(of_agent.port).await?;
    let mut times = Times::default();
    for state in ["away", "available"].into_iter().cycle().take(FLIPS) {
        let start = Instant::now();
        set_state(&mut http, &cookie, state).await?;
        panel.until(|frame| frames::is_open(frame) == Some(state == "available")).await?;
        times.add(start.elapsed());
    }
    Ok(times)
}

/// Chats that are started on the visitors' nodes, until all of them ring at the agent: so many a second.
async fn offer(of_visitors: &[&Server], of_agent: &Server) -> Result<f64> {
    let (mut console, _) = agent(of_agent).await?;
    let start = Instant::now();
    let starting = chats::start(of_visitors, RINGING);
    let ringing = async {
        let mut ringing = 0;
        while ringing < RINGING {
            ringing += usize::from(frames::is_offer(&console.receive().await?));
        }
        anyhow::Ok(())
    };
    tokio::try_join!(starting, ringing)?;
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let chats = RINGING as f64;
    Ok(chats / start.elapsed().as_secs_f64())
}

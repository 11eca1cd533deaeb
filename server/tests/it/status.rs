//! The button's answer: it flips for pages and panels within a second, by people and by the clock.

use crate::{
    engines::Engine,
    house::{EMAIL, House, on_each_engine},
    http::next_chunk,
    socket::Socket,
};
use protocol::{
    Seq,
    agent::AgentState,
    status::Reason,
    visitor::{VisitorCommand, VisitorEvent},
};
use std::time::{Duration, Instant};
use tokio::{io::BufReader, net::TcpStream, time::timeout};

/// A page that listens.
struct Page(BufReader<TcpStream>);

impl Page {
    async fn open(house: &House) -> Self {
        let ask = house.client.get("/w/tienda/events").header("origin", "https://tienda.example");
        let (reply, stream) = ask.open().await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.find("content-type"), Some("text/event-stream"));
        assert_eq!(reply.find("access-control-allow-origin"), Some("*"));
        Self(stream)
    }

    async fn status(&mut self) -> serde_json::Value {
        loop {
            let chunk = timeout(Duration::from_secs(5), next_chunk(&mut self.0));
            let chunk = chunk.await.expect("an event within five seconds").expect("a stream");
            let text = String::from_utf8(chunk).unwrap();
            if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                assert!(text.contains("event: status\n"));
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

async fn listener(house: &House) -> Socket {
    let mut socket = Socket::panel(house, "tienda").await;
    socket.say(&VisitorCommand::Hello { token: None, after: Seq::START }).await;
    socket
}

async fn heard(socket: &mut Socket) -> (bool, Reason) {
    let status = |event| match event {
        VisitorEvent::Status { status } => Some((status.open, status.reason)),
        _ => None,
    };
    socket.until(status).await
}

#[tokio::test]
async fn pages_and_panels_hear_an_agent_come_and_go() {
    on_each_engine(async |house| {
        let (_, agent) = house.agent(EMAIL).await;
        let (mut page, mut panel) = (Page::open(&house).await, listener(&house).await);
        assert_eq!(page.status().await["reason"], "no_agents");
        assert_eq!(heard(&mut panel).await, (false, Reason::NoAgents));
        let console = house.desk().console_connected(agent.id);
        let began = Instant::now();
        house.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
        assert_eq!(page.status().await["label"], "Chat");
        assert_eq!(heard(&mut panel).await, (true, Reason::Open));
        assert!(began.elapsed() < Duration::from_secs(1));
        house.desk().set_agent_state(agent.id, AgentState::Away).await.unwrap();
        assert_eq!(page.status().await["label"], "Ayuda");
        assert_eq!(heard(&mut panel).await, (false, Reason::NoAgents));
        house.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
        assert_eq!(page.status().await["open"], true);
        assert_eq!(heard(&mut panel).await, (true, Reason::Open));
        drop(console);
        assert_eq!(page.status().await["open"], false);
        assert_eq!(heard(&mut panel).await, (false, Reason::NoAgents));
    })
    .await;
}

#[tokio::test]
async fn pages_and_panels_hear_the_clock() {
    on_each_engine(async |house| {
        let _there = house.somebody_there().await;
        let (mut page, mut panel) = (Page::open(&house).await, listener(&house).await);
        let open = page.status().await;
        assert_eq!(
            (&open["open"], &open["changes_at"]),
            (&true.into(), &"2026-11-24T00:00:00Z".into())
        );
        assert_eq!(heard(&mut panel).await, (true, Reason::Open));
        // One second before six: still open. At six: closed.
        house.clock.advance(Duration::from_secs(8 * 3600 - 1));
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(house.is_open("tienda"));
        house.clock.advance(Duration::from_secs(1));
        let closed = page.status().await;
        assert_eq!((&closed["open"], &closed["reason"]), (&false.into(), &"outside_hours".into()));
        assert_eq!(closed["changes_at"], "2026-11-30T15:00:00Z");
        assert_eq!(heard(&mut panel).await, (false, Reason::OutsideHours));
    })
    .await;
}

#[tokio::test]
async fn the_last_console_that_closes_closes_the_button() {
    let house = House::new(Engine::Sqlite).await;
    let (cookie, agent) = house.agent(EMAIL).await;
    house.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    assert!(!house.is_open("tienda"));
    let mut console = Socket::console(&house, &cookie).await;
    console.say_agent(protocol::agent::AgentCommand::Hello).await;
    house.until(|| house.is_open("tienda")).await;
    drop(console);
    house.until(|| !house.is_open("tienda")).await;
}

#[tokio::test]
async fn status_is_cacheable_and_in_the_pages_language() {
    let house = House::new(Engine::Sqlite).await;
    let reply = house.client.get("/w/tienda/status?lang=pt-BR,pt,en").send().await;
    assert_eq!(reply.find("cache-control"), Some("public, max-age=5"));
    let status = reply.value();
    assert_eq!(
        (&status["open"], &status["label"], &status["reason"]),
        (&false.into(), &"Ayuda".into(), &"no_agents".into())
    );
    assert_ne!(
        status["strings"],
        house.client.get("/w/tienda/status").send().await.value()["strings"]
    );
    assert_eq!(house.client.get("/w/nadie/status").send().await.status, 404);
}

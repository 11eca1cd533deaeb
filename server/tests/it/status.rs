//! The button's answer: pages and panels hear it without asking, by people and by the clock.

use crate::world::{EMAIL, Engine, World, http::next_chunk, on_both, socket::Socket, soon};
use protocol::{
    Seq, SiteKey,
    agent::AgentState,
    status::Reason,
    visitor::{VisitorCommand, VisitorEvent},
};
use std::time::Duration;
use tokio::{io::BufReader, net::TcpStream};

/// A page that listens.
struct Page(BufReader<TcpStream>);

impl Page {
    async fn open(world: &World) -> Self {
        let ask = world.client.get("/w/tienda/events").header("origin", "https://tienda.example");
        let (reply, stream) = ask.open().await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.find("content-type"), Some("text/event-stream"));
        assert_eq!(reply.find("access-control-allow-origin"), Some("*"));
        Self(stream)
    }

    async fn status(&mut self) -> serde_json::Value {
        // For a patience in all: what keeps the stream alive never ends.
        soon("an event", async {
            loop {
                let chunk = next_chunk(&mut self.0).await.expect("a stream");
                let text = String::from_utf8(chunk).unwrap();
                if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                    assert!(text.contains("event: status\n"));
                    return serde_json::from_str(data).unwrap();
                }
            }
        })
        .await
    }
}

async fn listener(world: &World) -> Socket {
    let mut socket = Socket::panel(world, "tienda").await;
    socket.say(&VisitorCommand::Hello { token: None, after: Seq::START }).await;
    socket
}

async fn next_status(socket: &mut Socket) -> (bool, Reason) {
    let status = |event| match event {
        VisitorEvent::Status { status } => Some((status.open, status.reason)),
        _ => None,
    };
    socket.until(status).await
}

#[tokio::test]
async fn the_loader_brings_the_status_to_pages_that_may_read_it() {
    let world = World::new(Engine::Sqlite).await;
    let ask = async |path: &str, referrer: Option<&str>| {
        let ask = world.client.get(path).header("accept-language", "en");
        let ask = match referrer {
            Some(page) => ask.header("referer", page),
            None => ask,
        };
        let reply = ask.send().await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.find("cross-origin-resource-policy"), Some("cross-origin"));
        reply.text().contains("\"reason\":\"no_agents\"").then(|| reply.text())
    };
    let with = ask("/widget.js?site=tienda", None).await.expect("a status");
    assert!(with.contains("\"lang\":\"en\"") && !with.contains("STATUS"));
    for path in ["/widget.js", "/widget.js?site=nadie"] {
        assert_eq!(ask(path, None).await, None, "{path}");
    }
    world.apply("key = \"tienda\"\nallowed_origins = [\"https://tienda.mx\"]").await;
    for (referrer, is_given) in [
        (Some("https://tienda.mx/"), true),
        (Some("https://tienda.mx/precios?a=1"), true),
        (Some("https://tienda.mx.otra.example/"), false),
        (Some("nada"), false),
        (None, false),
    ] {
        let given = ask("/widget.js?site=tienda", referrer).await;
        assert_eq!(given.is_some(), is_given, "{referrer:?}");
    }
}

on_both! {
    pages_and_panels_hear_an_agent_come_and_go,
    pages_and_panels_hear_the_clock,
}

async fn pages_and_panels_hear_an_agent_come_and_go(world: World) {
    let (_, agent) = world.agent(EMAIL).await;
    let (mut page, mut panel) = (Page::open(&world).await, listener(&world).await);
    assert_eq!(page.status().await["reason"], "no_agents");
    assert_eq!(next_status(&mut panel).await, (false, Reason::NoAgents));
    let console = world.desk().console_connected(agent.id);
    world.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    assert_eq!(page.status().await["label"], "Chat");
    assert_eq!(next_status(&mut panel).await, (true, Reason::Open));
    world.desk().set_agent_state(agent.id, AgentState::Away).await.unwrap();
    assert_eq!(page.status().await["label"], "Ayuda");
    assert_eq!(next_status(&mut panel).await, (false, Reason::NoAgents));
    world.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    assert_eq!(page.status().await["open"], true);
    assert_eq!(next_status(&mut panel).await, (true, Reason::Open));
    drop(console);
    assert_eq!(page.status().await["open"], false);
    assert_eq!(next_status(&mut panel).await, (false, Reason::NoAgents));
}

async fn pages_and_panels_hear_the_clock(world: World) {
    let _there = world.somebody_there().await;
    let (mut page, mut panel) = (Page::open(&world).await, listener(&world).await);
    let open = page.status().await;
    assert_eq!(
        (&open["open"], &open["changes_at"]),
        (&true.into(), &"2026-11-24T00:00:00Z".into())
    );
    assert_eq!(next_status(&mut panel).await, (true, Reason::Open));
    // One second before six: still open. At six: closed.
    world.clock.advance(Duration::from_secs(8 * 3600 - 1));
    world.desk().tick().await.unwrap();
    let site = world.desk().find_site(&SiteKey("tienda".into())).unwrap();
    assert!(world.desk().watch_availability(site.id).borrow().open);
    world.clock.advance(Duration::from_secs(1));
    let closed = page.status().await;
    assert_eq!((&closed["open"], &closed["reason"]), (&false.into(), &"outside_hours".into()));
    assert_eq!(closed["changes_at"], "2026-11-30T15:00:00Z");
    assert_eq!(next_status(&mut panel).await, (false, Reason::OutsideHours));
}

#[tokio::test]
async fn the_last_console_that_closes_closes_the_button() {
    let world = World::new(Engine::Sqlite).await;
    let (cookie, agent) = world.agent(EMAIL).await;
    world.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    assert!(!world.is_open("tienda"));
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(protocol::agent::AgentCommand::Hello).await;
    world.until(|| world.is_open("tienda")).await;
    drop(console);
    world.until(|| !world.is_open("tienda")).await;
}

#[tokio::test]
async fn status_is_cacheable_and_in_the_pages_language() {
    let world = World::new(Engine::Sqlite).await;
    let reply = world.client.get("/w/tienda/status?lang=pt-BR,pt,en").send().await;
    assert_eq!(reply.find("cache-control"), Some("public, max-age=5"));
    let status = reply.value();
    assert_eq!(
        (&status["open"], &status["label"], &status["reason"]),
        (&false.into(), &"Ayuda".into(), &"no_agents".into())
    );
    assert_ne!(
        status["strings"],
        world.client.get("/w/tienda/status").send().await.value()["strings"]
    );
    assert_eq!(world.client.get("/w/nadie/status").send().await.status, 404);
}

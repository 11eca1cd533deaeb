//! Going away: everybody is told, nothing that was asked is left without its answer.

use crate::world::{
    EMAIL, Engine, World, on_both,
    socket::{Came, Socket},
    soon,
};
use protocol::{
    Seq,
    agent::{AgentCommand, AgentEvent},
    visitor::{VisitorCommand, VisitorEvent},
};

on_both! {
    sockets_are_answered_told_when_to_come_back_and_closed_with_1001,
}

async fn sockets_are_answered_told_when_to_come_back_and_closed_with_1001(mut world: World) {
    let (_, there) = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut panel = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let mut listener = Socket::panel(&world, "tienda").await;
    listener.say(&VisitorCommand::Hello { token: None, after: Seq::START }).await;
    let (cookie, _) = world.agent(EMAIL).await;
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    assert!(matches!(console.agent_event().await, AgentEvent::Welcome { .. }));
    let (events, _stream) = world.client.get("/w/tienda/events").open().await;
    assert_eq!(events.status, 200);
    let ids: Vec<_> = (0..20).map(|_| world.clock.new_entry_id()).collect();
    for id in &ids {
        panel.message(*id, "Antes de irte").await;
    }
    // They have arrived when the first is acknowledged.
    panel.until(|event| matches!(event, VisitorEvent::Ack { .. }).then_some(())).await;
    drop(there);
    let reading = async {
        let mut answered = 1;
        loop {
            match panel.next::<VisitorEvent>().await {
                Came::Event(VisitorEvent::Ack { .. }) => answered += 1,
                Came::Event(VisitorEvent::GoingAway { retry_ms }) => {
                    assert!((1000..=5000).contains(&retry_ms));
                }
                Came::Event(_) => {}
                Came::Closed(code) => return (answered, code),
            }
        }
    };
    let stopping = soon("the end", world.stop());
    let ((answered, code), listener, console, ()) =
        tokio::join!(reading, listener.closed(), console.closed(), stopping);
    assert_eq!((code, listener, console), (1001, 1001, 1001));
    world.start_again().await;
    let mut back = Socket::panel(&world, "tienda").await;
    back.say(&VisitorCommand::Hello { token: Some(chat.token.clone()), after: Seq::START }).await;
    let all = |event| match event {
        VisitorEvent::Entries { entries, .. } => Some(entries),
        _ => None,
    };
    let all = back.until(all).await;
    let stored = ids.iter().filter(|id| all.iter().any(|entry| entry.id == **id)).count();
    assert!(stored >= answered, "{stored} stored, {answered} acknowledged");
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_with_what_to_do() {
    let world = World::new(Engine::Sqlite).await;
    let mut settings = world.settings.clone();
    settings.listen = world.client.0;
    let Err(refused) = server::start(settings).await else { panic!("started twice") };
    let text = refused.to_string();
    assert!(text.contains(&world.client.0.to_string()) && text.contains("--listen"), "{text}");
}

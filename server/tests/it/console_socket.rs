//! The console's socket.

use crate::{
    engines::Engine,
    house::{EMAIL, House, PASSWORD, SITE, on_each_engine},
    socket::Socket,
};
use protocol::{
    Code, Seq,
    agent::{AgentChat, AgentCommand, AgentEvent, AgentState, SUBPROTOCOL, WorkKind},
    entry::AgentBody,
    visitor::{VisitorCommand, VisitorEvent},
};

/// A console that is open and Disponible.
async fn console(house: &House) -> (Socket, desk::people::Agent, String) {
    let (cookie, agent) = house.agent(EMAIL).await;
    house.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    let mut socket = Socket::console(house, &cookie).await;
    socket.say_agent(AgentCommand::Hello).await;
    let AgentEvent::Welcome { me, .. } = socket.agent_event().await else { panic!("no Welcome") };
    assert_eq!((me.email.as_str(), me.state), (EMAIL, AgentState::Available));
    house.until(|| house.is_open("tienda")).await;
    (socket, agent, cookie)
}

#[tokio::test]
async fn a_chat_rings_is_taken_and_both_sides_hear_each_other() {
    on_each_engine(async |house| {
        let (mut console, agent, _) = console(&house).await;
        let chat = house.start_chat("tienda", "¿Hay alguien?").await;
        let mut panel = Socket::talking(&house, "tienda", &chat.token, Seq::START).await;
        let offer = |event| match event {
            AgentEvent::Offer { offer } => Some(offer),
            _ => None,
        };
        let offer = console.until_agent(offer).await;
        assert_eq!((offer.number, offer.message.as_str()), (chat.number, "¿Hay alguien?"));
        let ticket = house.desk().accept(&agent, offer.chat).await.unwrap();
        let gone = |event| matches!(event, AgentEvent::OfferGone { .. }).then_some(());
        console.until_agent(gone).await;
        panel.until(|event| matches!(event, VisitorEvent::Ticket { .. }).then_some(())).await;
        console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
        let head = |event| match event {
            AgentEvent::Conversation { conversation } => Some(conversation),
            _ => None,
        };
        let head = console.until_agent(head).await;
        assert!(matches!(head.chat, AgentChat::Active { mine: true, .. }) && head.visitor_present);
        let id = house.clock.new_entry_id();
        let say = AgentCommand::Say { ticket, id, text: "Aquí estoy".into(), files: Vec::new() };
        console.say_agent(say.clone()).await;
        let ack = |event| match event {
            AgentEvent::Ack { id, seq, .. } => Some((id, seq)),
            _ => None,
        };
        let first = console.until_agent(ack).await;
        console.say_agent(say).await;
        assert_eq!(console.until_agent(ack).await, first);
        let entry = |event| match event {
            VisitorEvent::Entry { entry } if entry.id == id => Some(entry.seq),
            _ => None,
        };
        assert_eq!(panel.until(entry).await, first.1);
        panel.say(&VisitorCommand::Seen { upto: first.1 }).await;
        let seen = |event| match event {
            AgentEvent::Seen { upto, .. } => Some(upto),
            _ => None,
        };
        assert_eq!(console.until_agent(seen).await, first.1);
        // Typing is not stored: said at once with Seen, it could overtake it.
        panel.say(&VisitorCommand::Typing).await;
        console.until_agent(|event| matches!(event, AgentEvent::Typing { .. }).then_some(())).await;
        panel.message(house.clock.new_entry_id(), "Gracias").await;
        let thanks = |event| match event {
            AgentEvent::Entry { entry, .. } => {
                matches!(entry.body, AgentBody::Visitor { ref text, .. } if text == "Gracias")
                    .then_some(())
            }
            _ => None,
        };
        console.until_agent(thanks).await;
        drop(panel);
        let left = |event| match event {
            AgentEvent::VisitorPresent { present, .. } => Some(present),
            _ => None,
        };
        assert!(!console.until_agent(left).await);
    })
    .await;
}

#[tokio::test]
async fn the_list_follows_what_happens() {
    on_each_engine(async |house| {
        let (mut console, agent, _) = console(&house).await;
        house.ask("tienda", "Una solicitud").await;
        let row = |event| match event {
            AgentEvent::Work { item } => Some(item),
            _ => None,
        };
        let item = console.until_agent(row).await;
        assert_eq!((item.kind, item.preview.as_str()), (WorkKind::Request, "Una solicitud"));
        let reasons = house.desk().closing_reasons(&agent, item.ticket).await.unwrap();
        house.desk().close_ticket(&agent, item.ticket, &reasons[0]).await.unwrap();
        let gone = |event| match event {
            AgentEvent::WorkGone { ticket } => Some(ticket),
            _ => None,
        };
        assert_eq!(console.until_agent(gone).await, item.ticket);
    })
    .await;
}

#[tokio::test]
async fn an_agent_of_one_site_sees_nothing_of_another() {
    on_each_engine(async |house| {
        house.apply(&SITE.replace("tienda", "otra")).await;
        let asked = house.ask("otra", "Secreto").await;
        let everywhere = house.agent("jefa@example.com").await.1;
        let ticket = house.desk().work(&everywhere).await.unwrap()[0].ticket;
        let new = desk::people::NewAgent {
            email: EMAIL.into(),
            name: "Ana".into(),
            role: desk::people::Role::Agent,
            sites: vec!["tienda".into()],
            queues: Vec::new(),
            password: Some(PASSWORD.into()),
        };
        house.desk().create_agent(new).await.unwrap();
        let token = house.desk().sign_in(EMAIL, PASSWORD).await.unwrap();
        let mut console = Socket::console(&house, &format!("ayuda_session={}", token.0)).await;
        console.say_agent(AgentCommand::Hello).await;
        let AgentEvent::Welcome { work, .. } = console.agent_event().await else {
            panic!("no Welcome")
        };
        assert_eq!(work, []);
        let id = house.clock.new_entry_id();
        for command in [
            AgentCommand::Watch { ticket, after: Seq::START },
            AgentCommand::Say { ticket, id, text: "Hola".into(), files: Vec::new() },
        ] {
            console.say_agent(command).await;
            let refused = |event| match event {
                AgentEvent::Refused { refusal, .. } => Some(refusal.code),
                AgentEvent::Entries { .. } | AgentEvent::Ack { .. } => panic!("let in"),
                _ => None,
            };
            assert_eq!(console.until_agent(refused).await, Code::NotFound);
        }
        // What happens there is not heard here either.
        let path = asked.link.strip_prefix(&house.origin()).unwrap().to_owned();
        let cookie = house.client.get(path).send().await.set_cookie("ayuda_ticket").unwrap();
        let reply = house.client.post(format!("/t/{}", asked.number)).cookie(&cookie);
        assert_eq!(reply.form(&[("message", "Más secreto")]).send().await.status, 303);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        console.say_agent(AgentCommand::Ping).await;
        assert_eq!(console.agent_event().await, AgentEvent::Pong);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_signs_its_console_out() {
    on_each_engine(async |house| {
        let (mut console, _, cookie) = console(&house).await;
        let out = house.client.post("/console/sign-out").cookie(&cookie).form(&[]).send().await;
        assert_eq!(out.status, 303);
        console.until_agent(|event| (event == AgentEvent::SignedOut).then_some(())).await;
        assert_eq!(console.closed().await, 1000);
        house.until(|| !house.is_open("tienda")).await;
    })
    .await;
}

#[tokio::test]
async fn a_console_is_upgraded_for_a_session_from_our_own_page_only() {
    let house = House::new(Engine::Sqlite).await;
    let (cookie, _) = house.agent(EMAIL).await;
    let ours = house.origin();
    let connect = async |headers: &[(&str, &str)]| {
        Socket::connect(&house, "/console/socket", SUBPROTOCOL, headers).await.err()
    };
    assert_eq!(connect(&[("origin", &ours)]).await, Some(401));
    assert_eq!(connect(&[("origin", &ours), ("cookie", "ayuda_session=x")]).await, Some(401));
    assert_eq!(
        connect(&[("origin", "https://evil.example"), ("cookie", &cookie)]).await,
        Some(403)
    );
    assert_eq!(connect(&[("cookie", &cookie)]).await, Some(403));
    assert_eq!(connect(&[("origin", &ours), ("cookie", &cookie)]).await, None);
}

//! How often one client may do what, and who a client is.

use crate::world::{EMAIL, Engine, PASSWORD, SITE, World, behind_a_proxy, on_both, socket::Socket};
use protocol::{Code, Seq, visitor::VisitorEvent};
use std::time::Duration;

#[tokio::test]
async fn tickets_are_counted_by_the_client_behind_a_declared_proxy() {
    let world = World::with(Engine::Sqlite, behind_a_proxy).await;
    let ask = |client: &str| {
        let fields = [("email", "a@example.com"), ("message", "Hola")];
        let ask = world.client.post("/w/tienda/requests").json().header("x-forwarded-for", client);
        ask.form(&fields).send()
    };
    for _ in 0..10 {
        assert_eq!(ask("203.0.113.7").await.status, 201);
    }
    let refused = ask("198.51.100.1, 203.0.113.7").await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        (&refused.value()["code"], &refused.value()["limit"]),
        (&"rate_limited".into(), &10.into())
    );
    assert!(refused.find("retry-after").unwrap().parse::<u64>().unwrap() > 60);
    assert_eq!(ask("203.0.113.8").await.status, 201);
    world.clock.advance(Duration::from_mins(6));
    assert_eq!(ask("203.0.113.7").await.status, 201);
    assert_eq!(ask("203.0.113.7").await.status, 429);
}

#[tokio::test]
async fn a_proxy_that_is_not_declared_is_not_believed() {
    let world = World::new(Engine::Sqlite).await;
    // Whoever comes from this machine is not limited, whatever it says; it must not be able to use up another's count.
    for _ in 0..12 {
        let fields = [("email", "a@example.com"), ("message", "Hola")];
        let ask = world.client.post("/w/tienda/requests").json().form(&fields);
        assert_eq!(ask.header("x-forwarded-for", "203.0.113.7").send().await.status, 201);
    }
}

#[tokio::test]
async fn a_limited_form_keeps_what_was_typed() {
    let world = World::with(Engine::Sqlite, behind_a_proxy).await;
    world.apply(&format!("{SITE}[limits]\ntickets_per_hour = 1\n")).await;
    let ask = || {
        let fields = [("email", "a@example.com"), ("message", "No me pierdas")];
        let ask = world.client.post("/w/tienda/requests").page().multipart(&fields, &[]);
        ask.header("x-forwarded-for", "203.0.113.7").send()
    };
    assert_eq!(ask().await.status, 200);
    let refused = ask().await;
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains("No me pierdas"));
}

#[tokio::test]
async fn a_limited_reply_without_cookies_keeps_what_was_typed() {
    let world = World::with(Engine::Sqlite, behind_a_proxy).await;
    world.apply(&format!("{SITE}[limits]\nmessages_per_minute = 1\n")).await;
    let asked = world.ask("tienda", "Hola").await;
    let open = |fields: &[(&str, &str)]| {
        let open = world.client.post(format!("/t/{}/open", asked.number)).page().form(fields);
        open.header("x-forwarded-for", "203.0.113.7").send()
    };
    assert_eq!(open(&[("link", &asked.link)]).await.status, 200);
    let id = world.clock.new_entry_id().to_string();
    let reply = [("link", &*asked.link), ("id", &*id), ("message", "No me pierdas")];
    let refused = open(&reply).await;
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains("No me pierdas") && refused.text().contains(&id));
    // Whoever only opens it keeps what was pasted, and sees nothing of the ticket.
    let refused = open(&[("link", &asked.link)]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains(&asked.link) && !refused.text().contains("Hola"));
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(open(&reply).await.status, 200);
}

#[tokio::test]
async fn messages_over_the_limit_are_refused_one_by_one_and_the_socket_stays() {
    let world = World::with(Engine::Sqlite, behind_a_proxy).await;
    world.apply(&format!("{SITE}[limits]\nmessages_per_minute = 3\n")).await;
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let origin = world.origin();
    let headers = [("origin", origin.as_str()), ("x-forwarded-for", "203.0.113.7")];
    let subprotocol = protocol::visitor::SUBPROTOCOL;
    let mut socket =
        Socket::connect(&world, "/w/tienda/socket", subprotocol, &headers).await.unwrap();
    let hello = protocol::visitor::VisitorCommand::Hello { token: Some(chat.token), after: Seq(9) };
    socket.say(&hello).await;
    let ids: Vec<_> = (0..5).map(|_| world.clock.new_entry_id()).collect();
    for id in &ids {
        socket.message(*id, "Uno más").await;
    }
    let mut outcomes = Vec::new();
    while outcomes.len() < 5 {
        match socket.event().await {
            VisitorEvent::Ack { id, .. } => outcomes.push((id, None)),
            VisitorEvent::Refused { id, refusal } => {
                outcomes.push((id.unwrap(), Some(refusal.code)));
            }
            _ => {}
        }
    }
    let limited = Some(Code::RateLimited);
    let expected: Vec<_> = ids.into_iter().zip([None, None, None, limited, limited]).collect();
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn five_wrong_passwords_close_the_door_for_a_while_even_to_the_right_one() {
    let world = World::new(Engine::Sqlite).await;
    world.agent(EMAIL).await;
    let sign_in = |password: &'static str| {
        let fields = [("email", EMAIL), ("password", password)];
        world.client.post("/console/sign-in").page().form(&fields).send()
    };
    for _ in 0..5 {
        assert_eq!(sign_in("no es esta").await.status, 422);
    }
    assert_eq!(sign_in(crate::world::PASSWORD).await.status, 429);
    world.clock.advance(Duration::from_mins(15));
    assert_eq!(sign_in(crate::world::PASSWORD).await.status, 303);
}

on_both! {
    wrong_passwords_behind_an_undeclared_proxy_shut_out_no_other_agent,
    wrong_passwords_of_one_client_shut_out_nobody_else,
}

async fn sign_in(world: &World, client: &str, email: &str, password: &str) -> u16 {
    let post = world.client.post("/console/sign-in").page().header("x-forwarded-for", client);
    post.form(&[("email", email), ("password", password)]).send().await.status
}

async fn wrong_passwords_behind_an_undeclared_proxy_shut_out_no_other_agent(world: World) {
    world.agent(EMAIL).await;
    world.agent("eva@example.com").await;
    for n in 0..12 {
        let expected = if n < 5 { 422 } else { 429 };
        assert_eq!(sign_in(&world, "203.0.113.7", EMAIL, "no es esta").await, expected);
        let somebody = format!("{n}@example.com");
        assert_eq!(sign_in(&world, "203.0.113.7", &somebody, "no es esta").await, 422);
    }
    assert_eq!(sign_in(&world, "203.0.113.8", "eva@example.com", PASSWORD).await, 303);
    world.clock.advance(Duration::from_mins(15));
    assert_eq!(sign_in(&world, "203.0.113.8", EMAIL, PASSWORD).await, 303);
}

async fn wrong_passwords_of_one_client_shut_out_nobody_else(mut world: World) {
    world.agent(EMAIL).await;
    world.stop().await;
    behind_a_proxy(&mut world.settings);
    world.start_again().await;
    for n in 0..5 {
        assert_eq!(sign_in(&world, "203.0.113.7", &format!("{n}@example.com"), "no").await, 422);
    }
    assert_eq!(sign_in(&world, "203.0.113.7", EMAIL, PASSWORD).await, 429);
    assert_eq!(sign_in(&world, "203.0.113.8", EMAIL, PASSWORD).await, 303);
    for n in 0..20 {
        let client = format!("198.51.100.{}", n / 4);
        assert_eq!(sign_in(&world, &client, EMAIL, "no").await, 422);
    }
    assert_eq!(sign_in(&world, "192.0.2.1", EMAIL, "no").await, 429, "an account has a limit too");
}

//! People and their sessions.

use crate::world::{OWNER, PASSWORD, START, World, on_both, refused};
use desk::{live::Event, people::*};
use protocol::{Code, agent::AgentState};
use std::time::Duration;

fn named(email: &str, password: Option<&str>) -> NewAgent {
    NewAgent {
        email: email.to_owned(),
        name: "Lucía Medina".to_owned(),
        role: Role::Agent,
        sites: vec![],
        queues: vec![],
        password: password.map(str::to_owned),
    }
}

on_both! {
    a_wrong_password_and_an_unknown_address_are_answered_alike,
    a_session_holds_for_fourteen_days_after_its_last_use,
    signing_out_ends_one_session_at_once,
    a_one_time_link_sets_a_password_once,
    creating_an_agent_again_changes_them_and_ends_their_sessions,
    a_password_changed_by_another_process_ends_sessions_here,
    an_agents_state_is_kept_and_told,
}

async fn a_wrong_password_and_an_unknown_address_are_answered_alike(world: World) {
    world.owner().await;
    let wrong = world.desk.sign_in(OWNER, "otra contraseña").await;
    let unknown = world.desk.sign_in("nadie@example.com", PASSWORD).await;
    assert_eq!(refused(wrong), Code::SignInFailed);
    assert_eq!(refused(unknown), Code::SignInFailed);
    assert_eq!(refused(world.desk.sign_in("", "").await), Code::SignInFailed);
    assert_eq!(refused(world.desk.sign_in("a\0b", &"x".repeat(5000)).await), Code::SignInFailed);
    world.desk.sign_in(" LUCIA@example.com ", PASSWORD).await.unwrap();
}

async fn a_session_holds_for_fourteen_days_after_its_last_use(mut world: World) {
    let (_, token) = world.owner().await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_hours(13 * 24));
        assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    }
    world.restart().await;
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    world.clock.advance(Duration::from_hours(14 * 24) + Duration::from_secs(1));
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    assert!(world.desk.find_session("").await.unwrap().is_none());
}

async fn signing_out_ends_one_session_at_once(world: World) {
    let (agent, token) = world.owner().await;
    let second = world.desk.sign_in(OWNER, PASSWORD).await.unwrap();
    let mut console = world.desk.hub().agent(agent.id);
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    world.desk.sign_out(&token.0).await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    assert!(world.desk.find_session(&second.0).await.unwrap().is_some());
    let heard = console.next().await.unwrap();
    assert!(matches!(*heard, Event::SignedOut { agent: who } if who == agent.id));
    world.desk.sign_out(&token.0).await.unwrap();
}

async fn a_one_time_link_sets_a_password_once(world: World) {
    let link = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    assert!(!world.desk.has_agents().await.unwrap());
    let token = link.strip_prefix("https://help.example.com/console/password?k=").unwrap();
    assert_eq!(refused(world.desk.set_password(token, "corta").await), Code::Invalid);
    let session = world.desk.set_password(token, PASSWORD).await.unwrap();
    assert!(world.desk.find_session(&session.0).await.unwrap().is_some());
    assert_eq!(refused(world.desk.set_password(token, PASSWORD).await), Code::NotFound);
    world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
    assert!(world.desk.has_agents().await.unwrap());

    let late = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    world.clock.advance(Duration::from_hours(24));
    let late = late.rsplit('=').next().unwrap();
    assert_eq!(refused(world.desk.set_password(late, PASSWORD).await), Code::NotFound);
    world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
}

async fn creating_an_agent_again_changes_them_and_ends_their_sessions(world: World) {
    world.site("uno").await;
    world.site("dos").await;
    let (agent, token) = world.owner().await;
    assert_eq!(agent.sites.len(), 2);
    let mut new = named("Lucia@Example.com", Some("otra contraseña larga"));
    new.sites = vec!["uno".to_owned()];
    new.queues = vec!["Soporte".to_owned()];
    assert!(world.desk.create_agent(new.clone()).await.unwrap().is_none());
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    let token = world.desk.sign_in(OWNER, "otra contraseña larga").await.unwrap();
    let changed = world.desk.find_session(&token.0).await.unwrap().unwrap();
    assert_eq!((changed.id, changed.role, changed.sites.len()), (agent.id, Role::Agent, 1));
    new.sites = vec!["tres".to_owned()];
    assert_eq!(refused(world.desk.create_agent(new.clone()).await), Code::NotFound);
    new.sites = vec![];
    new.queues = vec!["Ninguna".to_owned()];
    assert_eq!(refused(world.desk.create_agent(new.clone()).await), Code::NotFound);
    "nadie".clone_into(&mut new.email);
    assert_eq!(refused(world.desk.create_agent(new).await), Code::EmailInvalid);
}

async fn a_password_changed_by_another_process_ends_sessions_here(world: World) {
    let (_, token) = world.owner().await;
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    let other = world.second_process().await;
    other.create_agent(named(OWNER, Some("otra contraseña larga"))).await.unwrap();
    other.close().await;
    world.desk.tick().await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
}

async fn an_agents_state_is_kept_and_told(mut world: World) {
    let (agent, token) = world.owner().await;
    assert_eq!(agent.state, AgentState::Available);
    world.clock.advance(Duration::from_mins(1));
    let mut console = world.desk.hub().agent(agent.id);
    world.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    let heard = console.next().await.unwrap();
    assert!(matches!(*heard, Event::AgentState { agent: who } if who == agent.id));
    world.restart().await;
    let agent = world.desk.find_session(&token.0).await.unwrap().unwrap();
    assert_eq!(agent.state, AgentState::Away);
    assert_eq!(agent.since, START + Duration::from_mins(1));
}

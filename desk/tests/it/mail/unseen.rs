//! Replies that nobody saw.

use super::{MINUTE, cuentas_ok, mails_to, text_of};
use crate::world::{World, on_both};
use desk::{people::Agent, sites::Site, tickets::Visitor};
use protocol::{
    Seq,
    entry::{Category, VisitorBody},
    text::{EmailAddress, FormText},
};

on_both! {
    a_reply_before_a_restart_is_mailed_and_nobody_is_mailed_who_left_no_address,
    an_answer_to_a_request_is_mailed_once_together_with_what_was_not_seen,
    replies_of_before_the_address_was_known_are_mailed_once_it_is,
    what_an_agent_writes_after_a_chat_leaves_its_ticket_closed_and_is_mailed_when_nobody_saw_it,
}

const ANA: &str = "ana@example.com";
const JOBS: &str = "select count(*) from jobs where kind = 'mail_unseen'";

async fn chat(world: &World, site: &Site, agent: &Agent, email: Option<&str>) -> Visitor {
    let mut new = world.new_chat();
    new.email = email.map(|email| EmailAddress::parse(email).unwrap());
    let started = world.desk.start_chat(site, new).await.unwrap();
    let visitor = world.visitor(site, &started).await;
    world.accept(agent, visitor).await;
    visitor
}

async fn agent_posts(world: &World, agent: &Agent, visitor: Visitor, text: &str) {
    world.desk.post_agent_message(agent, visitor.ticket, world.new_id(), text, &[]).await.unwrap();
}

async fn a_reply_before_a_restart_is_mailed_and_nobody_is_mailed_who_left_no_address(
    mut world: World,
) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let console = world.desk.console_connected(agent.id);
    for email in [Some(ANA), None] {
        let visitor = chat(&world, &site, &agent, email).await;
        agent_posts(&world, &agent, visitor, "Uno").await;
    }
    // The message alone: what follows from it is worked out later, by whichever process.
    assert_eq!(world.count(JOBS).await, 0);
    drop(console);
    world.restart().await;
    let _console = world.desk.console_connected(agent.id);
    world.pass(2 * MINUTE).await;
    assert_eq!(mails_to(&world, &agent, ANA).await.len(), 1);
    assert_eq!(world.count("select count(*) from mails").await, 1);
    assert_eq!(world.count(JOBS).await, 0);
}

async fn an_answer_to_a_request_is_mailed_once_together_with_what_was_not_seen(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let visitor = chat(&world, &site, &agent, Some(ANA)).await;
    agent_posts(&world, &agent, visitor, "Uno").await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let reply = FormText::parse("¿Y?").unwrap();
    world.desk.post_visitor_reply(visitor, world.new_id(), Some(reply), &[]).await.unwrap();
    agent_posts(&world, &agent, visitor, "Dos").await;
    world.desk.tick().await.unwrap();
    let mails = mails_to(&world, &agent, ANA).await;
    let text = text_of(&world, &agent, mails.last().unwrap()).await;
    assert!(text.contains("Uno") && text.contains("Dos"), "{text}");
    world.pass(10 * MINUTE).await;
    assert_eq!(mails_to(&world, &agent, ANA).await.len(), mails.len());
}

async fn replies_of_before_the_address_was_known_are_mailed_once_it_is(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let visitor = chat(&world, &site, &agent, None).await;
    agent_posts(&world, &agent, visitor, "Uno").await;
    world.pass(10 * MINUTE).await;
    let email = EmailAddress::parse(ANA).unwrap();
    world.desk.claim_email(visitor, email).await.unwrap();
    world.pass(2 * MINUTE).await;
    let mails = mails_to(&world, &agent, ANA).await;
    assert_eq!(mails.len(), 1);
    assert!(text_of(&world, &agent, &mails[0]).await.contains("Uno"));
    world.pass(10 * MINUTE).await;
    assert_eq!(mails_to(&world, &agent, ANA).await.len(), 1);
    assert_eq!(world.count(JOBS).await, 0);
}

async fn what_an_agent_writes_after_a_chat_leaves_its_ticket_closed_and_is_mailed_when_nobody_saw_it(
    world: World,
) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let visitor = chat(&world, &site, &agent, Some(ANA)).await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let before = mails_to(&world, &agent, ANA).await.len();
    let (_, last) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    agent_posts(&world, &agent, visitor, "Lo encontré").await;
    let (entries, _) = world.desk.visitor_entries(visitor, last).await.unwrap();
    let VisitorBody::Agent { text, .. } = &entries[0].body else { panic!("{entries:?}") };
    assert_eq!(text, "Lo encontré", "an open panel shows it");
    let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
    assert_eq!(head.state.category, Category::Closed);
    assert_eq!(mails_to(&world, &agent, ANA).await.len(), before, "not at once");
    world.pass(2 * MINUTE).await;
    let mails = mails_to(&world, &agent, ANA).await;
    assert_eq!(mails.len(), before + 1);
    assert!(text_of(&world, &agent, mails.last().unwrap()).await.contains("Lo encontré"));
    // Somebody who reads it in the panel gets no mail.
    agent_posts(&world, &agent, visitor, "Y otra cosa").await;
    let (_, last) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    world.desk.mark_read_by_visitor(visitor, last).await.unwrap();
    world.pass(10 * MINUTE).await;
    assert_eq!(mails_to(&world, &agent, ANA).await.len(), before + 1);
}

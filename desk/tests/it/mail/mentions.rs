//! Who is mentioned in a comment and has no console open is told by mail.

use super::{MINUTE, cuentas_ok, mails_to, text_of};
use crate::world::{
    ROSA, World, on_both,
    relay::{Relay, header},
};
use desk::{
    console::Comment,
    people::{Agent, AgentChanges},
};
use protocol::{SiteKey, TicketId, TicketNumber, settings::Language};
use std::fmt::Write;

on_both! {
    who_is_mentioned_and_away_gets_one_mail_of_all_comments_as_they_may_read_them,
    who_was_told_at_a_console_gets_no_mail,
    who_may_not_see_the_ticket_any_more_gets_no_mail,
    a_mention_in_three_languages,
}

/// What a comment says that must not reach who reads masked.
const CARD: &str = "4111 1111 1111 1111";
const MENTIONS: &str = "select count(*) from mails where kind = 'mention'";

/// A help request: there need be nobody to answer.
async fn ask(world: &World) -> (TicketId, TicketNumber) {
    let site = world.desk.find_site(&SiteKey("uno".into())).unwrap();
    let started = world.ask(&site, ROSA).await;
    (world.visitor(&site, &started).await.ticket, started.number)
}

/// The notices of mentions that the relay has taken, without the ends of lines.
fn taken(relay: &Relay) -> Vec<String> {
    let mails = relay.taken().into_iter().map(|mail| mail.replace("=\r\n", ""));
    mails.filter(|mail| mail.contains("comentario interno")).collect()
}

async fn comments(world: &World, by: &Agent, ticket: TicketId, text: &str, to: &[&Agent]) {
    let mentions = to.iter().map(|agent| agent.id).collect();
    let comment = Comment { id: world.new_id(), text: text.into(), mentions, files: Vec::new() };
    world.desk.comment(by, ticket, comment).await.unwrap();
}

async fn who_is_mentioned_and_away_gets_one_mail_of_all_comments_as_they_may_read_them(
    mut world: World,
) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    world.site_with("uno", "masking = true").await;
    let (owner, _) = world.owner().await;
    let raul = world.agent("raul").await;
    let (ticket, _) = ask(&world).await;
    comments(&world, &owner, ticket, &format!("Pagó con {CARD}"), &[&raul]).await;
    comments(&world, &owner, ticket, "Nada para él", &[]).await;
    comments(&world, &owner, ticket, "¿Lo ves hoy?", &[&raul]).await;
    let (other, _) = ask(&world).await;
    comments(&world, &owner, other, "Y este", &[&raul]).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.count(MENTIONS).await, 2, "one a ticket");
    assert_eq!(taken(&relay), Vec::<String>::new(), "he may be about to come");
    world.pass(2 * MINUTE).await;
    let sent = taken(&relay);
    assert_eq!(sent.len(), 2);
    let sent = sent.iter().find(|mail| mail.contains(&ticket.to_string())).expect("of the ticket");
    assert!(header(sent, "To").unwrap().contains("raul@example.com"));
    assert!(sent.contains("************1111") && !sent.contains(CARD), "{sent}");
    assert!(sent.contains("hoy?") && !sent.contains("Nada para"), "{sent}");
    assert!(header(sent, "Reply-To").is_none() && header(sent, "Auto-Submitted").is_some());
    assert!(sent.contains(&format!("https://help.example.com/console/tickets/{ticket}")));
    // It was told with that; what comes later is told anew.
    world.pass(60 * MINUTE).await;
    comments(&world, &owner, ticket, "¿Y hoy?", &[&raul]).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(world.count(MENTIONS).await, 3);
}

async fn who_was_told_at_a_console_gets_no_mail(world: World) {
    cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    let raul = world.agent("raul").await;
    let (ticket, _) = ask(&world).await;
    comments(&world, &owner, ticket, "¿Lo ves?", &[&raul]).await;
    assert_eq!(world.count(MENTIONS).await, 1);
    world.desk.mention_was_told(&raul, ticket).await.unwrap();
    assert_eq!(world.count(MENTIONS).await, 0, "it leaves with that");
    // Also where another process has begun to send it.
    comments(&world, &owner, ticket, "¿Y ahora?", &[&raul]).await;
    world.force("update mentions set told_at = 1").await;
    world.pass(2 * MINUTE).await;
    assert_eq!(world.count(MENTIONS).await, 0);
    assert!(!world.kept().iter().any(|mail| mail.contains("comentario interno")));
}

async fn who_may_not_see_the_ticket_any_more_gets_no_mail(world: World) {
    cuentas_ok(&world).await;
    world.site("dos").await;
    let (owner, _) = world.owner().await;
    let raul = world.agent("raul").await;
    let (ticket, _) = ask(&world).await;
    comments(&world, &owner, ticket, "¿Lo ves?", &[&raul]).await;
    let moved = AgentChanges { sites: Some(vec!["dos".into()]), ..AgentChanges::default() };
    world.desk.change_agent("raul@example.com", &moved).await.unwrap();
    world.pass(2 * MINUTE).await;
    let notices = mails_to(&world, &owner, "raul@example.com").await;
    let errors: Vec<_> = notices.iter().map(|mail| mail.error.as_deref()).collect();
    assert!(errors.contains(&Some("its recipient may not see the ticket any more")), "{errors:?}");
}

async fn a_mention_in_three_languages(world: World) {
    cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    let raul = world.agent("raul").await;
    let mut said = String::new();
    for language in Language::ALL {
        world.desk.set_agent_language(raul.id, language).await.unwrap();
        let (ticket, number) = ask(&world).await;
        comments(&world, &owner, ticket, "¿Lo ves?\nEs urgente.", &[&raul]).await;
        world.pass(2 * MINUTE).await;
        // After the notice of the request itself.
        let notices = mails_to(&world, &owner, "raul@example.com").await;
        let notice = notices.last().expect("a notice");
        assert!(notice.subject.contains(&number.0), "{}", notice.subject);
        let text = text_of(&world, &owner, notice).await;
        let text = text.replace(&ticket.to_string(), "ID");
        write!(said, "=== {}\n{text}\n", notice.subject).unwrap();
    }
    insta::allow_duplicates! {
        insta::assert_snapshot!("mentions_as_text", said);
    }
}

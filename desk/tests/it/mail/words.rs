//! Who may get which words.

use super::{MINUTE, cuentas_ok, mail_entries, mails_to, text_of};
use crate::world::{ROSA, World, on_both, reason, refused};
use desk::{
    mail::{EmailConfirmed, TranscriptAsked},
    people::{Agent, ClientNetwork},
    sites::Site,
    tickets::{NewChat, NewRequest, Visitor},
};
use protocol::{
    Code, PageUrl,
    entry::AgentBody,
    text::{ChatText, EmailAddress, FormText, PersonName, Subject},
};
use std::time::Duration;

on_both! {
    a_tickets_address_is_the_first_one_its_visitor_gives,
    an_address_is_changed_by_whoever_reads_its_mail_and_by_nobody_else,
    a_ticket_mails_nobody_but_its_one_address_however_often_it_is_asked,
    no_mail_to_an_unconfirmed_address_holds_a_visitors_words,
    the_transcript_of_a_chat_in_which_an_agent_wrote_goes_out_once_without_addresses,
    two_transcripts_a_day_go_to_an_unconfirmed_address,
    where_no_agent_wrote_the_transcript_follows_the_button,
    opening_a_mailed_link_changes_nothing,
    a_ticket_causes_ten_mails_a_day,
    a_client_causes_thirty_mails_an_hour_and_a_hundred_a_day,
    what_agents_do_waits_as_one_mail_and_no_cap_holds_it_back,
    what_is_under_way_is_not_joined,
    whoever_says_not_me_gets_no_more_mail_about_the_ticket,
}

const DAY: Duration = Duration::from_hours(24);

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

async fn chat_of(world: &World, site: &Site, new: NewChat) -> Visitor {
    let started = world.desk.start_chat(site, new).await.unwrap();
    world.visitor(site, &started).await
}

/// A chat of this address that the agent has accepted.
async fn chat(world: &World, site: &Site, agent: &Agent, email: &str) -> Visitor {
    let new = NewChat { email: Some(address(email)), ..world.new_chat() };
    let visitor = chat_of(world, site, new).await;
    world.accept(agent, visitor).await;
    visitor
}

async fn agent_posts(world: &World, agent: &Agent, visitor: Visitor, text: &str) {
    let id = world.new_id();
    world.desk.post_agent_message(agent, visitor.ticket, id, text, &[]).await.unwrap();
}

async fn subjects_to(world: &World, agent: &Agent, email: &str) -> Vec<String> {
    let mails = mails_to(world, agent, email).await;
    mails.into_iter().map(|mail| mail.subject.clone()).collect()
}

/// The proofs in the kept mails to visitors, oldest first.
fn mailed_proofs(world: &World) -> Vec<String> {
    let tokens = world.mailed_tokens().into_iter();
    tokens.filter_map(|token| Some(token.split_once('~')?.1.to_owned())).collect()
}

async fn a_tickets_address_is_the_first_one_its_visitor_gives(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.desk.claim_email(visitor, address(ROSA)).await.unwrap();
    // The same in other letters is the same.
    world.desk.claim_email(visitor, address("ROSA@example.com")).await.unwrap();
    let known = async || world.desk.visitor_ticket(visitor).await.unwrap().email;
    let eva = || address("eva@example.com");
    assert_eq!(refused(world.desk.claim_email(visitor, eva()).await), Code::EmailKnown);
    let asked = world.desk.send_transcript(visitor, Some(eva())).await;
    assert_eq!(refused(asked), Code::EmailKnown);
    assert_eq!(known().await.as_deref(), Some(ROSA));
    // Also once it is proved.
    world.desk.send_transcript(visitor, None).await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(world.desk.confirm_email(visitor, &mailed_proofs(&world)[0]).await.unwrap().is_some());
    assert_eq!(refused(world.desk.claim_email(visitor, eva()).await), Code::EmailKnown);
    assert_eq!(known().await.as_deref(), Some(ROSA));
    assert_eq!(world.count("select count(*) from tickets where contact_verified").await, 1);
    assert!(mails_to(&world, &agent, "eva@example.com").await.is_empty());
}

async fn an_address_is_changed_by_whoever_reads_its_mail_and_by_nobody_else(world: World) {
    const EVA: &str = "eva@example.com";
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    world.ask(&site, "otra@example.com").await;
    world.desk.tick().await.unwrap();
    let [of_rosa, of_another] = mailed_proofs(&world).try_into().unwrap();
    let change =
        async |proof: &str, to: &str| world.desk.change_email(visitor, proof, address(to)).await;
    for proof in ["", "made-up", &of_another] {
        assert_eq!(refused(change(proof, EVA).await), Code::EmailKnown);
    }
    assert!(world.desk.confirm_email(visitor, &of_rosa).await.unwrap().is_some());
    change(&of_rosa, ROSA).await.unwrap();
    assert_eq!(world.desk.visitor_ticket(visitor).await.unwrap().email.as_deref(), Some(ROSA));
    world.clock.advance(61 * MINUTE);
    change(&of_rosa, EVA).await.unwrap();
    assert_eq!(world.desk.visitor_ticket(visitor).await.unwrap().email.as_deref(), Some(EVA));
    assert_eq!(world.count("select count(*) from tickets where contact_verified").await, 0);
    // The new one is asked, without a visitor's word; and it alone is written to.
    let asked = mails_to(&world, &agent, EVA).await.pop().unwrap();
    assert_eq!(asked.subject, "[CO-1001] Confirma tu correo");
    agent_posts(&world, &agent, visitor, "Listo.").await;
    // The former one is told that it is not any more, with no word of anybody's and no way into the ticket.
    world.desk.tick().await.unwrap();
    let to_rosa = mails_to(&world, &agent, ROSA).await;
    assert_eq!(to_rosa.len(), 2);
    assert_eq!(to_rosa[1].subject, "[CO-1001] Ya no te escribimos a esta dirección");
    let (_, text, html) = world.desk.mail(&agent, to_rosa[1].id).await.unwrap();
    for body in [&text, &html] {
        assert!(body.contains("CO-1001") && body.contains("escribe a otra dirección"), "{body}");
        assert!(!body.contains("/t/") && !body.contains("Listo.") && !body.contains(EVA), "{body}");
    }
    world.desk.tick().await.unwrap();
    let of_eva = mailed_proofs(&world).pop().unwrap();
    assert_eq!(refused(change(&of_rosa, ROSA).await), Code::EmailKnown, "theirs no more");
    assert!(world.desk.confirm_email(visitor, &of_rosa).await.unwrap().is_none());
    assert!(world.desk.confirm_email(visitor, &of_eva).await.unwrap().is_some());
    // Where a cap holds the mail back the address stays.
    for _ in 0..3 {
        world.ask(&site, "eva2@example.com").await;
    }
    assert_eq!(refused(change(&of_eva, "eva2@example.com").await), Code::RateLimited);
    assert_eq!(world.desk.visitor_ticket(visitor).await.unwrap().email.as_deref(), Some(EVA));
}

async fn a_ticket_mails_nobody_but_its_one_address_however_often_it_is_asked(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let new = NewRequest {
        text: FormText::parse("Compra en https://evil.example").unwrap(),
        ..world.new_request("a0@example.com")
    };
    let started = world.desk.open_request(&site, new).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    for n in 1..=15 {
        let stranger = || address(&format!("a{n}@example.com"));
        let claimed = world.desk.claim_email(visitor, stranger()).await;
        assert_eq!(refused(claimed), Code::EmailKnown);
        let _ = world.desk.send_transcript(visitor, Some(stranger())).await;
        let _ = world.desk.send_transcript(visitor, None).await;
    }
    let count =
        async |which: &str| world.count(&format!("select count(*) from mails where {which}")).await;
    assert_eq!(count("to_key like 'a%@example.com' and to_key <> 'a0@example.com'").await, 0);
    assert_eq!(count("to_key = 'a0@example.com'").await, 3);
    assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 13);
    for mail in mails_to(&world, &agent, "a0@example.com").await {
        assert!(!text_of(&world, &agent, &mail).await.contains("evil"));
    }
}

async fn no_mail_to_an_unconfirmed_address_holds_a_visitors_words(world: World) {
    const CANARY: &str = "canario";
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let text = "Un canario, https://canario.example y canario@canario.example";
    let new = NewChat {
        name: Some(PersonName::parse("Un Canario").unwrap()),
        email: Some(address(ROSA)),
        subject: Some(Subject::parse("El canario").unwrap()),
        queue: None,
        text: ChatText::parse(text).unwrap(),
        page: PageUrl::parse("https://canario.example/canario"),
        ..world.new_chat()
    };
    let waits = chat_of(&world, &site, new).await;
    assert_eq!(
        world.desk.send_transcript(waits, None).await.unwrap(),
        TranscriptAsked::OnceConfirmed
    );
    world.desk.end_chat_as_visitor(waits).await.unwrap();
    let reply = FormText::parse(text).unwrap();
    world.desk.post_visitor_reply(waits, world.new_id(), Some(reply), &[]).await.unwrap();
    agent_posts(&world, &agent, waits, "Lo vemos").await;
    world.clock.advance(61 * MINUTE);
    world.desk.tick().await.unwrap();
    world.desk.close_ticket(&agent, waits.ticket, &reason("Resuelto")).await.unwrap();
    let asks = NewRequest { text: FormText::parse(text).unwrap(), ..world.new_request(ROSA) };
    world.desk.open_request(&site, asks).await.unwrap();
    world.desk.tick().await.unwrap();
    let kinds = "select count(distinct kind) from mails where to_key = 'rosa@example.com'";
    // The fifth kind is the transcript, which other tests are about.
    assert_eq!(world.count(kinds).await, 5);
    for mail in mails_to(&world, &agent, ROSA).await {
        let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
        for words in [&mail.subject, &text, &html] {
            assert!(!words.to_lowercase().contains(CANARY), "{}: {words}", mail.subject);
        }
        assert!(text.contains("No fui yo: https://help.example.com/t/CO-100"), "{text}");
        assert!(html.contains("/not-me"), "{html}");
    }
    for mail in world.kept().iter().filter(|mail| mail.contains("To: rosa@")) {
        assert!(!mail.to_lowercase().contains(CANARY), "{mail}");
    }
}

async fn the_transcript_of_a_chat_in_which_an_agent_wrote_goes_out_once_without_addresses(
    world: World,
) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let visitor = chat(&world, &site, &agent, ROSA).await;
    let say = async |text: &str| {
        world.desk.post_visitor_message(visitor, world.new_id(), text, &[]).await.unwrap();
    };
    say("Mira https://evil.example/x y evil.example o eva@evil.example hoy").await;
    agent_posts(&world, &agent, visitor, "La guía es https://cuentasok.example/guia").await;
    assert_eq!(world.desk.send_transcript(visitor, None).await.unwrap(), TranscriptAsked::Sent);
    say("Más evil.example").await;
    assert_eq!(
        world.desk.send_transcript(visitor, None).await.unwrap(),
        TranscriptAsked::OnceConfirmed
    );
    world.desk.tick().await.unwrap();
    let mails = mails_to(&world, &agent, ROSA).await;
    assert_eq!(mails.len(), 2);
    let (_, text, html) = world.desk.mail(&agent, mails[0].id).await.unwrap();
    for body in [&text, &html] {
        assert!(body.contains("Mira [dirección omitida] y [dirección omitida] o"), "{body}");
        assert!(body.contains("https://cuentasok.example/guia") && !body.contains("evil"));
        assert!(body.contains("dejamos fuera las direcciones"), "{body}");
    }
    let second = text_of(&world, &agent, &mails[1]).await;
    assert!(!second.contains("evil") && !second.contains("Mira"), "{second}");
    // Its reader presses the button: now all of it comes, as it was written.
    assert!(world.desk.confirm_email(visitor, &mailed_proofs(&world)[0]).await.unwrap().is_some());
    world.desk.tick().await.unwrap();
    let mails = mails_to(&world, &agent, ROSA).await;
    assert_eq!(mails.len(), 3);
    let whole = text_of(&world, &agent, &mails[2]).await;
    assert!(whole.contains("https://evil.example/x") && whole.contains("Más evil.example"));
    assert!(!whole.contains("No fui yo") && !whole.contains("dejamos fuera"), "{whole}");
}

async fn two_transcripts_a_day_go_to_an_unconfirmed_address(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let ask = async || {
        let visitor = chat(&world, &site, &agent, ROSA).await;
        agent_posts(&world, &agent, visitor, "Hola").await;
        let asked = world.desk.send_transcript(visitor, None).await.unwrap();
        world.desk.end_chat(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
        world.clock.advance(61 * MINUTE);
        asked
    };
    let (sent, once_confirmed) = (TranscriptAsked::Sent, TranscriptAsked::OnceConfirmed);
    assert_eq!([ask().await, ask().await, ask().await], [sent, sent, once_confirmed]);
    world.clock.advance(DAY);
    assert_eq!(ask().await, sent);
}

async fn where_no_agent_wrote_the_transcript_follows_the_button(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let (_, visitor) = world.start(&site).await;
    let asked = world.desk.send_transcript(visitor, Some(address(ROSA))).await.unwrap();
    assert_eq!(asked, TranscriptAsked::OnceConfirmed);
    world.desk.tick().await.unwrap();
    assert_eq!(subjects_to(&world, &agent, ROSA).await, ["[CO-1001] Confirma tu correo"]);
    // A proof of something else is none.
    let other = world.start(&site).await.1;
    let proof = mailed_proofs(&world).remove(0);
    assert!(world.desk.confirm_email(other, &proof).await.unwrap().is_none());
    assert!(world.desk.confirm_email(visitor, &"A".repeat(22)).await.unwrap().is_none());
    assert_eq!(world.count("select count(*) from tickets where contact_verified").await, 0);
    world.visitor_posts(visitor, "después").await;
    for sends_transcript in [true, false] {
        let confirmed = world.desk.confirm_email(visitor, &proof).await.unwrap();
        assert_eq!(confirmed, Some(EmailConfirmed { sends_transcript }));
    }
    world.desk.tick().await.unwrap();
    let mails = mails_to(&world, &agent, ROSA).await;
    assert_eq!(mails.len(), 2, "once");
    assert_eq!(mails[1].subject, "[CO-1001] Transcripción de tu conversación");
    let text = text_of(&world, &agent, &mails[1]).await;
    assert!(text.contains("hola") && text.contains("después"), "{text}");
    assert_eq!(world.kinds(&agent, visitor.ticket).await.last().unwrap(), "transcript_sent");
}

async fn opening_a_mailed_link_changes_nothing(world: World) {
    let site = cuentas_ok(&world).await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    world.desk.tick().await.unwrap();
    let k = world.mailed_tokens().remove(0);
    let proof = mailed_proofs(&world).remove(0);
    let (found, _) = world.desk.find_ticket_link(&started.number, &k).await.unwrap().unwrap();
    assert_eq!(found.ticket, visitor.ticket);
    let is_confirmed = async || {
        let email = world.desk.find_proved_email(visitor, &proof).await.unwrap().unwrap();
        assert_eq!(email.address, ROSA);
        email.is_confirmed
    };
    assert!(!is_confirmed().await);
    let proved = async || world.count("select count(*) from tickets where contact_verified").await;
    assert_eq!(proved().await, 0);
    assert!(world.desk.confirm_email(visitor, &proof).await.unwrap().is_some());
    assert_eq!((proved().await, is_confirmed().await), (1, true));
    assert_eq!(world.desk.find_proved_email(visitor, "made-up").await.unwrap(), None);
}

async fn a_ticket_causes_ten_mails_a_day(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    for _ in 0..5 {
        for _ in 0..3 {
            let _ = world.desk.send_transcript(visitor, None).await;
        }
        world.clock.advance(61 * MINUTE);
    }
    // The address's own cap is ten as well; without that the ticket's holds.
    assert_eq!(mails_to(&world, &agent, ROSA).await.len(), 10);
    world.force("update mails set to_key = 'x' where to_key = 'rosa@example.com'").await;
    let again = world.desk.send_transcript(visitor, None).await;
    let refusal = again.unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.limit), (Code::RateLimited, Some(10)));
    let history = mail_entries(&world, &agent, visitor).await;
    assert!(
        matches!(history.last(), Some(AgentBody::MailHeld { why, .. }) if why.contains("Este ticket")),
        "{history:?}"
    );
    world.clock.advance(DAY);
    world.desk.send_transcript(visitor, None).await.unwrap();
}

async fn a_client_causes_thirty_mails_an_hour_and_a_hundred_a_day(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let client = |text: &str| Some(ClientNetwork(text.to_owned()));
    let mut count = 0;
    let mut ask = async |client: Option<ClientNetwork>| {
        count += 1;
        let new = world.new_request(&format!("a{count}@example.com"));
        let started = world.desk.open_request(&site, NewRequest { client, ..new }).await.unwrap();
        let visitor = world.visitor(&site, &started).await;
        mail_entries(&world, &agent, visitor).await.pop().unwrap()
    };
    let is_held = |entry: &AgentBody| matches!(entry, AgentBody::MailHeld { .. });
    for hour in 0..4 {
        let sent = if hour < 3 { 30 } else { 10 };
        for _ in 0..sent {
            assert!(!is_held(&ask(client("203.0.113.7")).await));
        }
        assert!(is_held(&ask(client("203.0.113.7")).await), "in hour {hour}");
        world.clock.advance(61 * MINUTE);
    }
    assert!(!is_held(&ask(client("203.0.113.8")).await), "another one");
    assert!(!is_held(&ask(None).await), "this machine");
    // A chat that becomes a request is its client's doing as well.
    let new =
        NewChat { email: Some(address(ROSA)), client: client("203.0.113.7"), ..world.new_chat() };
    let console = world.desk.console_connected(agent.id);
    let visitor = chat_of(&world, &site, new).await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    drop(console);
    let history = mail_entries(&world, &agent, visitor).await;
    assert!(matches!(&history[..], [AgentBody::MailHeld { why, .. }] if why.contains("100")));
    assert_eq!(world.count("select count(*) from mails where client like '%203%'").await, 0);
}

async fn what_agents_do_waits_as_one_mail_and_no_cap_holds_it_back(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    for n in 0..20 {
        agent_posts(&world, &agent, visitor, &format!("Paso {n}.")).await;
    }
    world.desk.close_ticket(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
    let mails = mails_to(&world, &agent, ROSA).await;
    assert_eq!(mails.len(), 2, "what was received, and one about all of it");
    world.desk.tick().await.unwrap();
    let text = text_of(&world, &agent, &mails[1]).await;
    assert!((0..20).all(|n| text.contains(&format!("Paso {n}."))), "{text}");
    assert!(text.contains("finalizado"), "{text}");
    assert_eq!(world.kept().len(), 3);
    // Whatever the caps have let through: agents are heard.
    for _ in 0..4 {
        world.ask(&site, ROSA).await;
    }
    let held = async || world.count("select count(*) from entries where kind = 'mail_held'").await;
    assert_eq!(held().await, 2);
    for n in 0..12 {
        agent_posts(&world, &agent, visitor, &format!("Otra {n}.")).await;
        world.desk.tick().await.unwrap();
    }
    assert_eq!(held().await, 2);
    let of_replies = "select count(*) from mails where kind = 'replies' and outcome = 'kept'";
    assert_eq!(world.count(of_replies).await, 13);
    // A state that waits becomes the reply that follows it, with that one's subject.
    world.desk.close_ticket(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
    let reply = FormText::parse("¿Y?").unwrap();
    world.desk.post_visitor_reply(visitor, world.new_id(), Some(reply), &[]).await.unwrap();
    agent_posts(&world, &agent, visitor, "Listo.").await;
    let last = mails_to(&world, &agent, ROSA).await.pop().unwrap();
    assert_eq!(last.subject, "[CO-1001] Tienes una respuesta de CuentasOK");
    assert_eq!(world.count("select count(*) from mails where kind = 'state_changed'").await, 0);
}

async fn what_is_under_way_is_not_joined(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    agent_posts(&world, &agent, visitor, "Uno.").await;
    for (n, state) in ["claimed_until = due_at + 600000", "uncertain_sends = 1"].iter().enumerate()
    {
        world.force(&format!("update mails set {state} where kind = 'replies'")).await;
        agent_posts(&world, &agent, visitor, &format!("Otra {n}.")).await;
    }
    let mails = mails_to(&world, &agent, ROSA).await;
    assert_eq!(mails.len(), 4);
    let text = text_of(&world, &agent, &mails[3]).await;
    assert!(text.contains("Otra 1.") && !text.contains("Otra 0.") && !text.contains("Uno."));
}

async fn whoever_says_not_me_gets_no_more_mail_about_the_ticket(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    world.desk.tick().await.unwrap();
    // It waits already, and does not go out either.
    agent_posts(&world, &agent, visitor, "Mira").await;
    for _ in 0..2 {
        world.desk.stop_mail(visitor, None).await.unwrap();
    }
    let asked = world.desk.send_transcript(visitor, None).await.unwrap();
    assert_eq!(asked, TranscriptAsked::OnceConfirmed);
    agent_posts(&world, &agent, visitor, "Otra vez").await;
    world.desk.close_ticket(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
    world.pass(10 * MINUTE).await;
    assert_eq!(world.kept().iter().filter(|mail| mail.contains("To: rosa@")).count(), 1);
    let history = mail_entries(&world, &agent, visitor).await;
    let held = |entry: &&AgentBody| matches!(entry, AgentBody::MailHeld { .. });
    // The wish, and each mail that it held back.
    assert_eq!(history.iter().filter(held).count(), 5, "{history:?}");
    // Of another ticket the address hears as before.
    world.ask(&site, ROSA).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.kept().iter().filter(|mail| mail.contains("To: rosa@")).count(), 2);
    // And of this one again once its owner says so.
    let proof = mailed_proofs(&world).remove(0);
    assert!(world.desk.confirm_email(visitor, &proof).await.unwrap().is_some());
    world.desk.tick().await.unwrap();
    assert_eq!(world.kept().iter().filter(|mail| mail.contains("To: rosa@")).count(), 3);
}

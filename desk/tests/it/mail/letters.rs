//! What mails say, and to whom.

use super::{MINUTE, cuentas_ok, mail_entries, mails_to, text_of};
use crate::world::{
    OWNER, World, on_both, reason,
    relay::{Relay, header},
};
use desk::{
    mail::MailState,
    people::Agent,
    sites::Site,
    tickets::{NewChat, NewRequest},
};
use protocol::{
    PageUrl, Seq,
    agent::AgentState,
    entry::{AgentBody, VisitorBody},
    form::Started,
    text::{ChatText, EmailAddress, FormText, PersonName},
};
use std::fmt::Write;

on_both! {
    a_request_is_mailed_to_its_sender_and_to_the_agents,
    a_chat_that_became_a_request_says_why_in_its_mail,
    nobody_is_asked_to_rate_a_chat_that_nobody_attended,
    an_answer_to_a_request_is_mailed_and_threads,
    replies_that_were_not_seen_go_out_in_one_mail,
    a_transcript_holds_the_conversation_and_nothing_internal,
    every_mail_in_three_languages,
    a_conversation_that_is_too_long_for_a_mail_goes_as_a_link,
}

/// A request whose words look like markup.
fn request(world: &World, email: &str) -> NewRequest {
    NewRequest {
        name: Some(PersonName::parse("Ana <b>Núñez</b>").unwrap()),
        text: FormText::parse("No puedo entrar.\n<script>alert(1)</script>").unwrap(),
        page: PageUrl::parse("https://cuentasok.com/entrar"),
        zone: Some("America/Bogota".to_owned()),
        ..world.new_request(email)
    }
}

async fn asks(world: &World, site: &Site, email: &str) -> Started {
    world.desk.open_request(site, request(world, email)).await.unwrap()
}

fn new_chat(world: &World, email: &str) -> NewChat {
    NewChat {
        name: Some(PersonName::parse("Ana").unwrap()),
        email: Some(EmailAddress::parse(email).unwrap()),
        text: ChatText::parse("Hola").unwrap(),
        page: None,
        zone: Some("America/Bogota".to_owned()),
        ..world.new_chat()
    }
}

/// A chat of this address that the agent has accepted.
async fn chat(world: &World, site: &Site, agent: &Agent, email: &str) -> Started {
    let started = world.desk.start_chat(site, new_chat(world, email)).await.unwrap();
    world.accept(agent, world.visitor(site, &started).await).await;
    started
}

async fn a_request_is_mailed_to_its_sender_and_to_the_agents(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = asks(&world, &site, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    let queued = mail_entries(&world, &agent, visitor).await;
    assert!(matches!(&queued[..], [AgentBody::MailQueued { to, .. }] if to == "ana@example.com"));
    assert_eq!(mails_to(&world, &agent, "ana@example.com").await[0].state, MailState::Queued);
    world.desk.tick().await.unwrap();

    let received = mails_to(&world, &agent, "ana@example.com").await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].state, MailState::Kept);
    assert_eq!(
        received[0].subject,
        format!("[{}] Recibimos tu solicitud de ayuda", started.number)
    );
    let (_, text, html) = world.desk.mail(&agent, received[0].id).await.unwrap();
    // None of the stranger's words, and the number and a link.
    for body in [&text, &html] {
        assert!(!body.contains("entrar") && !body.contains("Núñez") && !body.contains("alert"));
        assert!(body.contains(&started.number.0));
        assert!(body.contains(&format!("https://help.example.com/t/{}", started.number)));
    }

    let notices = mails_to(&world, &agent, OWNER).await;
    assert_eq!(notices.len(), 1);
    let (_, text, html) = world.desk.mail(&agent, notices[0].id).await.unwrap();
    assert!(
        text.contains("No puedo entrar.") && text.contains("<ana@example.com> (no verificado)")
    );
    assert!(text.contains(&format!("https://help.example.com/console/tickets/{}", visitor.ticket)));
    // The site's time, and not the visitor's in Bogotá.
    assert!(text.contains("17:00") && text.contains("UTC"), "{text}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script>"));
    assert!(!html.contains("<b>Núñez"));
    assert_eq!(world.kept().len(), 2);
    // Written again it is the same file.
    world.desk.tick().await.unwrap();
    assert_eq!(world.kept().len(), 2);
}

async fn a_chat_that_became_a_request_says_why_in_its_mail(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let console = world.desk.console_connected(agent.id);
    let left = world.desk.start_chat(&site, new_chat(&world, "ana@example.com")).await.unwrap();
    world.desk.leave_request(world.visitor(&site, &left).await).await.unwrap();
    world.desk.start_chat(&site, new_chat(&world, "eva@example.com")).await.unwrap();
    world.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    world.desk.tick().await.unwrap();
    for (email, why) in [
        ("ana@example.com", "Dejaste tu chat como solicitud de ayuda."),
        ("eva@example.com", "Ya no hay nadie disponible para atenderte"),
    ] {
        let mail = mails_to(&world, &agent, email).await.remove(0);
        let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
        assert!(text.contains(why) && html.contains(why), "{text}");
    }
    drop(console);
}

async fn nobody_is_asked_to_rate_a_chat_that_nobody_attended(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    for (email, attended) in [("ana@example.com", true), ("eva@example.com", false)] {
        let started = if attended {
            chat(&world, &site, &agent, email).await
        } else {
            world.desk.start_chat(&site, new_chat(&world, email)).await.unwrap()
        };
        let visitor = world.visitor(&site, &started).await;
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        world.desk.tick().await.unwrap();
        let mail = mails_to(&world, &agent, email).await.remove(0);
        let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
        for body in [&text, &html] {
            let asks = body.contains("Tu valoración") || body.contains("Valorar");
            assert_eq!(asks, attended, "{body}");
            assert!(body.contains(&started.number.0));
        }
    }
}

async fn an_answer_to_a_request_is_mailed_and_threads(mut world: World) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = asks(&world, &site, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    world.desk.tick().await.unwrap();
    world.clock.advance(MINUTE);
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, world.new_id(), "Prueba <otra> vez", &[])
        .await
        .unwrap();
    world.desk.tick().await.unwrap();
    let taken = relay.taken();
    let to_ana: Vec<_> =
        taken.iter().filter(|mail| header(mail, "To").unwrap() == "ana@example.com").collect();
    assert_eq!(to_ana.len(), 2);
    let (first, answer) = (to_ana[0], to_ana[1]);
    assert_eq!(header(answer, "In-Reply-To"), header(first, "Message-ID"));
    let references = header(answer, "References").unwrap();
    assert!(
        references.starts_with("<ticket.")
            && references.ends_with(&header(first, "Message-ID").unwrap())
    );
    assert_eq!(header(answer, "Auto-Submitted"), None, "a person wrote it");
    let mail = mails_to(&world, &agent, "ana@example.com").await.remove(1);
    let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
    assert!(text.contains("Prueba <otra> vez") && text.contains("atendido"));
    assert!(html.contains("Prueba &lt;otra&gt; vez") && !text.contains("No puedo entrar"));
}

async fn replies_that_were_not_seen_go_out_in_one_mail(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let panel_gone = chat(&world, &site, &agent, "ana@example.com").await;
    let visitor = world.visitor(&site, &panel_gone).await;
    let panel = world.desk.panel_connected(visitor.ticket);
    let say = async |text: &str| {
        world
            .desk
            .post_agent_message(&agent, visitor.ticket, world.new_id(), text, &[])
            .await
            .unwrap()
    };
    world.clock.advance(5 * MINUTE);
    let seen = say("Lo vio").await;
    world.desk.mark_read_by_visitor(visitor, seen.seq).await.unwrap();
    say("Uno").await;
    drop(panel);
    world.clock.advance(MINUTE);
    say("Dos").await;
    world.desk.tick().await.unwrap();
    assert_eq!(mails_to(&world, &agent, "ana@example.com").await.len(), 0);
    world.pass(MINUTE).await;
    let mails = mails_to(&world, &agent, "ana@example.com").await;
    assert_eq!(mails.len(), 1);
    let text = text_of(&world, &agent, &mails[0]).await;
    assert!(
        text.contains("Uno")
            && text.contains("Dos")
            && !text.contains("Lo vio")
            && !text.contains("Hola"),
        "{text}"
    );
    world.pass(10 * MINUTE).await;
    assert_eq!(mails_to(&world, &agent, "ana@example.com").await.len(), 1);
    say("Tres").await;
    world.pass(2 * MINUTE).await;
    let mails = mails_to(&world, &agent, "ana@example.com").await;
    assert_eq!(mails.len(), 2);
    let text = text_of(&world, &agent, &mails[1]).await;
    assert!(text.contains("Tres") && !text.contains("Dos"));
}

async fn a_transcript_holds_the_conversation_and_nothing_internal(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let started = chat(&world, &site, &agent, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, world.new_id(), "¿En qué te ayudo?\n& <b>", &[])
        .await
        .unwrap();
    world.desk.post_visitor_message(visitor, world.new_id(), "Con mi cuenta", &[]).await.unwrap();
    world.desk.send_transcript(visitor, None).await.unwrap();
    world.desk.post_visitor_message(visitor, world.new_id(), "Después", &[]).await.unwrap();
    world.desk.end_chat(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
    world.desk.tick().await.unwrap();
    let mails = mails_to(&world, &agent, "ana@example.com").await;
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.clone()).collect();
    let number = &started.number;
    assert_eq!(
        subjects,
        [
            format!("[{number}] Transcripción de tu conversación"),
            format!("[{number}] Tu conversación con CuentasOK")
        ]
    );
    let (_, text, html) = world.desk.mail(&agent, mails[0].id).await.unwrap();
    for word in [
        "Hola",
        "¿En qué te ayudo?",
        "Con mi cuenta",
        "Lucía Medina se ha unido",
        "Bogotá",
        "12:00",
    ] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(!text.contains("Después") && !text.contains("Resuelto"));
    assert!(html.contains("¿En qué te ayudo?<br>&amp; &lt;b&gt;"));
    let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    assert!(entries.iter().any(|entry| matches!(entry.body, VisitorBody::TranscriptSent)));
}

async fn every_mail_in_three_languages(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let mut said = String::new();
    let mut page = String::new();
    for lang in desk::locales::LANGUAGES {
        let email = format!("ana.{lang}@example.com");
        let mut request = request(&world, &email);
        request.lang = lang.to_owned();
        let started = world.desk.open_request(&site, request).await.unwrap();
        let visitor = world.visitor(&site, &started).await;
        world
            .desk
            .post_agent_message(
                &agent,
                visitor.ticket,
                world.new_id(),
                "Prueba otra vez.\n\nLucía",
                &[],
            )
            .await
            .unwrap();
        let address = EmailAddress::parse(&email).unwrap();
        world.desk.send_transcript(visitor, Some(address)).await.unwrap();
        world.desk.tick().await.unwrap();
        let token = world.mailed_tokens().pop().unwrap();
        let proof = token.split_once('~').unwrap().1;
        assert!(world.desk.confirm_email(visitor, proof).await.unwrap().is_some());
        world.desk.tick().await.unwrap();
        world.clock.advance(61 * MINUTE);
        world.desk.close_ticket(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
        let moves_to = EmailAddress::parse(&format!("eva.{lang}@example.com")).unwrap();
        world.desk.change_email(visitor, proof, moves_to).await.unwrap();
        let mut chat = new_chat(&world, &email);
        chat.lang = lang.to_owned();
        chat.text = ChatText::parse("Hola, miren https://example.com/error").unwrap();
        let started = world.desk.start_chat(&site, chat).await.unwrap();
        let visitor = world.visitor(&site, &started).await;
        world.accept(&agent, visitor).await;
        let id = world.new_id();
        world.desk.post_agent_message(&agent, visitor.ticket, id, "Lo vemos.", &[]).await.unwrap();
        world.desk.send_transcript(visitor, None).await.unwrap();
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        world.desk.tick().await.unwrap();
        for mail in mails_to(&world, &agent, &email).await {
            let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
            write!(said, "=== {}\n{text}\n", mail.subject).unwrap();
            if mail.subject.contains("Transcri") {
                page = html.into_inner();
            }
        }
    }
    let notice = mails_to(&world, &agent, OWNER).await.remove(0);
    let text = text_of(&world, &agent, &notice).await;
    let (before, after) = text.split_once("/console/tickets/").unwrap();
    write!(said, "=== {}\n{before}/console/tickets/ID{}", notice.subject, &after[36..]).unwrap();
    insta::allow_duplicates! {
        insta::assert_snapshot!("mails_as_text", said);
        insta::assert_snapshot!("a_transcript_as_html", page);
    }
}

async fn a_conversation_that_is_too_long_for_a_mail_goes_as_a_link(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let started = chat(&world, &site, &agent, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    let id = world.new_id();
    world.desk.post_agent_message(&agent, visitor.ticket, id, "Hola, Ana", &[]).await.unwrap();
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    for _ in 0..20 {
        let long = Some(FormText::parse(&"🙂".repeat(20_000)).unwrap());
        world.desk.post_visitor_reply(visitor, world.new_id(), long, &[]).await.unwrap();
    }
    world.desk.send_transcript(visitor, None).await.unwrap();
    world.desk.tick().await.unwrap();
    let mails = mails_to(&world, &agent, "ana@example.com").await;
    let mail = mails.iter().rfind(|mail| mail.subject.contains("Transcripción")).unwrap();
    assert_eq!(mail.state, MailState::Kept);
    let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
    for body in [&text, &html] {
        assert!(body.contains("demasiado larga para un correo"), "{body}");
        assert!(body.contains(&format!("https://help.example.com/t/{}", started.number)));
        assert!(!body.contains("🙂") && !body.contains("Hola, Ana"));
    }
}

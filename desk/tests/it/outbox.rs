use crate::{
    smtp::{Manner, Relay, header},
    support::{World, claims, until},
};
use desk::{
    Error,
    mail::{KeptMail, MailState},
    people::Agent,
};
use protocol::{
    Code, Seq,
    entry::{AgentBody, VisitorBody},
    text::EmailAddress,
};
use std::{fmt::Write, time::Duration};

const MINUTE: Duration = Duration::from_mins(1);

async fn mails_to(world: &World, agent: &Agent, address: &str) -> Vec<KeptMail> {
    let mut mails = world.desk.mails(agent).await.unwrap();
    mails.retain(|mail| mail.to == address);
    mails.reverse();
    mails
}

async fn text_of(world: &World, agent: &Agent, mail: &KeptMail) -> String {
    world.desk.mail(agent, mail.id).await.unwrap().1
}

/// What the ticket's history says of mails.
async fn mail_entries(
    world: &World,
    agent: &Agent,
    visitor: desk::tickets::Visitor,
) -> Vec<AgentBody> {
    let (entries, _) = world.desk.agent_entries(agent, visitor.ticket, Seq::START).await.unwrap();
    entries
        .into_iter()
        .map(|entry| entry.body)
        .filter(|body| matches!(body, AgentBody::MailQueued { .. } | AgentBody::MailHeld { .. }))
        .collect()
}

/// The secret part of links differs from run to run.
fn without_tokens(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("?k=") {
        out.push_str(&rest[..at]);
        out.push_str("?k=TOKEN");
        let tail = &rest[at + 3..];
        let end = tail
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_~".contains(c)))
            .unwrap_or(tail.len());
        rest = &tail[end..];
    }
    out.push_str(rest);
    out
}

claims! {
    async fn a_request_is_mailed_to_its_sender_and_to_the_agents(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let started = world.ask(&site, "ana@example.com").await;
        let visitor = world.visitor(&site, &started).await;
        let queued = mail_entries(world, &agent, visitor).await;
        assert!(matches!(&queued[..], [AgentBody::MailQueued { to, .. }] if to == "ana@example.com"));
        assert_eq!(mails_to(world, &agent, "ana@example.com").await[0].state, MailState::Queued);
        world.desk.tick().await.unwrap();

        let received = mails_to(world, &agent, "ana@example.com").await;
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].state, MailState::Kept);
        assert_eq!(received[0].subject, format!("[{}] Recibimos tu solicitud de ayuda", started.number));
        let (_, text, html) = world.desk.mail(&agent, received[0].id).await.unwrap();
        // None of the stranger's words, and the number and a link.
        for body in [&text, &html] {
            assert!(!body.contains("entrar") && !body.contains("Núñez") && !body.contains("alert"));
            assert!(body.contains(&started.number.0));
            assert!(body.contains(&format!("https://help.example.com/t/{}?k=", started.number)));
        }

        let told = mails_to(world, &agent, "lucia@example.com").await;
        assert_eq!(told.len(), 1);
        let (_, text, html) = world.desk.mail(&agent, told[0].id).await.unwrap();
        assert!(text.contains("No puedo entrar.") && text.contains("<ana@example.com> (no verificado)"));
        assert!(text.contains(&format!("https://help.example.com/console/tickets/{}", visitor.ticket)));
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script>"));
        assert!(!html.contains("<b>Núñez"));
        assert_eq!(world.kept().len(), 2);
        // Written again it is the same file.
        world.desk.tick().await.unwrap();
        assert_eq!(world.kept().len(), 2);
    }

    async fn a_mail_goes_out_once_also_across_restarts(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let started = world.ask(&site, "ana@example.com").await;
        assert_eq!(relay.taken().len(), 0);
        world.restart().await;
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 2);
        world.restart().await;
        world.pass(Duration::from_hours(1));
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 2);
        assert!(world.desk.mails(&agent).await.unwrap().iter().all(|mail| mail.state == MailState::Sent));

        let taken = relay.taken();
        let mail = taken.iter().find(|mail| header(mail, "To").unwrap().contains("ana@")).unwrap();
        assert_eq!(header(mail, "To").unwrap(), "ana@example.com");
        assert_eq!(header(mail, "From").unwrap(), "Ayuda <ayuda@example.com>");
        assert_eq!(header(mail, "Auto-Submitted").unwrap(), "auto-generated");
        let id = header(mail, "Message-ID").unwrap();
        assert!(id.starts_with('<') && id.ends_with("@example.com>"));
        let visitor = world.visitor(&site, &started).await;
        let reply_to = header(mail, "Reply-To").unwrap();
        let address = reply_to.split(['<', '>']).nth(1).unwrap();
        assert_eq!(world.desk.find_replied_ticket(address), Some(visitor.ticket));
        assert_eq!(world.desk.find_replied_ticket("ayuda@example.com"), None);
    }

    async fn what_a_killed_server_had_in_hand_goes_out(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        let site = world.site("uno").await;
        world.ask(&site, "ana@example.com").await;
        world.force("update mails set state = 'sending', attempts = 1, claimed_until = due_at + 600000").await;
        world.restart().await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn({
            let desk = world.desk.clone();
            async move { Box::pin(desk.run(stopped)).await }
        });
        // Another node's claims run out; those on a file database are nobody's.
        if world.options.database_url.is_some() {
            world.pass(11 * MINUTE);
        }
        until("it went out", async || relay.taken().len() == 1).await;
        stop.send(true).unwrap();
        running.await.unwrap();

        // Killed after the text was handed over: once more, and never a third time.
        world.force("update mails set state = 'sending', doubts = 1, claimed_until = 1").await;
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 1);
        world.pass(10 * MINUTE);
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 2);
        let ids: Vec<_> = relay.taken().iter().map(|mail| header(mail, "Message-ID")).collect();
        assert_eq!(ids[0], ids[1]);
        world.force("update mails set state = 'sending', doubts = 2, claimed_until = 1").await;
        world.desk.tick().await.unwrap();
        assert_eq!(world.count("select count(*) from mails where state = 'parked'").await, 1);
        assert_eq!(relay.taken().len(), 2);
    }

    async fn a_passing_refusal_is_tried_for_a_day_and_then_parked(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        relay.treat("ana@example.com", Manner::Later);
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let started = world.ask(&site, "ana@example.com").await;
        world.desk.tick().await.unwrap();
        assert_eq!(relay.tries("ana@example.com"), 1);
        let mut pause = 1;
        for tries in 2..=29 {
            world.pass((MINUTE * pause).saturating_sub(Duration::from_millis(1)));
            world.desk.tick().await.unwrap();
            assert_eq!(relay.tries("ana@example.com"), tries - 1, "before its time");
            world.pass(Duration::from_millis(1));
            world.desk.tick().await.unwrap();
            assert_eq!(relay.tries("ana@example.com"), tries, "after {pause} minutes");
            pause = (pause * 2).min(60);
        }
        world.pass(Duration::from_hours(24));
        world.desk.tick().await.unwrap();
        assert_eq!(relay.tries("ana@example.com"), 29);
        let mail = mails_to(world, &agent, "ana@example.com").await.remove(0);
        assert_eq!(mail.state, MailState::Parked);
        assert!(mail.error.as_ref().unwrap().contains("greylisted"), "{:?}", mail.error);
        let visitor = world.visitor(&site, &started).await;
        let history = mail_entries(world, &agent, visitor).await;
        assert!(matches!(history.last(), Some(AgentBody::MailHeld { why, .. }) if why.contains("greylisted")));

        relay.treat("ana@example.com", Manner::Take);
        world.desk.retry_mail(&agent, mail.id).await.unwrap();
        world.desk.tick().await.unwrap();
        assert_eq!(mails_to(world, &agent, "ana@example.com").await[0].state, MailState::Sent);
        assert!(world.desk.retry_mail(&agent, mail.id).await.is_err());
    }

    async fn a_refusal_for_good_is_not_tried_again(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        relay.treat("ana@example.com", Manner::Refuse);
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        world.ask(&site, "ana@example.com").await;
        world.desk.tick().await.unwrap();
        world.pass(Duration::from_hours(1));
        world.desk.tick().await.unwrap();
        assert_eq!(relay.tries("ana@example.com"), 1);
        let mail = mails_to(world, &agent, "ana@example.com").await.remove(0);
        assert_eq!(mail.state, MailState::Parked);
        assert!(mail.error.unwrap().contains("no such user"));
        assert_eq!(mails_to(world, &agent, "lucia@example.com").await[0].state, MailState::Sent);
    }

    async fn a_password_that_is_wrong_or_missing_is_a_setting_to_mend_and_costs_no_mail(world: &mut World) {
        let relay = Relay::start().await;
        relay.want("buena");
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        for (url, said) in [(relay.url.clone(), "530"), (relay.url_with("mala"), "535")] {
            world.restart_with_relay(&url).await;
            world.ask(&site, &format!("ana{said}@example.com")).await;
            world.desk.tick().await.unwrap();
            let mail = mails_to(world, &agent, &format!("ana{said}@example.com")).await.remove(0);
            assert_eq!(mail.state, MailState::Queued, "{said}");
            assert!(mail.error.is_some_and(|why| why.contains(said)), "{said}");
        }
        assert_eq!(relay.taken().len(), 0);
        world.restart_with_relay(&relay.url_with("buena")).await;
        world.pass(2 * MINUTE);
        world.desk.tick().await.unwrap();
        assert!(world.desk.mails(&agent).await.unwrap().iter().all(|mail| mail.state == MailState::Sent));
    }

    async fn silence_after_the_text_is_doubt_and_one_more_try(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        relay.treat("ana@example.com", Manner::TakeAndFallSilent);
        relay.treat("eva@example.com", Manner::TakeAndHangUp);
        let site = world.site("uno").await;
        world.ask(&site, "ana@example.com").await;
        world.ask(&site, "eva@example.com").await;
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 2);
        world.pass((10 * MINUTE).saturating_sub(Duration::from_millis(1)));
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 2);
        world.pass(Duration::from_millis(1));
        relay.treat("eva@example.com", Manner::Take);
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 4);
        world.pass(Duration::from_hours(24));
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 4, "never a third time");
        let mut ids: Vec<_> = relay.taken().iter().map(|mail| header(mail, "Message-ID")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2);
        assert_eq!(world.count("select count(*) from mails where state = 'parked'").await, 1);
        assert_eq!(world.count("select count(*) from mails where state = 'sent'").await, 1);
    }

    async fn a_bad_address_or_a_stalled_one_delays_no_other_mail(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url.replace("timeout=1", "timeout=3")).await;
        let site = world.site("uno").await;
        for n in 0..5 {
            let address = format!("stalled{n}@example.com");
            relay.treat(&address, Manner::Stall);
            world.ask(&site, &address).await;
        }
        // Right for a browser, and no mailbox to a mail system.
        world.ask(&site, "a..b@example.com").await;
        world.ask(&site, "ana@example.com").await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn({
            let desk = world.desk.clone();
            async move { Box::pin(desk.run(stopped)).await }
        });
        let begun = std::time::Instant::now();
        until("it went out", async || !relay.taken().is_empty()).await;
        assert!(begun.elapsed() < Duration::from_millis(2_500), "before the stalled ones timed out");
        until("the others wait", async || {
            world.count("select count(*) from mails where state = 'queued' and error is not null").await >= 5
        }).await;
        stop.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(relay.taken().len() + 6, 7);
    }

    async fn a_dead_relay_keeps_mail_waiting(world: &mut World) {
        world.restart_with_relay("smtp://127.0.0.1:9?timeout=1").await;
        let site = world.site("uno").await;
        world.ask(&site, "ana@example.com").await;
        world.desk.tick().await.unwrap();
        assert_eq!(world.count("select count(*) from mails where state = 'queued' and attempts = 1").await, 1);
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        world.pass(MINUTE);
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), 1);
    }

    async fn an_unverified_address_gets_three_an_hour_and_ten_a_day(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        for hour in 0..5 {
            for _ in 0..4 {
                let started = world.ask(&site, if hour % 2 == 0 { "ana@example.com" } else { "ANA@example.com" }).await;
                let visitor = world.visitor(&site, &started).await;
                let history = mail_entries(world, &agent, visitor).await;
                assert_eq!(history.len(), 1, "never silent");
            }
            world.pass(60 * MINUTE);
        }
        assert_eq!(world.count("select count(*) from mails where to_key = 'ana@example.com'").await, 10);
        assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 10);
        world.pass(Duration::from_hours(20));
        world.ask(&site, "ana@example.com").await;
        assert_eq!(world.count("select count(*) from mails where to_key = 'ana@example.com'").await, 11);
    }

    async fn a_mailed_link_confirms_the_address_and_lifts_the_cap(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let started = world.ask(&site, "ana@example.com").await;
        let visitor = world.visitor(&site, &started).await;
        for _ in 0..3 {
            world.desk.agent_says(&agent, visitor.ticket, world.new_id(), "Mira", &[]).await.unwrap();
        }
        assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 1);
        // The page's own link proves nothing.
        let k = started.link.split("?k=").nth(1).unwrap();
        world.desk.find_ticket_link(&started.number, k).await.unwrap().unwrap();
        let held = async |world: &World| world.count("select count(*) from tickets where contact_verified").await;
        assert_eq!(held(world).await, 0);
        let mail = mails_to(world, &agent, "ana@example.com").await.remove(0);
        let text = text_of(world, &agent, &mail).await;
        let k: String = text.split("?k=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let (who, _) = world.desk.find_ticket_link(&started.number, &k).await.unwrap().unwrap();
        assert_eq!(who.ticket, visitor.ticket);
        assert_eq!(held(world).await, 1);
        world.desk.agent_says(&agent, visitor.ticket, world.new_id(), "Mira", &[]).await.unwrap();
        assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 1);
    }

    async fn an_answer_to_a_request_is_mailed_and_threads(world: &mut World) {
        let relay = Relay::start().await;
        world.restart_with_relay(&relay.url).await;
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let started = world.ask(&site, "ana@example.com").await;
        let visitor = world.visitor(&site, &started).await;
        world.desk.tick().await.unwrap();
        world.pass(MINUTE);
        world.desk.agent_says(&agent, visitor.ticket, world.new_id(), "Prueba <otra> vez", &[]).await.unwrap();
        world.desk.tick().await.unwrap();
        let taken = relay.taken();
        let to_ana: Vec<_> = taken.iter().filter(|mail| header(mail, "To").unwrap() == "ana@example.com").collect();
        assert_eq!(to_ana.len(), 2);
        let (first, answer) = (to_ana[0], to_ana[1]);
        assert_eq!(header(answer, "In-Reply-To"), header(first, "Message-ID"));
        let references = header(answer, "References").unwrap();
        assert!(references.starts_with("<ticket.") && references.ends_with(&header(first, "Message-ID").unwrap()));
        assert_eq!(header(answer, "Auto-Submitted"), None, "a person wrote it");
        let mail = mails_to(world, &agent, "ana@example.com").await.remove(1);
        let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
        assert!(text.contains("Prueba <otra> vez") && text.contains("atendido"));
        assert!(html.contains("Prueba &lt;otra&gt; vez") && !text.contains("No puedo entrar"));
    }

    async fn replies_that_were_not_seen_go_out_in_one_mail(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let _console = world.desk.console_connected(agent.id);
        let panel_gone = world.chat(&site, &agent, "ana@example.com").await;
        let visitor = world.visitor(&site, &panel_gone).await;
        let panel = world.desk.panel_connected(visitor.ticket);
        let say = async |text: &str| {
            world.desk.agent_says(&agent, visitor.ticket, world.new_id(), text, &[]).await.unwrap()
        };
        world.pass(5 * MINUTE);
        let seen = say("Lo vio").await;
        world.desk.visitor_saw(visitor, seen.seq).await.unwrap();
        say("Uno").await;
        drop(panel);
        world.pass(MINUTE);
        say("Dos").await;
        world.desk.tick().await.unwrap();
        assert_eq!(mails_to(world, &agent, "ana@example.com").await.len(), 0);
        world.pass(MINUTE);
        world.desk.tick().await.unwrap();
        let mails = mails_to(world, &agent, "ana@example.com").await;
        assert_eq!(mails.len(), 1);
        let text = text_of(world, &agent, &mails[0]).await;
        assert!(text.contains("Uno") && text.contains("Dos") && !text.contains("Lo vio") && !text.contains("Hola"), "{text}");
        world.pass(10 * MINUTE);
        world.desk.tick().await.unwrap();
        assert_eq!(mails_to(world, &agent, "ana@example.com").await.len(), 1);
        say("Tres").await;
        world.pass(2 * MINUTE);
        world.desk.tick().await.unwrap();
        let mails = mails_to(world, &agent, "ana@example.com").await;
        assert_eq!(mails.len(), 2);
        let text = text_of(world, &agent, &mails[1]).await;
        assert!(text.contains("Tres") && !text.contains("Dos"));
    }

    async fn a_transcript_holds_the_conversation_and_nothing_internal(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let _console = world.desk.console_connected(agent.id);
        let started = world.chat(&site, &agent, "ana@example.com").await;
        let visitor = world.visitor(&site, &started).await;
        world.desk.agent_says(&agent, visitor.ticket, world.new_id(), "¿En qué te ayudo?\n& <b>", &[]).await.unwrap();
        world.desk.visitor_says(visitor, world.new_id(), "Con mi cuenta", &[]).await.unwrap();
        world.desk.send_transcript(visitor, None).await.unwrap();
        world.desk.visitor_says(visitor, world.new_id(), "Después", &[]).await.unwrap();
        world.desk.end_chat(&agent, visitor.ticket, "Resuelto").await.unwrap();
        world.desk.tick().await.unwrap();
        let mails = mails_to(world, &agent, "ana@example.com").await;
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.clone()).collect();
        let number = &started.number;
        assert_eq!(subjects, [format!("[{number}] Transcripción de tu conversación"), format!("[{number}] Tu conversación con CuentasOK")]);
        let (_, text, html) = world.desk.mail(&agent, mails[0].id).await.unwrap();
        for word in ["Hola", "¿En qué te ayudo?", "Con mi cuenta", "Lucía Medina se ha unido", "Bogota", "12:00"] {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert!(!text.contains("Después") && !text.contains("Resuelto"));
        assert!(html.contains("¿En qué te ayudo?<br>&amp; &lt;b&gt;"));
        let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
        assert!(entries.iter().any(|entry| matches!(entry.body, VisitorBody::TranscriptSent)));
    }

    async fn every_mail_in_three_languages(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
        let _console = world.desk.console_connected(agent.id);
        let mut said = String::new();
        let mut page = String::new();
        for lang in ["es", "en", "pt"] {
            let email = format!("ana.{lang}@example.com");
            let mut request = world.request(&email);
            request.lang = lang.to_owned();
            let started = world.desk.ask(&site, request).await.unwrap();
            let visitor = world.visitor(&site, &started).await;
            world.desk.agent_says(&agent, visitor.ticket, world.new_id(), "Prueba otra vez.\n\nLucía", &[]).await.unwrap();
            let address = EmailAddress::parse(&email).unwrap();
            world.desk.send_transcript(visitor, Some(address)).await.unwrap();
            world.desk.tick().await.unwrap();
            world.pass(61 * MINUTE);
            world.desk.close_ticket(&agent, visitor.ticket, "Resuelto").await.unwrap();
            let mut chat = world.new_chat(&email);
            chat.lang = lang.to_owned();
            let started = world.desk.start_chat(&site, chat).await.unwrap();
            let visitor = world.visitor(&site, &started).await;
            world.desk.visitor_ends(visitor).await.unwrap();
            world.desk.tick().await.unwrap();
            for mail in mails_to(world, &agent, &email).await {
                let (_, text, html) = world.desk.mail(&agent, mail.id).await.unwrap();
                write!(said, "=== {}\n{}\n", mail.subject, without_tokens(&text)).unwrap();
                if mail.subject.contains("Transcri") {
                    page = without_tokens(&html);
                }
            }
        }
        let told = mails_to(world, &agent, "lucia@example.com").await.remove(0);
        let text = text_of(world, &agent, &told).await;
        let (before, after) = text.split_once("/console/tickets/").unwrap();
        write!(said, "=== {}\n{before}/console/tickets/ID{}", told.subject, &after[36..]).unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!("mails_as_text", said);
            insta::assert_snapshot!("a_transcript_as_html", page);
        }
    }

    async fn a_mail_is_read_and_retried_by_those_who_may(world: &mut World) {
        let site = world.site("uno").await;
        let other = world.site("dos").await;
        let (owner, _) = world.agent("lucia@example.com").await;
        world.ask(&site, "ana@example.com").await;
        let mail = mails_to(world, &owner, "ana@example.com").await.remove(0);
        // Before it is sent it is shown as it will be.
        assert!(text_of(world, &owner, &mail).await.contains("CO-1001"));
        let mut elsewhere = owner.clone();
        elsewhere.sites = vec![other.id];
        assert!(world.desk.mails(&elsewhere).await.unwrap().is_empty());
        assert!(world.desk.mail(&elsewhere, mail.id).await.is_err());
        assert!(world.desk.retry_mail(&elsewhere, mail.id).await.is_err());
        let mut plain = owner.clone();
        plain.role = desk::people::Role::Agent;
        let refused = world.desk.retry_mail(&plain, mail.id).await;
        assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.code == Code::Forbidden));
    }
}

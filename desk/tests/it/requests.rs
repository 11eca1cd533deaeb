//! Help requests: asked, answered, replied to, closed, opened again.

use crate::world::{ROSA, World, on_both, reason, refused};
use protocol::{
    Code, Field, Seq,
    agent::{AgentChat, WorkKind},
    entry::{AgentBody, Category},
    text::FormText,
    visitor::VisitorChat,
};
use std::collections::HashSet;

on_both! {
    a_request_is_one_ticket_with_its_mails_however_often_it_is_sent,
    an_answer_goes_out_by_mail_and_the_ticket_waits,
    a_reply_opens_the_ticket_again_and_tells_the_agents,
    a_reply_after_a_chat_opens_its_ticket_again,
    a_request_is_closed_with_a_reason_that_only_agents_read,
    files_come_onto_one_message_of_their_site,
}

async fn a_request_is_one_ticket_with_its_mails_however_often_it_is_sent(world: World) {
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let new = world.new_request(ROSA);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (desk, site, new) = (world.desk.clone(), site.clone(), new.clone());
            tokio::spawn(async move { desk.open_request(&site, new).await.unwrap() })
        })
        .collect();
    let mut answers = HashSet::new();
    for task in tasks {
        let started = task.await.unwrap();
        answers.insert((started.number.0, started.token.0, started.seq.0));
    }
    assert_eq!(answers.len(), 1);
    let mails = world.desk.mails(&agent).await.unwrap();
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["lucia@example.com", ROSA]);
    let items = world.desk.worklist(&agent).await.unwrap();
    assert_eq!((items.len(), items[0].kind, items[0].unread), (1, WorkKind::Request, 1));
    assert_eq!(world.kinds(&agent, items[0].ticket).await, ["visitor", "mail_queued"]);
    let head = world.desk.conversation(&agent, items[0].ticket).await.unwrap();
    assert_eq!((head.chat, head.state.category), (AgentChat::None, Category::Open));
}

async fn an_answer_goes_out_by_mail_and_the_ticket_waits(world: World) {
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let started = world.desk.open_request(&site, world.new_request(ROSA)).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    let id = world.new_id();
    let long = "sí ".repeat(2000);
    let receipt =
        world.desk.post_agent_message(&agent, visitor.ticket, id, &long, &[]).await.unwrap();
    assert_eq!(receipt.seq, Seq(3));
    let again =
        world.desk.post_agent_message(&agent, visitor.ticket, id, &long, &[]).await.unwrap();
    assert_eq!(again, receipt);
    assert_eq!(
        world.kinds(&agent, visitor.ticket).await,
        ["visitor", "mail_queued", "agent", "state_changed", "mail_queued"]
    );
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(
        (ticket.state.name.as_str(), ticket.state.category),
        ("atendido", Category::Waiting)
    );
    assert!(
        world.desk.worklist(&agent).await.unwrap().is_empty(),
        "the customer has the next move"
    );
    let mails = world.desk.mails(&agent).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.to == ROSA).count(), 2);
    // A second answer changes no state, and goes out with the first where that still waits, else by itself.
    for kinds in [&["agent"][..], &["agent", "agent", "mail_queued"]] {
        let id = world.new_id();
        let text = "y otra cosa";
        world.desk.post_agent_message(&agent, visitor.ticket, id, text, &[]).await.unwrap();
        assert_eq!(world.kinds(&agent, visitor.ticket).await[5..], *kinds);
        world.desk.tick().await.unwrap();
    }
}

async fn a_reply_opens_the_ticket_again_and_tells_the_agents(world: World) {
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let started = world.desk.open_request(&site, world.new_request(ROSA)).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    let reasons = world.desk.closing_reasons(&agent, visitor.ticket).await.unwrap();
    world.desk.close_ticket(&agent, visitor.ticket, &reasons[0]).await.unwrap();
    let id = world.new_id();
    let text = FormText::parse("no, sigue igual").unwrap();
    let first = world.desk.post_visitor_reply(visitor, id, Some(text.clone()), &[]).await.unwrap();
    let again = world.desk.post_visitor_reply(visitor, id, Some(text), &[]).await.unwrap();
    assert_eq!(first, again);
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds[kinds.len() - 2..], ["visitor", "state_changed"]);
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!((ticket.state.name.as_str(), ticket.chat), ("pendiente", VisitorChat::Request));
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!((item.kind, item.preview.as_str()), (WorkKind::Request, "no, sigue igual"));
    let mails = world.desk.mails(&agent).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.to == "lucia@example.com").count(), 2);
    let nothing = world.desk.post_visitor_reply(visitor, world.new_id(), None, &[]);
    assert_eq!(refused(nothing.await), Code::Required);
}

async fn a_reply_after_a_chat_opens_its_ticket_again(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    world.says(visitor, "una cosa más").await;
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds[3..], ["chat_ended", "state_changed", "visitor", "state_changed"]);
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!((item.kind, item.chat), (WorkKind::Request, None));
    let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
    assert_eq!(head.chat, AgentChat::None);
    // And the agent may follow up.
    let id = world.new_id();
    world.desk.post_agent_message(&agent, visitor.ticket, id, "dígame", &[]).await.unwrap();
    assert!(world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().is_none());
}

async fn a_request_is_closed_with_a_reason_that_only_agents_read(world: World) {
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let started = world.desk.open_request(&site, world.new_request(ROSA)).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    assert_eq!(
        refused(world.desk.end_chat(&agent, visitor.ticket, &reason("x")).await),
        Code::ChatEnded
    );
    let unknown = reason("no es de la lista");
    assert_eq!(
        refused(world.desk.close_ticket(&agent, visitor.ticket, &unknown).await),
        Code::Invalid
    );
    let reasons = world.desk.closing_reasons(&agent, visitor.ticket).await.unwrap();
    for _ in 0..2 {
        world.desk.close_ticket(&agent, visitor.ticket, &reasons[0]).await.unwrap();
    }
    assert_eq!(
        world.kinds(&agent, visitor.ticket).await,
        ["visitor", "mail_queued", "comment", "state_changed", "mail_queued"]
    );
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(0)).await.unwrap();
    assert!(!serde_json::to_string(&entries).unwrap().contains(reasons[0].as_str()));
    assert!(world.desk.worklist(&agent).await.unwrap().is_empty());
}

async fn files_come_onto_one_message_of_their_site(world: World) {
    let (site, other) = (world.site("a").await, world.site("b").await);
    let (agent, _console) = world.at_console("lucia").await;
    let upload = async |site| {
        let mut upload = world.desk.begin_upload(site, "nota.txt").await.unwrap();
        upload.write(b"hola\n").await.unwrap();
        upload.finish().await.unwrap()
    };
    let visitor = world.chat_with(&site, &agent).await;
    let file = upload(site.id).await;
    let id = world.new_id();
    let receipt = world.desk.post_visitor_message(visitor, id, "", &[file.id]).await.unwrap();
    assert_eq!(
        world.desk.post_visitor_message(visitor, id, "", &[file.id]).await.unwrap(),
        receipt
    );
    let (entries, _) = world.desk.agent_entries(&agent, visitor.ticket, Seq(3)).await.unwrap();
    assert_eq!(
        entries[0].body,
        AgentBody::Visitor { text: String::new(), files: vec![file.clone()] }
    );
    assert_eq!(world.desk.visitor_file(visitor, file.id).await.unwrap().attachment, file);
    // Not onto another message, and not onto another site's ticket.
    let foreign = upload(other.id).await;
    for taken in [file.id, foreign.id] {
        let id = world.new_id();
        let refusal = world
            .desk
            .post_visitor_message(visitor, id, "x", &[taken])
            .await
            .unwrap_err()
            .refusal();
        assert_eq!((refusal.code, refusal.field), (Code::NotFound, Some(Field::Files)));
    }
    let six = vec![file.id; 6];
    let many = world.desk.post_visitor_message(visitor, world.new_id(), "x", &six);
    assert_eq!(refused(many.await), Code::TooManyFiles);
    let mine = upload(site.id).await;
    let id = world.new_id();
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, id, "aquí está", &[mine.id])
        .await
        .unwrap();
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 5, "the refused left no gap");
    // The form may carry files too.
    let form = upload(site.id).await;
    let mut new = world.new_request(ROSA);
    new.files = vec![form.id];
    let started = world.desk.open_request(&site, new).await.unwrap();
    let asker = world.visitor(&site, &started).await;
    assert!(world.desk.visitor_file(asker, form.id).await.is_ok());
    assert_eq!(refused(world.desk.visitor_file(asker, file.id).await.map(|_| ())), Code::NotFound);
}

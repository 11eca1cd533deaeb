//! Help requests: asked, answered, replied to, closed, opened again.

use crate::world::{ROSA, World, on_both, reason, refused};
use desk::tickets::{NewChat, NewRequest, files::Uploader};
use protocol::{
    Code, Field, Seq,
    agent::{AgentChat, WorkKind, WorkView},
    entry::{AgentBody, Category},
    text::{ChatText, EmailAddress, FormText, PersonName, Subject},
    visitor::VisitorChat,
};
use std::collections::HashSet;

on_both! {
    a_request_is_one_ticket_with_its_mails_however_often_it_is_sent,
    another_form_under_a_known_id_is_refused_and_shows_nothing_of_the_first,
    a_form_with_files_sent_twice_is_one_ticket_by_the_bytes_of_its_files,
    an_answer_goes_out_by_mail_and_the_ticket_waits,
    a_reply_opens_the_ticket_again_and_tells_the_agents,
    a_reply_after_a_chat_opens_its_ticket_again,
    a_request_is_closed_with_a_reason_that_only_agents_read,
    a_closed_ticket_is_opened_again_by_an_agent_and_its_visitor_is_mailed,
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
    let mails = world.desk.mails(&agent, None).await.unwrap().mails;
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["lucia@example.com", ROSA]);
    let items = world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items;
    assert_eq!((items.len(), items[0].kind, items[0].unread), (1, WorkKind::Request, 1));
    assert_eq!(world.kinds(&agent, items[0].ticket).await, ["visitor", "mail_queued"]);
    let head = world.desk.conversation(&agent, items[0].ticket).await.unwrap();
    assert_eq!((head.chat.clone(), head.state.category), (AgentChat::None, Category::Open));
}

async fn another_form_under_a_known_id_is_refused_and_shows_nothing_of_the_first(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let chat = world.new_chat();
    let first = world.desk.start_chat(&site, chat.clone()).await.unwrap();
    let request = world.new_request(ROSA);
    let asked = world.desk.open_request(&site, request.clone()).await.unwrap();
    let of_chat: [fn(&mut NewChat); 4] = [
        |form| form.text = ChatText::parse("hola, otra cosa").unwrap(),
        |form| form.name = PersonName::parse("Eva").ok(),
        |form| form.email = EmailAddress::parse("eva@example.com").ok(),
        |form| form.subject = Subject::parse("hola").ok(),
    ];
    for change in of_chat {
        let mut other = chat.clone();
        change(&mut other);
        assert_eq!(refused(world.desk.start_chat(&site, other.clone()).await), Code::AlreadySent);
        // Under an id of its own nothing of it is lost.
        other.id = world.new_id();
        assert_ne!(world.desk.start_chat(&site, other).await.unwrap().number, first.number);
    }
    let of_request: [fn(&mut NewRequest); 3] = [
        |form| form.text = FormText::parse("¿abren mañana? ¿y el lunes?").unwrap(),
        |form| form.name = PersonName::parse("Eva").ok(),
        |form| form.email = EmailAddress::parse("eva@example.com").unwrap(),
    ];
    for change in of_request {
        let mut other = request.clone();
        change(&mut other);
        assert_eq!(refused(world.desk.open_request(&site, other.clone()).await), Code::AlreadySent);
        other.id = world.new_id();
        assert_ne!(world.desk.open_request(&site, other).await.unwrap().number, asked.number);
    }
    // One form under the other's id.
    let mut across = chat.clone();
    across.id = request.id;
    assert_eq!(refused(world.desk.start_chat(&site, across).await), Code::AlreadySent);
    let mut across = request.clone();
    across.id = chat.id;
    assert_eq!(refused(world.desk.open_request(&site, across).await), Code::AlreadySent);
    // What nobody typed does not make it another form, nor does what became of the ticket since.
    let visitor = world.visitor(&site, &first).await;
    world.desk.claim_email(visitor, EmailAddress::parse(ROSA).unwrap()).await.unwrap();
    let again = NewChat { page: None, zone: None, lang: "en".into(), ..chat };
    assert_eq!(world.desk.start_chat(&site, again).await.unwrap().token, first.token);
    assert_eq!(world.desk.open_request(&site, request).await.unwrap().token, asked.token);
    assert_eq!(world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items.len(), 9);
    // Many at once: one form has the id, the other is refused.
    let chat = world.new_chat();
    let starts = (0..20).map(|n| {
        let (desk, site, mut new) = (world.desk.clone(), site.clone(), chat.clone());
        new.text = ChatText::parse(if n % 2 == 0 { "par" } else { "impar" }).unwrap();
        tokio::spawn(async move {
            let outcome = desk.start_chat(&site, new.clone()).await;
            let opened =
                outcome.map(|started| started.number.0).map_err(|error| error.refusal().code);
            (new.text.as_str().to_owned(), opened)
        })
    });
    let mut outcomes = HashSet::new();
    for start in starts.collect::<Vec<_>>() {
        outcomes.insert(start.await.unwrap());
    }
    let refusals =
        outcomes.iter().filter(|(_, outcome)| *outcome == Err(Code::AlreadySent)).count();
    assert_eq!((outcomes.len(), refusals), (2, 1), "{outcomes:?}");
}

async fn a_form_with_files_sent_twice_is_one_ticket_by_the_bytes_of_its_files(world: World) {
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let upload = async |by, name: &str, bytes: &[u8]| {
        let mut upload = world.desk.begin_upload(by, name).await.unwrap();
        upload.write(bytes).await.unwrap();
        upload.finish().await.unwrap().id
    };
    // A form carries its files anew each time, under other ids.
    let form = Uploader::Form(site.id);
    let mut request = world.new_request(ROSA);
    request.files = vec![upload(form, "a.txt", b"uno").await, upload(form, "b.txt", b"dos").await];
    let first = world.desk.open_request(&site, request.clone()).await.unwrap();
    assert_eq!(world.desk.open_request(&site, request.clone()).await.unwrap(), first);
    request.files = vec![upload(form, "a.txt", b"uno").await, upload(form, "b.txt", b"dos").await];
    assert_eq!(world.desk.open_request(&site, request.clone()).await.unwrap(), first);
    for other in [("a.txt", &b"tres"[..]), ("c.txt", b"uno")] {
        request.files[0] = upload(form, other.0, other.1).await;
        assert_eq!(
            refused(world.desk.open_request(&site, request.clone()).await),
            Code::AlreadySent
        );
    }
    request.files.clear();
    assert_eq!(refused(world.desk.open_request(&site, request).await), Code::AlreadySent);
    // The ticket page's form is another such.
    let visitor = world.visitor(&site, &first).await;
    let by = Uploader::Visitor(visitor);
    let id = world.new_id();
    let reply = async |file| {
        world.desk.post_visitor_reply(visitor, id, FormText::parse("mira").ok(), &[file]).await
    };
    let receipt = reply(upload(by, "a.txt", b"uno").await).await.unwrap();
    assert_eq!(reply(upload(by, "a.txt", b"uno").await).await.unwrap(), receipt);
    assert_eq!(refused(reply(upload(by, "a.txt", b"dos").await).await), Code::AlreadySent);
    assert_eq!(
        world.kinds(&agent, visitor.ticket).await.iter().filter(|kind| *kind == "visitor").count(),
        2
    );
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
        world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items.is_empty(),
        "the customer has the next move"
    );
    let mails = world.desk.mails(&agent, None).await.unwrap().mails;
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
    // The notice of the request goes out.
    world.desk.tick().await.unwrap();
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
    let mails = world.desk.mails(&agent, None).await.unwrap().mails;
    assert_eq!(mails.iter().filter(|mail| mail.to == "lucia@example.com").count(), 2);
    let nothing = world.desk.post_visitor_reply(visitor, world.new_id(), None, &[]);
    assert_eq!(refused(nothing.await), Code::Required);
}

async fn a_reply_after_a_chat_opens_its_ticket_again(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    world.visitor_posts(visitor, "una cosa más").await;
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds[3..], ["chat_ended", "state_changed", "visitor", "state_changed"]);
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!((item.kind, item.chat), (WorkKind::Request, None));
    let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
    assert_eq!(head.chat, AgentChat::None);
    // And the agent may follow up.
    let id = world.new_id();
    world.desk.post_agent_message(&agent, visitor.ticket, id, "dígame", &[]).await.unwrap();
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!(item.kind, WorkKind::Answered);
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
    assert!(world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items.is_empty());
}

async fn a_closed_ticket_is_opened_again_by_an_agent_and_its_visitor_is_mailed(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    assert_eq!(refused(world.desk.reopen_ticket(&agent, visitor.ticket).await), Code::Forbidden);
    let email = EmailAddress::parse(ROSA).unwrap();
    world.desk.claim_email(visitor, email).await.unwrap();
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    for _ in 0..2 {
        world.desk.reopen_ticket(&agent, visitor.ticket).await.unwrap();
    }
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds[kinds.len() - 2..], ["state_changed", "mail_queued"], "a second time nothing");
    let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
    assert_eq!((head.state.name.as_str(), head.chat.clone()), ("pendiente", AgentChat::None));
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!((item.kind, item.mine), (WorkKind::Request, true));
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Request);
}

async fn files_come_onto_one_message_of_their_site(world: World) {
    let (site, other) = (world.site("a").await, world.site("b").await);
    let (agent, _console) = world.at_console("lucia").await;
    let upload = async |by| {
        let mut upload = world.desk.begin_upload(by, "nota.txt").await.unwrap();
        upload.write(b"hola\n").await.unwrap();
        upload.finish().await.unwrap()
    };
    let visitor = world.chat_with(&site, &agent).await;
    let file = upload(Uploader::Visitor(visitor)).await;
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
    let foreign = upload(Uploader::Form(other.id)).await;
    for taken in [file.id, foreign.id] {
        let id = world.new_id();
        let refusal = world
            .desk
            .post_visitor_message(visitor, id, "x", &[taken])
            .await
            .unwrap_err()
            .refusal();
        assert_eq!((refusal.code, refusal.known_field()), (Code::NotFound, Some(Field::Files)));
    }
    let six = vec![file.id; 6];
    let many = world.desk.post_visitor_message(visitor, world.new_id(), "x", &six);
    assert_eq!(refused(many.await), Code::TooManyFiles);
    let mine = Uploader::Agent { agent: agent.id, ticket: visitor.ticket, site: site.id };
    let mine = upload(mine).await;
    let id = world.new_id();
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, id, "aquí está", &[mine.id])
        .await
        .unwrap();
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 5, "the refused left no gap");
    // The form may carry files too.
    let form = upload(Uploader::Form(site.id)).await;
    let mut new = world.new_request(ROSA);
    new.files = vec![form.id];
    let started = world.desk.open_request(&site, new).await.unwrap();
    let asker = world.visitor(&site, &started).await;
    assert!(world.desk.visitor_file(asker, form.id).await.is_ok());
    assert_eq!(refused(world.desk.visitor_file(asker, file.id).await.map(|_| ())), Code::NotFound);
}

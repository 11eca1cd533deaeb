//! All files of a ticket: those on messages, and those that agents show to colleagues alone.

use crate::{
    files::upload_by,
    world::{World, on_both},
};
use desk::{
    console::Comment,
    people::Agent,
    tickets::{Visitor, files::Uploader},
};
use protocol::{Code, FileId, Seq, limits, text::EmailAddress};

on_both! {
    a_file_of_a_comment_is_no_visitors_and_is_in_no_mail,
    all_files_of_a_ticket_are_listed_with_who_and_when_a_page_at_a_time,
}

/// A file that an agent shows to colleagues.
async fn share(world: &World, agent: &Agent, visitor: Visitor, name: &str) -> FileId {
    let by = Uploader::Agent { agent: agent.id, ticket: visitor.ticket, site: visitor.site };
    let file = upload_by(world, by, name, b"hola").await.unwrap();
    let (id, text) = (world.new_id(), String::new());
    let comment = Comment { id, text, mentions: Vec::new(), files: vec![file.id] };
    let first = world.desk.comment(agent, visitor.ticket, comment.clone()).await.unwrap();
    let again = world.desk.comment(agent, visitor.ticket, comment.clone()).await.unwrap();
    assert_eq!(first, again, "a repeat is the same");
    let other = Comment { files: Vec::new(), text: "Hola".into(), ..comment };
    let other = world.desk.comment(agent, visitor.ticket, other).await;
    assert_eq!(other.unwrap_err().refusal().code, Code::AlreadySent);
    file.id
}

async fn a_file_of_a_comment_is_no_visitors_and_is_in_no_mail(world: World) {
    const SECRET: &str = "margen-interno.txt";
    const SHOWN: &str = "recibo.txt";
    let site = world.site("uno").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    let secret = share(&world, &lucia, visitor, SECRET).await;
    let by = Uploader::Agent { agent: lucia.id, ticket: visitor.ticket, site: site.id };
    let shown = upload_by(&world, by, SHOWN, b"hola").await.unwrap().id;
    let id = world.new_id();
    world.desk.post_agent_message(&lucia, visitor.ticket, id, "Mira", &[shown]).await.unwrap();
    assert!(world.desk.visitor_file(visitor, shown).await.is_ok());
    let opened = world.desk.visitor_file(visitor, secret).await;
    assert_eq!(opened.unwrap_err().refusal().code, Code::NotFound);
    assert!(world.desk.agent_file(&lucia, secret).await.is_ok());
    let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    let seen = serde_json::to_string(&entries).unwrap();
    assert!(seen.contains(SHOWN) && !seen.contains(SECRET) && !seen.contains(&secret.to_string()));
    // Nor what is mailed: the transcript, and what ends the chat.
    let email = EmailAddress::parse("ana@example.com").unwrap();
    world.desk.send_transcript(visitor, Some(email)).await.unwrap();
    world.desk.end_chat(&lucia, visitor.ticket, &site.closing_reasons[0]).await.unwrap();
    world.desk.tick().await.unwrap();
    let mails = world.kept();
    assert!(mails.iter().any(|mail| mail.contains(SHOWN)), "the transcript");
    assert!(mails.iter().all(|mail| !mail.contains("margen-interno")));
}

async fn all_files_of_a_ticket_are_listed_with_who_and_when_a_page_at_a_time(world: World) {
    let site = world.site("uno").await;
    world.site("dos").await;
    let lucia = world.agent("lucia").await;
    let other = world.agent_of("otto", &["dos"]).await;
    let file = upload_by(&world, Uploader::Form(site.id), "a.txt", b"hola").await.unwrap();
    let mut request = world.new_request("ana@example.com");
    request.files = vec![file.id];
    let started = world.desk.open_request(&site, request).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    let shared = share(&world, &lucia, visitor, "b.txt").await;
    // One that is on nothing is nobody's.
    let by = Uploader::Agent { agent: lucia.id, ticket: visitor.ticket, site: site.id };
    upload_by(&world, by, "c.txt", b"hola").await.unwrap();
    let list = async |after| world.desk.ticket_files(&lucia, visitor.ticket, after).await.unwrap();
    let all = list(None).await.into_inner();
    let shown: Vec<_> =
        all.files.iter().map(|one| (one.file.id, one.by.as_deref(), one.internal)).collect();
    assert_eq!(shown, [(shared, Some("lucia"), true), (file.id, None, false)]);
    assert_eq!(all.next, None);
    assert_eq!(list(Some(shared)).await.files.len(), 1);
    let hidden = world.desk.ticket_files(&other, visitor.ticket, None).await;
    assert_eq!(hidden.unwrap_err().refusal().code, Code::NotFound);
    for _ in 0..limits::TICKET_FILES {
        share(&world, &lucia, visitor, "d.txt").await;
    }
    let first = list(None).await.into_inner();
    assert_eq!(first.files.len(), limits::TICKET_FILES);
    assert_eq!(list(first.next).await.files.len(), 2);
}

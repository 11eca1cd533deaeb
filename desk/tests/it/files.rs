//! Files: what is taken, where it lies, and when it goes.

use crate::world::{World, on_both, until};
use desk::Error;
use protocol::{Code, file::Attachment};
use std::time::Duration;

async fn upload(world: &World, name: &str, content: &[u8]) -> desk::Result<Attachment> {
    let site = &world.desk.sites()[0];
    let mut upload = world.desk.begin_upload(site.id, name).await?;
    for chunk in content.chunks(1000) {
        upload.write(chunk).await?;
    }
    upload.finish().await
}

fn refused(outcome: desk::Result<Attachment>) -> (Code, Option<u64>) {
    match outcome {
        Err(Error::Refused(refusal)) => (refusal.code, refusal.limit),
        other => panic!("{other:?}"),
    }
}

/// Files under the data folder's `files`, whatever their state.
fn stored(world: &World) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(&world.options.data_dir.join("files"))
}

on_both! {
    a_file_is_stored_under_a_random_name_and_shown_under_a_clean_one,
    a_file_beyond_the_limit_is_refused_and_leaves_nothing,
    a_file_belongs_to_its_ticket_and_site,
    what_came_onto_no_message_is_swept_after_a_day,
    removing_a_site_removes_its_files,
}

async fn a_file_is_stored_under_a_random_name_and_shown_under_a_clean_one(world: World) {
    let site = world.site("uno").await;
    let content =
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10".as_slice(), &[7; 5000]].concat();
    let file = upload(&world, "../../fo\"to\r\n.png", &content).await.unwrap();
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str(), file.bytes),
        ("foto.png", "image/png", 5024)
    );
    let (agent, _) = world.owner().await;
    let alone = world.desk.agent_file(&agent, file.id).await;
    assert!(alone.is_err(), "on no message it is nobody's yet");
    let mut request = world.new_request("ana@example.com");
    request.files = vec![file.id];
    world.desk.open_request(&site, request).await.unwrap();
    let found = world.desk.agent_file(&agent, file.id).await.unwrap();
    assert_eq!(std::fs::read(&found.path).unwrap(), content);
    assert!(found.path.starts_with(world.options.data_dir.join("files")));
    assert!(!found.path.to_string_lossy().contains("foto"));
    assert!(!found.inline);
}

async fn a_file_beyond_the_limit_is_refused_and_leaves_nothing(world: World) {
    world.desk.apply_site("key = \"uno\"\n[limits]\nfile_bytes = 2500").await.unwrap();
    assert_eq!(
        refused(upload(&world, "a.txt", &[b'a'; 2501]).await),
        (Code::FileTooLarge, Some(2500))
    );
    assert_eq!(upload(&world, "a.txt", &[b'a'; 2500]).await.unwrap().bytes, 2500);
    assert_eq!(
        refused(upload(&world, "a.exe", b"MZ\x90\0\x03\0\0\0").await),
        (Code::FileType, None)
    );
    assert_eq!(refused(upload(&world, "a.txt", b"").await), (Code::Required, None));
    assert_eq!(stored(&world), 1);
}

async fn a_file_belongs_to_its_ticket_and_site(world: World) {
    let site = world.site("uno").await;
    let other = world.site("dos").await;
    let mut upload = world.desk.begin_upload(site.id, "a.txt").await.unwrap();
    upload.write(b"hola").await.unwrap();
    let file = upload.finish().await.unwrap();
    let mut request = world.new_request("ana@example.com");
    request.files = vec![file.id];
    let started = world.desk.open_request(&site, request).await.unwrap();
    let mine = world.visitor(&site, &started).await;
    assert_eq!(world.desk.visitor_file(mine, file.id).await.unwrap().attachment, file);
    let theirs = world.ask(&site, "eva@example.com").await;
    let theirs = world.visitor(&site, &theirs).await;
    assert!(world.desk.visitor_file(theirs, file.id).await.is_err());
    let (mut agent, _) = world.owner().await;
    assert!(world.desk.agent_file(&agent, file.id).await.is_ok());
    agent.sites.retain(|site, _| *site == other.id);
    assert!(world.desk.agent_file(&agent, file.id).await.is_err());
    let mut request = world.new_request("ana@example.com");
    request.files = vec![file.id];
    assert!(world.desk.open_request(&other, request).await.is_err());
}

async fn what_came_onto_no_message_is_swept_after_a_day(world: World) {
    let site = world.site("uno").await;
    let kept = upload(&world, "a.txt", b"se queda").await.unwrap();
    let mut request = world.new_request("ana@example.com");
    request.files = vec![kept.id];
    let started = world.desk.open_request(&site, request).await.unwrap();
    upload(&world, "b.txt", b"se va").await.unwrap();
    let running = world.run().await;
    // The running desk plans its sweeping; from then on the test's hand does what is due.
    let planned = "select count(*) from jobs where kind = 'sweep_files' and attempts = 0 and claimed_until is null and due_at > 1795453200000";
    until("planned", async || world.count(planned).await == 1).await;
    running.stop().await;
    world.pass(Duration::from_hours(23)).await;
    assert_eq!(stored(&world), 2);
    world.pass(Duration::from_hours(2)).await;
    assert_eq!(stored(&world), 1);
    let visitor = world.visitor(&site, &started).await;
    assert!(world.desk.visitor_file(visitor, kept.id).await.is_ok());
}

async fn removing_a_site_removes_its_files(world: World) {
    let site = world.site("uno").await;
    upload(&world, "a.txt", b"hola").await.unwrap();
    assert_eq!(stored(&world), 1);
    world.desk.remove_site(&site.key).await.unwrap();
    assert_eq!(stored(&world), 0);
}

//! Files: what is taken, where it lies, and when it goes.

use crate::world::{World, on_both, until};
use desk::{
    Error,
    sites::Site,
    tickets::{Visitor, files::Uploader},
};
use protocol::{Code, Field, FileId, Refusal, file::Attachment, text::FormText};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

async fn upload(world: &World, name: &str, content: &[u8]) -> desk::Result<Attachment> {
    upload_by(world, Uploader::Form(world.desk.sites()[0].id), name, content).await
}

pub(crate) async fn upload_by(
    world: &World,
    by: Uploader,
    name: &str,
    content: &[u8],
) -> desk::Result<Attachment> {
    let mut upload = world.desk.begin_upload(by, name).await?;
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
fn stored_at(world: &World) -> Vec<PathBuf> {
    fn find(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { find(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    find(&world.options.data_dir.join("files"), &mut found);
    found
}

fn stored(world: &World) -> usize {
    stored_at(world).len()
}

on_both! {
    a_file_is_stored_under_a_random_name_and_shown_under_a_clean_one,
    a_file_beyond_the_limit_is_refused_and_leaves_nothing,
    a_file_belongs_to_its_ticket_and_site,
    a_file_comes_onto_no_message_but_its_uploaders,
    a_program_is_refused_by_its_name_and_a_text_is_taken_in_any_encoding,
    what_lies_in_the_data_folder_is_its_owners_alone,
    what_came_onto_no_message_is_swept_after_a_day,
    removing_a_site_removes_its_files,
    what_a_crash_leaves_of_a_removed_sites_files_is_deleted_later,
    a_site_goes_with_all_of_its_tickets_and_no_other,
    sweeping_goes_on_until_nothing_is_left,
    so_many_uploads_wait_on_a_ticket_and_no_more,
    a_visitor_stores_a_gibibyte_on_a_ticket_and_no_more,
    where_too_much_waits_at_a_site_what_waited_long_makes_room,
    uploads_leave_room_on_the_disk_for_messages,
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
    let read = world.desk.file_content(&found).await.unwrap();
    assert_eq!((read.bytes, read.read().await.unwrap()), (5024, content));
    let [path] = &stored_at(&world)[..] else { panic!("one file is stored") };
    assert!(!path.to_string_lossy().contains("foto"));
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
    assert_eq!(refused(upload(&world, "a.txt", b"").await), (Code::FileEmpty, None));
    assert_eq!(stored(&world), 1);
}

async fn a_file_belongs_to_its_ticket_and_site(world: World) {
    let site = world.site("uno").await;
    let other = world.site("dos").await;
    let file = upload_by(&world, Uploader::Form(site.id), "a.txt", b"hola").await.unwrap();
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

/// Whoever attaches what another stored is answered like one who attaches what is not there.
async fn a_file_comes_onto_no_message_but_its_uploaders(world: World) {
    let site = world.site("uno").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let (pedro, _two) = world.at_console("pedro").await;
    let (ana, eva) = (world.chat_with(&site, &lucia).await, world.chat_with(&site, &lucia).await);
    let by_agent = |ticket| Uploader::Agent { agent: lucia.id, ticket, site: site.id };
    let store = async |by| upload_by(&world, by, "nota.txt", b"hola").await.unwrap().id;
    let of_ana = store(Uploader::Visitor(ana)).await;
    let of_form = store(Uploader::Form(site.id)).await;
    let of_lucia = store(by_agent(ana.ticket)).await;
    let nowhere = FileId(world.clock.new_id());
    let not_there = Refusal::of(Field::Files, Code::NotFound);
    let (desk, id) = (&world.desk, || world.new_id());
    for file in [of_ana, of_form, of_lucia, nowhere] {
        for text in ["mira", ""] {
            let post = desk.post_visitor_message(eva, id(), text, &[file]).await;
            assert_eq!(post.unwrap_err().refusal(), not_there);
            let reply =
                desk.post_visitor_reply(eva, id(), FormText::parse("x").ok(), &[file]).await;
            assert_eq!(reply.unwrap_err().refusal(), not_there);
            let answer = desk.post_agent_message(&lucia, eva.ticket, id(), text, &[file]).await;
            assert_eq!(answer.unwrap_err().refusal(), not_there);
        }
        if file != of_form {
            let mut request = world.new_request("eva@example.com");
            request.files = vec![file];
            assert_eq!(desk.open_request(&site, request).await.unwrap_err().refusal(), not_there);
        }
    }
    // The visitor's is not the agent's on the same ticket, nor the other way round, nor one agent's another's.
    for file in [of_form, of_lucia] {
        let post = desk.post_visitor_message(ana, id(), "mira", &[file]).await;
        assert_eq!(post.unwrap_err().refusal(), not_there);
    }
    let answer = desk.post_agent_message(&lucia, ana.ticket, id(), "mira", &[of_ana]).await;
    assert_eq!(answer.unwrap_err().refusal(), not_there);
    let asked = world.ask(&site, "eva@example.com").await;
    let asked = world.visitor(&site, &asked).await.ticket;
    let of_lucia_too = store(by_agent(asked)).await;
    let answer = desk.post_agent_message(&pedro, asked, id(), "mira", &[of_lucia_too]).await;
    assert_eq!(answer.unwrap_err().refusal(), not_there);
    // Nothing of all this took one away from whom it is of.
    desk.post_visitor_message(ana, id(), "mira", &[of_ana]).await.unwrap();
    desk.post_agent_message(&lucia, ana.ticket, id(), "mira", &[of_lucia]).await.unwrap();
    desk.post_agent_message(&lucia, asked, id(), "mira", &[of_lucia_too]).await.unwrap();
    assert!(desk.visitor_file(ana, of_lucia).await.is_ok());
    assert!(desk.visitor_file(eva, of_ana).await.is_err());
}

async fn a_program_is_refused_by_its_name_and_a_text_is_taken_in_any_encoding(world: World) {
    world.site("uno").await;
    let utf16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let script = utf16("WScript.Echo(1)\r\n");
    for (name, content) in [
        ("año.bat", &b"@echo a\xf1o\r\n"[..]),
        ("a.ps1", &script),
        ("a.js", &script),
        ("a.hta", &script),
        ("a.reg", &script),
        ("x.bat.", b"dir"),
        ("x.bat . ", b"dir"),
        ("a.msi", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.chm", b"\x01\x02"),
        ("a.pif", b"\x01\x02"),
        ("a.msc", b"<?xml version=\"1.0\"?>"),
        ("a.wsc", b"<?xml version=\"1.0\"?>"),
        ("a.SCT", b"<?xml version=\"1.0\"?>"),
        ("a.jar", b"PK\x03\x04"),
    ] {
        assert_eq!(refused(upload(&world, name, content).await), (Code::FileType, None), "{name}");
    }
    assert_eq!(stored(&world), 0);
    for (name, content) in [
        ("notas.txt", &utf16("Año nuevo\r\n")[..]),
        ("coche.txt", b"BMW azul"),
        ("coche.bmp", b"BMW azul"),
    ] {
        let file = upload(&world, name, content).await.unwrap();
        assert_eq!(file.media_type, "text/plain", "{name}");
    }
}

/// Made anew, and found as an earlier version left it.
async fn what_lies_in_the_data_folder_is_its_owners_alone(mut world: World) {
    use std::{fs, os::unix::fs::PermissionsExt};
    fn all(path: &Path, found: &mut Vec<(String, u32)>) {
        let about = fs::metadata(path).unwrap();
        found.push((path.display().to_string(), about.permissions().mode() & 0o777));
        if about.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                all(&entry.unwrap().path(), found);
            }
        }
    }
    let check = |world: &World| {
        let mut found = Vec::new();
        all(&world.options.data_dir, &mut found);
        for (path, mode) in &found {
            let expected = if Path::new(path).is_dir() { 0o700 } else { 0o600 };
            assert_eq!(*mode, expected, "{path} has {mode:o}");
        }
        found
    };
    let site = world.site("uno").await;
    let kept = upload(&world, "a.txt", b"hola").await.unwrap();
    let mut request = world.new_request("ana@example.com");
    request.files = vec![kept.id];
    world.desk.open_request(&site, request).await.unwrap();
    world.desk.tick().await.unwrap();
    world.pass(Duration::from_mins(1)).await;
    let has =
        |found: &[(String, u32)], part: &str| found.iter().any(|(path, _)| path.contains(part));
    let found = check(&world);
    assert!(has(&found, ".eml") && has(&found, ".bin"), "{found:?}");
    if world.options.database_url.is_none() {
        assert!(has(&found, "ayuda.db-wal") && has(&found, "secret.key"), "{found:?}");
        let copy = world.options.data_dir.join("copia.tar");
        world.desk.backup(&copy).await.unwrap();
        check(&world);
    }
    for (path, mode) in &found {
        let open = if *mode == 0o700 { 0o755 } else { 0o644 };
        if Path::new(path).exists() {
            fs::set_permissions(path, fs::Permissions::from_mode(open)).unwrap();
        }
    }
    world.restart().await;
    check(&world);
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

async fn what_a_crash_leaves_of_a_removed_sites_files_is_deleted_later(world: World) {
    let site = world.site("uno").await;
    let file = upload(&world, "a.txt", b"hola").await.unwrap();
    let mut request = world.new_request("ana@example.com");
    request.files = vec![file.id];
    let started = world.desk.open_request(&site, request).await.unwrap();
    upload(&world, "b.txt", b"espera").await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    world.desk.visitor_file(visitor, file.id).await.unwrap();
    let paths = stored_at(&world);
    world.desk.remove_site(&site.key).await.unwrap();
    assert_eq!(stored(&world), 0);
    // As it is when the process ended after the last row and before the file.
    for path in paths {
        std::fs::write(path, b"hola").unwrap();
    }
    world.desk.tick().await.unwrap();
    assert_eq!(stored(&world), 0);
    assert_eq!(world.count("select count(*) from jobs where kind = 'delete_files'").await, 0);
}

async fn a_site_goes_with_all_of_its_tickets_and_no_other(world: World) {
    let (goes, stays) = (world.site("uno").await, world.site("dos").await);
    // More than one transaction deletes.
    for n in 0..120 {
        world.ask(&goes, &format!("a{n}@example.com")).await;
    }
    let asked = world.ask(&stays, "ana@example.com").await;
    world.desk.remove_site(&goes.key).await.unwrap();
    for table in ["tickets", "entries where kind = 'visitor'", "site_numbers", "sites"] {
        assert_eq!(world.count(&format!("select count(*) from {table}")).await, 1, "{table}");
    }
    assert!(world.desk.visitor_ticket(world.visitor(&stays, &asked).await).await.is_ok());
}

/// The visitor of a new request.
async fn asked(world: &World, site: &Site) -> Visitor {
    world.visitor(site, &world.ask(site, "ana@example.com").await).await
}

/// Rows of uploads that are on no message, for which no file is there.
async fn many_uploads(world: &World, number: i64) {
    upload(world, "a.txt", b"hola").await.unwrap();
    let (id, series) = match &world.options.database_url {
        Some(_) => ("gen_random_uuid()", "generate_series(1, {n}) n"),
        None => (
            "randomblob(16)",
            "(with recursive n(i) as (select 1 union all select i + 1 from n where i < {n}) select i from n) n",
        ),
    };
    let series = series.replace("{n}", &number.to_string());
    world
        .force(&format!(
            "insert into files (id, site_id, stored_name, name, media_type, bytes, digest, inline, created_at)
             select {id}, site_id, 'none', name, media_type, bytes, digest, inline, created_at from files, {series}"
        ))
        .await;
}

async fn sweeping_goes_on_until_nothing_is_left(world: World) {
    world.site("uno").await;
    many_uploads(&world, 1100).await;
    let running = world.run().await;
    until("planned", async || world.count("select count(*) from jobs where kind = 'sweep_files' and attempts = 0 and claimed_until is null and due_at > 1795453200000").await == 1).await;
    running.stop().await;
    world.pass(Duration::from_hours(25)).await;
    assert_eq!(world.count("select count(*) from files").await, 0);
}

async fn so_many_uploads_wait_on_a_ticket_and_no_more(world: World) {
    let site = world.site("uno").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let by = Uploader::Visitor(visitor);
    let mut waiting = Vec::new();
    for n in 0..10 {
        waiting.push(upload_by(&world, by, &format!("{n}.txt"), b"hola").await.unwrap().id);
    }
    let one_more = async || upload_by(&world, by, "otro.txt", b"hola").await;
    assert_eq!(refused(one_more().await), (Code::FilesWaiting, Some(10)));
    assert_eq!(stored(&world), 10);
    // An agent's are counted for themselves.
    let agents = Uploader::Agent { agent: agent.id, ticket: visitor.ticket, site: site.id };
    upload_by(&world, agents, "a.txt", b"hola").await.unwrap();
    world.desk.post_visitor_message(visitor, world.new_id(), "van", &waiting[..5]).await.unwrap();
    assert!(one_more().await.is_ok());
    for _ in 0..4 {
        one_more().await.unwrap();
    }
    assert_eq!(refused(one_more().await), (Code::FilesWaiting, Some(10)));
    // What was chosen and taken back waits for nobody.
    world.clock.advance(Duration::from_mins(11));
    one_more().await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(stored(&world), 7, "those of the message, the agent's, and the last one");
}

async fn a_visitor_stores_a_gibibyte_on_a_ticket_and_no_more(world: World) {
    const BYTES_A_TICKET: u64 = 1024 * 1024 * 1024;
    let site = world.site("uno").await;
    let by = Uploader::Visitor(asked(&world, &site).await);
    upload_by(&world, by, "a.txt", b"hola").await.unwrap();
    world.force(&format!("update files set bytes = {}", BYTES_A_TICKET - 4)).await;
    upload_by(&world, by, "b.txt", b"hola").await.unwrap();
    let one_more = upload_by(&world, by, "c.txt", b"h").await;
    assert_eq!(refused(one_more), (Code::FilesFull, Some(BYTES_A_TICKET)));
    let other = Uploader::Visitor(asked(&world, &site).await);
    assert!(upload_by(&world, other, "d.txt", b"hola").await.is_ok());
}

async fn where_too_much_waits_at_a_site_what_waited_long_makes_room(world: World) {
    world.site("uno").await;
    upload(&world, "a.txt", b"hola").await.unwrap();
    world.force("update files set bytes = 2147483648").await;
    let another = async || upload(&world, "b.txt", b"hola").await;
    assert!(matches!(another().await, Err(Error::StorageFull)));
    world.clock.advance(Duration::from_mins(11));
    another().await.unwrap();
    assert_eq!((stored(&world), world.count("select count(*) from files").await), (1, 1));
}

async fn uploads_leave_room_on_the_disk_for_messages(mut world: World) {
    let site = world.site("uno").await;
    let visitor = asked(&world, &site).await;
    world.options.disk_floor = u64::MAX;
    world.restart().await;
    let refused = upload_by(&world, Uploader::Visitor(visitor), "a.txt", b"hola").await;
    assert!(matches!(refused, Err(Error::StorageFull)), "{refused:?}");
    let text = FormText::parse("hola").unwrap();
    world.desk.post_visitor_reply(visitor, world.new_id(), Some(text), &[]).await.unwrap();
    world.options.disk_floor = 0;
    world.restart().await;
    assert!(upload_by(&world, Uploader::Visitor(visitor), "a.txt", b"hola").await.is_ok());
}

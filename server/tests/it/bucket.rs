//! Files in a bucket: the same as in a folder for whoever sends and reads them, nothing left of what is refused, and a
//! store that is away costs the file alone.

use crate::world::{
    Bucket, EMAIL, Engine, OddBucket, World, eventually, http::Reply, on_both, socket::Socket,
};
use desk::tickets::files::FilesPlace;
use protocol::{
    FileId, Seq, TicketToken,
    agent::WorkView,
    visitor::{VisitorCommand, VisitorEvent},
};
use std::{process::Output, time::Duration};
use tokio::{io::AsyncReadExt, process::Command};

on_both! {
    what_comes_by_chat_form_and_console_is_in_the_bucket_and_leaves_it_as_it_came,
    what_is_refused_leaves_no_object,
    what_came_onto_no_message_is_swept_from_the_bucket,
    a_removed_sites_objects_go_with_it,
    a_store_that_is_away_costs_the_file_alone_and_is_told_so,
    files_are_copied_to_a_bucket_and_back_while_a_server_works,
}

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

fn place(url: &str, endpoint: &str) -> FilesPlace {
    FilesPlace::parse(url, Bucket::environment(endpoint)).unwrap()
}

/// From now on the world's files are there.
async fn files_are(world: &mut World, place: FilesPlace) {
    world.stop().await;
    world.settings.files = Some(place);
    world.start_again().await;
}

/// From now on they are in an empty bucket; none where this run has no server for one.
async fn files_are_in_a_bucket(world: &mut World) -> Option<Bucket> {
    let bucket = Bucket::new()?;
    files_are(world, place(&bucket.url(), bucket.endpoint())).await;
    Some(bucket)
}

async fn upload(world: &World, token: &TicketToken, name: &str, bytes: &[u8]) -> Reply {
    let post = world.client.post("/w/tienda/files").json().bearer(&token.0);
    post.multipart(&[], &[("file", name, bytes)]).send().await
}

fn id(reply: &Reply) -> FileId {
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.value()["id"].as_str().unwrap().parse().unwrap()
}

/// A message with these files in a chat.
async fn say(world: &World, token: &TicketToken, files: Vec<FileId>) {
    let mut socket = Socket::talking(world, "tienda", token, Seq(0)).await;
    let id = world.clock.new_entry_id();
    socket.say(&VisitorCommand::Say { id, text: "Mira".into(), files }).await;
    socket.until(|event| matches!(event, VisitorEvent::Ack { .. }).then_some(())).await;
}

async fn download(world: &World, token: &TicketToken, file: FileId) -> Reply {
    world.client.get(format!("/w/tienda/files/{file}")).bearer(&token.0).send().await
}

/// Ten megabytes of text, no two parts of which are the same.
fn long() -> Vec<u8> {
    (0..1_250_000).flat_map(|n: u32| format!("{n:07}\n").into_bytes()).collect()
}

/// A form with a file.
async fn ask(world: &World, name: &str, bytes: &[u8]) -> Reply {
    let fields = [("email", "ana@example.com"), ("message", "No me pierdas")];
    let post = world.client.post("/w/tienda/requests").page();
    post.multipart(&fields, &[("files", name, bytes)]).send().await
}

/// Files of this machine under the data folder's `files`.
fn on_disk(world: &World) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&world.settings.data_dir.join("files"))
}

async fn what_comes_by_chat_form_and_console_is_in_the_bucket_and_leaves_it_as_it_came(
    mut world: World,
) {
    let Some(bucket) = files_are_in_a_bucket(&mut world).await else { return };
    let _there = world.somebody_there().await;
    let (cookie, agent) = world.agent("otra@example.com").await;
    let chat = world.start_chat("tienda", "Hola").await;
    let content = long();
    let file = id(&upload(&world, &chat.token, "p\u{e1}gina.txt", &content).await);
    say(&world, &chat.token, vec![file]).await;
    assert_eq!(ask(&world, "nota.txt", b"hola").await.status, 200);
    let work = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items;
    let post = world.client.post(format!("/console/files?ticket={}", work[0].ticket)).json();
    let post = post.cookie(&cookie).multipart(&[], &[("file", "respuesta.txt", b"hola")]);
    id(&post.send().await);

    let keys = bucket.keys();
    assert_eq!((keys.len(), bucket.uploads_begun(), on_disk(&world)), (3, 0, 0), "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with("un/prefijo/")), "{keys:?}");
    let reply = download(&world, &chat.token, file).await;
    assert_eq!(reply.status, 200);
    assert!(reply.body == content, "ten megabytes come back as they went");
    let header = |name: &str| reply.find(name).unwrap_or_default().to_owned();
    assert_eq!(header("content-length"), content.len().to_string());
    assert!(header("content-disposition").starts_with("attachment; filename*=UTF-8''p%C3%A1gina"));
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    let for_agent = world.client.get(format!("/console/files/{file}")).cookie(&cookie);
    assert!(for_agent.send().await.body == content);
    let stranger = world.ask("tienda", "Yo no").await;
    assert_eq!(download(&world, &stranger.token, file).await.status, 404);
}

/// Each file would wait for the store anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_several_files_asks_a_store_that_is_away_once() {
    let mut world = World::new(Engine::Sqlite).await;
    let odd = OddBucket::new().await;
    files_are(&mut world, place("s3://bucket", &odd.endpoint)).await;
    let content = long();
    let files: Vec<(&str, &str, &[u8])> =
        (0..3).map(|_| ("files", "a.txt", &content[..])).collect();
    let fields = [("email", "ana@example.com")];
    let post = world.client.post("/w/tienda/requests").page();
    let reply = post
        .multipart(&[&fields[..], &[("message", "No me pierdas")]].concat(), &files)
        .send()
        .await;
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("No me pierdas"));
    assert_eq!(odd.times_seen("POST ?uploads"), 1);
}

async fn what_is_refused_leaves_no_object(mut world: World) {
    let Some(bucket) = files_are_in_a_bucket(&mut world).await else { return };
    let asked = world.ask("tienda", "Hola").await;
    let refused = async |name: &str, bytes: &[u8], status: u16| {
        assert_eq!(upload(&world, &asked.token, name, bytes).await.status, status, "{name}");
    };
    refused("a.pdf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", 415).await;
    refused("a.exe", b"hola", 415).await;
    refused("nada.txt", b"", 422).await;
    refused("larga.txt", &vec![b'a'; 12_000_000], 413).await;
    assert_eq!((bucket.keys(), bucket.uploads_begun()), (Vec::new(), 0));
    for _ in 0..10 {
        id(&upload(&world, &asked.token, "a.txt", b"hola").await);
    }
    let one_more = upload(&world, &asked.token, "a.txt", b"hola").await;
    assert_eq!(one_more.value()["code"], "files_waiting");
    world.until(|| bucket.keys().len() == 10).await;
    assert_eq!(on_disk(&world), 0);
}

async fn what_came_onto_no_message_is_swept_from_the_bucket(mut world: World) {
    let Some(bucket) = files_are_in_a_bucket(&mut world).await else { return };
    let asked = world.ask("tienda", "Hola").await;
    id(&upload(&world, &asked.token, "a.txt", b"se va").await);
    assert_eq!(ask(&world, "b.txt", b"se queda").await.status, 200);
    assert_eq!(bucket.keys().len(), 2);
    // The running server plans its sweeping at its start, and does it again by the clock.
    let sweeps = "select cast(count(*) as text) from jobs where kind = 'sweep_files' and claimed_until is null and attempts = 0 and due_at > 1795449600000";
    world.until(|| world.lines(sweeps) == ["1"]).await;
    world.clock.advance(Duration::from_hours(25));
    world.until(|| bucket.keys().len() == 1).await;
}

async fn a_removed_sites_objects_go_with_it(mut world: World) {
    let Some(bucket) = files_are_in_a_bucket(&mut world).await else { return };
    for _ in 0..3 {
        assert_eq!(ask(&world, "a.txt", b"hola").await.status, 200);
    }
    assert_eq!(bucket.keys().len(), 3);
    bucket.put("un/otro");
    world.desk().remove_site(&protocol::SiteKey("tienda".into())).await.unwrap();
    world.until(|| bucket.keys() == ["un/otro"]).await;
    let jobs = "select cast(count(*) as text) from jobs where kind = 'delete_files'";
    world.until(|| world.lines(jobs) == ["0"]).await;
}

async fn a_store_that_is_away_costs_the_file_alone_and_is_told_so(mut world: World) {
    let Some(bucket) = files_are_in_a_bucket(&mut world).await else { return };
    let there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let file = id(&upload(&world, &chat.token, "a.txt", b"hola").await);
    say(&world, &chat.token, vec![file]).await;
    drop(there);

    files_are(&mut world, place(&bucket.url(), NOWHERE)).await;
    let reply = upload(&world, &chat.token, "b.txt", b"hola").await;
    assert_eq!((reply.status, &reply.value()["code"]), (503, &"try_again".into()));
    assert!(reply.find("retry-after").is_some());
    let form = ask(&world, "c.txt", b"hola").await;
    assert_eq!(form.status, 503);
    assert!(form.text().contains("No me pierdas"), "what was typed stays");
    assert_eq!(download(&world, &chat.token, file).await.status, 503);
    // What needs no file goes on.
    say(&world, &chat.token, Vec::new()).await;
    world.ask("tienda", "Sin archivo").await;
    assert_eq!(world.lines("select name from files"), ["a.txt"]);

    files_are(&mut world, place(&bucket.url(), bucket.endpoint())).await;
    let file = id(&upload(&world, &chat.token, "b.txt", b"hola").await);
    say(&world, &chat.token, vec![file]).await;
    assert_eq!(download(&world, &chat.token, file).await.body, b"hola");
    world.until(|| bucket.keys().len() == 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_file_that_breaks_off_is_taken_back() {
    let mut world = World::new(Engine::Sqlite).await;
    let odd = OddBucket::new().await;
    files_are(&mut world, place("s3://bucket", &odd.endpoint)).await;
    let asked = world.ask("tienda", "Hola").await;
    let reply = upload(&world, &asked.token, "a.txt", &long()).await;
    assert_eq!((reply.status, &reply.value()["code"]), (503, &"try_again".into()));
    assert!(odd.has_seen("PUT ?partNumber=1") && odd.has_seen("PUT ?partNumber=2"));
    assert!(odd.has_seen("DELETE ?uploadid=7"), "the part that was taken does not stay");
    assert!(world.lines("select name from files").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_ends_the_reading() {
    let mut world = World::new(Engine::Sqlite).await;
    let odd = OddBucket::new().await;
    files_are(&mut world, place("s3://bucket", &odd.endpoint)).await;
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let file = id(&upload(&world, &chat.token, "a.txt", &vec![b'a'; 4_000_000]).await);
    say(&world, &chat.token, vec![file]).await;
    let get = world.client.get(format!("/w/tienda/files/{file}")).bearer(&chat.token.0);
    let (reply, mut stream) = get.open().await;
    assert_eq!((reply.status, reply.find("content-length")), (200, Some("4000000")));
    stream.read_exact(&mut vec![0; 50_000]).await.unwrap();
    assert!(!odd.has_seen("left"));
    drop(stream);
    world.until(|| odd.has_seen("left")).await;
}

/// The binary with what opens the bucket in its environment.
async fn ayuda(world: &World, endpoint: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
    command.env_clear().arg("--data-dir").arg(&world.settings.data_dir).args(["--log", "warn"]);
    if let Some(url) = &world.settings.database_url {
        command.args(["--database-url", url]);
    }
    let variables = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"];
    let environment = Bucket::environment(endpoint);
    command.envs(variables.map(|name| (name, environment(name).unwrap())));
    command.args(words).current_dir(&world.settings.data_dir).output().await.expect("it runs")
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat()
}

/// What a copy comes to; behind it stands how far it was, where that took a while.
#[track_caller]
fn is((code, line): (Option<i32>, String), says: &str) {
    assert!(code == Some(0) && line.starts_with(&format!("{says}, 0 failed\n")), "{line}");
}

async fn files_are_copied_to_a_bucket_and_back_while_a_server_works(mut world: World) {
    let Some(bucket) = Bucket::new() else { return };
    let there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let content = long();
    let first = id(&upload(&world, &chat.token, "a.txt", &content).await);
    say(&world, &chat.token, vec![first]).await;
    bucket.put("un/prefijo/nota.txt");
    let copy = async |world: &World, endpoint: &str, from: &str, to: &str| {
        let done = ayuda(world, endpoint, &["files", "copy", from, to]).await;
        (done.status.code(), said(&done))
    };

    // Copied, switched, and copied again.
    let to_bucket =
        async |world: &World| copy(world, bucket.endpoint(), "files", &bucket.url()).await;
    is(to_bucket(&world).await, "1 file copied (10.0 MB), 0 were there");
    let second = id(&upload(&world, &chat.token, "b.txt", b"hola").await);
    say(&world, &chat.token, vec![second]).await;
    drop(there);
    files_are(&mut world, place(&bucket.url(), bucket.endpoint())).await;
    assert_eq!(download(&world, &chat.token, second).await.status, 404);
    is(to_bucket(&world).await, "1 file copied (4 bytes), 1 were there");
    is(to_bucket(&world).await, "0 files copied (0 bytes), 2 were there");
    assert!(download(&world, &chat.token, first).await.body == content);
    assert_eq!(download(&world, &chat.token, second).await.body, b"hola");

    // And back, into another folder.
    let back = world.settings.data_dir.join("vuelta");
    let to = format!("file://{}", back.display());
    let done = copy(&world, bucket.endpoint(), &bucket.url(), &to).await;
    is(done, "2 files copied (10.0 MB), 0 were there");
    files_are(&mut world, FilesPlace::Folder(back.clone())).await;
    assert!(download(&world, &chat.token, first).await.body == content);

    // One that was cut off in the middle is copied anew.
    let key = bucket
        .keys()
        .into_iter()
        .find_map(|key| key.strip_prefix("un/prefijo/").map(str::to_owned));
    let file = back.join(key.unwrap());
    std::fs::write(&file, b"half of it").unwrap();
    let (code, line) = copy(&world, bucket.endpoint(), &bucket.url(), &to).await;
    assert!(code == Some(0) && line.starts_with("1 file copied"), "{line}");
    // One that cannot be written is named, and the others are copied.
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let (code, line) = copy(&world, bucket.endpoint(), &bucket.url(), &to).await;
    let name = file.file_name().unwrap().to_string_lossy();
    assert!(
        code == Some(1) && line.contains("1 were there, 1 failed") && line.contains(&*name),
        "{line}"
    );
    let (code, line) = copy(&world, NOWHERE, &bucket.url(), &to).await;
    assert!(code == Some(1) && line.contains("onnection refused"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_says_whether_files_are_written_and_read_back() {
    let Some(bucket) = Bucket::new() else { return };
    let world = World::new(Engine::Sqlite).await;
    let line = async |endpoint: &str, more: &[&str]| {
        let done = ayuda(&world, endpoint, &[more, &["doctor"]].concat()).await;
        let said = said(&done);
        said.lines().find(|line| line.contains(" files ")).unwrap_or(&said).to_owned()
    };
    let folder = line(NOWHERE, &[]).await;
    assert!(
        folder.starts_with("ok ") && folder.ends_with("files is written and read back"),
        "{folder}"
    );
    assert_eq!(on_disk(&world), 0);
    let in_bucket = ["--files-url", &*bucket.url()];
    let fine = line(bucket.endpoint(), &in_bucket).await;
    assert!(fine.starts_with("ok ") && fine.contains(&bucket.url()), "{fine}");
    assert!(bucket.keys().is_empty());
    let away = line(NOWHERE, &in_bucket).await;
    assert!(away.starts_with("BAD ") && away.contains("onnection refused"), "{away}");
    let no_such = line(bucket.endpoint(), &["--files-url", "s3://no-such-bucket"]).await;
    assert!(no_such.starts_with("BAD ") && no_such.contains("NoSuchBucket"), "{no_such}");
    let secret = [fine, away, no_such].concat();
    assert!(!secret.contains("its secret"), "{secret}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_a_desk_with_a_bucket_says_that_it_holds_no_files() {
    let mut world = World::new(Engine::Sqlite).await;
    let Some(bucket) = files_are_in_a_bucket(&mut world).await else { return };
    assert_eq!(ask(&world, "a.txt", b"hola").await.status, 200);
    let url = bucket.url();
    let with_bucket = |words: &[&'static str]| {
        let mut all = vec!["--files-url".to_owned(), url.clone()];
        all.extend(words.iter().map(|word| (*word).to_owned()));
        all
    };
    let run = async |world: &World, words: Vec<String>| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let done = ayuda(world, bucket.endpoint(), &words).await;
        assert!(done.status.success(), "{}", said(&done));
        said(&done)
    };
    let copied = run(&world, with_bucket(&["backup", "copia.tar"])).await;
    assert!(copied.contains("no files") && copied.contains(&url), "{copied}");

    // What a folder's desk was is restored where files are to be in a bucket.
    world.stop().await;
    let copy = world.settings.data_dir.join("copia.tar");
    world.settings.data_dir = world.settings.data_dir.join("vuelta");
    std::fs::create_dir(&world.settings.data_dir).unwrap();
    std::fs::rename(copy, world.settings.data_dir.join("copia.tar")).unwrap();
    let restored = run(&world, with_bucket(&["restore", "copia.tar"])).await;
    assert!(restored.contains("those in s3://") && restored.contains("1 site."), "{restored}");
    world.start_again().await;
    let found = eventually(async || Some(bucket.keys()).filter(|keys| !keys.is_empty())).await;
    assert_eq!(found.len(), 1, "the restored desk's files are where they were");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_elsewhere_holds_the_files_and_comes_back_from_a_copy() {
    let mut world = World::new(Engine::Sqlite).await;
    let elsewhere = world.settings.data_dir.join("otra/parte");
    files_are(&mut world, FilesPlace::Folder(elsewhere.clone())).await;
    let (cookie, agent) = world.agent(EMAIL).await;
    let asked = world.ask("tienda", "Hola").await;
    let work = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items;
    let post = world.client.post(format!("/console/files?ticket={}", work[0].ticket)).json();
    id(&post.cookie(&cookie).multipart(&[], &[("file", "a.txt", b"hola")]).send().await);
    assert_eq!(on_disk(&world), 0);
    let count = |folder: &std::path::Path| {
        let folders = std::fs::read_dir(folder).into_iter().flatten();
        let folders = folders.map(|entry| entry.unwrap().path());
        folders.filter(|path| !path.ends_with("incoming")).count()
    };
    assert_eq!(count(&elsewhere), 1);

    let place = ["--files-url", elsewhere.to_str().unwrap()];
    let copied = ayuda(&world, NOWHERE, &[&place[..], &["backup", "copia.tar"]].concat()).await;
    assert!(copied.status.success() && !said(&copied).contains("no files"), "{}", said(&copied));
    world.stop().await;
    std::fs::remove_dir_all(&elsewhere).unwrap();
    for file in ["ayuda.db", "ayuda.db-wal", "ayuda.db-shm", "secret.key"] {
        let _ = std::fs::remove_file(world.settings.data_dir.join(file));
    }
    let _ = std::fs::remove_dir_all(world.settings.data_dir.join("mail"));
    let restored = ayuda(&world, NOWHERE, &[&place[..], &["restore", "copia.tar"]].concat()).await;
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!((count(&elsewhere), on_disk(&world)), (1, 0));
    world.start_again().await;
    let page = world.client.get(format!("/t/{}", asked.number)).page();
    let page = page.cookie(&format!("ayuda_ticket={}", asked.token.0)).send().await;
    assert_eq!(page.status, 200);
}

#[test]
fn what_a_bucket_lacks_is_said_at_the_start() {
    let run = |words: &[&str], variables: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ayuda"));
        let output = command.env_clear().envs(variables.iter().copied()).args(words).output();
        let output = output.unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_REGION", "eu-west-1")];
    let refused = run(&["serve", "--files-url", "s3://bucket/a"], &keys);
    assert!(
        refused.contains("--files-url") && refused.contains("AWS_SECRET_ACCESS_KEY"),
        "{refused}"
    );
    let refused = run(&["files", "copy", "a", "s3://bucket"], &[]);
    assert!(refused.contains("TO: s3:// needs AWS_REGION"), "{refused}");
}

//! Commands beside a server that works on the same database.

use crate::world::{
    EMAIL, Engine, SITE, World, behind_a_proxy, eventually, on_both, socket::Socket, soon,
};
use desk::live::Event;
use protocol::agent::{AgentCommand, AgentEvent, SUBPROTOCOL, WorkKind, WorkView};
use server::settings::{Flags, Settings};
use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::process::Command;

on_both! {
    commands_make_links_as_the_server_does_that_served_last,
    a_sites_availability_is_what_its_button_says_now,
    an_agents_name_is_one_line,
    commands_beside_a_server_leave_its_chats_alone,
    a_sites_secret_is_made_once_and_another_only_on_request,
    doctor_says_where_the_key_of_links_is_and_how_many_nodes_fit,
    whoever_a_command_disables_is_signed_out_of_an_open_console,
}

async fn ayuda(world: &World, words: &[&str]) -> Output {
    command(world, words).output().await.expect("it runs")
}

fn command(world: &World, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
    command.env_clear().arg("--data-dir").arg(&world.settings.data_dir).args(["--log", "warn"]);
    if let Some(url) = &world.settings.database_url {
        command.args(["--database-url", url]);
    }
    command.args(words).current_dir(&world.settings.data_dir);
    command
}

async fn commands_beside_a_server_leave_its_chats_alone(world: World) {
    let (lucia, _there) = world.somebody_there().await;
    world.start_chat("tienda", "Hola").await;
    let ticket =
        world.desk().worklist(&lucia, WorkView::Open, None).await.expect("a list").items[0].ticket;
    let chat = world.desk().worklist(&lucia, WorkView::Open, None).await.expect("a list").items[0]
        .chat
        .expect("a chat");
    world.desk().accept(&lucia, chat).await.expect("it is hers");
    let copy = world.settings.data_dir.join("copy.tar").display().to_string();
    let file = |name: &str, toml: String| {
        let path = world.settings.data_dir.join(name);
        std::fs::write(&path, toml).expect("a file");
        path.display().to_string()
    };
    let same = file("tienda.toml", SITE.into());
    let other = file("otra.toml", SITE.replace("tienda", "otra").replace("LT", "OT"));
    let eva = "eva@example.com";
    let mut commands = vec![
        vec!["site", "list"],
        vec!["site", "show", "tienda"],
        vec!["site", "apply", &same],
        vec!["site", "apply", &other],
        vec!["availability", "tienda", "--agents", "1"],
        vec!["doctor"],
        vec!["agent", "create", "--email", EMAIL, "--name", "Lucía Medina"],
        vec!["agent", "create", "--email", eva, "--name", "Eva"],
        vec!["agent", "list"],
        vec!["agent", "show", EMAIL],
        vec!["agent", "set", EMAIL, "--capacity", "1"],
        vec!["agent", "set", eva, "--site", "otra"],
        vec!["agent", "disable", eva],
        vec!["agent", "enable", eva],
        vec!["agent", "remove", eva],
        vec!["site", "remove", "otra"],
    ];
    if world.settings.database_url.is_none() {
        commands.push(vec!["backup", &copy]);
    }
    for words in commands {
        let done = ayuda(&world, &words).await;
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{words:?}: {:?} {said}", done.status);
    }
    world.clock.advance(Duration::from_secs(61));
    world.desk().tick().await.expect("what is due");
    let item = world.desk().find_worklist_item(&lucia, ticket).await.expect("a list");
    assert_eq!(item.expect("her chat").kind, WorkKind::MyChat);
}

async fn a_sites_secret_is_made_once_and_another_only_on_request(world: World) {
    let secret = async |more: &[&str]| {
        let done = ayuda(&world, &[&["site", "secret", "tienda"], more].concat()).await;
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let printed = String::from_utf8(done.stdout).expect("text");
        printed.strip_suffix('\n').expect("one line").to_owned()
    };
    let first = secret(&[]).await;
    assert!(first.len() >= 40 && first.bytes().all(|byte| byte.is_ascii_graphic()), "{first}");
    assert_eq!(secret(&[]).await, first);
    let key = protocol::SiteKey("tienda".into());
    let of_server = async || world.desk().site_secret(&key).await.expect("a database");
    assert_eq!(of_server().await.as_ref(), Some(&first), "the server has the same");
    let second = secret(&["--rotate"]).await;
    assert_ne!(second, first);
    assert_eq!(of_server().await, Some(second));
    let nobodys = ayuda(&world, &["site", "secret", "nada"]).await;
    let said = String::from_utf8_lossy(&nobodys.stderr);
    assert_eq!((nobodys.status.code(), &*nobodys.stdout), (Some(2), &b""[..]));
    assert!(said.contains("there is no site `nada`"), "{said}");
}

async fn whoever_a_command_disables_is_signed_out_of_an_open_console(world: World) {
    // Somebody else is an owner: the last one stays.
    world.agent(EMAIL).await;
    let (cookie, eva) = world.agent("eva@example.com").await;
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    assert!(matches!(console.agent_event().await, AgentEvent::Welcome { .. }));
    let mut line = world.desk().hub().agent(eva.id);
    let done = ayuda(&world, &["agent", "disable", "eva@example.com"]).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // A socket also asks by itself every now and then: what the server hears of is what ends it at once.
    let is_told = async {
        while !matches!(*line.next().await.expect("keeps up"), Event::SignedOut { .. }) {}
    };
    soon("that they are signed out", is_told).await;
    console.until_agent(|event| (event == AgentEvent::SignedOut).then_some(())).await;
    assert_eq!(console.closed().await, 1000);
    let origin = world.origin();
    let headers = [("origin", origin.as_str()), ("cookie", cookie.as_str())];
    let again = Socket::connect(&world, "/console/socket", SUBPROTOCOL, &headers).await;
    assert_eq!(again.err(), Some(401));
}

async fn a_sites_availability_is_what_its_button_says_now(mut world: World) {
    let listen = world.client.0.to_string();
    let answered = async |world: &World, site: &str| {
        let done = ayuda(world, &["--listen", &listen, "availability", site]).await;
        (done.status.code(), String::from_utf8(done.stdout).expect("text"))
    };
    let answer = |open: bool, label: &str, reason: &str| {
        let turn = "2026-11-24T00:00:00Z";
        format!(
            "{{\"open\":{open},\"label\":\"{label}\",\"reason\":\"{reason}\",\"changes_at\":\"{turn}\"}}\n"
        )
    };
    // Nobody is there, whatever a command beside the server could suppose.
    assert_eq!(answered(&world, "tienda").await, (Some(0), answer(false, "Ayuda", "no_agents")));
    let there = world.somebody_there().await;
    assert_eq!(answered(&world, "tienda").await, (Some(0), answer(true, "Chat", "open")));
    let (code, problem) = answered(&world, "nada").await;
    assert!(code == Some(2) && problem.starts_with("{\"error\":\"not_found\""), "{problem}");
    drop(there);
    world.stop().await;
    let (code, problem) = answered(&world, "tienda").await;
    assert!(code == Some(2) && problem.starts_with("{\"error\":\"no_server\""), "{problem}");
}

#[tokio::test]
async fn what_backup_copied_restore_brings_back() {
    let mut world = World::new(Engine::Sqlite).await;
    let started = world.ask("tienda", "Una copia").await;
    let copy = world.settings.data_dir.join("copy.tar").display().to_string();
    assert!(ayuda(&world, &["backup", &copy]).await.status.success());
    let there = ayuda(&world, &["restore", &copy]).await;
    let said = String::from_utf8_lossy(&there.stderr);
    assert!(!there.status.success() && said.contains("ayuda.db is there already"), "{said}");
    world.stop().await;
    let old = world.settings.data_dir.clone();
    world.settings.data_dir = old.join("restored");
    std::fs::create_dir(&world.settings.data_dir).expect("a folder");
    let restored = ayuda(&world, &["restore", &copy]).await;
    let said = String::from_utf8_lossy(&restored.stdout);
    assert!(restored.status.success() && said.contains("1 site."), "{said}");
    world.start_again().await;
    let page = world.client.get(format!("/t/{}", started.number)).page();
    let page = page.cookie(&format!("ayuda_ticket={}", started.token.0)).send().await;
    assert!(page.status == 200 && page.text().contains("Una copia"));
}

async fn commands_make_links_as_the_server_does_that_served_last(mut world: World) {
    let said = async |world: &World, words: &[&str]| {
        String::from_utf8(ayuda(world, words).await.stdout).expect("text")
    };
    world.stop().await;
    let flags = Flags { public_url: Some("https://help.example.com".into()), ..Flags::default() };
    world.settings.public_url = Settings::load(flags).expect("settings").public_url;
    world.start_again().await;
    let file = world.settings.data_dir.join("tienda.toml");
    std::fs::write(&file, SITE).expect("a file");
    let file = file.display().to_string();
    let tag = said(&world, &["site", "apply", &file]).await;
    assert!(tag.contains("https://help.example.com/widget.js"), "{tag}");
    let link = said(&world, &["agent", "create", "--email", "eva@example.com", "--name", "Eva"]);
    let link = link.await;
    assert!(link.contains("https://help.example.com/console/"), "{link}");
    let doctor = said(&world, &["doctor"]).await;
    assert!(doctor.contains("https://help.example.com, as the server had it"), "{doctor}");
    // Who says it is believed.
    let given = ["--public-url", "https://otra.example", "site", "apply", &file];
    assert!(said(&world, &given).await.contains("https://otra.example/widget.js"));
}

async fn an_agents_name_is_one_line(world: World) {
    let name = "Lucía\r\nBcc: eve@example.com\u{2028}Medina";
    let created = ayuda(&world, &["agent", "create", "--email", EMAIL, "--name", name]).await;
    assert!(created.status.success());
    let named = async || {
        let account = world.desk().find_agent_account(EMAIL).await.expect("an answer");
        account.expect("an account").name
    };
    assert_eq!(named().await, "Lucía Bcc: eve@example.com Medina");
    let set = ayuda(&world, &["agent", "set", EMAIL, "--name", "Eva\nPaz"]).await;
    assert!(set.status.success());
    assert_eq!(named().await, "Eva Paz");
    for invisible in ["\u{200b}", "\n", "\u{2800}\u{3164}"] {
        let refused = ayuda(&world, &["agent", "set", EMAIL, "--name", invisible]).await;
        assert!(!refused.status.success(), "{invisible:?}");
    }
    let mut site = SITE.replace("La Tienda", "La\\nTienda");
    for _ in 0..2 {
        assert!(world.desk().apply_site(&site).await.is_err(), "{site}");
        site = SITE.replace("Soporte general", "Soporte\\u2028general");
    }
}

async fn doctor_says_where_the_key_of_links_is_and_how_many_nodes_fit(world: World) {
    let doctor = async |more: &[&str]| {
        let said = ayuda(&world, &[more, &["doctor"]].concat()).await;
        String::from_utf8(said.stdout).expect("text")
    };
    let line = |said: &str, what: &str| {
        let found = said.lines().find(|line| line.contains(&format!(" {what} ")));
        found.map(str::to_owned)
    };
    let kept = doctor(&[]).await;
    let given = doctor(&["--secret-key", &"a".repeat(64)]).await;
    let key = line(&given, "link key").expect("a line");
    assert!(key.starts_with("ok ") && key.contains("--secret-key"), "{key}");
    let key = line(&kept, "link key").expect("a line");
    let connections = line(&kept, "connections");
    if world.settings.database_url.is_none() {
        assert!(key.contains("secret.key in the data folder"), "{key}");
        assert_eq!(connections, None);
        return;
    }
    assert!(key.contains("kept in the database"), "{key}");
    let connections = connections.expect("a line");
    assert!(connections.contains("16 and one to listen a node"), "{connections}");
    assert!(connections.contains("enough for "), "{connections}");
    let many = doctor(&["--database-connections", "1000"]).await;
    let many = line(&many, "connections").expect("a line");
    assert!(many.starts_with("odd ") && many.contains("max_connections"), "{many}");
}

#[tokio::test]
async fn doctor_tells_of_a_proxy_that_nobody_declared() {
    let mut world = World::new(Engine::Sqlite).await;
    let doctor = async |world: &World| {
        let listen = world.client.0.to_string();
        let said = ayuda(world, &["--listen", &listen, "doctor"]).await;
        let said = String::from_utf8(said.stdout).expect("text");
        said.lines().find(|line| line.contains("trusted-proxy")).expect("its line").to_owned()
    };
    assert!(doctor(&world).await.starts_with("ok "), "nothing was passed on yet");
    let pass_on = async |world: &World| {
        world.client.get("/healthz").header("x-forwarded-for", "203.0.113.7").send().await
    };
    pass_on(&world).await;
    let odd = doctor(&world).await;
    assert!(odd.starts_with("odd ") && odd.contains("--trusted-proxy 127.0.0.1"), "{odd}");
    world.stop().await;
    behind_a_proxy(&mut world.settings);
    world.start_again().await;
    pass_on(&world).await;
    let metrics = world.client.get("/metrics").send().await.text();
    assert!(!metrics.contains("undeclared_proxy"), "{metrics}");
}

/// Folders and files with more rights than their owner's.
fn open_to_others(path: &Path, found: &mut Vec<String>) {
    let about = match std::fs::metadata(path) {
        // A mail that was being written when its folder was read has its own name by now.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        about => about.expect("it is there"),
    };
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        found.push(format!("{} {mode:o}", path.display()));
    }
    if about.is_dir() {
        for entry in std::fs::read_dir(path).expect("it is ours") {
            open_to_others(&entry.expect("an entry").path(), found);
        }
    }
}

#[tokio::test]
async fn whatever_the_umask_nobody_else_reads_the_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let with_umask = |words: &str| {
        let mut command = Command::new("sh");
        let ayuda = env!("CARGO_BIN_EXE_ayuda");
        command
            .args(["-c", &format!("umask 000; exec {ayuda} --data-dir data --log warn {words}")]);
        command.env_clear().current_dir(folder.path()).kill_on_drop(true);
        command
    };
    let check = |what: &str| {
        let mut found = Vec::new();
        open_to_others(&data, &mut found);
        assert!(found.is_empty(), "{what} leaves {found:?}");
    };
    let demo = with_umask("demo").output().await.expect("it runs");
    assert!(demo.status.success(), "{demo:?}");
    check("demo");
    let mut serve = with_umask("--listen 127.0.0.1:0 serve");
    let mut serve = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    let kept = data.join("mail");
    eventually(async || {
        std::fs::read_dir(&kept).ok()?.find_map(|entry| {
            entry.ok()?.path().extension().is_some_and(|ending| ending == "eml").then_some(())
        })
    })
    .await;
    check("serve");
    let copy = with_umask("backup data/copia.tar").output().await.expect("it runs");
    assert!(copy.status.success(), "{copy:?}");
    check("backup");
    serve.kill().await.expect("it ran");
}

#[tokio::test]
async fn a_command_whose_reader_goes_away_does_not_fail() {
    let world = World::new(Engine::Sqlite).await;
    for words in
        [&["site", "list"][..], &["site", "show", "tienda"], &["agent", "list"], &["doctor"]]
    {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = command(&world, words);
        command.stdout(writer).stderr(Stdio::piped());
        let done = command.spawn().expect("it runs").wait_with_output().await.expect("its end");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{words:?}: {:?} {said}", done.status);
    }
}

use super::*;
use crate::cli::{Cli, Command};
use clap::Parser;
use desk::{Clock, Options};
use protocol::Timestamp;
use std::fmt::Write as _;
use tempfile::TempDir;

/// Monday 2026-11-23, 17:00 UTC.
const START: Timestamp = Timestamp(1_795_453_200_000);
const PASSWORD: &str = "contraseña larga\n";

/// A desk with two sites, in a folder that goes with it.
async fn desk() -> (Desk, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(Options {
        data_dir: folder.path().to_owned(),
        database_url: None,
        listen_url: None,
        database_connections: desk::Connections::default(),
        secret_key: None,
        files: None,
        public_url: "https://help.example.com".into(),
        smtp_url: None,
        mail_from: "Ayuda <ayuda@example.com>".into(),
        disk_floor: Options::DISK_FLOOR,
        node_lease: Options::NODE_LEASE,
        clock: Clock::manual(START),
    })
    .await
    .expect("a desk");
    for (key, queues) in [("tienda", &["Ventas", "Soporte"][..]), ("blog", &["Soporte"])] {
        let mut file = format!("key = \"{key}\"\n");
        for queue in queues {
            writeln!(file, "[[queues]]\nname = \"{queue}\"").expect("a string");
        }
        desk.apply_site(&file).await.expect("a site");
    }
    (desk, folder)
}

/// What the command prints, or why it is refused.
async fn ran(desk: &Desk, line: &[&str], input: &str) -> Result<String, String> {
    let words = [&["ayuda", "agent"], line].concat();
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    let Some(Command::Agent(command)) = cli.command else { panic!("another command: {line:?}") };
    let mut out = Vec::new();
    match act(command, desk, input.as_bytes(), &mut out).await {
        Ok(()) => Ok(String::from_utf8(out).expect("UTF-8")),
        Err(error) => Err(format!("{error:#}\n")),
    }
}

/// The same for a command that does what it is told.
async fn done(desk: &Desk, line: &[&str]) -> String {
    ran(desk, line, PASSWORD).await.unwrap_or_else(|why| panic!("{line:?}: {why}"))
}

async fn people(desk: &Desk) {
    let lucia = ["create", "--email", "lucia@example.com", "--name", "Lucía Medina"];
    done(desk, &[&lucia[..], &["--password-stdin"]].concat()).await;
    let eva = ["create", "--email", "Eva@example.com", "--name", "Eva\nPaz", "--role", "agent"];
    let bound = ["--site", "tienda", "--site", "blog", "--queue", "Soporte", "--password-stdin"];
    done(desk, &[&eva[..], &bound].concat()).await;
}

/// Without the secret.
fn shown(output: &str) -> String {
    match output.split_once("?k=") {
        Some((before, token)) if token.trim().len() > 40 => format!("{before}?k=…\n"),
        _ => output.to_owned(),
    }
}

#[tokio::test]
async fn what_the_commands_print() {
    let (desk, _folder) = desk().await;
    let mut said = String::new();
    let mut say = async |line: &[&str]| {
        let output = shown(&done(&desk, line).await);
        writeln!(said, "$ ayuda agent {}\n{output}", line.join(" ")).expect("a string");
    };
    say(&["list"]).await;
    say(&["list", "--json"]).await;
    people(&desk).await;
    desk.sign_in("lucia@example.com", PASSWORD.trim_end()).await.expect("a session");
    say(&["create", "--email", "paco@example.com", "--name", "Paco", "--role", "supervisor"]).await;
    say(&["list"]).await;
    say(&["show", " EVA@example.com"]).await;
    say(&["show", "lucia@example.com", "--json"]).await;
    let set = ["set", "eva@example.com", "--name", "Eva Paz", "--role", "supervisor"];
    let picture = "https://Example.com/eva.jpg";
    let more = ["--site", "tienda", "--queue", "Ventas", "--capacity", "5", "--picture", picture];
    say(&[&set[..], &more, &["--sees-sensitive", "yes"]].concat()).await;
    say(&["disable", "eva@example.com"]).await;
    say(&["disable", "paco@example.com"]).await;
    say(&["list"]).await;
    say(&["list", "--json"]).await;
    say(&["enable", "eva@example.com"]).await;
    say(&["enable", "paco@example.com"]).await;
    let all = ["--every-site", "--no-queues", "--capacity", "default", "--picture", "none"];
    say(&[&["set", "eva@example.com"], &all[..], &["--sees-sensitive", "no"]].concat()).await;
    say(&["remove", "paco@example.com"]).await;
    say(&["list"]).await;
    insta::assert_snapshot!(said);
    desk.close().await;
}

#[tokio::test]
async fn a_refusal_names_the_flag_and_what_it_takes() {
    let (desk, _folder) = desk().await;
    people(&desk).await;
    done(&desk, &["create", "--email", "paco@example.com", "--name", "Paco"]).await;
    done(&desk, &["disable", "paco@example.com"]).await;
    let before = done(&desk, &["list", "--json"]).await;
    let mut said = String::new();
    let eva = "eva@example.com";
    for line in [
        &["show", "nadie@example.com"][..],
        &["set", "nadie@example.com", "--role", "agent"],
        &["disable", "nadie@example.com"],
        &["enable", "nadie@example.com"],
        &["remove", "nadie@example.com"],
        &["remove", "lucia@example.com"],
        &["set", eva, "--site", "tienda", "--site", "kiosco"],
        &["set", eva, "--name", "Otra", "--queue", "Facturas"],
        &["set", eva, "--site", "blog", "--queue", "Ventas"],
        &["create", "--email", "a@example.com", "--name", "A", "--queue", "Facturas"],
        &["create", "--email", "a@example.com", "--name", " "],
        &["create", "--email", "nadie", "--name", "A"],
        &["create", "--email", "paco@example.com", "--name", "Paco"],
        &["disable", "lucia@example.com"],
        &["set", "lucia@example.com", "--role", "supervisor"],
        &["set", eva, "--capacity", "0"],
        &["set", eva, "--capacity", "1001"],
        &["set", eva, "--capacity", "many"],
        &["set", eva, "--picture", "http://example.com/eva.jpg"],
        &["set", eva, "--name", " "],
        &["set", eva, "--sees-sensitive", "maybe"],
        &["set", eva, "--every-site", "--site", "blog"],
        &["set", eva, "--queue", "Soporte", "--no-queues"],
        &["set", eva],
    ] {
        let why = ran(&desk, line, PASSWORD).await.expect_err("it is refused");
        writeln!(said, "$ ayuda agent {}\n{why}", line.join(" ")).expect("a string");
    }
    insta::assert_snapshot!(said);
    assert_eq!(done(&desk, &["list", "--json"]).await, before, "and nothing was changed");
    desk.close().await;
}

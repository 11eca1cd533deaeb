//! Every command of the binary with arguments, files and standard input that are wrong.

use crate::{
    access::walk::Wrong,
    world::{EMAIL, World, on_both, soon},
};
use std::process::{Output, Stdio};
use tokio::{io::AsyncWriteExt, process::Command};

on_both! {
    bad_arguments_are_refused_with_a_reason,
    the_database_that_cannot_be_reached_is_said_why,
}

/// A call of the binary that has to fail, and what it says of that.
struct Call<'a> {
    words: Vec<&'a str>,
    input: &'a [u8],
    says: &'a str,
}

fn call<'a>(line: &'a str, says: &'a str) -> Call<'a> {
    Call {
        words: line.split(' ').map(|word| if word == "''" { "" } else { word }).collect(),
        input: b"",
        says,
    }
}

fn fed<'a>(line: &'a str, input: &'a [u8], says: &'a str) -> Call<'a> {
    Call { input, ..call(line, says) }
}

/// The table: the calls of a command, by the name that `ayuda --help` shows.
fn calls(command: &str) -> Vec<Call<'static>> {
    match command {
        "serve" => vec![
            call("serve --listen nowhere", "--listen"),
            call("serve --listen 127.0.0.1:99999", "--listen"),
            call(
                "serve --public-url https://a.example/help",
                "`https://a.example/help` is not an origin",
            ),
            call("serve --public-url https://a.example:99999", "--public-url"),
            call(
                "serve --log verbose",
                "`verbose` is none of error, warn, info, debug, trace and off",
            ),
            call("serve --log info,desk=loud", "`desk=loud`"),
            call("serve --files-url https://a.example/files", "s3://bucket/prefix"),
            call("serve --files-url s3://bucket/../other", "--files-url"),
            call("serve --files-url s3://bucket", "AWS_REGION"),
            call("serve --smtp-url http://a.example", "--smtp-url"),
            call("serve --mail-from ayuda", "mail-from"),
            call("serve --trusted-proxy a", "--trusted-proxy"),
            call("serve --database-url mysql://a", "--database-url"),
            call("serve --no-such-flag", "--no-such-flag"),
        ],
        "demo" => vec![call("demo more", "more")],
        "agent" => vec![
            call("agent", "Usage"),
            call("agent create --email a@b@c --name Ana", "valid email address"),
            call("agent create --email a@example.com --name \u{200b}", "Please fill in"),
            call("agent create --email a@example.com --name Ana --role boss", "boss"),
            call(
                "agent create --email a@example.com --name Ana --site nada",
                "there is no site `nada`",
            ),
            call("agent create --email a@example.com --name Ana --queue nada", "is called `nada`"),
            fed(
                "agent create --email a@example.com --name Ana --password-stdin",
                b"corta\n",
                "at least 10 characters",
            ),
            fed(
                "agent create --email a@example.com --name Ana --password-stdin",
                b"",
                "at least 10 characters",
            ),
            fed(
                "agent create --email a@example.com --name Ana --password-stdin",
                b"una clave\0muy larga\n",
                "cannot store",
            ),
            fed(
                "agent create --email a@example.com --name Ana --password-stdin",
                b"\xff\xfe\xfd una clave larga\n",
                "UTF-8",
            ),
            call("agent show nadie@example.com", "there is no agent"),
            call("agent show ''", "there is no agent"),
            call("agent set nadie@example.com --name Ana", "there is no agent"),
            call("agent set lucia@example.com --capacity 0", "0"),
            call("agent set lucia@example.com --capacity 99999999999999999999", "whole number"),
            call("agent disable nadie@example.com", "there is no agent"),
            call("agent enable nadie@example.com", "there is no agent"),
            call("agent remove nadie@example.com", "there is no agent"),
            call("agent list more", "more"),
        ],
        "site" => vec![
            call("site", "Usage"),
            call("site show nada", "there is no site `nada`"),
            call("site show ''", "there is no site"),
            call("site secret nada", "there is no site `nada`"),
            call("site secret nada --rotate", "there is no site `nada`"),
            call("site secret ''", "there is no site"),
            call("site secret tienda more", "more"),
            call("site remove nada", "there is no site `nada`"),
            call("site apply no-such-file.toml", "no-such-file.toml"),
            fed("site apply -", b"", "key"),
            fed("site apply -", b"key = \"a\xff\"", "UTF-8"),
            fed("site apply -", b"key = \"a\0\"", "character"),
            fed("site apply -", b"key = \"a\\u0000\"", "`key`"),
            fed("site apply -", b"key = \"ok\"\nname = \"a\\u0000b\"", "cannot store"),
            fed("site apply -", b"key = \"A B\"", "key"),
            fed("site apply -", b"key = \"a\"\ncolour = 1", "colour"),
            fed("site apply -", b"key = \"a\"\nkey = \"b\"", "key"),
            fed(
                "site apply -",
                b"key = \"a\"\nallowed_origins = [\"https://*.example\"]",
                "origin",
            ),
            fed(
                "site apply -",
                b"key = \"a\"\n[limits]\nwait_limit = \"99999999999999999999h\"",
                "wait_limit",
            ),
        ],
        "availability" => vec![
            call("availability", "required"),
            call("availability tienda", "\"error\":\"no_server\""),
            call("availability nada --agents 1", "\"error\":\"not_found\""),
            call("availability tienda --agents -1", "-1"),
            call("availability tienda --at yesterday", "\"error\":\"at_invalid\""),
            call("availability tienda --at 99999-01-01T00:00:00Z", "\"error\":\"at_invalid\""),
            call("availability --schedule {", "\"error\":\"json_invalid\""),
            call("availability --schedule @no-such-file", "\"error\":\"file_unreadable\""),
            call(
                "availability --schedule {\"zone\":\"\\u0000\",\"weekly\":{}}",
                "\"error\":\"unknown_time_zone\"",
            ),
        ],
        "mask" => vec![
            call("mask --preview -1", "-1"),
            call("mask --preview 99999999999999999999999", "9999"),
            call("mask more", "more"),
        ],
        "backup" => vec![call("backup", "Usage"), call("backup no/such/folder/x.tar", "")],
        "restore" => vec![call("restore", "Usage"), call("restore ayuda.toml", "")],
        "files" => vec![
            call("files", "Usage"),
            call("files copy a", "<TO>"),
            call("files copy '' b", "FROM: must be a folder"),
            call("files copy a http://b", "TO: must be a folder"),
            call("files copy a s3://b:9000/c", "TO: a bucket's name"),
            call("files copy ayuda.db files", "cannot be listed"),
            call("files copy no-such-folder files", "cannot be listed"),
        ],
        "doctor" => vec![call("doctor more", "more")],
        other => panic!("{other} is new: say here what it is called wrongly with"),
    }
}

fn ayuda(world: &World, database: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
    command
        .env_clear()
        .current_dir(&world.settings.data_dir)
        .arg("--data-dir")
        .arg(&world.settings.data_dir);
    // Nobody listens there, and whoever listens there does it anywhere.
    command.args(["--listen", "127.0.0.1:0"]);
    if let Some(url) = database {
        command.args(["--database-url", url]);
    }
    command
}

async fn run(mut command: Command, input: &[u8]) -> Output {
    command.kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may refuse before it reads.
    let _ = child.stdin.take().unwrap().write_all(input).await;
    child.wait_with_output().await.unwrap()
}

fn printed(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat()
}

async fn bad_arguments_are_refused_with_a_reason(world: World) {
    world.agent(EMAIL).await;
    let database = world.settings.database_url.as_deref();
    let help = run(
        {
            let mut help = ayuda(&world, database);
            help.arg("--help");
            help
        },
        b"",
    )
    .await;
    let help = printed(&help);
    let listed = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names = listed.lines().filter_map(|line| line.split_whitespace().next());
    let mut wrong = Wrong::default();
    for name in names.filter(|name| *name != "help") {
        for Call { words, input, says } in calls(name) {
            let mut command = if name == "serve" {
                // Beside the server that runs, in a place of its own.
                let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
                command.env_clear().arg("--data-dir").arg(world.settings.data_dir.join("other"));
                command
            } else {
                ayuda(&world, database)
            };
            command.args(&words);
            let output = run(command, input).await;
            let text = printed(&output);
            let code = output.status.code();
            wrong.unless(matches!(code, Some(1 | 2)), || format!("{words:?}: {code:?} {text}"));
            wrong.unless(!text.trim().is_empty() && text.contains(says), || {
                format!("{words:?}: {text:?}, not {says:?}")
            });
            let is_fault = ["panicked", "ERROR", "“”"].iter().any(|fault| text.contains(fault));
            wrong.unless(!is_fault, || format!("{words:?}: {text}"));
        }
    }
    wrong.tell();
    // Nothing of all that was taken.
    assert_eq!(world.desk().sites().len(), 1);
    assert_eq!(world.desk().agent_accounts().await.unwrap().len(), 1);
}

async fn the_database_that_cannot_be_reached_is_said_why(world: World) {
    let url = match &world.settings.database_url {
        Some(_) => "postgres://ayuda@127.0.0.1:1/nada",
        None => "sqlite:/dev/null/ayuda.db",
    };
    let cause = if url.starts_with("postgres") { "onnection refused" } else { "os error" };
    for words in [&["site", "list"][..], &["serve"], &["doctor"]] {
        let mut command = ayuda(&world, Some(url));
        command.args(words);
        let output = soon("the command's end", run(command, b"")).await;
        assert!(!output.status.success());
        assert!(printed(&output).contains(cause), "{words:?}: {}", printed(&output));
    }
}

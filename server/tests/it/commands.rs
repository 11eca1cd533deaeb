//! Commands beside a server that works on the same database.

use crate::world::{EMAIL, World, on_both};
use protocol::agent::WorkKind;
use std::{process::Output, time::Duration};
use tokio::process::Command;

on_both! {
    commands_beside_a_server_leave_its_chats_alone,
}

async fn ayuda(world: &World, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
    command.env_clear().arg("--data-dir").arg(&world.settings.data_dir).args(["--log", "warn"]);
    if let Some(url) = &world.settings.database_url {
        command.args(["--database-url", url]);
    }
    command.args(words).current_dir(&world.settings.data_dir).output().await.expect("it runs")
}

async fn commands_beside_a_server_leave_its_chats_alone(world: World) {
    let (lucia, _there) = world.somebody_there().await;
    world.start_chat("tienda", "Hola").await;
    let ticket = world.desk().worklist(&lucia).await.expect("a list")[0].ticket;
    let chat = world.desk().worklist(&lucia).await.expect("a list")[0].chat.expect("a chat");
    world.desk().accept(&lucia, chat).await.expect("it is hers");
    let copy = world.settings.data_dir.join("copy.tar").display().to_string();
    let create = ["agent", "create", "--email", EMAIL, "--name", "Lucía Medina"];
    let mut commands: Vec<&[&str]> = vec![
        &["site", "list"],
        &["site", "show", "tienda"],
        &["availability", "tienda"],
        &["doctor"],
        &create,
    ];
    let backup = ["backup", copy.as_str()];
    if world.settings.database_url.is_none() {
        commands.push(&backup);
    }
    for words in commands {
        let done = ayuda(&world, words).await;
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{words:?}: {:?} {said}", done.status);
    }
    world.clock.advance(Duration::from_secs(61));
    world.desk().tick().await.expect("what is due");
    let item = world.desk().find_worklist_item(&lucia, ticket).await.expect("a list");
    assert_eq!(item.expect("her chat").kind, WorkKind::MyChat);
}

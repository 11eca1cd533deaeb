//! A copy of everything, and back.

use crate::world::{Engine, World};
use desk::tickets::files::Uploader;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Unpacks as operators do.
fn unpack(archive: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let tar = Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(to).status();
    assert!(tar.expect("tar is on every machine").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_under_load_is_a_desk_again() {
    let mut world = World::new(Engine::Sqlite).await;
    let site = world.site("uno").await;
    let mut upload = world.desk.begin_upload(Uploader::Form(site.id), "a.txt").await.unwrap();
    upload.write(b"hola").await.unwrap();
    let file = upload.finish().await.unwrap();
    let mut request = world.new_request("ana@example.com");
    request.files = vec![file.id];
    let started = world.desk.open_request(&site, request).await.unwrap();
    world.desk.tick().await.unwrap();

    let asking = tokio::spawn({
        let (desk, site) = (world.desk.clone(), site.clone());
        let requests: Vec<_> =
            (0..40).map(|n| world.new_request(&format!("ana{n}@example.com"))).collect();
        async move {
            for request in requests {
                desk.open_request(&site, request).await.unwrap();
            }
        }
    });
    let archive: PathBuf = world.folder().join("copia.tar");
    world.desk.backup(&archive).await.unwrap();
    asking.await.unwrap();
    assert!(world.desk.backup(&archive).await.is_err(), "nothing is written over");
    assert_eq!(std::fs::read_dir(world.folder()).unwrap().count(), 2, "nothing half done is left");

    let copy = world.folder().join("copy");
    unpack(&archive, &copy);
    world.options.data_dir = copy;
    world.restart().await;
    let visitor = world.visitor(&site, &started).await;
    let (entries, _) = world.desk.visitor_entries(visitor, protocol::Seq::START).await.unwrap();
    assert!(!entries.is_empty());
    let stored = world.desk.visitor_file(visitor, file.id).await.unwrap();
    assert_eq!(std::fs::read(stored.path).unwrap(), b"hola");
    assert_eq!(world.kept().len(), 1);
}

#[tokio::test]
async fn a_postgres_desk_says_how_it_is_copied() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    let refused = world.desk.backup(&world.folder().join("x.tar")).await.unwrap_err();
    let cause =
        std::error::Error::source(&refused).map_or(refused.to_string(), ToString::to_string);
    assert!(cause.contains("pg_dump"), "{cause}");
}

//! A copy of everything, and back.

use crate::world::{Engine, World};
use desk::tickets::files::Uploader;
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// What the operator is told.
fn cause(error: &desk::Error) -> String {
    error.source().map_or(error.to_string(), ToString::to_string)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
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

    world.options.data_dir = world.folder().join("copy");
    desk::restore(&world.options, &archive).await.unwrap();
    world.restart().await;
    let visitor = world.visitor(&site, &started).await;
    let (entries, _) = world.desk.visitor_entries(visitor, protocol::Seq::START).await.unwrap();
    assert!(!entries.is_empty());
    let stored = world.desk.visitor_file(visitor, file.id).await.unwrap();
    let content = world.desk.file_content(&stored).await.unwrap();
    assert_eq!(content.read().await.unwrap(), b"hola");
    assert_eq!(world.kept().len(), 1);
}

#[tokio::test]
async fn a_postgres_desk_says_how_it_is_copied() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    let archive = world.folder().join("x.tar");
    let refused = world.desk.backup(&archive).await.unwrap_err();
    assert!(cause(&refused).contains("pg_dump"), "{}", cause(&refused));
    let refused = desk::restore(&world.options, &archive).await.unwrap_err();
    assert!(cause(&refused).contains("pg_restore"), "{}", cause(&refused));
}

#[tokio::test]
async fn a_copy_is_restored_where_there_is_nothing_and_whole_or_not_at_all() {
    let world = World::new(Engine::Sqlite).await;
    world.site("uno").await;
    let archive = world.folder().join("copia.tar");
    world.desk.backup(&archive).await.unwrap();

    // Where a desk is, nothing is written over; not even where only its key is left.
    let refused = desk::restore(&world.options, &archive).await.unwrap_err();
    assert!(cause(&refused).contains("is there already"), "{}", cause(&refused));
    let mut options = world.options.clone();
    options.data_dir = world.folder().join("half");
    fs::create_dir(&options.data_dir).unwrap();
    fs::write(options.data_dir.join("secret.key"), "a key").unwrap();
    assert!(desk::restore(&options, &archive).await.is_err());
    assert_eq!(names(&options.data_dir), ["secret.key"]);

    let whole = fs::read(&archive).unwrap();
    let cut = world.folder().join("cut.tar");
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let text = world.folder().join("notes.txt");
    fs::write(&text, "no archive").unwrap();
    let foreign = world.folder().join("foreign.tar");
    archive_of(&foreign, &["ayuda.db", "secret.key", "../evil"]);
    let other = world.folder().join("other.tar");
    archive_of(&other, &["photo.png"]);
    options.data_dir = world.folder().join("empty");
    for wrong in [&cut, &text, &foreign, &other, &world.folder().join("absent.tar")] {
        assert!(desk::restore(&options, wrong).await.is_err(), "{}", wrong.display());
        assert!(names(&options.data_dir).is_empty(), "{}", wrong.display());
    }
    assert!(!world.folder().join("evil").exists());

    // A folder that is mounted and empty is a place, and a database may lie elsewhere.
    fs::create_dir_all(options.data_dir.join("files")).unwrap();
    options.database_url = Some(format!("sqlite:{}", world.folder().join("db/own.db").display()));
    desk::restore(&options, &archive).await.unwrap();
    let restored = desk::Desk::open(options).await.unwrap();
    assert_eq!(restored.sites().len(), 1);
    restored.close().await;
}

/// An archive of small files with these names.
fn archive_of(path: &Path, names: &[&str]) {
    let mut archive = Vec::new();
    for name in names {
        // As tar has it (POSIX, ustar): name, mode, owners, size, instant, sum, type.
        let mut head = [0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        for (at, text) in [
            (100, "0000600\0"),
            (108, "0000000\0"),
            (116, "0000000\0"),
            (124, "00000000001\0"),
            (136, "00000000000\0"),
            (148, "        "),
            (156, "0"),
            (257, "ustar\0"),
            (263, "00"),
        ] {
            head[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend(head);
        archive.extend([b'x']);
        archive.extend([0; 511]);
    }
    archive.extend([0; 1024]);
    fs::write(path, archive).unwrap();
}

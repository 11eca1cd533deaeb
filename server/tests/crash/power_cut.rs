//! Power cuts. SIGKILL leaves the kernel's cache as it is, so that a server that never syncs would pass; here it runs
//! on a disk that loses what was not synced (`power_cut.c`, preloaded). After the cut the disk's folder is what the
//! machine finds: it becomes the data folder, and a server without the shim reads every acknowledged message from it.
//!
//! SQLite only: that PostgreSQL syncs before it answers is PostgreSQL's promise, and its operator's setting.

use crate::{
    engines::Engine,
    http::Client,
    server::{PATIENCE, RETRY, Server, next_door},
    shim,
    visitor::{Crowd, Phase, Visitor},
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const CUTS: usize = 8;
const VISITORS: usize = 4;
/// Few, so that there are many commits.
const IN_FLIGHT: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Disk {
    Honest,
    /// It answers a sync before it has written anything; all the same to the server as `synchronous = off`.
    Lying,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_message_survives_a_power_cut() {
    let outcome = cut_the_power(Disk::Honest, CUTS).await;
    assert_eq!(outcome.lost, 0, "of {} acknowledged", outcome.acknowledged);
}

/// The test above can fail: where nothing is synced, it sees the loss.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_syncs_a_power_cut_loses_what_was_acknowledged() {
    let outcome = cut_the_power(Disk::Lying, 1).await;
    assert_eq!(outcome.lost, outcome.acknowledged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_database_says_of_files_and_kept_mails_is_there_after_a_power_cut() {
    const KEPT: &str = "select count(*) from mails where outcome = 'kept'";
    let tools = tempfile::tempdir().expect("a folder");
    let disk = tempfile::tempdir().expect("a folder");
    let mut server = Server::new(Engine::Sqlite).await;
    server.environment = vec![
        ("LD_PRELOAD", shim::build("crash/power_cut", tools.path())),
        ("POWER_CUT_FOLDER", server.data_dir.clone()),
        ("POWER_CUT_DISK", disk.path().to_owned()),
    ];
    server.start().await;
    let client = Client(next_door(&mut server.door()).await.expect("it runs").address);
    let fields = [("email", "ana@example.com"), ("message", "Hola")];
    let file: [(&str, &str, &[u8]); 1] = [("files", "nota.txt", b"hola")];
    let asked = client.post("/w/tienda/requests").json().multipart(&fields, &file).send().await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let kept = async {
        while count(&server.data_dir, KEPT) < 2 {
            sleep(RETRY).await;
        }
    };
    timeout(PATIENCE, kept).await.expect("visitor and agent are told");
    server.kill().await;
    let found = disk.path().join("folder");
    assert_eq!(count(&found, "select count(*) from files where entry_id is not null"), 1);
    let files = files_below(&found.join("files"));
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(std::fs::read(&files[0]).expect("a file"), b"hola");
    let mails = files_below(&found.join("mail"));
    let kept = mails.iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    assert_eq!(kept.count(), count(&found, KEPT), "{mails:?}");
}

fn count(data_dir: &Path, question: &str) -> usize {
    let database = rusqlite::Connection::open(data_dir.join("ayuda.db")).expect("a database");
    database.busy_timeout(PATIENCE).expect("a setting");
    let count: i64 = database.query_row(question, (), |row| row.get(0)).expect(question);
    usize::try_from(count).expect("a count")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    entries.flat_map(|entry| below(entry.path())).collect()
}

struct Outcome {
    acknowledged: usize,
    lost: usize,
}

/// Visitors write while the power goes again and again; what became of what was acknowledged to them.
async fn cut_the_power(disk: Disk, cuts: usize) -> Outcome {
    let tools = tempfile::tempdir().expect("a folder");
    let shim = shim::build("crash/power_cut", tools.path());
    let mut server = Server::new(Engine::Sqlite).await;
    // Each cut leaves a disk behind, which the next one begins with.
    let mut disks: Vec<TempDir> = Vec::new();
    server.keep_a_console();
    let crowd = Crowd::new();
    let mut visitors: Vec<Visitor> = (0..VISITORS).map(|n| crowd.visitor(n, IN_FLIGHT)).collect();
    for _ in 0..cuts {
        let next = tempfile::tempdir().expect("a folder");
        server.environment = vec![
            ("LD_PRELOAD", shim.clone()),
            ("POWER_CUT_FOLDER", server.data_dir.clone()),
            ("POWER_CUT_DISK", next.path().to_owned()),
        ];
        if disk == Disk::Lying {
            server.environment.push(("POWER_CUT_LIES", "yes".into()));
        }
        server.start().await;
        let found = next.path().join("folder");
        assert!(found.join("ayuda.db").exists(), "the shim is at work");
        crowd.enter(Phase::Talk);
        let talking: Vec<_> = visitors.drain(..).map(|visitor| visitor.spawn(&server)).collect();
        crowd.acknowledged(rand::random_range(VISITORS..400)).await;
        server.kill().await;
        crowd.enter(Phase::Leave);
        for visitor in talking {
            let left = timeout(PATIENCE, visitor).await.expect("they leave");
            visitors.push(left.expect("no panic"));
        }
        server.data_dir = found;
        disks.push(next);
    }
    server.environment.clear();
    server.start().await;
    let door = next_door(&mut server.door()).await.expect("it runs");
    let mut outcome = Outcome { acknowledged: 0, lost: 0 };
    for visitor in &visitors {
        outcome.acknowledged += visitor.acknowledged();
        outcome.lost += visitor.lost(&door).await.len();
    }
    outcome
}

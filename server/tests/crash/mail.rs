//! The mails that a server without a relay keeps as files.

use crate::server::PATIENCE;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};
use tokio::time::{sleep, timeout};

struct Mail {
    to: String,
    subject: String,
    id: String,
}

/// Each visitor who asked has one mail that it was received, whatever happened in between; no mail was made twice.
/// `asked_by` is the number of each one's ticket by address.
pub async fn check(folder: &Path, asked_by: &BTreeMap<String, String>) {
    let is_complete = |mails: &[Mail]| {
        asked_by.keys().all(|email| mails.iter().any(|mail| mail.to.contains(email)))
            && to_agents(mails) >= asked_by.len()
    };
    let all = async {
        loop {
            let mails = read(folder);
            if is_complete(&mails) {
                return mails;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let mails = timeout(PATIENCE, all).await.expect("visitors and agents are told in the end");
    for (email, number) in asked_by {
        let theirs: Vec<&Mail> = mails.iter().filter(|mail| mail.to.contains(email)).collect();
        assert_eq!(theirs.len(), 1, "mails to {email}");
        assert!(theirs[0].subject.contains(number.as_str()), "{} for {number}", theirs[0].subject);
    }
    let ids: BTreeSet<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
    assert_eq!(ids.len(), mails.len(), "a mail that was kept twice");
}

fn to_agents(mails: &[Mail]) -> usize {
    mails.iter().filter(|mail| mail.to.contains("lucia@example.com")).count()
}

fn read(folder: &Path) -> Vec<Mail> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|text| {
            let header = |name: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default().trim().to_owned()
            };
            Mail { to: header("To:"), subject: header("Subject:"), id: header("Message-ID:") }
        })
        .collect()
}

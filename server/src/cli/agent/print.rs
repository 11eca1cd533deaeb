//! Agents as people and programs read them.

use desk::people::{AgentAccount, Role};
use protocol::{
    SiteKey, Timestamp,
    agent::AgentState,
    settings::{Capacity, Picture, QueueName},
};
use serde::Serialize;
use std::io::{self, Write};

const HEADINGS: [&str; 7] = ["E-MAIL", "NAME", "ROLE", "STATE", "CAPACITY", "SITES", "QUEUES"];

/// One agent a line, in columns.
pub(super) fn table(out: &mut impl Write, accounts: &[AgentAccount]) -> io::Result<()> {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(accounts.iter().map(row));
    let mut widths = [0; HEADINGS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

fn row(account: &AgentAccount) -> [String; HEADINGS.len()] {
    [
        account.email.clone(),
        account.name.clone(),
        account.role.to_string(),
        state(account).to_owned(),
        account.capacity.map_or("default".to_owned(), |capacity| capacity.chats().to_string()),
        sites(account, "every"),
        queues(account, "every"),
    ]
}

/// One agent, a line for each thing.
pub(super) fn card(out: &mut impl Write, account: &AgentAccount) -> io::Result<()> {
    let since = account.disabled_at.unwrap_or(account.since).to_rfc3339();
    let capacity = account.capacity.map_or("default: each site's own limit".to_owned(), |own| {
        format!("{} at a time", own.chats())
    });
    let picture = account.picture.as_ref().map_or("none", Picture::as_str);
    let yes_no = |is_so| if is_so { "yes" } else { "no" };
    let lines = [
        ("e-mail", account.email.clone()),
        ("name", account.name.clone()),
        ("role", account.role.to_string()),
        ("state", format!("{} since {since}", state(account))),
        ("sites", sites(account, "every site")),
        ("queues", queues(account, "every queue of these sites")),
        ("capacity", capacity),
        ("picture", picture.to_owned()),
        ("sees sensitive", yes_no(account.sees_sensitive).to_owned()),
        ("has a password", yes_no(account.has_password).to_owned()),
        ("signed in", yes_no(account.signed_in).to_owned()),
    ];
    for (what, value) in lines {
        writeln!(out, "{what:<15} {value}")?;
    }
    Ok(())
}

fn state(account: &AgentAccount) -> &'static str {
    match account.disabled_at {
        Some(_) => "disabled",
        None => account.state.as_text(),
    }
}

fn sites(account: &AgentAccount, every: &str) -> String {
    match &account.sites {
        None => every.to_owned(),
        Some(none) if none.is_empty() => "none".to_owned(),
        Some(sites) => sites.iter().map(SiteKey::as_str).collect::<Vec<_>>().join(", "),
    }
}

fn queues(account: &AgentAccount, every: &str) -> String {
    if account.queues.is_empty() {
        return every.to_owned();
    }
    let named = |(site, queue): &(SiteKey, QueueName)| format!("{site}/{queue}");
    account.queues.iter().map(named).collect::<Vec<_>>().join(", ")
}

/// An agent as one line of JSON. `null`: every site, every queue of them, each site's own capacity, no picture, not
/// disabled.
#[derive(Serialize)]
struct Json<'a> {
    email: &'a str,
    name: &'a str,
    role: Role,
    state: AgentState,
    since: String,
    disabled_at: Option<String>,
    sites: Option<&'a [SiteKey]>,
    queues: Option<Vec<Queue<'a>>>,
    capacity: Option<u32>,
    picture: Option<&'a str>,
    sees_sensitive: bool,
    has_password: bool,
    signed_in: bool,
}

#[derive(Serialize)]
struct Queue<'a> {
    site: &'a SiteKey,
    name: &'a QueueName,
}

/// One JSON object on a line of its own.
pub(super) fn json(out: &mut impl Write, account: &AgentAccount) -> io::Result<()> {
    let queues: Vec<Queue<'_>> =
        account.queues.iter().map(|(site, name)| Queue { site, name }).collect();
    let json = Json {
        email: &account.email,
        name: &account.name,
        role: account.role,
        state: account.state,
        since: account.since.to_rfc3339(),
        disabled_at: account.disabled_at.map(Timestamp::to_rfc3339),
        sites: account.sites.as_deref(),
        queues: (!queues.is_empty()).then_some(queues),
        capacity: account.capacity.map(Capacity::chats),
        picture: account.picture.as_ref().map(Picture::as_str),
        sees_sensitive: account.sees_sensitive,
        has_password: account.has_password,
        signed_in: account.signed_in,
    };
    serde_json::to_writer(&mut *out, &json)?;
    writeln!(out)
}

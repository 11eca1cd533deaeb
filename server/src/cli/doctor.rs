//! `ayuda doctor`: what is set, and whether it works. Exit status 1 when something does not.

use super::{
    open::{self, in_one_line, open},
    out::say,
    running_server,
};
use crate::settings::{PublicUrl, Settings};
use desk::{
    Desk, KeySource, Room, hours::zones::ZoneData, live::NodeReport, private,
    tickets::files::FilesPlace,
};
use protocol::{Timestamp, settings::Span};
use std::{collections::BTreeSet, path::Path, process::ExitCode, time::Duration};

/// A relay that does not answer in this time does not answer.
const RELAY_WITHIN: Duration = Duration::from_secs(5);

/// People notice when what others write comes this late.
const SLOW: Duration = Duration::from_millis(500);

/// How a check came out.
enum Finding {
    Fine(String),
    Odd(String),
    Broken(String),
}

use Finding::{Broken, Fine, Odd};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let desk = open(settings).await;
    let (public, source) = match &desk {
        Ok(desk) => (open::public_url(desk)?, url_source(desk, settings).await),
        Err(_) => (settings.public_url_on(settings.listen.port()), UrlSource::Setting),
    };
    let mut report = Report::default();
    report.add("version", Fine(env!("CARGO_PKG_VERSION").into()));
    report.add("listen", Fine(settings.listen.to_string()));
    report.add("public-url", public_url(&public, source));
    report.add("data-dir", data_dir(&settings.data_dir));
    match desk {
        Ok(desk) => {
            database(&desk, settings, &mut report).await;
            match desk.nodes().await {
                Ok(all) => {
                    let in_bucket = matches!(settings.files, Some(FilesPlace::Bucket(_)));
                    for (what, finding) in nodes(&all, settings.node_lease, in_bucket) {
                        report.add(what, finding);
                    }
                }
                Err(error) => report.add("nodes", Broken(error.to_string())),
            }
            report.add("files", files(&desk, settings).await);
            desk.close().await;
        }
        Err(error) => {
            report.add("database", Broken(in_one_line(&error)));
        }
    }
    if let Some(lag) = running_server::relay_lag(settings).await {
        report.add("notices", notices(lag));
    }
    report.add("time zones", time_zones(desk::hours::zones::zones(), settings.clock.now()));
    report.add("mail", mail(settings).await);
    report.add("mail-from", Fine(settings.mail_from.clone()));
    let seen = running_server::undeclared_proxy(settings).await;
    report.add("trusted-proxy", proxies(settings, &public, seen.as_deref()));
    report.add("assets", assets());
    Ok(if report.broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[derive(Default)]
struct Report {
    broken: bool,
}

impl Report {
    fn add(&mut self, what: &str, finding: Finding) {
        let (mark, text) = match finding {
            Fine(text) => ("ok  ", text),
            Odd(text) => ("odd ", text),
            Broken(text) => {
                self.broken = true;
                ("BAD ", text)
            }
        };
        say!("{mark} {what:<14} {text}");
    }
}

/// Who says where people reach it.
#[derive(Clone, Copy)]
enum UrlSource {
    Setting,
    Server,
    Nobody,
}

async fn url_source(desk: &Desk, settings: &Settings) -> UrlSource {
    match (&settings.public_url, desk.find_served_url().await) {
        (Some(_), _) => UrlSource::Setting,
        (None, Ok(Some(_))) => UrlSource::Server,
        (None, _) => UrlSource::Nobody,
    }
}

fn public_url(public: &PublicUrl, source: UrlSource) -> Finding {
    let mut url = match public.readable() {
        Some(readable) => format!("{} ({readable})", public.as_str()),
        None => public.as_str().to_owned(),
    };
    url.push_str(match source {
        UrlSource::Setting => "",
        UrlSource::Server => ", as the server had it when it last started",
        UrlSource::Nobody => ", the default",
    });
    if public.is_https() {
        Fine(url)
    } else if public.is_loopback() {
        Fine(format!("{url} (only this machine reaches it)"))
    } else {
        Odd(format!(
            "{url} has no TLS: cookies and messages travel in the clear; put a proxy with https in front and set --public-url"
        ))
    }
}

fn data_dir(path: &Path) -> Finding {
    let probe = path.join(".doctor");
    let probed =
        || private::file_options().write(true).create(true).truncate(true).open(&probe).map(drop);
    let written = private::make_folder(path)
        .and_then(|()| probed())
        .and_then(|()| std::fs::remove_file(&probe));
    let shown = path.display();
    match written {
        Ok(()) => Fine(format!("{shown} can be written")),
        Err(error) => Broken(format!("{shown} cannot be written: {error}")),
    }
}

async fn database(desk: &Desk, settings: &Settings, report: &mut Report) {
    let engine = match &settings.database_url {
        Some(url) if url.starts_with("postgres") => "PostgreSQL",
        _ => "SQLite",
    };
    match desk.ready().await {
        Ok(()) => {
            report.add("database", Fine(format!("{engine} answers; its schema is this version's")));
        }
        Err(error) => report.add("database", Broken(format!("{engine}: {error}"))),
    }
    match desk.room().await {
        Ok(Some(room)) => report.add("connections", connections(room)),
        Ok(None) => {}
        Err(error) => report.add("connections", Broken(error.to_string())),
    }
    report.add("link key", link_key(desk.key_source()));
    let sites: Vec<String> = desk.sites().iter().map(|site| site.key.0.clone()).collect();
    report.add(
        "sites",
        if sites.is_empty() {
            Odd("none; `ayuda site apply FILE` makes one".into())
        } else {
            Fine(sites.join(", "))
        },
    );
    report.add(
        "agents",
        match desk.has_agents().await {
            Ok(true) => Fine("somebody can sign in".into()),
            Ok(false) => Odd("nobody can sign in; `ayuda agent create` makes one".into()),
            Err(error) => Broken(error.to_string()),
        },
    );
}

/// Those that serve the database, or went away without a word.
fn nodes(all: &[NodeReport], lease: Duration, in_bucket: bool) -> Vec<(&'static str, Finding)> {
    let all = || all.iter().filter(|node| !node.has_stopped);
    let mut findings: Vec<(&str, Finding)> =
        all().map(|node| ("node", sign(node, lease))).collect();
    let there: Vec<&NodeReport> = all().filter(|node| node.silent_for < lease).collect();
    if there.is_empty() {
        return findings;
    }
    let keeper = there.iter().find_map(|node| Some((node, node.keeps_for?)));
    let keeper = match keeper {
        Some((node, left)) => {
            Fine(format!("{}, for {} if it says no more", node.name, in_seconds(left)))
        }
        None => Odd(
            "nobody just now: no chat is offered and no mail is sent until a node takes it over"
                .into(),
        ),
    };
    findings.push(("keeper", keeper));
    let versions: BTreeSet<&str> = there.iter().map(|node| node.version.as_str()).collect();
    if versions.len() > 1 {
        let versions: Vec<&str> = versions.into_iter().collect();
        let odd = format!("{}: all nodes have to be of one", versions.join(" and "));
        findings.push(("versions", Odd(odd)));
    }
    if there.len() > 1 && !in_bucket {
        let odd = format!(
            "{} nodes, and files in a folder: what one has stored the others do not have, unless all of them mount it",
            there.len()
        );
        findings.push(("files", Odd(odd)));
    }
    findings
}

fn sign(node: &NodeReport, lease: Duration) -> Finding {
    let NodeReport { name, version, silent_for, .. } = node;
    let seen = format!("{name} ({version}), last sign {} ago", in_seconds(*silent_for));
    if *silent_for < lease {
        Fine(seen)
    } else {
        Odd(format!(
            "{seen}: it was killed, hangs or is cut off from the database, and counts as gone"
        ))
    }
}

/// What crosses between nodes.
fn notices(lag: Duration) -> Finding {
    let said = format!("what one node says is with the others after {} ms", lag.as_millis());
    if lag < SLOW {
        Fine(said)
    } else {
        Odd(format!("{said}: the database is far away or overloaded"))
    }
}

fn in_seconds(span: Duration) -> Span {
    Span::from_millis(span.as_secs() * 1_000)
}

/// Nodes that do not fit take turns to fail.
fn connections(room: Room) -> Finding {
    let Room { connections, of_a_node } = room;
    let pool = of_a_node - 1;
    match room.nodes() {
        0 => Odd(format!(
            "PostgreSQL takes {connections}, fewer than one node may use ({pool} and one to listen): lower --database-connections, or \
             raise max_connections"
        )),
        nodes => Fine(format!(
            "{pool} and one to listen a node; PostgreSQL takes {connections}: enough for {nodes} {}",
            if nodes == 1 { "node" } else { "nodes" }
        )),
    }
}

/// Where the key of ticket links is: a copy of the data without it opens no link that was mailed.
fn link_key(source: KeySource) -> Finding {
    Fine(match source {
        KeySource::Setting => "given by --secret-key".into(),
        KeySource::File => "secret.key in the data folder".into(),
        KeySource::Database => "kept in the database".into(),
    })
}

/// Something is stored, read back and deleted.
async fn files(desk: &Desk, settings: &Settings) -> Finding {
    let place = settings.files.clone();
    let place =
        place.unwrap_or_else(|| FilesPlace::Folder(FilesPlace::default_folder(&settings.data_dir)));
    match desk.probe_files().await {
        Ok(()) if place.is_in_the_clear() => Odd(format!(
            "{place} is written and read back, but without TLS: give its endpoint with https"
        )),
        Ok(()) => Fine(format!("{place} is written and read back")),
        Err(error) => Broken(format!("{place}: {}", in_one_line(&error.into()))),
    }
}

/// Governments change their clocks at short notice: who reads old data is an hour off somewhere.
fn time_zones(data: &ZoneData, now: Timestamp) -> Finding {
    match data.release() {
        Some(release) if release.is_older_than_a_year(now) => Odd(format!(
            "{data}: more than a year old, hours may be off; upgrade ayuda, or the host's zone files (tzdata)"
        )),
        Some(_) => Fine(data.to_string()),
        None => Odd(format!("{data}: nobody can tell whether it is old; TZDIR names these files")),
    }
}

/// The relay is called as a mail would call it, and hung up on.
async fn mail(settings: &Settings) -> Finding {
    let Some(url) = &settings.smtp_url else {
        let folder = settings.data_dir.join("mail");
        return Odd(format!("no --smtp-url: mail is kept in {}", folder.display()));
    };
    let uri: Option<axum::http::Uri> = url.parse().ok();
    let Some(host) = uri.as_ref().and_then(axum::http::Uri::host) else {
        return Broken("--smtp-url names no host".into());
    };
    match tokio::time::timeout(RELAY_WITHIN, desk::mail::greet_relay(url)).await {
        Ok(Ok(how)) => Fine(format!("relay {host} {how}")),
        Ok(Err(why)) => Broken(format!("relay {host}: {why}")),
        Err(_) => Broken(format!("relay {host} does not answer")),
    }
}

/// `seen`: the address of a proxy that the running server was reached through and that is not declared.
fn proxies(settings: &Settings, public: &PublicUrl, seen: Option<&str>) -> Finding {
    if let Some(address) = seen {
        return Odd(format!(
            "a proxy at {address} passes requests on and is not declared: limits take all of its visitors for one, and failed sign-ins \
             through it close an account for everybody; set --trusted-proxy {address}"
        ));
    }
    if !settings.trusted_proxies.is_empty() {
        return Fine(format!("{} declared", settings.trusted_proxies.len()));
    }
    if public.is_https() {
        return Odd("none, but --public-url is https: behind a proxy every visitor has its address, and rate limits \
                    cannot tell them apart"
            .into());
    }
    Fine("none".into())
}

fn assets() -> Finding {
    match crate::ops::assets::all().len() {
        0 => Odd("this binary was built without scripts and styles".into()),
        count => Fine(format!("{count} files built in")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn node(name: &str, silent: u64) -> NodeReport {
        NodeReport {
            id: desk::live::NodeId(uuid::Uuid::nil()),
            name: name.into(),
            version: "0.1.0".into(),
            silent_for: Duration::from_secs(silent),
            has_stopped: false,
            keeps_for: None,
        }
    }

    fn said(all: &[NodeReport]) -> Vec<String> {
        let line = |(what, finding)| match finding {
            Fine(text) => format!("ok {what}: {text}"),
            Odd(text) => format!("odd {what}: {text}"),
            Broken(text) => format!("BAD {what}: {text}"),
        };
        nodes(all, Duration::from_secs(15), false).into_iter().map(line).collect()
    }

    #[test]
    fn nodes_that_work_together_are_fine_and_what_parts_them_is_odd() {
        let keeper = NodeReport { keeps_for: Some(Duration::from_secs(11)), ..node("a", 2) };
        let stopped = NodeReport { has_stopped: true, ..node("z", 600) };
        assert!(said(&[]).is_empty(), "SQLite has none");
        assert_eq!(
            said(&[keeper.clone(), stopped]),
            ["ok node: a (0.1.0), last sign 2s ago", "ok keeper: a, for 11s if it says no more",]
        );
        let other = NodeReport { version: "0.2.0".into(), ..node("b", 3) };
        let odd = said(&[keeper, other, node("c", 40)]);
        let starts = |start: &str| odd.iter().any(|line| line.starts_with(start));
        assert!(starts("odd node: c (0.1.0), last sign 40s ago: "), "{odd:#?}");
        assert!(starts("odd versions: 0.1.0 and 0.2.0"), "{odd:#?}");
        assert!(starts("odd files: 2 nodes"), "{odd:#?}");
        assert!(said(&[node("a", 1)])[1].starts_with("odd keeper: nobody"));
    }

    #[test]
    fn zone_data_older_than_a_year_is_odd() {
        let finding = |now: &str| {
            let now = DateTime::parse_from_rfc3339(now).expect("RFC 3339").to_utc();
            time_zones(&ZoneData::built_in(), now.into())
        };
        let release = ZoneData::built_in().release().expect("it has one").to_string();
        let fine = finding(&format!("{}-12-31T00:00:00Z", &release[..4]));
        assert!(matches!(fine, Fine(text) if text == format!("{release}, built in")));
        let odd = finding("2099-01-01T00:00:00Z");
        assert!(matches!(odd, Odd(text) if text.contains("more than a year old")));
    }
}

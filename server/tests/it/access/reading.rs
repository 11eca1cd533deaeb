//! Reading changes nothing: whoever follows a link, a program that looks through mail among them, leaves everything
//! as it was.

use super::{
    people::{Who, ask_as},
    routes::ask,
    walk::{Request, Walk, Wrong},
};
use crate::world::{World, http::Ask, on_both, sql::Tables};
use desk::people::{NewAgent, Role};
use server::Declared;

on_both! {
    nothing_changes_by_get_or_head,
}

async fn nothing_changes_by_get_or_head(world: World) {
    let walk = Walk::new(world).await;
    let request = walk.request().await;
    let mailed = mailed_key(&walk.world, &request);
    let one_time = one_time_key(&walk.world).await;
    // What the walk's tickets brought about is not what reading brings about.
    let to_come = "select kind from mails where parked_at is null and due_at is not null \
                   union all select kind from jobs where claimed_until is not null";
    walk.world.until(|| walk.world.lines(to_come).is_empty()).await;
    let mut wrong = Wrong::default();
    let before = stored(&walk.world);
    let routes = walk.world.running().routes().iter().filter(|row| row.method == "GET");
    for row in routes {
        for method in ["GET", "HEAD"] {
            for who in [Who::Nobody, Who::Visitor, Who::Owner] {
                for query in queries(row.path, &mailed, &one_time) {
                    let asked = asked(&walk, row, method, &query, &request);
                    // Some answers have no end; what they do is done before they begin.
                    ask_as(&walk, who, &request.place.started, asked).open().await;
                }
            }
            let after = stored(&walk.world);
            for (table, rows) in &before {
                wrong.unless(after[table] == *rows, || {
                    format!("{method} {}: {table}\n{rows:#?}\n{:#?}", row.path, after[table])
                });
            }
        }
    }
    wrong.tell();
}

fn asked(walk: &Walk, row: &Declared, method: &'static str, query: &str, request: &Request) -> Ask {
    let with_method = Declared { method, ..*row };
    ask(walk, &with_method, request).query(query)
}

/// What a link to the page may carry, and nothing.
fn queries(path: &str, mailed: &str, one_time: &str) -> Vec<String> {
    let keys: &[&str] = match path {
        "/t/{number}" | "/t/{number}/not-me" => &[mailed],
        "/console/password" => &[one_time],
        _ => &[],
    };
    let with_key = keys.iter().map(|key| format!("?k={key}"));
    [String::new(), "?done=confirmed".to_owned()].into_iter().chain(with_key).collect()
}

/// What the mail to the visitor proves, which staff is not shown.
fn mailed_key(world: &World, request: &Request) -> String {
    let number = &request.place.started.number;
    let texts = world.lines(&format!(
        "select text from mails where kind = 'request_received' and subject like '[{number}]%'"
    ));
    let text = texts.join("\n");
    let key = text.split_once("?k=").expect("a link").1;
    let key: String = key.chars().take_while(|c| !c.is_whitespace()).collect();
    assert!(key.contains('~'), "it carries a proof: {key}");
    key
}

async fn one_time_key(world: &World) -> String {
    let new = NewAgent {
        email: "nueva@example.com".into(),
        name: "Nueva".into(),
        role: Role::Agent,
        sites: Vec::new(),
        queues: Vec::new(),
        password: None,
    };
    world.desk().create_agent(new).await.unwrap().expect("a key")
}

/// All that is stored, but for when a session was used last, how far work in the background has come, and signs of the
/// server's own.
fn stored(world: &World) -> Tables {
    world.tables(|table, column| {
        matches!(
            (table, column),
            ("sessions", "seen_at") | ("followers" | "jobs" | "nodes" | "keeper", "")
        ) || column.is_empty() && table.starts_with("search_")
    })
}

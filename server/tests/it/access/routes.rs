//! Every route, as everybody.

use super::{
    expected::{Expected, expected},
    people::{Who, ask_as},
    walk::{Request, Walk, Wrong, has_canary},
};
use crate::world::{World, http::Ask, on_both};
use server::{Access, Declared};

on_both! {
    a_route_answers_whom_it_names_and_nobody_else,
}

async fn a_route_answers_whom_it_names_and_nobody_else(world: World) {
    let walk = Walk::new(world).await;
    let request = walk.request().await;
    let mut routes: Vec<Declared> = walk.world.running().routes().to_vec();
    // Functions are asked for with what they want, in `functions`.
    routes.retain(|row| !row.path.starts_with("/console/api/"));
    // Signing out comes last: nobody has a session after it.
    routes.sort_by_key(|row| {
        row.path == "/console/sign-out" || row.path == "/w/{site}/tickets/leave"
    });
    let mut wrong = Wrong::default();
    for who in Who::ALL {
        for row in &routes {
            let asked = || ask_as(&walk, who, &request.place.started, ask(&walk, row, &request));
            // A stream of events has no end.
            let is_stream = row.path.ends_with("/events");
            let reply = if is_stream { asked().open().await.0 } else { asked().send().await };
            let answer = Expected::of(&reply);
            let is_right = match row.access {
                // A page that is not there is not there for anybody.
                Access::Public => {
                    !matches!(answer, None | Some(Expected::SignIn | Expected::Forbidden))
                }
                access => answer == Some(expected(access, who)),
            };
            wrong.unless(is_right, || format!("{row:?} as {who:?}: {}", reply.status));
            let headers = format!("{:?}", reply.headers);
            let is_told = has_canary(&reply.body) || has_canary(headers.as_bytes());
            let may_know = who.may_see_ticket();
            wrong.unless(may_know || !is_told, || format!("{row:?} tells {who:?} of the ticket"));
        }
    }
    wrong.tell();
}

#[tokio::test]
async fn a_made_up_proof_is_none() {
    let walk = Walk::new(World::new(crate::world::Engine::Sqlite).await).await;
    let request = walk.request().await;
    for row in walk.world.running().routes() {
        let made_up = ask(&walk, row, &request).bearer("AAAA.BBBB");
        let made_up = made_up.cookie("ayuda_session=x; ayuda_ticket=AAAA.BBBB").open().await.0;
        if row.access != Access::Public {
            assert_eq!(Expected::of(&made_up), Some(expected(row.access, Who::Nobody)), "{row:?}");
        }
        assert!(made_up.status < 500, "{row:?}");
    }
}

#[tokio::test]
async fn what_is_not_declared_is_not_there() {
    let walk = Walk::new(World::new(crate::world::Engine::Sqlite).await).await;
    let owner = &walk.signed_in(Who::Owner).cookie;
    for (method, path) in [
        ("GET", "/admin"),
        ("GET", "/w/casa/secret"),
        ("GET", "/help/casa"),
        ("GET", "/api/v1/tickets"),
        ("GET", "/w/nadie"),
        ("GET", "/../etc"),
        ("GET", "/console/nada"),
        ("POST", "/console/nada"),
        ("POST", "/console/api/nada"),
        ("POST", "/console/api/chats"),
    ] {
        let reply = walk.world.client.ask(method, path).json().cookie(owner).send().await;
        let code = reply.value()["code"].clone();
        assert_eq!((reply.status, code.as_str()), (404, Some("not_found")), "{method} {path}");
    }
}

/// The row's request, about this ticket.
pub fn ask(walk: &Walk, row: &Declared, request: &Request) -> Ask {
    let path = row
        .path
        .replace("{site}", "casa")
        .replace("{number}", &request.place.started.number.0)
        .replace("{ticket}", &request.place.ticket.to_string())
        .replace("{mail}", &request.mail.to_string())
        .replace("{id}", &request.file.to_string())
        .replace("{page}", "1")
        .replace("{*path}", "nada");
    assert!(!path.contains('{'), "{path}: the walk does not know what to put in");
    let query = match (row.method, row.path) {
        ("POST", "/console/files") => format!("?ticket={}", request.place.ticket),
        _ => String::new(),
    };
    let ask = walk.world.client.ask(row.method, path + &query);
    match (row.method, row.path) {
        // Who can name a person, but not sign for them.
        ("POST", "/w/{site}/tickets" | "/w/{site}/tickets/{number}") => {
            let number = &request.place.started.number;
            let email = format!("select contact_email from tickets where number = '{number}'");
            let identity = format!(
                r#"{{"id":"1","email":"{}","expires":"{}","signature":"{}"}}"#,
                walk.world.lines(&email)[0],
                walk.world.clock.now().0 / 1000 + 60,
                "ab".repeat(32)
            );
            ask.form(&[("identity", &identity)])
        }
        ("POST", _) => ask.form(&[]),
        _ => ask,
    }
}

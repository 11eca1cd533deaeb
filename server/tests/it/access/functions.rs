//! Every server function by its name, as everybody.

use super::{
    expected::{Expected, expected},
    people::{Who, ask_as},
    walk::{Place, Walk, Wrong, has_canary},
};
use crate::world::{World, on_both};
use app::ssr::{FUNCTIONS, Reach};
use protocol::{
    settings::{Reply, ReplyName},
    text::ChatText,
};
use server::Access;
use std::collections::BTreeSet;

on_both! {
    a_function_serves_whom_it_names_and_tells_and_does_nothing_to_anybody_else,
}

#[tokio::test]
async fn every_function_has_its_route_with_its_role() {
    let world = World::new(crate::world::Engine::Sqlite).await;
    let routes = world.running().routes().iter();
    let routes = routes.filter(|row| row.path.starts_with("/console/api/"));
    let routes: BTreeSet<String> = routes.map(|row| format!("{row:?}")).collect();
    let declared = FUNCTIONS.iter().map(|function| server::Declared {
        method: "POST",
        path: function.path,
        access: Access::Agent(function.least, function.reach),
    });
    assert_eq!(routes, declared.map(|row| format!("{row:?}")).collect());
}

async fn a_function_serves_whom_it_names_and_tells_and_does_nothing_to_anybody_else(world: World) {
    let walk = Walk::new(world).await;
    // What lists may hold.
    walk.request().await;
    let mut wrong = Wrong::default();
    for function in FUNCTIONS {
        for who in Who::ALL {
            let (place, form) = prepare(&walk, function.path, who).await;
            let before = walk.look(&place).await;
            let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let post = walk.world.client.post(function.path).json().form(&fields);
            let reply = ask_as(&walk, who, &place.started, post).send().await;
            let expected = expected(Access::Agent(function.least, function.reach), who);
            let called = || format!("{} as {who:?}: {}", function.path, reply.status);
            let is_right = match expected {
                Expected::Yes => reply.status == 200,
                other => Expected::of(&reply) == Some(other),
            };
            wrong.unless(is_right, || format!("{}, not {expected:?}", called()));
            let is_untouched = expected == Expected::Yes || walk.look(&place).await == before;
            wrong.unless(is_untouched, || format!("{} changed the ticket", called()));
            let is_told = has_canary(&reply.body);
            let may_know = who.role().is_some() && who.may_see_ticket();
            wrong.unless(may_know || !is_told, || format!("{} tells of the ticket", called()));
            // A list that is empty for everybody would tell nothing either.
            let is_a_list =
                function.path.starts_with("/console/api/mails") && function.reach == Reach::Own;
            wrong.unless(!(is_a_list && may_know) || is_told, || format!("{} is empty", called()));
        }
    }
    wrong.tell();
}

/// A field of a form.
type Field = (&'static str, String);

/// A ticket as the function wants it, and what is posted.
async fn prepare(walk: &Walk, path: &str, who: Who) -> (Place, Vec<Field>) {
    let agent = if who.role().is_some() { who } else { Who::Agent };
    match path.strip_prefix("/console/api/").expect("a server function") {
        "state" => (walk.waiting_chat().await, vec![("state", "away".into())]),
        "search" => (walk.waiting_chat().await, vec![("question", "canario".into())]),
        "me" | "mails" | "state/preview" => (walk.waiting_chat().await, vec![]),
        "language" => (walk.waiting_chat().await, vec![("lang", "es".into())]),
        "replies/add" => {
            let name = walk.world.clock.new_entry_id().to_string();
            (walk.waiting_chat().await, vec![("name", name), ("text", "Hola".into())])
        }
        "replies/change" => {
            let form = vec![("id", own_reply(walk, agent).await), ("name", "Otro".into())];
            (walk.waiting_chat().await, [form, vec![("text", "Hola".into())]].concat())
        }
        "replies/remove" => (walk.waiting_chat().await, vec![("id", own_reply(walk, agent).await)]),
        "chats/accept" | "chats/decline" => {
            let place = walk.waiting_chat().await;
            let chat = place.chat.expect("a chat").to_string();
            (place, vec![("chat", chat)])
        }
        "chats/end" => about_ticket(walk, walk.active_chat(agent).await, true).await,
        "chats/reasons" | "colleagues" | "replies" | "handover/targets" | "conference/leave"
        | "conference/end" => about_ticket(walk, walk.active_chat(agent).await, false).await,
        "handover/transfer" | "handover/conference" => {
            let (place, mut form) = about_ticket(walk, walk.active_chat(agent).await, false).await;
            form.push(("agent", walk.there.agent.id.to_string()));
            (place, form)
        }
        "handover/cancel" => about_ticket(walk, walk.asked_chat(agent).await, false).await,
        "handover/reason" => about_ticket(walk, walk.transferred_chat(agent).await, true).await,
        "requests/close" => about_ticket(walk, walk.request().await.place, true).await,
        "requests/reopen" | "requests/link" | "tickets/properties" | "contacts/show"
        | "files/list" => about_ticket(walk, walk.request().await.place, false).await,
        "tickets/reveal" => {
            let place = walk.waiting_chat().await;
            let ticket = place.ticket.to_string();
            (place, vec![("ticket", ticket), ("field", "email".into())])
        }
        "contacts/change" => {
            let (place, mut form) = about_ticket(walk, walk.request().await.place, false).await;
            form.push(("phone", "+57 300 000 0000".into()));
            (place, form)
        }
        "tickets/change" => {
            let (place, mut form) = about_ticket(walk, walk.request().await.place, false).await;
            form.push(("observations", "Plan Pyme".into()));
            (place, form)
        }
        "mails/older" => {
            let request = walk.request().await;
            (request.place, vec![("after", request.mail.to_string())])
        }
        "mails/read" | "mails/retry" => {
            let request = walk.request().await;
            (request.place, vec![("id", request.mail.to_string())])
        }
        other => panic!("{other}: the walk does not know how to call it"),
    }
}

/// A canned reply of this agent's.
async fn own_reply(walk: &Walk, who: Who) -> String {
    let reply = Reply {
        name: ReplyName::parse(&walk.world.clock.new_entry_id().to_string()).expect("a name"),
        text: ChatText::parse("Hola").expect("a text"),
    };
    let agent = &walk.signed_in(who).agent;
    walk.world.desk().save_reply(agent, None, &reply).await.expect("stored").to_string()
}

async fn about_ticket(walk: &Walk, place: Place, has_reason: bool) -> (Place, Vec<Field>) {
    let mut form = vec![("ticket", place.ticket.to_string())];
    if has_reason {
        let desk = walk.world.desk();
        let reasons = desk.closing_reasons(walk.owner(), place.ticket).await.unwrap();
        form.push(("reason", reasons.first().expect("a reason").to_string()));
    }
    (place, form)
}

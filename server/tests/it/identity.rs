//! Signed identities: what one proves, what it opens, and everything that counts as unsigned.

use crate::world::{EMAIL, World, http::Reply, on_both, started};
use hmac::{Hmac, Mac};
use protocol::{
    SiteKey, TicketNumber, TicketToken, Timestamp,
    agent::WorkView,
    form::Started,
    identity::{OpenedTicket, OwnTickets, SignedIdentity},
    limits,
};
use sha2::Sha256;
use std::fmt::Write;

on_both! {
    a_signature_lists_the_persons_tickets_and_opens_them,
    what_is_not_signed_is_answered_like_somebody_without_tickets,
    another_secret_ends_what_was_signed_by_the_one_before,
    a_signature_is_of_one_site,
    a_ticket_that_was_begun_while_signed_is_proved_and_the_persons,
    an_address_counts_as_proved_once_its_owner_opens_the_ticket,
    a_token_beside_a_signature_proves_nothing,
    a_ticket_whose_mail_was_stopped_is_not_the_address_owners,
    a_long_list_goes_on_to_its_end,
    what_agents_wrote_and_nobody_saw_is_unread,
}

const ANA: &str = "ana@example.com";

pub async fn secret(world: &World, site: &str) -> String {
    world.desk().site_secret(&SiteKey(site.into())).await.unwrap().expect("the site")
}

/// What the site's own server makes for a page.
pub fn sign(secret: &str, id: &str, email: &str, expires: Timestamp) -> SignedIdentity {
    let expires = (expires.0 / 1000).to_string();
    let (id, email) = (id.to_owned(), email.to_owned());
    let mut signed = SignedIdentity { id, email, expires, signature: String::new() };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.signed_text().as_bytes());
    for byte in mac.finalize().into_bytes() {
        write!(signed.signature, "{byte:02x}").unwrap();
    }
    signed
}

async fn signed(world: &World, id: &str, email: &str) -> SignedIdentity {
    sign(&secret(world, "tienda").await, id, email, in_an_hour(world))
}

pub fn in_an_hour(world: &World) -> Timestamp {
    Timestamp(world.clock.now().0 + 3_600_000)
}

pub fn json(who: &SignedIdentity) -> String {
    serde_json::to_string(who).unwrap()
}

/// The cookie of somebody who signs in to their own tickets by the site's signature.
pub async fn own_session(world: &World, site: &str) -> String {
    let who = sign(&secret(world, site).await, "77", "nadie@example.com", in_an_hour(world));
    let post = world.client.post(format!("/w/{site}/tickets/enter")).page();
    let reply = post.form(&[("identity", &json(&who))]).send().await;
    reply.set_cookie("ayuda_own").expect("a session")
}

async fn ask_for(world: &World, site: &str, fields: &[(&str, &str)]) -> Reply {
    world.client.post(format!("/w/{site}/tickets")).json().form(fields).send().await
}

async fn list(world: &World, who: &SignedIdentity) -> OwnTickets {
    let reply = ask_for(world, "tienda", &[("identity", &json(who))]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

async fn numbers(world: &World, who: &SignedIdentity) -> Vec<TicketNumber> {
    list(world, who).await.tickets.into_iter().map(|ticket| ticket.number).collect()
}

async fn open(world: &World, who: &SignedIdentity, number: &TicketNumber) -> Reply {
    let fields = [("identity", &*json(who))];
    world.client.post(format!("/w/tienda/tickets/{number}")).json().form(&fields).send().await
}

async fn opened(world: &World, who: &SignedIdentity, number: &TicketNumber) -> OpenedTicket {
    let reply = open(world, who, number).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

/// A request of this address, sent by whoever this is.
async fn request(world: &World, email: &str, who: Option<&SignedIdentity>) -> Started {
    let identity = who.map(json).unwrap_or_default();
    let fields = [("email", email), ("message", "¿Y mi pedido?"), ("identity", &*identity)];
    started(&world.client.post("/w/tienda/requests").json().form(&fields).send().await)
}

/// Whether agents see the address of this ticket as proved.
async fn is_verified(world: &World, agent: &desk::people::Agent, number: &TicketNumber) -> bool {
    let page = world.desk().worklist(agent, WorkView::Open, None).await.unwrap();
    let row = page.items.into_iter().find(|row| row.number == *number);
    row.expect("the ticket").contact.verified
}

async fn a_signature_lists_the_persons_tickets_and_opens_them(world: World) {
    let first = request(&world, "ANA@example.com", None).await;
    let second = request(&world, ANA, None).await;
    request(&world, "eva@example.com", None).await;
    let ana = signed(&world, "42", ANA).await;
    assert_eq!(numbers(&world, &ana).await, [second.number.clone(), first.number.clone()]);
    let page = list(&world, &ana).await;
    assert_eq!(page.tickets[0].about, "¿Y mi pedido?");
    assert!(!page.tickets[0].is_closed && !page.tickets[0].is_unread && page.after.is_none());
    let ticket = opened(&world, &ana, &first.number).await;
    assert_eq!((ticket.token, ticket.link), (first.token, first.link));
    let nobody = signed(&world, "7", "nadie@example.com").await;
    assert_eq!(numbers(&world, &nobody).await, []);
    assert_eq!(open(&world, &nobody, &first.number).await.status, 404);
}

async fn what_is_not_signed_is_answered_like_somebody_without_tickets(world: World) {
    let ticket = request(&world, ANA, None).await;
    let ana = signed(&world, "42", ANA).await;
    assert_eq!(numbers(&world, &ana).await.len(), 1);
    let secret = secret(&world, "tienda").await;
    let now = world.clock.now();
    let too_far =
        Timestamp(in_an_hour(&world).0 + i64::try_from(limits::IDENTITY_FOR.as_millis()).unwrap());
    let good = json(&ana);
    let mut forged = vec![
        json(&sign("otro", "42", ANA, in_an_hour(&world))),
        json(&sign(&secret, "42", ANA, now)),
        json(&sign(&secret, "42", ANA, too_far)),
        json(&sign(&secret, "", ANA, in_an_hour(&world))),
        json(&sign(&secret, "42", "", in_an_hour(&world))),
        json(&SignedIdentity { id: "43".into(), ..ana.clone() }),
        json(&SignedIdentity { email: "eva@example.com".into(), ..ana.clone() }),
        json(&SignedIdentity { signature: String::new(), ..ana.clone() }),
        json(&SignedIdentity { id: "a".repeat(9_000), ..ana.clone() }),
        good[..good.len() - 1].to_owned(),
        good.replace("\"42\"", "42"),
    ];
    forged.extend(["", "{}", "[]", "null", "1", "\"\"", "\0"].map(str::to_owned));
    let nobodys = ask_for(&world, "tienda", &[]).await;
    for identity in forged {
        let reply = ask_for(&world, "tienda", &[("identity", &identity)]).await;
        assert_eq!((reply.status, reply.text()), (200, nobodys.text()), "{identity:.80}");
        let path = format!("/w/tienda/tickets/{}", ticket.number);
        let fields = [("identity", &*identity)];
        let reply = world.client.post(&path).json().form(&fields).send().await;
        let not_there =
            world.client.post("/w/tienda/tickets/LT-9").json().form(&fields).send().await;
        assert_eq!((reply.status, reply.text()), (404, not_there.text()), "{identity:.80}");
        // A form takes it for an unsigned one.
        let fields = [("email", ANA), ("message", "Hola"), ("identity", &*identity)];
        started(&world.client.post("/w/tienda/requests").json().form(&fields).send().await);
    }
    let (_, agent) = world.agent(EMAIL).await;
    let page = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap();
    assert!(page.items.iter().all(|row| !row.contact.verified));
    world.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(numbers(&world, &ana).await, [], "it has expired");
}

async fn another_secret_ends_what_was_signed_by_the_one_before(world: World) {
    let ticket = request(&world, ANA, None).await;
    let before = signed(&world, "42", ANA).await;
    assert_eq!(secret(&world, "tienda").await, secret(&world, "tienda").await, "it stays");
    let old = secret(&world, "tienda").await;
    let opened = opened(&world, &before, &ticket.number).await;
    let new = world.desk().rotate_site_secret(&SiteKey("tienda".into())).await.unwrap().unwrap();
    assert_ne!(new, old);
    assert_eq!(numbers(&world, &before).await, []);
    assert_eq!(
        numbers(&world, &signed(&world, "42", ANA).await).await,
        std::slice::from_ref(&ticket.number)
    );
    // What was opened stays so, as behind a mailed link: the token is the ticket's.
    let site = world.desk().find_site(&SiteKey("tienda".into())).unwrap();
    assert!(world.desk().find_visitor(site.id, &opened.token).await.unwrap().is_some());
    // It is no part of the site's file.
    let shown = world.desk().show_site(&SiteKey("tienda".into())).unwrap();
    assert!(!shown.contains(&new) && !shown.contains("secret"));
}

async fn a_signature_is_of_one_site(world: World) {
    world.apply("key = \"otra\"\nname = \"Otra\"\nprefix = \"OT\"\nlang = \"es\"").await;
    let ticket = request(&world, ANA, None).await;
    let others = sign(&secret(&world, "otra").await, "42", ANA, in_an_hour(&world));
    assert_eq!(numbers(&world, &others).await, []);
    assert_eq!(open(&world, &others, &ticket.number).await.status, 404);
    // Proved at its own site, it has none of this one's tickets there either.
    let fields = [("identity", &*json(&others))];
    let reply = ask_for(&world, "otra", &fields).await;
    assert_eq!(reply.value()["tickets"], serde_json::json!([]));
    let path = format!("/w/otra/tickets/{}", ticket.number);
    assert_eq!(world.client.post(path).json().form(&fields).send().await.status, 404);
    // Nobody has asked for the other's secret: the empty one signs nothing.
    world.apply("key = \"nueva\"\nname = \"Nueva\"\nprefix = \"NU\"\nlang = \"es\"").await;
    let empty = sign("", "42", ANA, in_an_hour(&world));
    let reply = ask_for(&world, "nueva", &[("identity", &json(&empty))]).await;
    assert_eq!(reply.value()["tickets"], serde_json::json!([]));
}

async fn a_ticket_that_was_begun_while_signed_is_proved_and_the_persons(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let ana = signed(&world, "42", ANA).await;
    let by_address = request(&world, "Ana@example.com", Some(&ana)).await;
    let by_id = request(&world, "trabajo@example.com", Some(&ana)).await;
    let fields = [("name", "Ana"), ("message", "Hola"), ("identity", &*json(&ana))];
    let chat = started(&world.client.post("/w/tienda/chats").json().form(&fields).send().await);
    let tickets = [&chat, &by_id, &by_address].map(|ticket| ticket.number.clone());
    assert_eq!(numbers(&world, &ana).await, tickets);
    assert!(is_verified(&world, &agent, &by_address.number).await);
    assert!(!is_verified(&world, &agent, &by_id.number).await, "that address nobody has signed");
    // Another person with the same address has those of the address alone.
    let same = signed(&world, "43", ANA).await;
    assert_eq!(numbers(&world, &same).await, std::slice::from_ref(&by_address.number));
    // And whoever has another address by now keeps those that were begun as the same person.
    let moved = signed(&world, "42", "ana@nuevo.example").await;
    assert_eq!(numbers(&world, &moved).await, tickets);
    opened(&world, &moved, &by_id.number).await;
    assert!(!is_verified(&world, &agent, &by_id.number).await);
}

async fn an_address_counts_as_proved_once_its_owner_opens_the_ticket(world: World) {
    let (_, agent) = world.agent(EMAIL).await;
    let ticket = request(&world, ANA, None).await;
    let ana = signed(&world, "42", ANA).await;
    assert_eq!(numbers(&world, &ana).await.len(), 1);
    assert!(!is_verified(&world, &agent, &ticket.number).await, "a list is no act of hers");
    opened(&world, &ana, &ticket.number).await;
    assert!(is_verified(&world, &agent, &ticket.number).await);
}

/// The panel asks by itself: on a computer that people share, the chat that is open may be a stranger's who typed the
/// address.
async fn a_token_beside_a_signature_proves_nothing(world: World) {
    let (_, agent) = world.agent(EMAIL).await;
    let ticket = request(&world, ANA, None).await;
    let ask = async |who: &SignedIdentity, token: &TicketToken| {
        let ask = world.client.post("/w/tienda/tickets").json().bearer(&token.0);
        assert_eq!(ask.form(&[("identity", &json(who))]).send().await.status, 200);
    };
    let ana = signed(&world, "42", ANA).await;
    for token in [&ticket.token, &TicketToken("AAAA.BBBB".into())] {
        ask(&ana, token).await;
        assert!(!is_verified(&world, &agent, &ticket.number).await);
    }
    opened(&world, &ana, &ticket.number).await;
    assert!(is_verified(&world, &agent, &ticket.number).await);
}

async fn a_ticket_whose_mail_was_stopped_is_not_the_address_owners(world: World) {
    let site = world.desk().find_site(&SiteKey("tienda".into())).unwrap();
    let ana = signed(&world, "42", ANA).await;
    let strangers = request(&world, ANA, None).await;
    let own = request(&world, ANA, Some(&ana)).await;
    for ticket in [&strangers, &own] {
        let visitor = world.desk().find_visitor(site.id, &ticket.token).await.unwrap().unwrap();
        world.desk().stop_mail(visitor, None).await.unwrap();
    }
    assert_eq!(numbers(&world, &ana).await, std::slice::from_ref(&own.number));
    assert_eq!(open(&world, &ana, &strangers.number).await.status, 404);
    // Opening what she began herself brings no mail back.
    opened(&world, &ana, &own.number).await;
    let stopped = "select number from tickets where mail_stopped order by number";
    assert_eq!(world.lines(stopped), [strangers.number.0, own.number.0]);
}

async fn a_long_list_goes_on_to_its_end(world: World) {
    let ana = signed(&world, "42", ANA).await;
    let mut begun = Vec::new();
    for n in 0..=(limits::OWN_TICKETS * 2) {
        // By the address, by the id, and by both.
        let (email, who) = match n % 3 {
            0 => (ANA, None),
            1 => ("trabajo@example.com", Some(&ana)),
            _ => (ANA, Some(&ana)),
        };
        begun.push(request(&world, email, who).await.number);
    }
    begun.reverse();
    let (mut found, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let fields = [("identity", &*json(&ana)), ("after", &*after)];
        let reply = ask_for(&world, "tienda", &fields).await;
        let page: OwnTickets = serde_json::from_slice(&reply.body).unwrap();
        assert!(page.tickets.len() <= limits::OWN_TICKETS);
        found.extend(page.tickets.into_iter().map(|ticket| ticket.number));
        pages += 1;
        match page.after {
            Some(next) => after = next.to_string(),
            None => break,
        }
    }
    assert_eq!((found, pages), (begun, 3));
}

async fn what_agents_wrote_and_nobody_saw_is_unread(world: World) {
    let (_, agent) = world.agent(EMAIL).await;
    let site = world.desk().find_site(&SiteKey("tienda".into())).unwrap();
    let ticket = request(&world, ANA, None).await;
    let ana = signed(&world, "42", ANA).await;
    let visitor = world.desk().find_visitor(site.id, &ticket.token).await.unwrap().unwrap();
    let state = async || {
        let ticket = list(&world, &ana).await.tickets.remove(0);
        (ticket.is_unread, ticket.is_closed)
    };
    assert_eq!(state().await, (false, false));
    let id = world.clock.new_entry_id();
    let receipt =
        world.desk().post_agent_message(&agent, visitor.ticket, id, "Ya va", &[]).await.unwrap();
    assert_eq!(state().await, (true, false));
    world.desk().mark_read_by_visitor(visitor, receipt.seq).await.unwrap();
    assert_eq!(state().await, (false, false));
    let reasons = world.desk().closing_reasons(&agent, visitor.ticket).await.unwrap();
    world.desk().close_ticket(&agent, visitor.ticket, &reasons[0]).await.unwrap();
    assert_eq!(state().await, (false, true));
}

//! Signed identities at the desk: the secret, and what follows from a proof. What the wire says is the server's tests'
//! matter.

use crate::world::{ROSA, World, on_both};
use desk::{Desk, Removal, people::Identity, sites::Site};
use hmac::{Hmac, Mac};
use protocol::{Timestamp, identity::SignedIdentity, text::EmailAddress};
use sha2::Sha256;
use std::fmt::Write;

on_both! {
    every_process_on_a_database_has_one_secret_a_site,
    a_secret_goes_with_its_site,
    a_ticket_is_its_address_owners_from_the_moment_it_has_the_address,
    a_transcript_that_waited_for_a_proof_goes_out_with_it,
}

async fn identity(desk: &Desk, site: &Site, id: &str, email: &str) -> Option<Identity> {
    let secret = desk.site_secret(&site.key).await.unwrap().unwrap();
    let expires = Timestamp(desk.now().0 + 60_000).0 / 1000;
    let (id, email, expires) = (id.to_owned(), email.to_owned(), expires.to_string());
    let mut signed = SignedIdentity { id, email, expires, signature: String::new() };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.signed_text().as_bytes());
    for byte in mac.finalize().into_bytes() {
        write!(signed.signature, "{byte:02x}").unwrap();
    }
    desk.find_identity(site.id, &signed).await.unwrap()
}

async fn every_process_on_a_database_has_one_secret_a_site(world: World) {
    let site = world.site("uno").await;
    let other = world.second_process().await;
    let (here, there) =
        tokio::join!(world.desk.site_secret(&site.key), other.site_secret(&site.key));
    assert_eq!(here.unwrap(), there.unwrap());
    let rotated = other.rotate_site_secret(&site.key).await.unwrap();
    assert_eq!(world.desk.site_secret(&site.key).await.unwrap(), rotated);
    assert!(identity(&other, &site, "1", ROSA).await.is_some());
    other.close().await;
}

async fn a_secret_goes_with_its_site(world: World) {
    let site = world.site("uno").await;
    world.desk.site_secret(&site.key).await.unwrap().unwrap();
    let count = async || world.count("select count(*) from site_secrets").await;
    assert_eq!(count().await, 1);
    assert_eq!(world.desk.remove_site(&site.key).await.unwrap(), Removal::Gone);
    assert_eq!(count().await, 0);
    assert_eq!(world.desk.site_secret(&site.key).await.unwrap(), None);
    assert_eq!(world.desk.rotate_site_secret(&site.key).await.unwrap(), None);
}

async fn a_ticket_is_its_address_owners_from_the_moment_it_has_the_address(world: World) {
    let site = world.site("uno").await;
    let (_agent, _console) = world.at_console("lucia").await;
    let (started, visitor) = world.start(&site).await;
    let rosa = identity(&world.desk, &site, "1", ROSA).await.unwrap();
    let own = async || world.desk.own_tickets(site.id, &rosa, None).await.unwrap().tickets;
    assert_eq!(own().await, []);
    let email = EmailAddress::parse(&ROSA.to_uppercase()).unwrap();
    world.desk.claim_email(visitor, email).await.unwrap();
    let tickets = own().await;
    assert_eq!((tickets.len(), &tickets[0].number), (1, &started.number));
}

async fn a_transcript_that_waited_for_a_proof_goes_out_with_it(world: World) {
    let site = world.site("uno").await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    world.desk.send_transcript(visitor, None).await.unwrap();
    let transcripts =
        async || world.count("select count(*) from mails where kind = 'transcript'").await;
    assert_eq!(transcripts().await, 0);
    let eva = identity(&world.desk, &site, "2", "eva@example.com").await.unwrap();
    world.desk.confirm_signed_email(visitor, &eva).await.unwrap();
    assert_eq!(transcripts().await, 0, "that is not her ticket");
    let rosa = identity(&world.desk, &site, "1", ROSA).await.unwrap();
    for _ in 0..2 {
        world.desk.open_own_ticket(site.id, &rosa, &started.number).await.unwrap();
    }
    assert_eq!(transcripts().await, 1);
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert!(item.contact.verified);
}

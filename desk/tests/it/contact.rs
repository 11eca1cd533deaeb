//! Who asks on a ticket: read with what they asked besides, and changed by agents.

use crate::world::{Person, ROSA, World, on_both, refused};
use desk::{
    console::ContactChanges,
    people::{Agent, AgentChanges, Role},
    sites::Site,
    tickets::Visitor,
};
use protocol::{
    Code, ContactFieldId, Field, Seq, TicketId, TicketNumber,
    agent::Revealable,
    contact::ContactCard,
    entry::AgentBody,
    limits,
    properties::{Change, Given, Property},
    text::{ContactValue, EmailAddress, PersonName, Phone},
};

const FIELDS: &str = "contact_fields = [\"Empresa\", \"RFC\"]";

on_both! {
    what_is_saved_together_is_one_entry,
    the_first_address_is_a_claim_that_is_mailed_its_button,
    another_address_waits_until_its_owner_has_confirmed_it,
    whoever_did_not_ask_for_mail_stops_that_of_their_own_address_alone,
    of_a_proved_person_alone_there_are_other_tickets_and_only_those_that_one_sees,
    who_reads_it_masked_writes_over_nothing,
    a_field_of_the_owners_is_revealed_by_its_name,
    who_may_not_change_it_changes_nothing,
}

async fn asked(world: &World, site: &Site) -> Visitor {
    let started = world.ask(site, ROSA).await;
    world.visitor(site, &started).await
}

async fn card(world: &World, agent: &Agent, ticket: TicketId) -> ContactCard {
    world.desk.contact(agent, ticket).await.unwrap().into_inner()
}

fn email(text: &str) -> ContactChanges {
    ContactChanges {
        email: Given::Value(EmailAddress::parse(text).unwrap()),
        ..ContactChanges::default()
    }
}

fn phone(text: &str) -> ContactChanges {
    ContactChanges { phone: Given::Value(Phone::parse(text).unwrap()), ..ContactChanges::default() }
}

fn field(site: &Site, name: &str) -> ContactFieldId {
    let mut fields = site.lists.contact_fields.iter();
    ContactFieldId(fields.find(|field| field.name == name).unwrap().id)
}

fn own(site: &Site, name: &str, value: Option<&str>) -> ContactChanges {
    let value = value.map(|value| ContactValue::parse(value).unwrap());
    ContactChanges { fields: vec![(field(site, name), value)], ..ContactChanges::default() }
}

/// What the last entry about it says.
async fn told(world: &World, agent: &Agent, ticket: TicketId) -> Vec<Change> {
    let (entries, _) = world.desk.agent_entries(agent, ticket, Seq::START).await.unwrap();
    let mut told = entries.iter().rev().filter_map(|entry| match &entry.body {
        AgentBody::Changed { changes, .. } => Some(changes.clone()),
        _ => None,
    });
    told.next().expect("an entry")
}

/// The proofs in the mails to an address, oldest first.
async fn proofs_to(world: &World, address: &str) -> Vec<String> {
    world.desk.tick().await.unwrap();
    let is_to = |mail: &String| mail.lines().any(|line| line == format!("To: {address}"));
    let to: Vec<bool> =
        world.kept().iter().filter(|mail| mail.contains("?k=")).map(is_to).collect();
    let tokens = world.mailed_tokens().into_iter().zip(to);
    let of_address = tokens.filter_map(|(token, is_to)| is_to.then_some(token));
    of_address.map(|token| token.split_once('~').unwrap().1.to_owned()).collect()
}

async fn what_is_saved_together_is_one_entry(world: World) {
    let site = world.site_with("a", FIELDS).await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await.ticket;
    let before = card(&world, &agent, ticket).await;
    assert_eq!(before.contact.email.as_deref(), Some(ROSA));
    assert!(!before.contact.verified && before.may_change);
    let names: Vec<&str> = before.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Empresa", "RFC"]);
    let changes = ContactChanges {
        name: Given::Value(PersonName::parse("Rosa Núñez").unwrap()),
        ..own(&site, "Empresa", Some("Ferretería El Sol"))
    };
    let changes = ContactChanges { phone: phone("+57 300 123 4567").phone, ..changes };
    for _ in 0..2 {
        world.desk.change_contact(&agent, ticket, &changes).await.unwrap();
        let kinds = world.kinds(&agent, ticket).await;
        assert_eq!(kinds, ["visitor", "mail_queued", "changed"], "the second time it is so");
    }
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        told(&world, &agent, ticket).await,
        [
            Change::of(Property::Name, None, some("Rosa Núñez")),
            Change::of(Property::Phone, None, some("+57 300 123 4567")),
            Change {
                name: some("Empresa"),
                ..Change::of(Property::ContactField, None, some("Ferretería El Sol"))
            },
        ]
    );
    let after = card(&world, &agent, ticket).await;
    assert_eq!(after.contact.name.as_deref(), Some("Rosa Núñez"));
    assert_eq!(after.phone.as_deref(), Some("+57 300 123 4567"));
    assert_eq!(after.fields[0].value.as_deref(), Some("Ferretería El Sol"));
    let head = world.desk.conversation(&agent, ticket).await.unwrap();
    assert_eq!(head.contact.name.as_deref(), Some("Rosa Núñez"));
    // A field that is in use no longer stays where it holds something.
    let site = world.desk.apply_site("key = \"a\"\ncontact_fields = [\"RFC\"]").await.unwrap();
    assert_eq!(card(&world, &agent, ticket).await.fields.len(), 2);
    world.desk.change_contact(&agent, ticket, &own(&site, "Empresa", None)).await.unwrap();
    assert_eq!(card(&world, &agent, ticket).await.fields.len(), 1);
    let gone = world.desk.change_contact(&agent, ticket, &own(&site, "Empresa", Some("x"))).await;
    assert_eq!(refused(gone), Code::Invalid);
}

async fn the_first_address_is_a_claim_that_is_mailed_its_button(world: World) {
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    world.desk.change_contact(&lucia, visitor.ticket, &email(ROSA)).await.unwrap();
    let known = card(&world, &lucia, visitor.ticket).await;
    assert_eq!(known.contact.email.as_deref(), Some(ROSA));
    assert!(!known.contact.verified && known.claimed_email.is_none());
    let none = ContactChanges { email: Given::Nothing, ..ContactChanges::default() };
    let taken = world.desk.change_contact(&lucia, visitor.ticket, &none).await;
    assert_eq!(refused(taken), Code::Required);
    let proof = proofs_to(&world, ROSA).await.remove(0);
    assert!(world.desk.confirm_email(visitor, &proof).await.unwrap().is_some());
    assert!(card(&world, &lucia, visitor.ticket).await.contact.verified);
}

async fn another_address_waits_until_its_owner_has_confirmed_it(world: World) {
    const OTHER: &str = "rosa.nunez@example.com";
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let visitor = asked(&world, &site).await;
    let ticket = visitor.ticket;
    let first = proofs_to(&world, ROSA).await.remove(0);
    world.desk.confirm_email(visitor, &first).await.unwrap().unwrap();
    world.desk.change_contact(&agent, ticket, &email(OTHER)).await.unwrap();
    let waits = card(&world, &agent, ticket).await;
    assert_eq!((waits.contact.email.as_deref(), waits.contact.verified), (Some(ROSA), true));
    assert_eq!(waits.claimed_email.as_deref(), Some(OTHER));
    assert_eq!(
        told(&world, &agent, ticket).await,
        [Change::of(Property::ClaimedEmail, None, Some(OTHER.into()))]
    );
    // Mail goes where it went.
    let (id, text) = (world.new_id(), "Ya está");
    world.desk.post_agent_message(&agent, ticket, id, text, &[]).await.unwrap();
    world.pass(site.limits.mail_after * 2).await;
    let proofs = proofs_to(&world, OTHER).await;
    assert_eq!(proofs.len(), 1, "the button alone");
    assert_eq!(proofs_to(&world, ROSA).await.len(), 2, "the receipt and the reply");
    let page = world.desk.find_proved_email(visitor, &proofs[0]).await.unwrap().unwrap();
    assert_eq!((page.address.as_str(), page.is_confirmed), (OTHER, false));
    // The proof of the former address confirms that one alone.
    world.desk.confirm_email(visitor, &first).await.unwrap().unwrap();
    assert_eq!(card(&world, &agent, ticket).await.claimed_email.as_deref(), Some(OTHER));
    world.desk.confirm_email(visitor, &proofs[0]).await.unwrap().unwrap();
    let now = card(&world, &agent, ticket).await;
    assert_eq!((now.contact.email.as_deref(), now.contact.verified), (Some(OTHER), true));
    assert_eq!(now.claimed_email, None);
    let told_former =
        format!("select count(*) from mails where kind = 'former_address' and to_key = '{ROSA}'");
    assert_eq!(world.count(&told_former).await, 1);
    // What the former one was mailed proves nothing any more.
    assert!(world.desk.confirm_email(visitor, &first).await.unwrap().is_none());
}

async fn whoever_did_not_ask_for_mail_stops_that_of_their_own_address_alone(world: World) {
    const OTHER: &str = "otra@example.com";
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    let visitor = asked(&world, &site).await;
    world.desk.change_contact(&agent, visitor.ticket, &email(OTHER)).await.unwrap();
    let proof = proofs_to(&world, OTHER).await.remove(0);
    world.desk.stop_mail(visitor, Some(&proof)).await.unwrap();
    let known = card(&world, &agent, visitor.ticket).await;
    assert_eq!((known.claimed_email, known.mail_stopped), (None, false));
    assert!(world.desk.confirm_email(visitor, &proof).await.unwrap().is_none());
    world.desk.stop_mail(visitor, None).await.unwrap();
    assert!(card(&world, &agent, visitor.ticket).await.mail_stopped);
}

async fn of_a_proved_person_alone_there_are_other_tickets_and_only_those_that_one_sees(
    world: World,
) {
    let site = world.site_with("a", "ask_queue = true\n[[queues]]\nname = \"Ventas\"").await;
    world.site("b").await;
    let lucia = world.agent("lucia").await;
    let person = Person { name: "raul", role: Role::Agent, sites: &["a"], queues: &["Ventas"] };
    let (raul, _) = world.hire(person).await;
    let visitor = asked(&world, &site).await;
    let mut proved = Vec::new();
    for _ in 0..2 {
        let other = asked(&world, &site).await;
        proved.push(other);
    }
    let earlier = async |agent: &Agent| card(&world, agent, visitor.ticket).await;
    let all = proofs_to(&world, ROSA).await;
    let unproved = earlier(&lucia).await;
    assert!(!unproved.is_proved && unproved.earlier.is_empty());
    world.desk.confirm_email(visitor, &all[0]).await.unwrap().unwrap();
    let alone = earlier(&lucia).await;
    assert!(alone.is_proved && alone.earlier.is_empty(), "that of a stranger may be anybody's");
    for (other, proof) in proved.iter().zip(&all[1..]) {
        world.desk.confirm_email(*other, proof).await.unwrap().unwrap();
    }
    let numbers = |card: ContactCard| -> Vec<TicketNumber> {
        card.earlier.into_iter().map(|earlier| earlier.number).collect()
    };
    assert_eq!(
        numbers(earlier(&lucia).await),
        [TicketNumber("A-1003".into()), TicketNumber("A-1002".into())],
        "the newest first"
    );
    // One lies in a queue that the other agent does not serve.
    let queue = site.queues.iter().find(|queue| queue.name.as_str() != "Ventas").unwrap().id;
    let changes = desk::console::Changes { queue: Some(queue), ..Default::default() };
    world.desk.change_ticket(&lucia, proved[1].ticket, &changes).await.unwrap();
    let ventas = site.queues.iter().find(|queue| queue.name.as_str() == "Ventas").unwrap().id;
    for ticket in [visitor.ticket, proved[0].ticket] {
        let changes = desk::console::Changes { queue: Some(ventas), ..Default::default() };
        world.desk.change_ticket(&lucia, ticket, &changes).await.unwrap();
    }
    assert_eq!(numbers(earlier(&raul).await), [TicketNumber("A-1002".into())]);
    assert_eq!(numbers(earlier(&lucia).await).len(), 2);
    for _ in 0..limits::EARLIER_TICKETS {
        let more = asked(&world, &site).await;
        world
            .force(&format!(
                "update tickets set contact_verified = true where id = {}",
                world.id_as_sql(more.ticket.0)
            ))
            .await;
    }
    let many = earlier(&lucia).await;
    assert!(many.has_more && many.earlier.len() == limits::EARLIER_TICKETS);
}

async fn who_reads_it_masked_writes_over_nothing(world: World) {
    let site = world.site_with("a", &format!("masking = true\n{FIELDS}")).await;
    let eva = world.agent("eva").await;
    let sara = world.agent("sara").await;
    let sees = AgentChanges { sees_sensitive: Some(true), ..AgentChanges::default() };
    world.desk.change_agent("sara@example.com", &sees).await.unwrap();
    let sara = (*world.desk.find_agent(sara.id).unwrap()).clone();
    let ticket = asked(&world, &site).await.ticket;
    let card_number = "4111 1111 1111 1111";
    let noted = ContactChanges {
        phone: phone("+57 300 123 4567").phone,
        ..own(&site, "RFC", Some(card_number))
    };
    world.desk.change_contact(&sara, ticket, &noted).await.unwrap();
    let masked = card(&world, &eva, ticket).await;
    let shown = format!("{masked:?}");
    for raw in ["300 123", "4111 1111", "rosa@"] {
        assert!(!shown.contains(raw), "{shown}");
    }
    for (wrong, blamed) in [
        (email("otra@example.com"), Field::Email),
        (phone("ext. 12"), Field::Phone),
        (own(&site, "RFC", Some("x")), Field::ContactFields),
        (own(&site, "RFC", None), Field::ContactFields),
    ] {
        match world.desk.change_contact(&eva, ticket, &wrong).await {
            Err(desk::Error::Refused(refusal)) => {
                assert_eq!(
                    (refusal.code, refusal.known_field()),
                    (Code::Forbidden, Some(blamed)),
                    "{wrong:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    world.desk.change_contact(&eva, ticket, &own(&site, "Empresa", Some("El Sol"))).await.unwrap();
    assert_eq!(card(&world, &sara, ticket).await.phone.as_deref(), Some("+57 300 123 4567"));
}

async fn a_field_of_the_owners_is_revealed_by_its_name(world: World) {
    let site = world.site_with("a", &format!("masking = true\n{FIELDS}")).await;
    let visitor = asked(&world, &site).await;
    let boss = Person { name: "sofia", role: Role::Supervisor, sites: &["a"], queues: &[] };
    let (boss, _) = world.hire(boss).await;
    let card_number = "4111 1111 1111 1111";
    world
        .desk
        .change_contact(&boss, visitor.ticket, &own(&site, "RFC", Some(card_number)))
        .await
        .unwrap();
    let shown = card(&world, &boss, visitor.ticket).await;
    let shown = shown.fields.iter().find(|field| field.name == "RFC").unwrap();
    assert_eq!(shown.value.as_deref(), Some("************1111"));

    let reveal = async |name| {
        let own = Some(field(&site, name));
        world.desk.reveal(&boss, visitor.ticket, Revealable::Own, (None, own)).await
    };
    assert_eq!(reveal("RFC").await.unwrap(), card_number);
    let (entries, _) = world.desk.agent_entries(&boss, visitor.ticket, Seq::START).await.unwrap();
    let AgentBody::Revealed { field, own, .. } = &entries.last().unwrap().body else {
        panic!("{:?}", entries.last())
    };
    assert_eq!((*field, own.as_deref()), (Revealable::Own, Some("RFC")));
    assert_eq!(refused(reveal("Empresa").await), Code::NotFound, "it is empty");
}

async fn who_may_not_change_it_changes_nothing(world: World) {
    let site = world.site("a").await;
    world.site("b").await;
    let lucia = world.agent("lucia").await;
    let other = world.agent_of("otto", &["b"]).await;
    let ticket = asked(&world, &site).await.ticket;
    assert_eq!(refused(world.desk.contact(&other, ticket).await), Code::NotFound);
    let changed = world.desk.change_contact(&other, ticket, &phone("1")).await;
    assert_eq!(refused(changed), Code::NotFound);
    // A field of another site's.
    let there = world.desk.apply_site(&format!("key = \"b\"\n{FIELDS}")).await.unwrap();
    let changed = world.desk.change_contact(&lucia, ticket, &own(&there, "RFC", Some("x"))).await;
    assert_eq!(refused(changed), Code::Invalid);
    assert_eq!(world.kinds(&lucia, ticket).await, ["visitor", "mail_queued"]);
}

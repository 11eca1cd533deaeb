//! The properties of a ticket, changed together.

use crate::world::{Person, ROSA, World, on_both, refused, wait_for_event, wait_for_offer};
use desk::{
    console::Changes,
    live::Event,
    people::{Agent, AgentChanges, Role},
    sites::{Item, Site},
};
use protocol::{
    AgentId, Code, PriorityId, QueueId, Seq, StateId, TagId, TicketId, TypeId,
    agent::{AgentState, WorkView},
    entry::{AgentBody, Category},
    properties::{Change, Given, Ids, Property},
    text::{Observations, Requirement, Subject},
    visitor::VisitorChat,
};
use std::slice;

const TWO_QUEUES: &str = "tags = [\"vip\", \"migración\"]\n[[queues]]\nname = \"Ventas\"";

on_both! {
    what_is_saved_together_is_one_entry_one_state_and_one_mail,
    what_is_so_already_changes_nothing_and_mails_nobody,
    another_state_of_the_same_category_is_mailed_too,
    what_is_not_named_stays_and_what_is_empty_is_taken_away,
    a_waiting_chat_stands_where_its_priority_puts_it,
    another_queue_takes_the_ticket_out_of_sight,
    a_ringing_chat_rings_in_its_new_queue,
    who_may_not_change_it_changes_nothing,
    an_agent_who_does_not_see_it_does_not_get_it,
    no_state_ends_a_chat_and_no_name_takes_it_away,
    who_reads_it_masked_reads_no_former_text_and_writes_over_none,
}

/// A help request.
async fn asked(world: &World, site: &Site) -> TicketId {
    let started = world.ask(site, ROSA).await;
    world.visitor(site, &started).await.ticket
}

fn named<T>(list: &[Item<T>], name: &str) -> uuid::Uuid {
    list.iter().find(|item| item.name == name).expect("it is there").id
}

fn state(site: &Site, name: &str) -> StateId {
    StateId(named(&site.lists.states, name))
}

fn priority(site: &Site, name: &str) -> PriorityId {
    PriorityId(named(&site.lists.priorities, name))
}

fn queue(site: &Site, name: &str) -> QueueId {
    site.queues.iter().find(|queue| queue.name.as_str() == name).expect("it is there").id
}

fn observed(text: &str) -> Changes {
    Changes { observations: Given::Value(Observations::parse(text).unwrap()), ..Changes::default() }
}

/// What the last entry about properties says.
async fn told(world: &World, agent: &Agent, ticket: TicketId) -> Vec<Change> {
    let (entries, _) = world.desk.agent_entries(agent, ticket, Seq::START).await.unwrap();
    let mut told = entries.iter().rev().filter_map(|entry| match &entry.body {
        AgentBody::Changed { changes, .. } => Some(changes.clone()),
        _ => None,
    });
    told.next().expect("an entry")
}

fn change(what: Property, from: Option<&str>, to: Option<&str>) -> Change {
    Change::of(what, from.map(Into::into), to.map(Into::into))
}

async fn mails_to(world: &World, agent: &Agent, address: &str) -> usize {
    let mails = world.desk.mails(agent, None).await.unwrap().mails;
    mails.iter().filter(|mail| mail.to == address).count()
}

async fn what_is_saved_together_is_one_entry_one_state_and_one_mail(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await;
    let before = mails_to(&world, &agent, ROSA).await;
    let changes = Changes {
        state: Some(state(&site, "atendido")),
        priority: Some(priority(&site, "alta")),
        ticket_type: Given::Value(TypeId(named(&site.lists.types, "Técnico"))),
        agent: Given::Value(agent.id),
        queue: Some(queue(&site, "Soporte")),
        subject: Given::Value(Subject::parse("Conciliación").unwrap()),
        requirement: Given::Value(Requirement::parse("Revertir el folio").unwrap()),
        observations: Given::Value(Observations::parse("Plan Pyme").unwrap()),
        tags: Given::Value(Ids(site.lists.tags.iter().rev().map(|tag| TagId(tag.id)).collect())),
    };
    world.desk.change_ticket(&agent, ticket, &changes).await.unwrap();
    assert_eq!(
        world.kinds(&agent, ticket).await,
        ["visitor", "mail_queued", "changed", "state_changed", "mail_queued"]
    );
    assert_eq!(
        told(&world, &agent, ticket).await,
        [
            change(Property::Queue, Some("Ventas"), Some("Soporte")),
            change(Property::Priority, Some("media"), Some("alta")),
            change(Property::Type, None, Some("Técnico")),
            change(Property::Subject, None, Some("Conciliación")),
            change(Property::Requirement, None, Some("Revertir el folio")),
            change(Property::Observations, None, Some("Plan Pyme")),
            change(Property::Tags, None, Some("vip, migración")),
            change(Property::Agent, None, Some("lucia")),
        ]
    );
    assert_eq!(mails_to(&world, &agent, ROSA).await, before + 1);
    let head = world.desk.conversation(&agent, ticket).await.unwrap();
    assert_eq!(head.priority.as_ref().unwrap().name, "alta");
    assert_eq!(head.ticket_type.as_deref(), Some("Técnico"));
    assert_eq!((head.queue.as_str(), head.subject.as_deref()), ("Soporte", Some("Conciliación")));
    assert_eq!(head.tags, ["vip", "migración"]);
    let items = world.desk.worklist(&agent, WorkView::Waiting, None).await.unwrap().items;
    assert_eq!((items[0].ticket, items[0].mine, &items[0].tags), (ticket, true, &head.tags));
    let properties = world.desk.properties(&agent, ticket).await.unwrap();
    assert_eq!(properties.requirement.as_deref(), Some("Revertir el folio"));
    assert_eq!(properties.observations.as_deref(), Some("Plan Pyme"));
    assert_eq!((properties.agent, properties.may_change), (Some(agent.id), true));
}

async fn what_is_so_already_changes_nothing_and_mails_nobody(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await;
    let changes = Changes {
        state: Some(state(&site, "pendiente")),
        priority: Some(priority(&site, "media")),
        ticket_type: Given::Nothing,
        agent: Given::Nothing,
        queue: Some(queue(&site, "Ventas")),
        subject: Given::Nothing,
        tags: Given::Nothing,
        ..observed("Plan Pyme")
    };
    world.desk.change_ticket(&agent, ticket, &changes).await.unwrap();
    let kinds = world.kinds(&agent, ticket).await;
    assert_eq!(kinds, ["visitor", "mail_queued", "changed"]);
    assert_eq!(
        told(&world, &agent, ticket).await,
        [change(Property::Observations, None, Some("Plan Pyme"))]
    );
    for again in [changes, Changes::default()] {
        world.desk.change_ticket(&agent, ticket, &again).await.unwrap();
        assert_eq!(world.kinds(&agent, ticket).await, kinds);
    }
}

async fn another_state_of_the_same_category_is_mailed_too(world: World) {
    let more = "[[states]]\nname = \"en curso\"\ncategory = \"open\"\n[[states]]\nname = \"pendiente\"\ncategory = \"open\"\n[[states]]\nname = \"espera\"\ncategory = \"waiting\"\n[[states]]\nname = \"cerrado\"\ncategory = \"closed\"";
    let site = world.site_with("a", more).await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await;
    let since = world.desk.find_worklist_item(&agent, ticket).await.unwrap().unwrap().since;
    world.pass(std::time::Duration::from_secs(5)).await;
    let changes = Changes { state: Some(state(&site, "pendiente")), ..Changes::default() };
    for _ in 0..2 {
        world.desk.change_ticket(&agent, ticket, &changes).await.unwrap();
        assert_eq!(
            world.kinds(&agent, ticket).await,
            ["visitor", "mail_queued", "state_changed", "mail_queued"]
        );
    }
    let row = world.desk.find_worklist_item(&agent, ticket).await.unwrap().unwrap();
    assert_eq!((row.state.name.as_str(), row.since), ("pendiente", since), "it stays in its place");
}

async fn what_is_not_named_stays_and_what_is_empty_is_taken_away(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await;
    let tags = Ids(site.lists.tags.iter().map(|tag| TagId(tag.id)).collect());
    let changes = Changes {
        ticket_type: Given::Value(TypeId(named(&site.lists.types, "Consulta"))),
        agent: Given::Value(agent.id),
        requirement: Given::Value(Requirement::parse("Un recibo").unwrap()),
        tags: Given::Value(tags.clone()),
        ..observed("Plan Pyme")
    };
    world.desk.change_ticket(&agent, ticket, &changes).await.unwrap();
    world.desk.change_ticket(&agent, ticket, &observed("Plan Pro")).await.unwrap();
    let all = world.desk.properties(&agent, ticket).await.unwrap();
    assert_eq!((all.requirement.as_deref(), &all.tags), (Some("Un recibo"), &tags.0));
    let none = Changes {
        ticket_type: Given::Nothing,
        agent: Given::Nothing,
        requirement: Given::Nothing,
        observations: Given::Nothing,
        tags: Given::Nothing,
        ..Changes::default()
    };
    world.desk.change_ticket(&agent, ticket, &none).await.unwrap();
    let all = world.desk.properties(&agent, ticket).await.unwrap();
    assert_eq!((all.ticket_type, all.agent, all.tags.len()), (None, None, 0));
    assert_eq!((all.requirement.as_ref(), all.observations.as_ref()), (None, None));
    // Who wrote over something finds what it was in the history.
    assert_eq!(
        told(&world, &agent, ticket).await,
        [
            change(Property::Type, Some("Consulta"), None),
            change(Property::Requirement, Some("Un recibo"), None),
            change(Property::Observations, Some("Plan Pro"), None),
            change(Property::Tags, Some("vip, migración"), None),
            change(Property::Agent, Some("lucia"), None),
        ]
    );
}

async fn a_waiting_chat_stands_where_its_priority_puts_it(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (lucia, _console) = world.at_console("lucia").await;
    world.chat_with(&site, &lucia).await;
    let (_, first) = world.start(&site).await;
    world.pass(std::time::Duration::from_secs(1)).await;
    let (_, second) = world.start(&site).await;
    let changes = Changes { priority: Some(priority(&site, "muy urgente")), ..Changes::default() };
    world.desk.change_ticket(&lucia, second.ticket, &changes).await.unwrap();
    for (ticket, rank) in [(first.ticket, 3), (second.ticket, 1)] {
        let id = world.id_as_sql(ticket.0);
        let sql = format!("select priority from chats where ticket_id = {id}");
        assert_eq!(world.count(&sql).await, rank);
    }
    let place = world.desk.visitor_ticket(second).await.unwrap().chat;
    assert_eq!(place, VisitorChat::Waiting { position: 1 });
}

async fn another_queue_takes_the_ticket_out_of_sight(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let of = |name, queues| Person { name, role: Role::Agent, sites: &["a"], queues };
    let (sells, _) = world.hire(of("vende", &["Ventas"])).await;
    let (helps, _) = world.hire(of("ayuda", &["Soporte"])).await;
    let ticket = asked(&world, &site).await;
    world.desk.conversation(&sells, ticket).await.unwrap();
    assert_eq!(refused(world.desk.conversation(&helps, ticket).await), Code::NotFound);
    let mut line = world.desk.hub().agent(sells.id);
    let changes = Changes { queue: Some(queue(&site, "Soporte")), ..Changes::default() };
    world.desk.change_ticket(&sells, ticket, &changes).await.unwrap();
    // What they watch is looked at again.
    wait_for_event(&mut line, |event| match event {
        Event::Party { agent, ticket: of } if (*agent, *of) == (sells.id, ticket) => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(refused(world.desk.conversation(&sells, ticket).await), Code::NotFound);
    assert_eq!(world.desk.conversation(&helps, ticket).await.unwrap().queue, "Soporte");
    assert_eq!(
        told(&world, &helps, ticket).await,
        [change(Property::Queue, Some("Ventas"), Some("Soporte"))]
    );
}

async fn a_ringing_chat_rings_in_its_new_queue(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let running = world.run().await;
    let mut lines = Vec::new();
    let mut consoles = Vec::new();
    let mut agents = Vec::new();
    for (name, queues) in [("vende", &["Ventas"]), ("ayuda", &["Soporte"])] {
        let (agent, _) =
            world.hire(Person { name, role: Role::Agent, sites: &["a"], queues }).await;
        world.desk.set_agent_state(agent.id, AgentState::Available).await.unwrap();
        consoles.push(world.desk.console_connected(agent.id));
        lines.push(world.desk.hub().agent(agent.id));
        agents.push(agent);
    }
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut lines[0]).await;
    let changes = Changes { queue: Some(queue(&site, "Soporte")), ..Changes::default() };
    world.desk.change_ticket(&agents[0], visitor.ticket, &changes).await.unwrap();
    wait_for_event(&mut lines[0], |event| match event {
        Event::OfferGone { chat: gone, .. } if *gone == chat => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(wait_for_offer(&mut lines[1]).await, chat);
    world.desk.accept(&agents[1], chat).await.unwrap();
    let kinds = world.kinds(&agents[1], visitor.ticket).await;
    assert_eq!(kinds, ["chat_started", "visitor", "changed", "joined"]);
    running.stop().await;
}

async fn who_may_not_change_it_changes_nothing(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let (reads, _console) = world.at_console("lucia").await;
    let (bound, _) = world
        .hire(Person { name: "ayuda", role: Role::Agent, sites: &["a"], queues: &["Soporte"] })
        .await;
    let ticket = asked(&world, &site).await;
    let kinds = world.kinds(&reads, ticket).await;
    let changed = world.desk.change_ticket(&bound, ticket, &observed("x")).await;
    assert_eq!(refused(changed), Code::NotFound);
    assert_eq!(refused(world.desk.properties(&bound, ticket).await), Code::NotFound);
    for wrong in [
        Changes { state: Some(StateId(site.id.0)), ..Changes::default() },
        Changes { priority: Some(PriorityId(site.id.0)), ..Changes::default() },
        Changes { ticket_type: Given::Value(TypeId(site.id.0)), ..Changes::default() },
        Changes { queue: Some(QueueId(site.id.0)), ..Changes::default() },
        Changes { agent: Given::Value(AgentId(site.id.0)), ..Changes::default() },
        Changes { tags: Given::Value(Ids(vec![TagId(site.id.0)])), ..Changes::default() },
    ] {
        // Nothing of what is saved together is.
        let wrong = Changes { observations: observed("x").observations, ..wrong };
        let changed = world.desk.change_ticket(&reads, ticket, &wrong).await;
        assert_eq!(refused(changed), Code::Invalid, "{wrong:?}");
    }
    let many = Given::Value(Ids(vec![TagId(site.lists.tags[0].id); 21]));
    let changed = world
        .desk
        .change_ticket(&reads, ticket, &Changes { tags: many, ..Changes::default() })
        .await;
    assert_eq!(refused(changed), Code::TooMany);
    assert_eq!(world.kinds(&reads, ticket).await, kinds);
    assert_eq!(world.desk.properties(&reads, ticket).await.unwrap().observations, None);
}

async fn an_agent_who_does_not_see_it_does_not_get_it(world: World) {
    let site = world.site_with("a", TWO_QUEUES).await;
    let lucia = world.agent("lucia").await;
    let (bound, _) = world
        .hire(Person { name: "ayuda", role: Role::Agent, sites: &["a"], queues: &["Soporte"] })
        .await;
    let ticket = asked(&world, &site).await;
    let choices = world.desk.properties(&lucia, ticket).await.unwrap().into_inner().agents;
    assert_eq!(choices.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["lucia"]);
    let to = Changes { agent: Given::Value(bound.id), ..Changes::default() };
    assert_eq!(refused(world.desk.change_ticket(&lucia, ticket, &to).await), Code::Invalid);
    // With the queue that they serve they do.
    let both = Changes { queue: Some(queue(&site, "Soporte")), ..to };
    world.desk.change_ticket(&lucia, ticket, &both).await.unwrap();
    let row = world.desk.find_worklist_item(&bound, ticket).await.unwrap().unwrap();
    assert!(row.mine);
}

async fn no_state_ends_a_chat_and_no_name_takes_it_away(world: World) {
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let raul = world.agent("raul").await;
    let visitor = world.chat_with(&site, &lucia).await;
    for wrong in [
        Changes { state: Some(state(&site, "finalizado")), ..Changes::default() },
        Changes { agent: Given::Value(raul.id), ..Changes::default() },
        Changes { agent: Given::Nothing, ..Changes::default() },
    ] {
        let changed = world.desk.change_ticket(&lucia, visitor.ticket, &wrong).await;
        assert_eq!(refused(changed), Code::Invalid, "{wrong:?}");
    }
    let all = world.desk.properties(&raul, visitor.ticket).await.unwrap().into_inner();
    let names = |all: &[protocol::properties::Choice]| -> Vec<String> {
        all.iter().map(|choice| choice.name.clone()).collect()
    };
    assert_eq!(
        (names(&all.states), names(&all.agents)),
        (vec!["pendiente".into()], vec!["lucia".into()])
    );
    // Whoever sees it may change the rest.
    assert!(all.may_change);
    world.desk.change_ticket(&raul, visitor.ticket, &observed("Plan Pyme")).await.unwrap();
    let head = world.desk.conversation(&lucia, visitor.ticket).await.unwrap();
    assert_eq!(head.state.category, Category::Open);
}

async fn who_reads_it_masked_reads_no_former_text_and_writes_over_none(world: World) {
    let site = world.site_with("a", "masking = true").await;
    let eva = world.agent("eva").await;
    let sara = world.agent("sara").await;
    let sees = AgentChanges { sees_sensitive: Some(true), ..AgentChanges::default() };
    world.desk.change_agent("sara@example.com", &sees).await.unwrap();
    let sara = (*world.desk.find_agent(sara.id).unwrap()).clone();
    let ticket = asked(&world, &site).await;
    let card = "Tarjeta 4111 1111 1111 1111";
    world.desk.change_ticket(&sara, ticket, &observed(card)).await.unwrap();
    let masked = world.desk.properties(&eva, ticket).await.unwrap().observations.clone().unwrap();
    assert!(!masked.contains("4111 1111") && masked.starts_with("Tarjeta"), "{masked}");
    let written = world.desk.change_ticket(&eva, ticket, &observed(&masked)).await;
    assert_eq!(refused(written), Code::Forbidden);
    let other = Changes {
        requirement: Given::Value(Requirement::parse("Un recibo").unwrap()),
        ..Changes::default()
    };
    world.desk.change_ticket(&eva, ticket, &other).await.unwrap();
    world.desk.change_ticket(&sara, ticket, &observed("Sin tarjeta")).await.unwrap();
    let former = |change: &Change| change.from.clone().unwrap_or_default();
    let last = told(&world, &eva, ticket).await;
    assert!(!former(&last[0]).contains("4111 1111"), "{last:?}");
    let last = told(&world, &sara, ticket).await;
    assert_eq!(slice::from_ref(&former(&last[0])), [card]);
}

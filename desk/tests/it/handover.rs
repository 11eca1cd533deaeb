//! A chat is handed over, or shared.

use crate::world::{Person, World, on_both, reason, refused, wait_for_event};
use desk::{
    console::{ConsoleGuard, HandoverTarget},
    live::{Event, Subscription},
    people::*,
    sites::Site,
    tickets::Visitor,
};
use protocol::{
    Code, QueueId, Seq,
    agent::{AgentChat, AgentState, HandoverKind, HandoverOutcome, Offer, OfferKind, Presence},
    entry::{AgentBody, VisitorBody},
    visitor::VisitorChat,
};
use std::{sync::Arc, time::Duration};

on_both! {
    a_transfer_to_an_agent_stays_until_it_is_accepted_and_takes_note_and_history_along,
    a_transfer_to_a_queue_rings_its_agents_in_turn_and_takes_the_ticket_along,
    of_a_transfer_that_nobody_takes_nothing_comes_and_its_agent_is_told,
    a_queue_in_which_nobody_is_left_gives_the_transfer_up_after_one_round,
    what_is_asked_dies_with_the_chat_and_with_its_agent,
    a_chat_is_asked_for_once_at_a_time_by_its_agent_of_those_who_can_be_rung,
    why_a_chat_was_handed_over_is_said_once_and_who_says_nothing_has_said_transferencia,
    three_talk_in_a_conference_and_no_fourth_comes,
    a_guest_leaves_and_is_let_go_and_all_are_out_with_the_end,
    a_guest_takes_the_chat_over,
    a_guest_whose_console_is_lost_is_out_and_with_the_agent_all_are,
    a_guest_who_serves_the_queue_no_longer_stays_and_one_of_another_site_does_not,
    who_got_a_chat_by_name_is_told_when_it_ends,
    a_queue_that_is_left_or_removed_is_asked_no_longer,
    what_was_given_by_name_is_kept_only_by_who_has_it_by_that,
    reasons_that_one_site_waits_for_hold_no_other_sites_back,
    what_came_of_it_is_kept_until_a_console_was_told_and_what_was_taken_back_is_not,
}

/// A site with two queues and who serves them: lucia Soporte, pedro Ventas, eva both.
struct Team {
    site: Arc<Site>,
    lucia: Agent,
    pedro: Agent,
    eva: Agent,
    consoles: Vec<ConsoleGuard>,
}

impl Team {
    async fn new(world: &World) -> Self {
        let more = "[limits]\nring_time = \"10s\"\n[[queues]]\nname = \"Soporte\"\n[[queues]]\nname = \"Ventas\"";
        let file = format!("key = \"a\"\nname = \"a\"\nprefix = \"A\"\n{more}\n");
        let site = world.desk.apply_site(&file).await.unwrap();
        let hire = async |name, queues: &[&str]| {
            let person = Person { name, role: Role::Agent, sites: &["a"], queues };
            let agent = world.hire(person).await.0;
            world.clock.advance(Duration::from_secs(1));
            agent
        };
        let lucia = hire("lucia", &["Soporte"]).await;
        let pedro = hire("pedro", &["Ventas"]).await;
        let eva = hire("eva", &["Soporte", "Ventas"]).await;
        let consoles =
            [&lucia, &pedro, &eva].map(|agent| world.desk.console_connected(agent.id)).into();
        Self { site, lucia, pedro, eva, consoles }
    }

    fn queue(&self, name: &str) -> QueueId {
        self.site.queues.iter().find(|queue| queue.name.as_str() == name).unwrap().id
    }

    /// Lucía's chat.
    async fn chat(&self, world: &World) -> Visitor {
        world.chat_with(&self.site, &self.lucia).await
    }
}

fn to(agent: &Agent) -> HandoverTarget {
    HandoverTarget::Agent(agent.id)
}

/// The only offer that rings at an agent.
async fn rings(world: &World, agent: &Agent) -> Offer {
    world.desk.tick().await.unwrap();
    let offers = world.desk.offers(agent).await.unwrap();
    let [offer] = &offers[..] else { panic!("{offers:?}") };
    offer.clone().into_inner()
}

async fn is_quiet(world: &World, agent: &Agent) -> bool {
    world.desk.tick().await.unwrap();
    world.desk.offers(agent).await.unwrap().is_empty()
}

async fn accepts(world: &World, agent: &Agent) {
    let offer = rings(world, agent).await;
    world.desk.accept_offer(agent, offer.chat, offer.offer.unwrap()).await.unwrap();
}

async fn declines(world: &World, agent: &Agent) {
    let offer = rings(world, agent).await;
    world.desk.decline_offer(agent, offer.chat, offer.offer.unwrap()).await.unwrap();
}

/// Whose chat it is, and who else is in it.
async fn people(world: &World, visitor: Visitor) -> (String, Option<String>) {
    match world.desk.visitor_ticket(visitor).await.unwrap().chat {
        VisitorChat::Active { agent, guest } => (agent, guest),
        chat => panic!("{chat:?}"),
    }
}

async fn bodies(world: &World, agent: &Agent, visitor: Visitor, after: i64) -> Vec<AgentBody> {
    let (entries, _) = world.desk.agent_entries(agent, visitor.ticket, Seq(after)).await.unwrap();
    entries.into_iter().map(|entry| entry.into_inner().body).collect()
}

async fn outcome(world: &World, agent: &Agent, line: &mut Subscription) -> HandoverOutcome {
    let settled = wait_for_event(line, |event| match event {
        Event::Handover { handover, .. } => Some(*handover),
        _ => None,
    });
    let settled = world.desk.find_settled_handover(agent, settled.await).await.unwrap();
    settled.unwrap().outcome
}

async fn a_transfer_to_an_agent_stays_until_it_is_accepted_and_takes_note_and_history_along(
    world: World,
) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let mut at_lucia = world.desk.hub().agent(team.lucia.id);
    let note = Some("  Ya pagó dos veces.\n");
    world.desk.ask_transfer(&team.lucia, visitor.ticket, to(&team.pedro), note).await.unwrap();
    let offer = rings(&world, &team.pedro).await;
    assert_eq!((offer.kind, offer.from.as_deref()), (OfferKind::Transfer, Some("lucia")));
    assert_eq!((offer.note.as_deref(), &*offer.message), (Some("Ya pagó dos veces."), "hola"));
    // He sees what he is asked to take, and it is not his yet.
    let ticket = visitor.ticket;
    assert!(world.desk.conversation(&team.pedro, ticket).await.is_ok());
    let id = world.new_id();
    let early = world.desk.post_agent_message(&team.pedro, ticket, id, "hola", &[]).await;
    assert_eq!(refused(early), Code::Forbidden);
    world.desk.post_agent_message(&team.lucia, ticket, id, "un momento", &[]).await.unwrap();
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
    let AgentChat::Active { handover: Some(asked), .. } =
        world.desk.conversation(&team.lucia, ticket).await.unwrap().into_inner().chat
    else {
        panic!("asked for")
    };
    assert_eq!((asked.kind, &*asked.to, asked.by_me), (HandoverKind::Transfer, "pedro", true));

    accepts(&world, &team.pedro).await;
    // A click sent twice.
    let again = world.desk.accept_offer(&team.pedro, offer.chat, offer.offer.unwrap()).await;
    assert_eq!(again.unwrap(), ticket);
    assert_eq!(people(&world, visitor).await, ("pedro".into(), None));
    assert_eq!(outcome(&world, &team.lucia, &mut at_lucia).await, HandoverOutcome::Accepted);
    let told = bodies(&world, &team.pedro, visitor, 5).await;
    let [
        AgentBody::Comment { agent, text, .. },
        AgentBody::Transferred { from, to_name, queue, .. },
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((*agent, text.as_str()), (team.lucia.id, "Ya pagó dos veces."));
    assert_eq!((*from, to_name.as_str(), queue), (team.lucia.id, "pedro", &None));
    let (seen, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    let seen: Vec<_> = seen
        .into_iter()
        .map(|entry| entry.body)
        .filter(|body| *body != VisitorBody::Hidden)
        .collect();
    let said =
        VisitorBody::Agent { name: "lucia".into(), text: "un momento".into(), files: vec![] };
    assert_eq!(seen, [said, VisitorBody::Transferred { name: "pedro".into() }]);
    // In the same queue it is still hers to see, and no longer to write into.
    assert!(world.desk.conversation(&team.lucia, ticket).await.is_ok());
    let late = world.desk.post_agent_message(&team.lucia, ticket, world.new_id(), "x", &[]).await;
    assert_eq!(refused(late), Code::Forbidden);
    let id = world.new_id();
    world.desk.post_agent_message(&team.pedro, ticket, id, "Soy Pedro", &[]).await.unwrap();
    // Nor does a process that has just begun take from him what was given to him by name.
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(people(&world, visitor).await, ("pedro".into(), None));
    world.desk.end_chat(&team.pedro, ticket, &reason("Resuelto")).await.unwrap();
}

async fn a_transfer_to_a_queue_rings_its_agents_in_turn_and_takes_the_ticket_along(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let (ticket, queue) = (visitor.ticket, team.queue("Ventas"));
    let targets = world.desk.handover_targets(&team.lucia, ticket).await.unwrap();
    let queues: Vec<_> =
        targets.queues.iter().map(|q| (q.name.as_str(), q.free, q.agents, q.current)).collect();
    assert_eq!(queues, [("Soporte", 1, 1, true), ("Ventas", 2, 2, false)]);
    let queue = HandoverTarget::Queue(queue);
    world.desk.ask_transfer(&team.lucia, ticket, queue, None).await.unwrap();
    declines(&world, &team.pedro).await;
    assert!(is_quiet(&world, &team.pedro).await, "each once");
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
    accepts(&world, &team.eva).await;
    assert_eq!(people(&world, visitor).await, ("eva".into(), None));
    let head = world.desk.conversation(&team.eva, ticket).await.unwrap();
    assert_eq!(head.queue, "Ventas");
    // Whom it lies with now sees it, and who had it does not.
    assert!(world.desk.conversation(&team.pedro, ticket).await.is_ok());
    assert_eq!(refused(world.desk.conversation(&team.lucia, ticket).await), Code::NotFound);
    let row = world.desk.find_worklist_item(&team.lucia, ticket).await.unwrap();
    assert!(row.is_none(), "{row:?}");
    let last = bodies(&world, &team.eva, visitor, 4).await.pop().unwrap();
    assert!(matches!(last, AgentBody::Transferred { queue: Some(name), .. } if name == "Ventas"));
    world.desk.end_chat(&team.eva, ticket, &reason("Resuelto")).await.unwrap();
}

async fn of_a_transfer_that_nobody_takes_nothing_comes_and_its_agent_is_told(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    let mut at_lucia = world.desk.hub().agent(team.lucia.id);
    let ask = async || {
        let asked = world.desk.ask_transfer(&team.lucia, ticket, to(&team.pedro), None).await;
        asked.unwrap();
        rings(&world, &team.pedro).await
    };
    let mut told = Vec::new();
    ask().await;
    declines(&world, &team.pedro).await;
    told.push(outcome(&world, &team.lucia, &mut at_lucia).await);
    let offer = ask().await;
    world.desk.cancel_handover(&team.lucia, ticket).await.unwrap();
    told.push(outcome(&world, &team.lucia, &mut at_lucia).await);
    assert!(is_quiet(&world, &team.pedro).await);
    let late = world.desk.accept_offer(&team.pedro, offer.chat, offer.offer.unwrap()).await;
    assert_eq!(refused(late), Code::NotFound, "he sees it no longer");
    let late = world.desk.cancel_handover(&team.lucia, ticket).await;
    assert_eq!(refused(late), Code::HandoverOver);
    // Who is rung leaves.
    ask().await;
    world.desk.go_away(&team.pedro, None).await.unwrap();
    assert!(is_quiet(&world, &team.pedro).await);
    told.push(outcome(&world, &team.lucia, &mut at_lucia).await);
    world.desk.set_agent_state(team.pedro.id, AgentState::Available).await.unwrap();
    ask().await;
    world.pass(Duration::from_secs(10)).await;
    told.push(outcome(&world, &team.lucia, &mut at_lucia).await);
    let me = world.desk.profile(&team.pedro).await.unwrap();
    assert_eq!(
        (me.state, me.missed.map(|missed| missed.ring_ms)),
        (AgentState::Rona, Some(10_000))
    );
    let wanted = ["declined", "cancelled", "nobody_left", "missed"];
    assert_eq!(told, wanted.map(|text| HandoverOutcome::from_text(text).unwrap()));
    let entries = bodies(&world, &team.lucia, visitor, 3).await;
    let whys: Vec<_> = entries
        .into_iter()
        .filter_map(|body| match body {
            AgentBody::TransferAbandoned { name, to, why } => {
                assert_eq!((&*name, &*to), ("lucia", "pedro"));
                Some(why)
            }
            _ => None,
        })
        .collect();
    assert_eq!(whys, told);
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
    let (seen, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    assert!(seen.iter().all(|entry| entry.body == VisitorBody::Hidden), "{seen:?}");
}

async fn a_queue_in_which_nobody_is_left_gives_the_transfer_up_after_one_round(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let mut at_lucia = world.desk.hub().agent(team.lucia.id);
    let queue = HandoverTarget::Queue(team.queue("Ventas"));
    world.desk.ask_transfer(&team.lucia, visitor.ticket, queue, None).await.unwrap();
    declines(&world, &team.pedro).await;
    rings(&world, &team.eva).await;
    // She does not answer.
    world.pass(Duration::from_secs(10)).await;
    assert_eq!(outcome(&world, &team.lucia, &mut at_lucia).await, HandoverOutcome::NobodyLeft);
    assert!(is_quiet(&world, &team.pedro).await && is_quiet(&world, &team.eva).await);
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
    assert_eq!(world.desk.profile(&team.eva).await.unwrap().state, AgentState::Rona);
}

async fn what_is_asked_dies_with_the_chat_and_with_its_agent(world: World) {
    let mut team = Team::new(&world).await;
    let mut at_lucia = world.desk.hub().agent(team.lucia.id);
    let first = team.chat(&world).await;
    world.desk.ask_transfer(&team.lucia, first.ticket, to(&team.pedro), None).await.unwrap();
    rings(&world, &team.pedro).await;
    world.desk.end_chat_as_visitor(first).await.unwrap();
    assert!(is_quiet(&world, &team.pedro).await);
    assert_eq!(outcome(&world, &team.lucia, &mut at_lucia).await, HandoverOutcome::Gone);
    let second = team.chat(&world).await;
    world.desk.ask_conference(&team.lucia, second.ticket, to(&team.pedro), None).await.unwrap();
    rings(&world, &team.pedro).await;
    team.consoles.remove(0);
    world.desk.go_away(&team.eva, None).await.unwrap();
    // As long as it takes Pedro's ring would be missed: he declines nothing, and it rings on.
    world.pass(Duration::from_secs(5)).await;
    assert!(!is_quiet(&world, &team.pedro).await);
    world.desk.disable_agent("lucia@example.com").await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(is_quiet(&world, &team.pedro).await);
    let open = "select count(*) from handovers where outcome is null";
    assert_eq!(world.count(open).await, 0);
    assert_eq!(world.count("select count(*) from handovers where outcome = 'gone'").await, 2);
}

async fn a_chat_is_asked_for_once_at_a_time_by_its_agent_of_those_who_can_be_rung(world: World) {
    let mut team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    let ask = async |by: &Agent, target| {
        world
            .desk
            .ask_transfer(by, ticket, target, None)
            .await
            .map_err(|error| error.refusal().code)
    };
    assert_eq!(ask(&team.eva, to(&team.pedro)).await, Err(Code::Forbidden), "not hers");
    assert_eq!(ask(&team.pedro, to(&team.eva)).await, Err(Code::NotFound), "he does not see it");
    assert_eq!(ask(&team.lucia, to(&team.lucia)).await, Err(Code::Invalid), "herself");
    world.site("b").await;
    let elsewhere = world.agent_of("otto", &["b"]).await;
    assert_eq!(ask(&team.lucia, to(&elsewhere)).await, Err(Code::Invalid));
    let long = "x".repeat(1001);
    let asked = world.desk.ask_transfer(&team.lucia, ticket, to(&team.pedro), Some(&long)).await;
    assert_eq!(
        asked.unwrap_err().refusal(),
        protocol::Refusal::of(protocol::Field::Note, Code::TooLong).limit(1000)
    );
    world.desk.go_away(&team.pedro, None).await.unwrap();
    assert_eq!(ask(&team.lucia, to(&team.pedro)).await, Err(Code::NotAvailable));
    let state = async |agent: &Agent| {
        let targets = world.desk.handover_targets(&team.lucia, ticket).await.unwrap();
        let found = targets.agents.into_iter().find(|target| target.agent == agent.id).unwrap();
        (found.state, found.free, found.load, found.capacity)
    };
    assert_eq!(state(&team.pedro).await, (Presence::Away, false, 0, 3));
    assert_eq!(state(&team.eva).await, (Presence::Available, true, 0, 3));
    team.consoles.pop();
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(state(&team.eva).await.0, Presence::Offline);
    assert_eq!(ask(&team.lucia, to(&team.eva)).await, Err(Code::NotAvailable));
    let ventas = HandoverTarget::Queue(team.queue("Ventas"));
    assert_eq!(ask(&team.lucia, ventas).await, Err(Code::NotAvailable), "nobody of it is there");
    world.desk.set_agent_state(team.pedro.id, AgentState::Available).await.unwrap();
    assert_eq!(ask(&team.lucia, ventas).await, Ok(()));
    assert_eq!(ask(&team.lucia, to(&team.pedro)).await, Err(Code::HandoverOpen));
    let conference = world.desk.ask_conference(&team.lucia, ticket, ventas, None).await;
    assert_eq!(refused(conference), Code::HandoverOpen);
}

async fn why_a_chat_was_handed_over_is_said_once_and_who_says_nothing_has_said_transferencia(
    world: World,
) {
    let team = Team::new(&world).await;
    let queue = HandoverTarget::Queue(team.queue("Ventas"));
    let mut reasons = Vec::new();
    for given in [Some(Some("Otro")), Some(None), None] {
        let visitor = team.chat(&world).await;
        let ticket = visitor.ticket;
        let before = world.desk.give_transfer_reason(&team.lucia, ticket, None).await;
        assert_eq!(refused(before), Code::HandoverOver, "nothing was handed over");
        world.desk.ask_transfer(&team.lucia, ticket, queue, None).await.unwrap();
        world.desk.go_away(&team.eva, None).await.unwrap();
        accepts(&world, &team.pedro).await;
        // She sees it no longer, and is asked all the same.
        let choice = world.desk.closing_reasons(&team.lucia, ticket).await.unwrap();
        assert_eq!(choice.len(), 5);
        let other = world.desk.give_transfer_reason(&team.lucia, ticket, Some(&reason("x"))).await;
        assert_eq!(refused(other), Code::Invalid);
        match given {
            Some(given) => {
                let given = given.map(reason);
                let said = world.desk.give_transfer_reason(&team.lucia, ticket, given.as_ref());
                said.await.unwrap();
            }
            // She closes the window.
            None => world.pass(Duration::from_mins(5)).await,
        }
        let again = world.desk.give_transfer_reason(&team.lucia, ticket, None).await;
        assert_eq!(refused(again), Code::NotFound, "she does not see it");
        assert_eq!(refused(world.desk.closing_reasons(&team.lucia, ticket).await), Code::NotFound);
        let told = bodies(&world, &team.pedro, visitor, 4).await;
        reasons.extend(told.into_iter().filter_map(|body| match body {
            AgentBody::HandedOver { agent, reason, .. } => Some((agent, reason)),
            _ => None,
        }));
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        world.desk.set_agent_state(team.pedro.id, AgentState::Available).await.unwrap();
    }
    let lucia = team.lucia.id;
    let said = ["Otro", "transferencia", "transferencia"].map(|text| (lucia, text.to_owned()));
    assert_eq!(reasons, said);
}

async fn three_talk_in_a_conference_and_no_fourth_comes(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    let mut at_lucia = world.desk.hub().agent(team.lucia.id);
    let asked = world.desk.ask_conference(&team.lucia, ticket, to(&team.pedro), Some("Ven")).await;
    asked.unwrap();
    let offer = rings(&world, &team.pedro).await;
    assert_eq!((offer.kind, offer.note.as_deref()), (OfferKind::Conference, Some("Ven")));
    accepts(&world, &team.pedro).await;
    assert_eq!(outcome(&world, &team.lucia, &mut at_lucia).await, HandoverOutcome::Accepted);
    assert_eq!(people(&world, visitor).await, ("lucia".into(), Some("pedro".into())));
    for (agent, is_owner) in [(&team.lucia, true), (&team.pedro, false)] {
        let head = world.desk.conversation(agent, ticket).await.unwrap().into_inner();
        assert_eq!(head.may_end, is_owner);
        let AgentChat::Active { mine, guest: Some(guest), handover: None, .. } = head.chat else {
            panic!("{:?}", head.chat)
        };
        assert_eq!((mine, guest.me, guest.agent), (is_owner, !is_owner, team.pedro.id));
        let id = world.new_id();
        world.desk.post_agent_message(agent, ticket, id, "Hola", &[]).await.unwrap();
        let row = world.desk.find_worklist_item(agent, ticket).await.unwrap().unwrap();
        assert_eq!(row.kind, protocol::agent::WorkKind::MyChat);
    }
    let kinds = world.kinds(&team.lucia, ticket).await;
    let end = ["conference_requested", "comment", "joined", "agent", "agent"];
    assert_eq!(kinds[3..], end);
    let load = "select count(*) from chats where guest_id is not null";
    assert_eq!(world.count(load).await, 1);
    let targets = world.desk.handover_targets(&team.lucia, ticket).await.unwrap();
    assert!(targets.agents.iter().all(|target| target.agent == team.eva.id), "{targets:?}");
    let fourth = world.desk.ask_conference(&team.lucia, ticket, to(&team.eva), None).await;
    assert_eq!(refused(fourth), Code::ConferenceFull);
    // A guest ends nothing, hands nothing over and lets nobody go.
    let end = world.desk.end_chat(&team.pedro, ticket, &reason("x")).await;
    assert_eq!(refused(end), Code::Forbidden);
    let hand = world.desk.ask_transfer(&team.pedro, ticket, to(&team.eva), None).await;
    assert_eq!(refused(hand), Code::Forbidden);
    assert_eq!(refused(world.desk.end_conference(&team.pedro, ticket).await), Code::Forbidden);
    assert_eq!(refused(world.desk.leave_conference(&team.lucia, ticket).await), Code::Forbidden);
    // And counts towards what he has at a time.
    world.clock.advance(Duration::from_secs(1));
    let mut taken = Vec::new();
    for _ in 0..2 {
        taken.push(world.start(&team.site).await.1);
    }
    let other = world.chat_with(&team.site, &team.lucia).await;
    let busy = world.desk.handover_targets(&team.lucia, other.ticket).await.unwrap();
    let pedro = busy.agents.iter().find(|target| target.agent == team.pedro.id).unwrap();
    assert_eq!(pedro.load, 1);
}

async fn a_guest_leaves_and_is_let_go_and_all_are_out_with_the_end(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    let join = async || {
        world.desk.ask_conference(&team.lucia, ticket, to(&team.pedro), None).await.unwrap();
        accepts(&world, &team.pedro).await;
    };
    join().await;
    let mut at_pedro = world.desk.hub().agent(team.pedro.id);
    world.desk.leave_conference(&team.pedro, ticket).await.unwrap();
    let out = |event: &Event| matches!(event, Event::Party { .. }).then_some(());
    wait_for_event(&mut at_pedro, out).await;
    assert_eq!(refused(world.desk.conversation(&team.pedro, ticket).await), Code::NotFound);
    assert!(world.desk.find_worklist_item(&team.pedro, ticket).await.unwrap().is_none());
    join().await;
    world.desk.end_conference(&team.lucia, ticket).await.unwrap();
    // Once more: nobody is there to be let go.
    world.desk.end_conference(&team.lucia, ticket).await.unwrap();
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
    let (seen, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    let seen: Vec<_> = seen
        .into_iter()
        .map(|entry| entry.body)
        .filter(|body| *body != VisitorBody::Hidden)
        .collect();
    let name = || "pedro".to_owned();
    let (joined, left) = (VisitorBody::Joined { name: name() }, VisitorBody::Left { name: name() });
    assert_eq!(seen, [joined.clone(), left.clone(), joined, left]);
    join().await;
    world.desk.end_chat(&team.lucia, ticket, &reason("Resuelto")).await.unwrap();
    assert_eq!(refused(world.desk.conversation(&team.pedro, ticket).await), Code::NotFound);
    assert_eq!(world.count("select count(*) from chats where guest_id is not null").await, 0);
    let late = world.desk.post_agent_message(&team.pedro, ticket, world.new_id(), "x", &[]).await;
    assert_eq!(refused(late), Code::NotFound);
}

async fn a_guest_takes_the_chat_over(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    world.desk.ask_conference(&team.lucia, ticket, to(&team.eva), None).await.unwrap();
    accepts(&world, &team.eva).await;
    let queue = HandoverTarget::Queue(team.queue("Ventas"));
    world.desk.ask_transfer(&team.lucia, ticket, queue, None).await.unwrap();
    world.desk.go_away(&team.pedro, None).await.unwrap();
    world.desk.tick().await.unwrap();
    if is_quiet(&world, &team.eva).await {
        // Pedro was rung first, and left.
        world.desk.tick().await.unwrap();
    }
    accepts(&world, &team.eva).await;
    assert_eq!(people(&world, visitor).await, ("eva".into(), None));
    assert_eq!(world.count("select count(*) from chats where guest_id is not null").await, 0);
    world.desk.end_chat(&team.eva, ticket, &reason("Resuelto")).await.unwrap();
}

async fn a_guest_whose_console_is_lost_is_out_and_with_the_agent_all_are(world: World) {
    let mut team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    world.desk.ask_conference(&team.lucia, ticket, to(&team.pedro), None).await.unwrap();
    accepts(&world, &team.pedro).await;
    let pedros = team.consoles.remove(1);
    drop(pedros);
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(people(&world, visitor).await, ("lucia".into(), Some("pedro".into())));
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
    world.desk.ask_conference(&team.lucia, ticket, to(&team.eva), None).await.unwrap();
    accepts(&world, &team.eva).await;
    team.consoles.remove(0);
    world.pass(Duration::from_mins(1)).await;
    let kinds = world.kinds(&team.eva, ticket).await;
    assert_eq!(kinds[kinds.len() - 2..], ["left", "requeued"]);
    assert!(matches!(
        world.desk.visitor_ticket(visitor).await.unwrap().chat,
        VisitorChat::Waiting { .. }
    ));
    assert_eq!(world.count("select count(*) from chats where guest_id is not null").await, 0);
}

async fn a_guest_who_serves_the_queue_no_longer_stays_and_one_of_another_site_does_not(
    world: World,
) {
    let team = Team::new(&world).await;
    world.site("b").await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    world.desk.ask_conference(&team.lucia, ticket, to(&team.eva), None).await.unwrap();
    accepts(&world, &team.eva).await;
    let queues = Some(vec!["Ventas".into()]);
    let moved = AgentChanges { queues, ..AgentChanges::default() };
    world.desk.change_agent("eva@example.com", &moved).await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(people(&world, visitor).await, ("lucia".into(), Some("eva".into())));
    let sites = Some(vec!["b".into()]);
    let moved = AgentChanges { sites, ..AgentChanges::default() };
    world.desk.change_agent("eva@example.com", &moved).await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
}

/// What is left for an agent to do whose queues are these.
async fn serves(world: &World, agent: &Agent, queues: &[&str]) -> Agent {
    let queues = Some(queues.iter().map(|&name| name.to_owned()).collect());
    let moved = AgentChanges { queues, ..AgentChanges::default() };
    world.desk.change_agent(&agent.email, &moved).await.unwrap();
    (*world.desk.find_agent(agent.id).unwrap()).clone()
}

/// He serves no queue that it lies in, and hears of it as of nothing else.
async fn who_got_a_chat_by_name_is_told_when_it_ends(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    world.desk.ask_transfer(&team.lucia, ticket, to(&team.pedro), None).await.unwrap();
    accepts(&world, &team.pedro).await;
    assert!(world.desk.conversation(&team.pedro, ticket).await.is_ok());
    let mut at_pedro = world.desk.hub().agent(team.pedro.id);
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let out = |event: &Event| match event {
        Event::Party { ticket, .. } => Some(*ticket),
        _ => None,
    };
    assert_eq!(wait_for_event(&mut at_pedro, out).await, ticket);
    assert_eq!(refused(world.desk.conversation(&team.pedro, ticket).await), Code::NotFound);
    assert!(world.desk.find_worklist_item(&team.pedro, ticket).await.unwrap().is_none());
}

async fn a_queue_that_is_left_or_removed_is_asked_no_longer(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let mut at_lucia = world.desk.hub().agent(team.lucia.id);
    let queue = HandoverTarget::Queue(team.queue("Ventas"));
    world.desk.ask_transfer(&team.lucia, visitor.ticket, queue, None).await.unwrap();
    let offer = rings(&world, &team.pedro).await;
    let pedro = serves(&world, &team.pedro, &["Soporte"]).await;
    assert!(world.desk.offers(&pedro).await.unwrap().is_empty());
    let late = world.desk.accept_offer(&pedro, offer.chat, offer.offer.unwrap()).await;
    assert_eq!(refused(late), Code::HandoverOver);
    let offer = rings(&world, &team.eva).await;
    let file = "key = \"a\"\n[[queues]]\nname = \"Ventas\"\nremoved = true";
    world.desk.apply_site(file).await.unwrap();
    assert!(world.desk.offers(&team.eva).await.unwrap().is_empty());
    let late = world.desk.accept_offer(&team.eva, offer.chat, offer.offer.unwrap()).await;
    assert_eq!(refused(late), Code::HandoverOver);
    world.desk.tick().await.unwrap();
    assert_eq!(outcome(&world, &team.lucia, &mut at_lucia).await, HandoverOutcome::NobodyLeft);
    assert_eq!(people(&world, visitor).await, ("lucia".into(), None));
}

async fn what_was_given_by_name_is_kept_only_by_who_has_it_by_that(world: World) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    world.desk.ask_transfer(&team.lucia, ticket, to(&team.eva), None).await.unwrap();
    accepts(&world, &team.eva).await;
    let mut at_eva = world.desk.hub().agent(team.eva.id);
    world.desk.hub().watch(&at_eva, ticket);
    // Given by name: without its queue she keeps it, also on her screen.
    let eva = serves(&world, &team.eva, &["Ventas"]).await;
    world.desk.tick().await.unwrap();
    assert_eq!(people(&world, visitor).await, ("eva".into(), None));
    let id = world.new_id();
    world.desk.post_visitor_message(visitor, id, "¿Sigues ahí?", &[]).await.unwrap();
    let keeps = |event: &Event| match event {
        Event::Entry { .. } => Some(true),
        Event::AccessLost { .. } => Some(false),
        _ => None,
    };
    assert!(wait_for_event(&mut at_eva, keeps).await, "it is on her screen");
    world.clock.advance(Duration::from_secs(1));
    world.desk.ask_transfer(&eva, ticket, to(&team.lucia), None).await.unwrap();
    accepts(&world, &team.lucia).await;
    serves(&world, &eva, &["Soporte", "Ventas"]).await;
    world.clock.advance(Duration::from_secs(1));
    let queue = HandoverTarget::Queue(team.queue("Ventas"));
    world.desk.go_away(&team.pedro, None).await.unwrap();
    world.desk.ask_transfer(&team.lucia, ticket, queue, None).await.unwrap();
    accepts(&world, &team.eva).await;
    assert_eq!(people(&world, visitor).await, ("eva".into(), None));
    // As one of the queue: without it she does not.
    serves(&world, &eva, &["Soporte"]).await;
    world.desk.tick().await.unwrap();
    assert!(matches!(
        world.desk.visitor_ticket(visitor).await.unwrap().chat,
        VisitorChat::Waiting { .. } | VisitorChat::Request
    ));
}

async fn reasons_that_one_site_waits_for_hold_no_other_sites_back(world: World) {
    let slow = world.site_with("b", "[limits]\nidle_limit = \"30m\"").await;
    let quick = world.site_with("a", "[limits]\nidle_limit = \"1m\"").await;
    let (lucia, _lucias) = world.at_console("lucia").await;
    let (pedro, _pedros) = world.at_console("pedro").await;
    let mut visitors = Vec::new();
    for site in [&slow, &quick] {
        world.clock.advance(Duration::from_secs(1));
        let visitor = world.chat_with(site, &lucia).await;
        world.desk.ask_transfer(&lucia, visitor.ticket, to(&pedro), None).await.unwrap();
        accepts(&world, &pedro).await;
        visitors.push(visitor);
        if visitors.len() == 1 {
            // More of them than are looked at at a time.
            let postgres = world.options.database_url.is_some();
            let id = if postgres { "gen_random_uuid()" } else { "randomblob(16)" };
            let many = format!(
                "insert into handovers (
                   id, kind, chat_id, ticket_id, site_id, from_agent, from_name, to_name, asked_at, outcome, settled_at)
                 with recursive n (i) as (select 1 union all select i + 1 from n where i < 150)
                 select {id}, h.kind, h.chat_id, h.ticket_id, h.site_id, h.from_agent, h.from_name, h.to_name,
                   h.asked_at, h.outcome, h.settled_at
                 from handovers h, n"
            );
            world.force(&many).await;
        }
    }
    world.pass(Duration::from_mins(1)).await;
    let told = bodies(&world, &pedro, visitors[1], 3).await;
    assert!(told.iter().any(|body| matches!(body, AgentBody::HandedOver { .. })), "{told:?}");
    let told = bodies(&world, &pedro, visitors[0], 3).await;
    assert!(!told.iter().any(|body| matches!(body, AgentBody::HandedOver { .. })), "{told:?}");
    // Nor does she say why of what lies where she serves no longer.
    world.site("c").await;
    let sites = Some(vec!["a".into(), "c".into()]);
    let moved = AgentChanges { sites, ..AgentChanges::default() };
    world.desk.change_agent(&lucia.email, &moved).await.unwrap();
    let lucia = world.desk.find_agent(lucia.id).unwrap();
    let ticket = visitors[0].ticket;
    let said = world.desk.give_transfer_reason(&lucia, ticket, Some(&reason("Otro"))).await;
    assert_eq!(refused(said), Code::NotFound);
    assert_eq!(refused(world.desk.closing_reasons(&lucia, ticket).await), Code::NotFound);
}

async fn what_came_of_it_is_kept_until_a_console_was_told_and_what_was_taken_back_is_not(
    world: World,
) {
    let team = Team::new(&world).await;
    let visitor = team.chat(&world).await;
    let ticket = visitor.ticket;
    let untold = async || world.desk.untold_handovers(&team.lucia).await.unwrap();
    world.desk.ask_transfer(&team.lucia, ticket, to(&team.pedro), None).await.unwrap();
    assert_eq!(untold().await, [], "nothing has come of it");
    world.desk.cancel_handover(&team.lucia, ticket).await.unwrap();
    assert_eq!(untold().await, [], "she knows");
    world.clock.advance(Duration::from_secs(1));
    world.desk.ask_conference(&team.lucia, ticket, to(&team.pedro), None).await.unwrap();
    declines(&world, &team.pedro).await;
    world.clock.advance(Duration::from_secs(1));
    world.desk.ask_transfer(&team.lucia, ticket, to(&team.eva), None).await.unwrap();
    accepts(&world, &team.eva).await;
    let all = untold().await;
    let outcomes: Vec<_> = all.iter().map(|one| (one.kind, one.outcome, one.to.as_str())).collect();
    let declined = (HandoverKind::Conference, HandoverOutcome::Declined, "pedro");
    let accepted = (HandoverKind::Transfer, HandoverOutcome::Accepted, "eva");
    assert_eq!(outcomes, [declined, accepted], "the oldest first");
    assert!(all.iter().all(|one| one.ticket == ticket && !one.has_reason));
    // Nobody else is told of it, nor can say that she was.
    assert_eq!(world.desk.untold_handovers(&team.eva).await.unwrap(), []);
    world.desk.handover_was_told(&team.eva, all[0].id).await.unwrap();
    assert_eq!(untold().await.len(), 2);
    world.desk.handover_was_told(&team.lucia, all[0].id).await.unwrap();
    world.desk.give_transfer_reason(&team.lucia, ticket, Some(&reason("Otro"))).await.unwrap();
    let [left] = &untold().await[..] else { panic!("one is left") };
    assert_eq!((left.id, left.has_reason), (all[1].id, true), "there is nothing left to ask");
    // At a site that she serves no longer it is nothing to her.
    world.site("b").await;
    let moved = AgentChanges { sites: Some(vec!["b".into()]), ..AgentChanges::default() };
    world.desk.change_agent("lucia@example.com", &moved).await.unwrap();
    let lucia = world.desk.find_agent(team.lucia.id).unwrap();
    assert_eq!(world.desk.untold_handovers(&lucia).await.unwrap(), []);
}

use super::*;
use crate::{
    db::{read, run, statement},
    people::{NewAgent, Queues},
    tickets::PlaceRow,
    world::{World, on_both},
};
use protocol::{AgentId, QueueId, SiteId, Timestamp, agent::AgentState};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ME: AgentId = AgentId(Uuid::from_u128(1));
const OTHER: AgentId = AgentId(Uuid::from_u128(2));
const HERE: SiteId = SiteId(Uuid::from_u128(3));
const ELSEWHERE: SiteId = SiteId(Uuid::from_u128(4));
const MINE: QueueId = QueueId(Uuid::from_u128(5));
const THEIRS: QueueId = QueueId(Uuid::from_u128(6));

fn agent(role: Role, queues: Queues) -> Agent {
    Agent {
        sees_sensitive: false,
        id: ME,
        name: String::new(),
        email: String::new(),
        role,
        state: AgentState::Available,
        since: Timestamp(0),
        lang: "es".into(),
        sites: BTreeMap::from([(HERE, queues)]),
    }
}

/// What one may do, in the order of [`Action`]: See, Take, Answer, Change, Join, End, `EndOrphan`, Leave, Reveal, `TendMails`.
fn row(agent: &Agent, site: SiteId, queue: Option<QueueId>, party: Party) -> String {
    let on = On { site, queue, party };
    let all = [
        (Action::See, 's'),
        (Action::Take, 't'),
        (Action::Answer, 'a'),
        (Action::Change, 'c'),
        (Action::Join, 'j'),
        (Action::End, 'e'),
        (Action::EndOrphan, 'o'),
        (Action::Leave, 'l'),
        (Action::Reveal, 'r'),
        (Action::TendMails, 'm'),
    ];
    all.into_iter()
        .map(|(action, letter)| if may(agent, action, &on) { letter } else { '-' })
        .collect()
}

#[test]
fn the_table() {
    let nobody = Party::default();
    let owner = |agent| Party { owner: Some(agent), ..nobody };
    let guest = Party { guest: Some(ME), ..owner(OTHER) };
    let asked = Party { asked: Some(ME), ..owner(OTHER) };
    let mentioned = Party { mentioned: Some(ME), ..nobody };
    let looks_on = Party { mentioned: Some(ME), ..owner(OTHER) };
    let only_mine = Queues::Only(BTreeSet::from([MINE]));
    let bound = agent(Role::Agent, only_mine.clone());
    let free = agent(Role::Agent, Queues::All);
    for (queue, party, may_bound, may_free) in [
        // An own queue, and none, which is the site's.
        (Some(MINE), nobody, "stac------", "stac------"),
        (None, nobody, "stac------", "stac------"),
        (Some(MINE), owner(ME), "stac-e----", "stac-e----"),
        (Some(MINE), owner(OTHER), "st-c------", "st-c------"),
        (Some(MINE), guest, "stac--ol--", "stac--ol--"),
        (Some(MINE), asked, "st-cj-----", "st-cj-----"),
        // Another queue: as a party alone.
        (Some(THEIRS), nobody, "----------", "stac------"),
        (Some(THEIRS), owner(ME), "s-ac-e----", "stac-e----"),
        (Some(THEIRS), owner(OTHER), "----------", "st-c------"),
        (Some(THEIRS), guest, "s-ac--ol--", "stac--ol--"),
        (Some(THEIRS), asked, "s---j-----", "st-cj-----"),
        (Some(THEIRS), mentioned, "s-ac------", "stac------"),
        (Some(THEIRS), looks_on, "s--c------", "st-c------"),
    ] {
        assert_eq!(row(&bound, HERE, queue, party), may_bound, "bound, {queue:?} {party:?}");
        assert_eq!(row(&free, HERE, queue, party), may_free, "free, {queue:?} {party:?}");
        // The whole site, whatever queues they are rung for; and the end of a chat whose agent was removed.
        let orphan = if party.owner.is_some() { 'o' } else { '-' };
        let may_lead = format!("{}{orphan}{}rm", &may_free[..6], &may_free[7..8]);
        for role in [Role::Supervisor, Role::Owner] {
            let leads = agent(role, only_mine.clone());
            assert_eq!(row(&leads, HERE, queue, party), may_lead, "{role}, {queue:?} {party:?}");
        }
        // A party to a ticket of a site that they do not serve is none.
        for role in Role::ALL {
            assert_eq!(row(&agent(role, Queues::All), ELSEWHERE, queue, party), "----------");
        }
    }
}

#[test]
fn what_is_not_seen_is_not_there_and_what_is_seen_may_be_forbidden() {
    let code = |result: Result<()>| result.unwrap_err().refusal().code;
    let bound = agent(Role::Agent, Queues::Only(BTreeSet::from([MINE])));
    let on = |queue| On { site: HERE, queue: Some(queue), party: Party::default() };
    assert_eq!(code(check(&bound, Action::End, &on(THEIRS))), Code::NotFound);
    assert_eq!(code(check(&bound, Action::End, &on(MINE))), Code::Forbidden);
    check(&bound, Action::Answer, &on(MINE)).unwrap();
}

on_both! {
    the_filter_of_lists_whom_work_goes_to_and_the_rule_agree,
}

// Both at once: routing goes on meanwhile.
statement!(
    ALL = concat!(
        "select t.id,",
        crate::tickets::place_columns!(),
        ", (",
        sees!(),
        ") as seen from tickets t left join chats c on c.id = t.chat_id"
    )
);
statement!(SET_QUEUE = "update tickets set queue_id = $2 where id = $1");
statement!(
    SET_CHAT = "update chats set state = $2, agent_id = $3, guest_id = $4 where ticket_id = $1"
);
statement!(
    ASK = "
    insert into offers (id, kind, chat_id, site_id, to_agent, round, offered_at, rings_until)
    select c.id, 'transfer', c.id, c.site_id, $2, 0, 0, 9000000000000000 from chats c where c.ticket_id = $1"
);

statement!(
    MENTION = "insert into mentions (ticket_id, agent_id, by_id, at) values ($1, $2, $2, 0)"
);

#[derive(sqlx::FromRow)]
struct Placed {
    id: Uuid,
    #[sqlx(flatten)]
    place: PlaceRow,
    seen: bool,
}

/// Every kind of agent against every kind of ticket.
async fn the_filter_of_lists_whom_work_goes_to_and_the_rule_agree(world: World) {
    let desk = &world.desk;
    let more = "[limits]\nqueue_limit = 1000\n[[queues]]\nname = \"Ventas\"";
    let sites = [world.site_with("uno", more).await, world.site_with("dos", more).await];
    let (_, _console) = world.at_console("jefa").await;
    let mut agents = Vec::new();
    for role in Role::ALL {
        for served in [vec![], vec!["uno"], vec!["uno", "dos"]] {
            for queues in [vec![], vec!["Ventas"], vec!["Ventas", "Soporte"]] {
                let email = format!("{role}.{}.{}@example.com", served.len(), queues.len());
                let text = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
                desk.create_agent(NewAgent {
                    email: email.clone(),
                    name: "Ana".into(),
                    role,
                    sites: text(&served),
                    queues: text(&queues),
                    password: None,
                })
                .await
                .unwrap();
                let found = super::super::accounts::find_by_email(desk, &email).await.unwrap();
                agents.push(found.unwrap().0);
            }
        }
    }
    for site in &sites {
        let queues = site.queues.iter().map(|queue| Some(queue.id.0));
        for queue in queues.chain([None]) {
            let parties = agents.iter().flat_map(|agent| {
                let agent = Some(agent.0);
                let nobody = None;
                [
                    ("active", agent, nobody, nobody),
                    ("active", nobody, agent, nobody),
                    ("active", nobody, nobody, agent),
                    ("ended", agent, nobody, nobody),
                    ("ended", nobody, agent, nobody),
                ]
            });
            let nobodys = ["waiting", "ringing"].map(|state| (state, None, None, None));
            for (state, agent, guest, asked) in parties.chain(nobodys) {
                let (_, visitor) = world.start(site).await;
                let mut tx = desk.begin().await.unwrap();
                run!(tx, c => sqlx::query(SET_QUEUE)
                    .bind(visitor.ticket.0)
                    .bind(queue)
                    .execute(c)
                    .await
                    .map(|_| ()))
                .unwrap();
                run!(tx, c => sqlx::query(SET_CHAT)
                    .bind(visitor.ticket.0)
                    .bind(state)
                    .bind(agent)
                    .bind(guest)
                    .execute(c)
                    .await
                    .map(|_| ()))
                .unwrap();
                if asked.is_some() {
                    run!(tx, c => sqlx::query(ASK)
                        .bind(visitor.ticket.0)
                        .bind(asked)
                        .execute(c)
                        .await
                        .map(|_| ()))
                    .unwrap();
                }
                desk.commit(tx).await.unwrap();
            }
        }
    }
    // Each is called by a comment to a ticket of each queue.
    let mut called = BTreeSet::new();
    for site in &sites {
        for queue in &site.queues {
            for agent in &agents {
                let (_, visitor) = world.start(site).await;
                let mut tx = desk.begin().await.unwrap();
                run!(tx, c => sqlx::query(SET_QUEUE)
                    .bind(visitor.ticket.0)
                    .bind(queue.id.0)
                    .execute(c)
                    .await
                    .map(|_| ()))
                .unwrap();
                run!(tx, c => sqlx::query(MENTION)
                    .bind(visitor.ticket.0)
                    .bind(agent.0)
                    .execute(c)
                    .await
                    .map(|_| ()))
                .unwrap();
                desk.commit(tx).await.unwrap();
                called.insert((visitor.ticket.0, *agent));
            }
        }
    }
    // An owner of everything, who is disabled.
    let out = NewAgent {
        email: "fuera@example.com".into(),
        name: "Ana".into(),
        role: Role::Owner,
        sites: vec![],
        queues: vec![],
        password: None,
    };
    desk.create_agent(out).await.unwrap();
    let (out, _) =
        super::super::accounts::find_by_email(desk, "fuera@example.com").await.unwrap().unwrap();
    desk.disable_agent("fuera@example.com").await.unwrap();
    let nobody = AgentId(Uuid::nil());
    let snapshot = desk.0.sites.now();
    for id in agents.into_iter().chain([out, nobody]) {
        let rows: Vec<Placed> =
            read!(desk.db(), c => sqlx::query_as(ALL).bind(id.0).fetch_all(c).await).unwrap();
        let agent = desk.find_agent(id);
        for Placed { id: ticket, place, seen } in rows {
            let mut on = place.on().unwrap();
            on.party.mentioned = called.contains(&(ticket, id)).then_some(id);
            let sees = agent.as_ref().is_some_and(|agent| may(agent, Action::See, &on));
            assert_eq!(seen, sees, "{agent:?} {ticket} {on:?}");
            let site = desk.find_site_by_id(on.site).unwrap();
            let staff = snapshot.staff.iter().find(|staff| staff.id == id);
            let serves = staff.is_some_and(|staff| staff.serves_queue(&site, on.queue));
            let takes = agent.as_ref().is_some_and(|agent| may(agent, Action::Take, &on));
            // Who leads may take what rings at others.
            let leads = agent.as_ref().is_some_and(|agent| agent.role >= Role::Supervisor);
            assert!(if leads { takes || !serves } else { takes == serves }, "{agent:?} {on:?}");
        }
    }
}

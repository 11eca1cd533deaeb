//! What must be true, whatever people did.

use crate::{
    Desk,
    db::read,
    live::{CONSOLE_GONE, counts},
    people::permission::{Action, On, Party, may},
    routing,
    sites::Staff,
    tickets::ChatState,
};
use protocol::{
    AgentId, QueueId, SiteId, Timestamp, agent::AgentState, entry::AgentBody, status::Reason,
};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};
use uuid::Uuid;

/// A chat as its rows say.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Chat {
    id: Uuid,
    ticket_id: Uuid,
    site_id: Uuid,
    queue_id: Option<Uuid>,
    #[sqlx(try_from = "String")]
    pub(super) state: ChatState,
    agent_id: Option<Uuid>,
    guest_id: Option<Uuid>,
    wait_until: i64,
    ended_at: Option<i64>,
    offer_id: Option<Uuid>,
    rings_at: Option<Uuid>,
    rings_until: Option<i64>,
    /// What is asked for, the offer of it, and at whom that rings.
    handover_id: Option<Uuid>,
    asked_id: Option<Uuid>,
    asked: Option<Uuid>,
    asked_until: Option<i64>,
    /// It was handed to its agent by name.
    was_handed: bool,
}

const CHATS: &str = "
    select
      c.id, c.ticket_id, c.site_id, c.queue_id, c.state, c.agent_id, c.guest_id, c.wait_until, c.ended_at,
      o.id as offer_id, o.to_agent as rings_at, o.rings_until,
      h.id as handover_id, a.id as asked_id, a.to_agent as asked, a.rings_until as asked_until,
      exists (
        select 1 from handovers w
        where w.chat_id = c.id and w.kind = 'transfer' and w.outcome = 'accepted'
          and w.accepted_by = c.agent_id and w.to_agent is not null
          and w.settled_at = c.accepted_at) as was_handed
    from chats c
    left join offers o on o.chat_id = c.id and o.outcome is null and o.kind = 'chat'
    left join handovers h on h.chat_id = c.id and h.outcome is null
    left join offers a on a.chat_id = c.id and a.outcome is null and a.kind <> 'chat'";

pub(super) async fn chats(desk: &Desk) -> Vec<Chat> {
    read!(desk.db(), c => sqlx::query_as::<_, Chat>(CHATS).fetch_all(c).await).unwrap()
}

/// An active chat has an owner, at most one guest who is another, and at most one thing is asked for it, of one agent at
/// a time; a ringing one rings at one agent; a waiting one has none of it.
pub(super) async fn rows_agree(desk: &Desk) {
    let chats = chats(desk).await;
    let mut seen = HashSet::new();
    for chat in &chats {
        assert!(seen.insert(chat.id), "it rings twice: {chat:#?}");
        let (owned, rings) = (chat.agent_id.is_some(), chat.rings_at.is_some());
        let expected = match chat.state {
            ChatState::Waiting | ChatState::Request => (false, false),
            ChatState::Ringing => (false, true),
            ChatState::Active => (true, false),
            // Of an ended one it is who had it, if anybody had.
            ChatState::Ended => (owned, false),
        };
        assert_eq!((owned, rings), expected, "{chat:#?}");
        assert_eq!(chat.offer_id.is_some(), rings, "{chat:#?}");
        if chat.state != ChatState::Active {
            assert!(chat.guest_id.is_none() && chat.handover_id.is_none(), "{chat:#?}");
        }
        assert!(chat.guest_id.is_none() || chat.guest_id != chat.agent_id, "{chat:#?}");
        assert!(chat.asked_id.is_none() || chat.handover_id.is_some(), "{chat:#?}");
        assert_eq!(chat.ended_at.is_none(), chat.state.is_live(), "{chat:#?}");
    }
}

pub(super) async fn counts_equal_rows(desk: &Desk) {
    let (in_memory, by_rows) = counts::compared(desk).await.unwrap();
    assert_eq!(in_memory, by_rows);
}

/// What was offered to an agent never was more than fits: what they took from the list is theirs to judge.
pub(super) async fn capacity_holds(desk: &Desk) {
    const OFFERED: &str = "
        select o.to_agent, count(distinct o.chat_id)
        from offers o
        join chats c on c.id = o.chat_id
        where o.outcome is null
          or (o.outcome = 'accepted' and c.state = 'active' and c.round = o.round
            and (c.agent_id = o.to_agent and o.kind <> 'conference' or c.guest_id = o.to_agent and o.kind = 'conference'))
        group by o.to_agent";
    let rows: Vec<(Uuid, i64)> =
        read!(desk.db(), c => sqlx::query_as(OFFERED).fetch_all(c).await).unwrap();
    let snapshot = desk.0.sites.now();
    for (agent, offered) in rows {
        // Who is let in nowhere is the matter of another rule.
        let Some(staff) = snapshot.staff.iter().find(|staff| staff.id.0 == agent) else { continue };
        let served = snapshot.sites.iter().filter(|site| staff.serves(site.id));
        if let Some(capacity) = served.map(|site| i64::from(staff.capacity_at(site))).max() {
            assert!(offered <= capacity, "{} has {offered} of {capacity}", staff.name);
        }
    }
}

/// After a tick nobody has a chat that they could not take now, and none rings at such a one: whoever lost its queue,
/// its site or the account lost it too.
pub(super) async fn nobody_has_what_they_may_not(desk: &Desk) {
    for chat in chats(desk).await {
        let on = On {
            site: SiteId(chat.site_id),
            queue: chat.queue_id.map(QueueId),
            party: Party::default(),
        };
        let serves_site = |agent: AgentId| {
            desk.find_agent(agent).is_some_and(|agent| agent.sites.contains_key(&on.site))
        };
        for agent in chat.guest_id.into_iter().chain(chat.asked).map(AgentId) {
            assert!(serves_site(agent), "{agent} {chat:#?}");
        }
        let has = chat.agent_id.filter(|_| chat.state == ChatState::Active);
        // A removed agent's chats stay, and can only be ended.
        let is_removed = |agent| desk.0.sites.now().removed.contains(&AgentId(agent));
        let has = has.filter(|agent| !is_removed(*agent));
        let has = has.filter(|agent| !(chat.was_handed && serves_site(AgentId(*agent))));
        for agent in has.into_iter().chain(chat.rings_at).map(AgentId) {
            let agent = desk.find_agent(agent);
            let takes = agent.as_ref().is_some_and(|agent| may(agent, Action::Take, &on));
            assert!(takes, "{agent:?} {chat:#?}");
        }
    }
}

/// Who has a chat after it was handed over.
fn next_owner(body: &str) -> Uuid {
    match serde_json::from_str(body).unwrap() {
        AgentBody::Transferred { to, .. } => to.0,
        other => panic!("{other:?}"),
    }
}

/// The list of what happened, read from its beginning: who joins a chat that somebody has is its only guest, nobody
/// writes into a chat that they are not in, and who is in it at the end is who the rows say.
pub(super) async fn one_owner_at_every_instant(desk: &Desk) {
    const ENTRIES: &str =
        "select ticket_id, seq, kind, agent_id, body from entries order by ticket_id, seq";
    type Entry = (Uuid, i64, String, Option<Uuid>, String);
    // The chats first: what happens between the two readings only makes the second longer.
    let chats: BTreeMap<Uuid, Chat> =
        chats(desk).await.into_iter().map(|chat| (chat.ticket_id, chat)).collect();
    let entries: Vec<Entry> =
        read!(desk.db(), c => sqlx::query_as(ENTRIES).fetch_all(c).await).unwrap();
    let mut tickets: BTreeMap<Uuid, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        tickets.entry(entry.0).or_default().push(entry);
    }
    for (ticket, entries) in tickets {
        let (mut owner, mut guest, mut is_over) = (None, None, false);
        for (place, (_, seq, kind, agent, body)) in (1..).zip(&entries) {
            let told = || format!("{kind} at {seq} of {entries:#?}");
            assert_eq!(*seq, place, "{}", told());
            match kind.as_str() {
                "joined" if owner.is_none() => {
                    assert!(guest.is_none() && !is_over, "{}", told());
                    owner = *agent;
                }
                "joined" => {
                    assert!(guest.is_none() && owner != *agent && !is_over, "{}", told());
                    guest = *agent;
                }
                "left" => {
                    assert!(guest.is_some() && guest == *agent && !is_over, "{}", told());
                    guest = None;
                }
                "transferred" => {
                    assert!(owner.is_some() && owner == *agent && !is_over, "{}", told());
                    owner = Some(next_owner(body));
                    guest = guest.filter(|guest| Some(*guest) != owner);
                }
                "requeued" => {
                    assert!(owner.is_some() && guest.is_none() && !is_over, "{}", told());
                    owner = None;
                }
                "became_request" => {
                    // Also from the hands of an agent who was lost, where nobody else is there.
                    assert!(!is_over, "{}", told());
                    assert!(guest.is_none(), "{}", told());
                    (owner, is_over) = (None, true);
                }
                "chat_ended" => {
                    assert!(!is_over, "{}", told());
                    (owner, guest, is_over) = (None, None, true);
                }
                "agent" => {
                    let talks = owner == *agent || guest.is_some() && guest == *agent;
                    assert!(is_over || talks, "{}", told());
                }
                _ => {}
            }
        }
        let Some(chat) = chats.get(&ticket) else { continue };
        if chat.state == ChatState::Active && !is_over {
            assert_eq!((owner, guest), (chat.agent_id, chat.guest_id), "{chat:#?} {entries:#?}");
        }
    }
}

/// After a tick nothing waits that need not: offers rang no longer than they may and at nobody who is gone, whoever
/// waited too long or at a closed desk has a request, and no chat waits beside an agent at whom it may ring.
pub(super) async fn nothing_is_overdue(desk: &Desk) {
    const TRIED: &str = "
        select o.chat_id, o.to_agent, o.settled_at
        from offers o
        join chats c on c.id = o.chat_id and c.round = o.round
        where c.state = 'waiting' and o.kind = 'chat'";
    let now = desk.now();
    let chats = chats(desk).await;
    let tried: Vec<(Uuid, Option<Uuid>, Option<i64>)> =
        read!(desk.db(), c => sqlx::query_as(TRIED).fetch_all(c).await).unwrap();
    for chat in chats.iter().filter(|chat| chat.handover_id.is_some()) {
        let until = chat.asked_until.map(Timestamp);
        assert!(until.is_some_and(|until| now < until), "it is asked of nobody: {chat:#?}");
        let asked = chat.asked.map(AgentId);
        let comes = asked.is_some_and(|agent| routing::is_reachable(desk, agent, CONSOLE_GONE));
        assert!(comes, "it is asked of who is gone: {chat:#?}");
    }
    for chat in chats.iter().filter(|chat| chat.state.is_waiting()) {
        let site = desk.find_site_by_id(SiteId(chat.site_id)).unwrap();
        assert!(now < Timestamp(chat.wait_until), "it waits too long: {chat:#?}");
        let reason = desk.availability(site.id).reason;
        assert!(matches!(reason, Reason::Open | Reason::NoAgents), "{reason:?}: {chat:#?}");
        let snapshot = desk.0.sites.now();
        let serving = || snapshot.staff.iter().filter(|staff| staff.serves(site.id));
        let comes = |staff: &Staff| routing::may_come(desk, staff.id, CONSOLE_GONE);
        assert!(serving().any(|staff| comes(staff)), "nobody comes any more: {chat:#?}");
        if let (Some(until), Some(agent)) = (chat.rings_until, chat.rings_at) {
            assert!(now < Timestamp(until), "it rings too long: {chat:#?}");
            assert!(
                routing::is_reachable(desk, AgentId(agent), CONSOLE_GONE),
                "it rings at nobody: {chat:#?}"
            );
            continue;
        }
        let load = |agent: AgentId| {
            chats
                .iter()
                .filter(|other| match other.state {
                    ChatState::Active => {
                        [other.agent_id, other.guest_id, other.asked].contains(&Some(agent.0))
                    }
                    _ => other.rings_at == Some(agent.0),
                })
                .count()
        };
        let free: Vec<AgentId> = serving()
            .filter(|staff| {
                staff.state == AgentState::Available
                    && desk.console_is_connected(staff.id)
                    && staff.serves_queue(&site, chat.queue_id.map(QueueId))
                    && load(staff.id) < staff.capacity_at(&site) as usize
            })
            .map(|staff| staff.id)
            .collect();
        let rang: Vec<_> = tried.iter().filter(|(id, _, _)| *id == chat.id).collect();
        for agent in &free {
            let was_asked = rang.iter().any(|(_, to, _)| *to == Some(agent.0));
            assert!(was_asked, "an untried agent is free: {agent} {chat:#?}");
        }
        let last = rang.iter().filter_map(|(_, _, at)| *at).max().map(Timestamp);
        if let Some(last) = last.filter(|_| !free.is_empty()) {
            let since = now.since(last);
            assert!(since < Duration::from_secs(30), "it does not start over: {chat:#?}");
        }
    }
}

//! What people, the clock and the operator do.

use super::{AGENTS, Model, key};
use crate::{
    Desk, Result,
    console::HandoverTarget,
    db::read,
    people::{Agent, AgentChanges, AgentError},
    tickets::Visitor,
};
use proptest::prelude::*;
use protocol::{
    AgentId, Code, Seq, TicketId,
    agent::{AgentChat, AgentState, HandoverKind, Offer, WorkKind, WorkView},
};
use std::sync::Arc;
use uuid::Uuid;

/// One thing that somebody does; numbers choose among those that there are.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Start {
        site: u8,
    },
    Write {
        visitor: u8,
    },
    EndAsVisitor {
        visitor: u8,
    },
    Come {
        agent: u8,
    },
    Leave {
        agent: u8,
    },
    SetState {
        agent: u8,
        state: AgentState,
    },
    AcceptOffer {
        agent: u8,
    },
    AcceptFromList {
        agent: u8,
        place: u8,
    },
    /// Every agent takes the same chat.
    AllAccept,
    /// The agent asks another one, or a queue, to take their chat over or to join it.
    Ask {
        agent: u8,
        to: u8,
        kind: HandoverKind,
        of_queue: bool,
    },
    Cancel {
        agent: u8,
    },
    LeaveConference {
        agent: u8,
    },
    EndConference {
        agent: u8,
    },
    SayWhy {
        agent: u8,
    },
    Decline {
        agent: u8,
    },
    Post {
        agent: u8,
        visitor: u8,
    },
    EndAsAgent {
        agent: u8,
    },
    CloseDesk {
        site: u8,
        closed: bool,
    },
    RemoveQueue {
        site: u8,
    },
    RemoveSite {
        site: u8,
    },
    /// An operator gives the agent the sites and queues of one of the four.
    Move {
        agent: u8,
        like: u8,
    },
    Disable {
        agent: u8,
    },
    RemoveAgent {
        agent: u8,
    },
    Enable {
        agent: u8,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// All at once.
    Burst(Vec<Deed>),
    /// So many seconds.
    Pass(u64),
    /// The process is another.
    Restart {
        at: u8,
        /// It says nothing to the others before it goes.
        killed: bool,
    },
}

/// An action, and how it is done.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) action: Action,
    /// The process that is asked.
    pub(super) at: u8,
    /// Whoever asked for it stops polling after so many polls.
    pub(super) polls: Option<u8>,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let cut = prop_oneof![8 => Just(None), 1 => (1..30_u8).prop_map(Some)];
    let deed =
        (action(), any::<u8>(), cut).prop_map(|(action, at, polls)| Deed { action, at, polls });
    let burst = prop::collection::vec(deed, 1..5).prop_map(Step::Burst);
    let restart =
        (any::<u8>(), any::<bool>()).prop_map(|(at, killed)| Step::Restart { at, killed });
    let seconds = prop::sample::select(vec![1, 5, 10, 15, 20, 30, 60, 181]);
    let step = prop_oneof![
        30 => burst,
        8 => seconds.prop_map(Step::Pass),
        1 => restart,
    ];
    prop::collection::vec(step, 10..40)
}

fn action() -> impl Strategy<Value = Action> {
    let agent = 0..4_u8;
    let site = 0..2_u8;
    let visitor = any::<u8>();
    let state = prop_oneof![3 => Just(AgentState::Available), 1 => Just(AgentState::Away)];
    prop_oneof![
        30 => site.clone().prop_map(|site| Action::Start { site }),
        10 => visitor.prop_map(|visitor| Action::Write { visitor }),
        8 => visitor.prop_map(|visitor| Action::EndAsVisitor { visitor }),
        24 => agent.clone().prop_map(|agent| Action::Come { agent }),
        5 => agent.clone().prop_map(|agent| Action::Leave { agent }),
        10 => (agent.clone(), state).prop_map(|(agent, state)| Action::SetState { agent, state }),
        24 => agent.clone().prop_map(|agent| Action::AcceptOffer { agent }),
        8 => (agent.clone(), 0..3_u8)
            .prop_map(|(agent, place)| Action::AcceptFromList { agent, place }),
        6 => Just(Action::AllAccept),
        24 => ask(),
        3 => agent.clone().prop_map(|agent| Action::Cancel { agent }),
        3 => agent.clone().prop_map(|agent| Action::LeaveConference { agent }),
        3 => agent.clone().prop_map(|agent| Action::EndConference { agent }),
        3 => agent.clone().prop_map(|agent| Action::SayWhy { agent }),
        12 => agent.clone().prop_map(|agent| Action::Decline { agent }),
        12 => (agent.clone(), visitor).prop_map(|(agent, visitor)| Action::Post { agent, visitor }),
        10 => agent.clone().prop_map(|agent| Action::EndAsAgent { agent }),
        2 => (site.clone(), prop_oneof![3 => Just(false), 1 => Just(true)])
            .prop_map(|(site, closed)| Action::CloseDesk { site, closed }),
        1 => site.clone().prop_map(|site| Action::RemoveQueue { site }),
        1 => site.prop_map(|site| Action::RemoveSite { site }),
        8 => (agent.clone(), agent.clone()).prop_map(|(agent, like)| Action::Move { agent, like }),
        4 => agent.clone().prop_map(|agent| Action::Disable { agent }),
        1 => (3..4_u8).prop_map(|agent| Action::RemoveAgent { agent }),
        8 => agent.prop_map(|agent| Action::Enable { agent }),
    ]
}

fn ask() -> impl Strategy<Value = Action> {
    let kind = prop_oneof![Just(HandoverKind::Transfer), Just(HandoverKind::Conference)];
    (0..4_u8, 0..4_u8, kind, any::<bool>()).prop_map(|(agent, to, kind, of_queue)| Action::Ask {
        agent,
        to,
        kind,
        of_queue,
    })
}

impl Model {
    /// Does it at a process, as a task of its own; the answer is the visitor who came. What is refused is refused, and nothing fails
    /// otherwise.
    pub(super) fn perform(
        &self,
        desk: Desk,
        action: Action,
    ) -> impl Future<Output = Option<Visitor>> + Send + use<> {
        let new = self.world.new_chat();
        let id = self.world.new_id();
        let visitor = match action {
            Action::Write { visitor }
            | Action::EndAsVisitor { visitor }
            | Action::Post { visitor, .. }
                if !self.visitors.is_empty() =>
            {
                Some(self.visitors[usize::from(visitor) % self.visitors.len()])
            }
            _ => None,
        };
        let agents = self.agents.clone();
        async move {
            let agent = |n: u8| agents[usize::from(n) % agents.len()];
            let mut came = None;
            let done: Result<()> = Box::pin(async {
                match (action, visitor) {
                    (Action::Start { site }, _) => {
                        if let Some(site) = desk.find_site(&key(site)) {
                            let started = desk.start_chat(&site, new).await?;
                            came = desk.find_visitor(site.id, &started.token).await?;
                        }
                    }
                    (Action::Write { .. }, Some(visitor)) => {
                        desk.post_visitor_message(visitor, id, "hola", &[]).await?;
                    }
                    (Action::EndAsVisitor { .. }, Some(visitor)) => {
                        desk.end_chat_as_visitor(visitor).await?;
                    }
                    (Action::Post { agent: n, .. }, Some(visitor)) => {
                        if let Some(agent) = desk.find_agent(agent(n)) {
                            let ticket = visitor.ticket;
                            desk.post_agent_message(&agent, ticket, id, "hola", &[]).await?;
                        }
                    }
                    (Action::SetState { agent: n, state }, _) => {
                        desk.set_agent_state(agent(n), state).await?;
                    }
                    (Action::AcceptOffer { agent: n }, _) => accept_offer(&desk, agent(n)).await?,
                    (Action::AcceptFromList { agent: n, place }, _) => {
                        accept_from_list(&desk, agent(n), place).await?;
                    }
                    (Action::AllAccept, _) => {
                        let [one, two, three, four] = [0, 1, 2, 3].map(agent);
                        let (one, two, three, four) = tokio::join!(
                            accept_from_list(&desk, one, 0),
                            accept_from_list(&desk, two, 0),
                            accept_from_list(&desk, three, 0),
                            accept_from_list(&desk, four, 0),
                        );
                        one.and(two).and(three).and(four)?;
                    }
                    (Action::Ask { agent: n, to, kind, of_queue }, _) => {
                        ask_for(&desk, agent(n), to, kind, of_queue).await?;
                    }
                    (Action::Cancel { agent: n }, _) => {
                        if let Some((agent, ticket)) = chat_of(&desk, agent(n), true).await? {
                            desk.cancel_handover(&agent, ticket).await?;
                        }
                    }
                    (Action::LeaveConference { agent: n }, _) => {
                        if let Some((agent, ticket)) = chat_of(&desk, agent(n), false).await? {
                            desk.leave_conference(&agent, ticket).await?;
                        }
                    }
                    (Action::EndConference { agent: n }, _) => {
                        if let Some((agent, ticket)) = chat_of(&desk, agent(n), true).await? {
                            desk.end_conference(&agent, ticket).await?;
                        }
                    }
                    (Action::SayWhy { agent: n }, _) => say_why(&desk, agent(n)).await?,
                    (Action::Decline { agent: n }, _) => decline(&desk, agent(n)).await?,
                    (Action::EndAsAgent { agent: n }, _) => end(&desk, agent(n)).await?,
                    (Action::CloseDesk { site, closed }, _) => close(&desk, site, closed).await?,
                    (Action::RemoveQueue { site }, _) => remove_queue(&desk, site).await?,
                    (Action::RemoveSite { site }, _) => {
                        desk.remove_site(&key(site)).await?;
                    }
                    (Action::Move { agent, like }, _) => {
                        changed(desk.change_agent(&email(agent), &served_like(like)).await)?;
                    }
                    (Action::Disable { agent }, _) => {
                        changed(desk.disable_agent(&email(agent)).await)?;
                    }
                    (Action::RemoveAgent { agent }, _) => {
                        changed(desk.remove_agent(&email(agent)).await)?;
                    }
                    (Action::Enable { agent }, _) => {
                        changed(desk.enable_agent(&email(agent)).await.map(drop))?;
                    }
                    _ => {}
                }
                Ok(())
            })
            .await;
            if let Err(error) = done {
                assert_ne!(error.refusal().code, Code::Internal, "{error:?}");
            }
            came
        }
    }
}

async fn accept_offer(desk: &Desk, agent: AgentId) -> Result<()> {
    let Some(agent) = desk.find_agent(agent) else { return Ok(()) };
    if let Some(offer) = desk.offers(&agent).await?.first() {
        accept_any(desk, &agent, offer).await?;
    }
    Ok(())
}

async fn accept_any(desk: &Desk, agent: &Agent, offer: &Offer) -> Result<()> {
    match offer.offer {
        Some(id) => desk.accept_offer(agent, offer.chat, id).await.map(drop),
        None => desk.accept(agent, offer.chat).await.map(drop),
    }
}

/// An agent and a chat that they have, or are a guest of.
async fn chat_of(
    desk: &Desk,
    agent: AgentId,
    is_owner: bool,
) -> Result<Option<(Arc<Agent>, TicketId)>> {
    let Some(agent) = desk.find_agent(agent) else { return Ok(None) };
    let list = desk.worklist(&agent, WorkView::Open, None).await?.items;
    for item in list.iter().filter(|item| item.kind == WorkKind::MyChat) {
        let head = desk.conversation(&agent, item.ticket).await?;
        if matches!(head.chat, AgentChat::Active { mine, .. } if mine == is_owner) {
            return Ok(Some((agent, item.ticket)));
        }
    }
    Ok(None)
}

async fn ask_for(
    desk: &Desk,
    agent: AgentId,
    to: u8,
    kind: HandoverKind,
    of_queue: bool,
) -> Result<()> {
    let Some((agent, ticket)) = chat_of(desk, agent, true).await? else { return Ok(()) };
    let targets = desk.handover_targets(&agent, ticket).await?;
    let queues = targets.queues.iter().map(|queue| HandoverTarget::Queue(queue.queue));
    let agents = targets.agents.iter().map(|agent| HandoverTarget::Agent(agent.agent));
    let all: Vec<_> = if of_queue { queues.collect() } else { agents.collect() };
    let Some(to) = all.get(usize::from(to)) else { return Ok(()) };
    match kind {
        HandoverKind::Transfer => desk.ask_transfer(&agent, ticket, *to, Some("nota")).await,
        HandoverKind::Conference => desk.ask_conference(&agent, ticket, *to, None).await,
    }
}

/// Of any ticket: it is asked of who handed it over.
async fn say_why(desk: &Desk, agent: AgentId) -> Result<()> {
    const HANDED: &str = "
        select ticket_id from handovers where from_agent = $1 and outcome = 'accepted' limit 1";
    let ticket: Option<Uuid> = read!(desk.db(), c => sqlx::query_scalar(HANDED)
        .bind(agent.0)
        .fetch_optional(c)
        .await)?;
    match (desk.find_agent(agent), ticket) {
        (Some(agent), Some(ticket)) => {
            desk.give_transfer_reason(&agent, TicketId(ticket), None).await
        }
        _ => Ok(()),
    }
}

async fn accept_from_list(desk: &Desk, agent: AgentId, place: u8) -> Result<()> {
    let Some(agent) = desk.find_agent(agent) else { return Ok(()) };
    let list = desk.worklist(&agent, WorkView::Open, None).await?.items;
    let waiting = list.iter().filter(|item| item.kind == WorkKind::WaitingChat);
    if let Some(chat) = waiting.filter_map(|item| item.chat).nth(usize::from(place)) {
        desk.accept(&agent, chat).await?;
    }
    Ok(())
}

async fn decline(desk: &Desk, agent: AgentId) -> Result<()> {
    let Some(agent) = desk.find_agent(agent) else { return Ok(()) };
    if let Some(offer) = desk.offers(&agent).await?.first() {
        match offer.offer {
            Some(id) => desk.decline_offer(&agent, offer.chat, id).await?,
            None => desk.decline(&agent, offer.chat).await?,
        }
    }
    Ok(())
}

async fn end(desk: &Desk, agent: AgentId) -> Result<()> {
    let Some(agent) = desk.find_agent(agent) else { return Ok(()) };
    let list = desk.worklist(&agent, WorkView::Open, None).await?.items;
    if let Some(mine) = list.iter().find(|item| item.kind == WorkKind::MyChat) {
        let reasons = desk.closing_reasons(&agent, mine.ticket).await?;
        desk.mark_read_by_agent(&agent, mine.ticket, Seq(1)).await?;
        desk.end_chat(&agent, mine.ticket, &reasons[0]).await?;
    }
    Ok(())
}

fn email(agent: u8) -> String {
    format!("{}@example.com", AGENTS[usize::from(agent) % AGENTS.len()].0)
}

/// What this one of the four served in the beginning.
fn served_like(agent: u8) -> AgentChanges {
    let (_, sites, queues) = AGENTS[usize::from(agent) % AGENTS.len()];
    let owned = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
    AgentChanges { sites: owned(sites), queues: owned(queues), ..AgentChanges::default() }
}

/// A site or a queue that was removed is given to nobody.
fn changed(outcome: std::result::Result<(), AgentError>) -> Result<()> {
    match outcome {
        // Or they were removed themselves.
        Ok(())
        | Err(AgentError::NoSite { .. } | AgentError::NoQueue { .. } | AgentError::NoAgent) => {
            Ok(())
        }
        Err(AgentError::Desk(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

/// The owner's override.
async fn close(desk: &Desk, site: u8, closed: bool) -> Result<()> {
    let key = key(site);
    if desk.find_site(&key).is_some_and(|site| site.removed_at.is_none()) {
        let file = format!("key = \"{key}\"\nclosed_now = {closed}");
        // Removed meanwhile, it is made again.
        match desk.apply_site(&file).await {
            Err(crate::sites::SiteFileError::Desk(error)) => return Err(error),
            // It is about to be removed.
            Err(crate::sites::SiteFileError::Refused { code, .. }) => {
                assert_eq!(code, Code::SiteRemoved.as_text());
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The first queue of a site, and with it the last one: then nothing is in a queue.
async fn remove_queue(desk: &Desk, site: u8) -> Result<()> {
    let key = key(site);
    let Some(site) = desk.find_site(&key).filter(|site| site.removed_at.is_none()) else {
        return Ok(());
    };
    let Some(queue) = site.queues.first() else { return Ok(()) };
    let name = &queue.name;
    let file = format!("key = \"{key}\"\n[[queues]]\nname = \"{name}\"\nremoved = true");
    match desk.apply_site(&file).await {
        Err(crate::sites::SiteFileError::Desk(error)) => Err(error),
        // Removed meanwhile, and made again without it.
        Ok(_) | Err(crate::sites::SiteFileError::Refused { .. }) => Ok(()),
    }
}

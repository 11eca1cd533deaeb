//! The properties of a ticket: read with what they may be, and changed together.

use crate::{
    Desk, Error, Result, chats,
    db::{Event, Tx, read, retry, run, statement},
    mail::{Cause, VisitorMail, mail_visitor},
    people::{
        Agent,
        permission::{Action, On, may},
    },
    sites::{
        Site,
        lists::{Item, find, in_use},
    },
    tickets::{
        LockedTicket,
        properties::{self, Stored},
    },
};
use protocol::{
    AgentId, Code, Field, PriorityId, QueueId, Refusal, StateId, TagId, TicketId, TypeId,
    agent::{ForAgent, Sight},
    entry::{AgentBody, Category, TicketState},
    limits,
    masking::mask,
    properties::{Change, Choice, Given, Ids, Properties, Property},
    text::{Observations, Requirement, Subject},
};
use tracing::instrument;
use uuid::Uuid;

/// What a ticket is to become; none: stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub state: Option<StateId>,
    pub priority: Option<PriorityId>,
    pub ticket_type: Given<TypeId>,
    /// Who attends it.
    pub agent: Given<AgentId>,
    pub queue: Option<QueueId>,
    pub subject: Given<Subject>,
    pub requirement: Given<Requirement>,
    pub observations: Given<Observations>,
    /// All that it is to have.
    pub tags: Given<Ids<TagId>>,
}

impl Desk {
    /// Changes properties of a ticket in one step, with one entry that says what became of them, one that says its
    /// state, and one mail about the state, where that is another. What is so already is no change.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` where they may not change it, and with its field
    /// for a text that they read masked; `SiteRemoved`;
    /// `Invalid` with its field for what is not in use at the site, for a state in which no chat can be under way while
    /// one is, for an agent who does not see the ticket or has not got its chat, and for more than [`limits::TAGS`]
    /// tags `TooMany`.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn change_ticket(
        &self,
        agent: &Agent,
        ticket: TicketId,
        changes: &Changes,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::Change).await?;
            self.check_in_use(locked.site)?;
            let site = self.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
            let before = locked.on();
            let (was, tags) = properties::read_held(&mut tx, ticket).await?;
            let mut told = Told::default();

            let state = new_state(&site, &locked, changes.state)?;
            let queue = change_queue(&site, &mut locked, changes.queue, &mut told)?;
            let sight = self.sight(agent, site.id);
            let stored = change_stored(&site, &was, changes, sight, &mut told)?;
            let tags_now = change_tags(&site, &tags, &changes.tags, &mut told)?;
            self.change_attendant(&mut tx, &mut locked, queue, &changes.agent, &mut told).await?;
            if told.0.is_empty() && state.is_none() {
                return Ok(());
            }

            if queue != before.queue {
                locked.set_queue(&mut tx, queue).await?;
                chats::change_queue(&mut tx, &mut locked, now).await?;
            }
            if let Some(priority) = find(&site.lists.priorities, stored.priority_id)
                && stored.priority_id != was.priority_id
            {
                chats::change_priority(&mut tx, &locked, priority.of).await?;
            }
            properties::save(&mut tx, ticket, &stored).await?;
            properties::set_tags(&mut tx, ticket, &tags, &tags_now).await?;
            if !told.0.is_empty() {
                let (agent, name) = (agent.id, agent.name.clone());
                let entry = AgentBody::Changed { agent, name, changes: told.0 };
                locked.add(&mut tx, self, now, entry).await?;
            }
            if let Some(state) = state {
                let by = Some(agent.name.clone());
                locked.enter_state(&mut tx, self, now, state, by).await?;
                let mail = VisitorMail::StateChanged { state: locked.state.name.clone() };
                mail_visitor(&mut tx, self, &mut locked, mail, Cause::Desk, now).await?;
            }
            let after = locked.on();
            locked.save(&mut tx).await?;
            // Who sees it no longer watches it no longer: its row tells them nothing, for it lies elsewhere now.
            for other in self.0.sites.now().agents() {
                if may(other, Action::See, &before) && !may(other, Action::See, &after) {
                    tx.publish(Event::Party { agent: other.id, ticket });
                }
            }
            self.commit(tx).await
        })
    }

    /// Who attends the ticket from now on.
    async fn change_attendant(
        &self,
        tx: &mut Tx,
        locked: &mut LockedTicket,
        queue: Option<QueueId>,
        given: &Given<AgentId>,
        told: &mut Told,
    ) -> Result<()> {
        let to = given.clone().over(locked.attended_by);
        if to == locked.attended_by {
            return Ok(());
        }
        let refused = || Refusal::of(Field::Agent, Code::Invalid);
        let on = On { queue, ..locked.on() };
        let owner = on.party.owner;
        if owner.is_some() && owner != to {
            return Err(refused().into());
        }
        let name = match to {
            None => None,
            Some(id) => {
                let staff = self.find_agent(id).filter(|staff| may(staff, Action::See, &on));
                Some(staff.ok_or_else(refused)?.name.clone())
            }
        };
        let from = match locked.attended_by {
            None => None,
            Some(id) => run!(tx, c => sqlx::query_scalar::<_, String>(NAME)
                .bind(id.0)
                .fetch_optional(c)
                .await)?,
        };
        locked.attended_by = to;
        told.say(Property::Agent, from, name);
        Ok(())
    }

    /// The properties of a ticket, with what each may be.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn properties(
        &self,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<ForAgent<Properties>> {
        let site = self.check_ticket(agent, Action::See, ticket).await?;
        let on = self.find_place(ticket).await?.ok_or_else(Error::not_found)?;
        let on = self.with_mention(agent, ticket, on).await?;
        let head = read!(self.db(), c => sqlx::query_as::<_, Head>(HEAD)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let head = head.ok_or_else(Error::not_found)?;
        let stored = properties::find(self, ticket).await?.ok_or_else(Error::not_found)?;
        let tags = properties::tags_of(self, &[ticket.0]).await?.remove(&ticket.0);
        let tags = tags.unwrap_or_default();
        let lists = &site.lists;
        let may_be = |state: &Item<Category>| !head.is_live || state.of == Category::Open;
        let states = choices(&lists.states, &[head.state_id], may_be);
        let mut types =
            choices(&lists.types, &stored.type_id.into_iter().collect::<Vec<_>>(), |_| true);
        for choice in &mut types {
            let queue = find(&lists.types, choice.id).and_then(|kind| kind.of);
            choice.queue = queue.filter(|queue| site.queues.iter().any(|known| known.id == *queue));
        }
        let is_current = |queue: QueueId| on.queue == Some(queue);
        let queues = site.all_queues().filter(|queue| {
            is_current(queue.id) || site.queues.iter().any(|known| known.id == queue.id)
        });
        let properties = Properties {
            state: StateId(head.state_id),
            priority: PriorityId(stored.priority_id),
            ticket_type: stored.type_id.map(TypeId),
            agent: head.attended_by.map(AgentId),
            queue: on.queue,
            subject: stored.subject,
            requirement: stored.requirement,
            observations: stored.observations,
            tags: lists
                .tags
                .iter()
                .map(|tag| tag.id)
                .filter(|id| tags.contains(id))
                .map(TagId)
                .collect(),
            states,
            priorities: choices(&lists.priorities, &[stored.priority_id], |_| true),
            types,
            agents: self.attendants(&on, head.attended_by.zip(head.attended_name)),
            queues: queues.map(|queue| Choice::new(queue.id.0, queue.name.as_str())).collect(),
            all_tags: choices(&lists.tags, &tags, |_| true),
            may_change: site.removed_at.is_none() && may(agent, Action::Change, &on),
        };
        Ok(self.show(agent, site.id, properties))
    }

    /// Who may attend a ticket, by name: whoever sees it, or the agent who has its chat; and who does.
    fn attendants(&self, on: &On, now: Option<(Uuid, String)>) -> Vec<Choice> {
        let owner = on.party.owner;
        let snapshot = self.0.sites.now();
        let agents = snapshot.agents().filter(|agent| {
            owner.is_none_or(|owner| owner == agent.id) && may(agent, Action::See, on)
        });
        let mut all: Vec<Choice> =
            agents.map(|agent| Choice::new(agent.id.0, agent.name.clone())).collect();
        if let Some((id, name)) = now
            && all.iter().all(|choice| choice.id != id)
        {
            all.push(Choice::new(id, name));
        }
        all.sort_by_key(|choice| (choice.name.to_lowercase(), choice.id));
        all
    }
}

statement!(NAME = "select name from agents where id = $1");
statement!(
    HEAD = "
    select t.state_id, t.attended_by, a.name as attended_name,
      coalesce(c.state in ('waiting', 'ringing', 'active'), false) as is_live
    from tickets t
    left join chats c on c.id = t.chat_id
    left join agents a on a.id = t.attended_by
    where t.id = $1"
);

#[derive(sqlx::FromRow)]
struct Head {
    state_id: Uuid,
    attended_by: Option<Uuid>,
    attended_name: Option<String>,
    is_live: bool,
}

/// What became of the properties, in the order in which it is said.
#[derive(Default)]
struct Told(Vec<Change>);

impl Told {
    fn say(&mut self, what: Property, from: Option<String>, to: Option<String>) {
        self.0.push(Change::of(what, from, to));
    }
}

/// What of a list may be chosen, with what the ticket has of it.
fn choices<T>(list: &[Item<T>], has: &[Uuid], may_be: impl Fn(&Item<T>) -> bool) -> Vec<Choice> {
    list.iter()
        .filter(|item| has.contains(&item.id) || item.retired_at.is_none() && may_be(item))
        .map(|item| Choice::new(item.id, item.name.clone()))
        .collect()
}

/// One in use of a list.
fn chosen<T>(list: &[Item<T>], id: Uuid, field: Field) -> Result<&Item<T>> {
    let found = in_use(list).find(|item| item.id == id);
    found.ok_or_else(|| Refusal::of(field, Code::Invalid).into())
}

/// The state that the ticket is to enter; none: the one it is in.
fn new_state(
    site: &Site,
    locked: &LockedTicket,
    to: Option<StateId>,
) -> Result<Option<(Uuid, TicketState)>> {
    let Some(to) = to.filter(|to| to.0 != locked.state_id) else { return Ok(None) };
    let state = chosen(&site.lists.states, to.0, Field::State)?;
    if locked.live_chat().is_some() && state.of != Category::Open {
        return Err(Refusal::of(Field::State, Code::Invalid).into());
    }
    Ok(Some((state.id, TicketState { name: state.name.clone(), category: state.of })))
}

/// The queue where the ticket lies from now on.
fn change_queue(
    site: &Site,
    locked: &mut LockedTicket,
    to: Option<QueueId>,
    told: &mut Told,
) -> Result<Option<QueueId>> {
    let Some(to) = to.filter(|to| Some(*to) != locked.queue) else { return Ok(locked.queue) };
    let name = |id| {
        let queue = site.all_queues().find(|queue| Some(queue.id) == id);
        queue.map(|queue| queue.name.to_string())
    };
    if site.queues.iter().all(|queue| queue.id != to) {
        return Err(Refusal::of(Field::Queue, Code::Invalid).into());
    }
    told.say(Property::Queue, name(locked.queue), name(Some(to)));
    Ok(Some(to))
}

/// The properties of the ticket's row as they are from now on.
fn change_stored(
    site: &Site,
    was: &Stored,
    changes: &Changes,
    sight: Sight,
    told: &mut Told,
) -> Result<Stored> {
    let lists = &site.lists;
    let mut stored = was.clone();
    if let Some(PriorityId(id)) = changes.priority
        && id != was.priority_id
    {
        let to = chosen(&lists.priorities, id, Field::Priority)?;
        let from = find(&lists.priorities, was.priority_id);
        told.say(Property::Priority, from.map(|item| item.name.clone()), Some(to.name.clone()));
        stored.priority_id = id;
    }
    let id = changes.ticket_type.clone().over(was.type_id.map(TypeId)).map(|id| id.0);
    if id != was.type_id {
        if let Some(id) = id {
            chosen(&lists.types, id, Field::Type)?;
        }
        told.say(Property::Type, lists.type_name(was.type_id), lists.type_name(id));
        stored.type_id = id;
    }
    let Stored { subject, requirement, observations, .. } = &mut stored;
    for (what, field, given, stored) in [
        (Property::Subject, Field::Subject, text(&changes.subject), subject),
        (Property::Requirement, Field::Requirement, text(&changes.requirement), requirement),
        (Property::Observations, Field::Observations, text(&changes.observations), observations),
    ] {
        let to = given.over(stored.clone());
        if to == *stored {
            continue;
        }
        // They would put what they read in its place.
        let is_masked = |text: &String| sight == Sight::Masked && mask(text) != *text;
        if stored.as_ref().is_some_and(is_masked) {
            return Err(Refusal::of(field, Code::Forbidden).into());
        }
        told.say(what, stored.clone(), to.clone());
        *stored = to;
    }
    Ok(stored)
}

fn text<T: Clone + Into<String>>(given: &Given<T>) -> Given<String> {
    match given.clone() {
        Given::Same => Given::Same,
        Given::Nothing => Given::Nothing,
        Given::Value(text) => Given::Value(text.into()),
    }
}

/// The tags of the ticket from now on.
fn change_tags(
    site: &Site,
    was: &[Uuid],
    given: &Given<Ids<TagId>>,
    told: &mut Told,
) -> Result<Vec<Uuid>> {
    let to: &[TagId] = match given {
        Given::Same => return Ok(was.to_vec()),
        Given::Nothing => &[],
        Given::Value(Ids(tags)) => tags,
    };
    if to.len() > limits::TAGS {
        return Err(Refusal::of(Field::Tags, Code::TooMany).limit(limits::TAGS as u64).into());
    }
    let mut tags = Vec::new();
    for TagId(id) in to {
        if !was.contains(id) {
            chosen(&site.lists.tags, *id, Field::Tags)?;
        }
        if !tags.contains(id) {
            tags.push(*id);
        }
    }
    let (from, now) = (site.lists.tag_names(was), site.lists.tag_names(&tags));
    let names = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
    if from != now {
        told.say(Property::Tags, names(from), names(now));
    }
    Ok(tags)
}

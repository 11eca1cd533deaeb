//! The agent's list: its views, page by page, and single rows of it.

mod row;
mod segments;
mod shared;

use crate::{
    Desk, Result,
    db::{
        Statement,
        pages::{Order, Page, Place, ROWS_A_LOOK, cut, merge},
        read, statement,
    },
    people::{
        Agent,
        permission::{Action, may, sees},
    },
    tickets::properties,
};
use protocol::{
    AgentId, ChatId, QueueId, SiteId, TicketId, TicketNumber, Timestamp,
    agent::{ForAgent, Total, WorkItem, WorkKind, WorkPlace, WorkView},
    contact::Contact,
    entry::TicketState,
    masking::Preview,
};
use row::Row;
use segments::{Segment, columns};
pub(crate) use shared::SharedRows;
use tracing::instrument;
use uuid::Uuid;

/// Rows of a page.
pub const ROWS_A_PAGE: usize = 100;

/// A page of a view.
#[derive(Clone, Debug)]
pub struct Listing {
    pub items: Vec<ForAgent<WorkItem>>,
    /// Where the next page begins; none: there is none.
    pub next: Option<WorkPlace>,
    /// How many rows the view has, where there is a next page.
    pub total: Option<Total>,
}

impl Desk {
    /// A page of a view: at most 100 rows after a place, and the agent's chats. The first page has them in front,
    /// whatever the view. A page may be short, or empty, and not be the last.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %view))]
    pub async fn worklist(
        &self,
        agent: &Agent,
        view: WorkView,
        after: Option<WorkPlace>,
    ) -> Result<Listing> {
        let mut items = Vec::new();
        if after.is_none() {
            items = self.my_chats(agent).await?;
        }
        let (mine, mut next) = (items.len(), None);
        for &kind in view.kinds().iter().filter(|kind| **kind != WorkKind::MyChat) {
            if after.is_some_and(|after| after.kind > kind) {
                continue;
            }
            let after = after.filter(|after| after.kind == kind).map(place_of);
            let after = after.unwrap_or_else(|| order_of(kind).start());
            let room = (ROWS_A_PAGE + mine).saturating_sub(items.len());
            let page = self.segment(agent, view, kind, after, room.max(1)).await?;
            if room == 0 {
                // Full. Whether there is more is all that is left to find out.
                if !page.rows.is_empty() || page.end.is_some() {
                    next = Some(work_place(kind, after));
                    break;
                }
                continue;
            }
            let rows = page.rows.into_iter().map(|(_, row)| row).collect();
            items.extend(self.items(agent, kind, rows).await?);
            if let Some(end) = page.end {
                next = Some(work_place(kind, end));
                break;
            }
        }
        let total = match next {
            Some(_) => Some(self.worklist_total(agent, view).await?),
            None => None,
        };
        Ok(Listing { items, next, total })
    }

    /// How many rows a view has. Of each kind in each site, 1000 are looked at.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %view))]
    pub async fn worklist_total(&self, agent: &Agent, view: WorkView) -> Result<Total> {
        let (mut rows, mut at_least) = (0, false);
        for &kind in view.kinds() {
            let counted = match kind {
                WorkKind::MyChat => vec![self.count(MY_CHATS_COUNT, agent, None).await?],
                WorkKind::WaitingChat => vec![self.count(WAITING_COUNT, agent, None).await?],
                _ => {
                    let segment = Segment::of(view, kind);
                    let mut counted = Vec::new();
                    for key in segment.keys(agent) {
                        counted.push(self.count(segment.count, agent, Some(key)).await?);
                    }
                    counted
                }
            };
            for (seen, looked) in counted {
                rows += u32::try_from(seen).unwrap_or(0);
                at_least |= looked >= ROWS_A_LOOK;
            }
        }
        Ok(Total { rows, at_least })
    }

    /// One row as it is now, whichever view it belongs to; none for a ticket that this agent does not see, and for a
    /// chat that a colleague has.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn find_worklist_item(
        &self,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<Option<ForAgent<WorkItem>>> {
        let Some(found) = shared::find(self, ticket).await? else { return Ok(None) };
        let kind = found.row.kind()?;
        let party = found.on.party;
        let has_it = [party.owner, party.guest].contains(&Some(agent.id));
        if kind == WorkKind::MyChat && !has_it {
            return Ok(None);
        }
        let on = self.with_mention(agent, ticket, found.on).await?;
        if !may(agent, Action::See, &on) {
            return Ok(None);
        }
        Ok(Some(self.item(agent, kind, found.row.clone(), &found.tags)))
    }

    /// All of them: there are few.
    async fn my_chats(&self, agent: &Agent) -> Result<Vec<ForAgent<WorkItem>>> {
        let rows = read!(self.db(), c => sqlx::query_as::<_, Row>(MY_CHATS)
            .bind(agent.id.0)
            .fetch_all(c)
            .await)?;
        self.items(agent, WorkKind::MyChat, rows).await
    }

    async fn items(
        &self,
        agent: &Agent,
        kind: WorkKind,
        rows: Vec<Row>,
    ) -> Result<Vec<ForAgent<WorkItem>>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let tags = properties::tags_of(self, &ids).await?;
        let items = rows.into_iter().map(|row| {
            let tags = tags.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            self.item(agent, kind, row, tags)
        });
        Ok(items.collect())
    }

    /// At most `most` rows of one kind after a place.
    async fn segment(
        &self,
        agent: &Agent,
        view: WorkView,
        kind: WorkKind,
        after: Place,
        most: usize,
    ) -> Result<Page<Row>> {
        // One more, to know whether there is more.
        let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
        if kind == WorkKind::WaitingChat {
            let rows = read!(self.db(), c => sqlx::query_as::<_, Row>(WAITING)
                .bind(agent.id.0)
                .bind(after.at)
                .bind(after.id)
                .bind(limit)
                .fetch_all(c)
                .await)?;
            return Ok(cut(Page { rows: placed(kind, rows), end: None }, most));
        }
        let segment = Segment::of(view, kind);
        let mut parts = Vec::new();
        // Site by site: the index has each site's in order, and all of them together would have to be read and sorted.
        for key in segment.keys(agent) {
            let rows = read!(self.db(), c => sqlx::query_as::<_, Row>(segment.page)
                .bind(agent.id.0)
                .bind(key)
                .bind(after.at)
                .bind(after.id)
                .bind(limit)
                .fetch_all(c)
                .await)?;
            let mut page = cut(Page { rows: placed(kind, rows), end: None }, most);
            if page.end.is_none() {
                page.end = self.end_of_look(segment, key, after).await?;
            }
            parts.push(page);
        }
        Ok(merge(parts, order_of(kind), most))
    }

    /// Up to where a look reads from this place on; none: to the end.
    async fn end_of_look(
        &self,
        segment: Segment,
        key: Uuid,
        after: Place,
    ) -> Result<Option<Place>> {
        let end = read!(self.db(), c => sqlx::query_as::<_, (i64, Uuid)>(segment.end)
            .bind(key)
            .bind(after.at)
            .bind(after.id)
            .fetch_optional(c)
            .await)?;
        Ok(end.map(|(at, id)| Place { at, id }))
    }

    /// How many rows are seen, of how many that were looked at.
    async fn count(
        &self,
        statement: Statement,
        agent: &Agent,
        key: Option<Uuid>,
    ) -> Result<(i64, i64)> {
        Ok(read!(self.db(), c => {
            let mut query = sqlx::query_as::<_, (i64, i64)>(statement).bind(agent.id.0);
            if let Some(key) = key {
                query = query.bind(key);
            }
            query.fetch_one(c).await
        })?)
    }

    fn item(&self, agent: &Agent, kind: WorkKind, row: Row, tags: &[Uuid]) -> ForAgent<WorkItem> {
        let has_chat = matches!(kind, WorkKind::MyChat | WorkKind::WaitingChat);
        let chat = row.chat_id.map(ChatId).filter(|_| has_chat);
        let site_id = SiteId(row.site_id);
        let (site, queue) = names(self, site_id, row.queue_id.map(QueueId));
        let lists = self.find_site_by_id(site_id);
        let since = Timestamp(row.since(kind));
        let preview = Preview { text: row.preview, masked: row.preview_masked };
        let item = WorkItem {
            ticket: TicketId(row.id),
            since,
            number: TicketNumber(row.number),
            chat,
            kind,
            site,
            queue,
            contact: Contact {
                name: row.contact_name,
                email: row.contact_email,
                verified: row.contact_verified,
            },
            subject: row.subject,
            preview: self.show_preview(agent, site_id, &preview).into_inner(),
            preview_mine: row.preview_by.map(AgentId) == Some(agent.id),
            state: TicketState { name: row.state_name, category: row.category },
            last_at: Timestamp(row.last_at),
            unread: u32::try_from(row.unread).unwrap_or(0),
            mine: row.attended_by.map(AgentId) == Some(agent.id),
            priority: lists.as_ref().and_then(|site| site.lists.priority(row.priority_id)),
            ticket_type: lists.as_ref().and_then(|site| site.lists.type_name(row.type_id)),
            tags: lists.map(|site| site.lists.tag_names(tags)).unwrap_or_default(),
        };
        self.show(agent, site_id, item)
    }
}

/// The names of a site and of one of its queues, from memory.
pub(super) fn names(desk: &Desk, site: SiteId, queue: Option<QueueId>) -> (String, String) {
    let Some(site) = desk.find_site_by_id(site) else { return Default::default() };
    let queue = site.all_queues().find(|one| Some(one.id) == queue);
    (site.name.to_string(), queue.map(|queue| queue.name.to_string()).unwrap_or_default())
}

fn order_of(kind: WorkKind) -> Order {
    if kind.is_newest_first() { Order::NewestFirst } else { Order::OldestFirst }
}

fn place_of(place: WorkPlace) -> Place {
    Place { at: place.since.0, id: place.ticket.0 }
}

fn work_place(kind: WorkKind, place: Place) -> WorkPlace {
    WorkPlace { kind, since: Timestamp(place.at), ticket: TicketId(place.id) }
}

fn placed(kind: WorkKind, rows: Vec<Row>) -> Vec<(Place, Row)> {
    rows.into_iter().map(|row| (Place { at: row.since(kind), id: row.id }, row)).collect()
}

// Indexes chats_agent and chats_guest.
statement!(
    MY_CHATS = concat!(
        columns!(),
        "from chats c
     join tickets t on t.id = c.ticket_id
     join states s on s.id = t.state_id
     where (c.agent_id = $1 or c.guest_id = $1) and c.state = 'active' and ",
        sees!(),
        "order by c.started_at, t.id"
    )
);
statement!(
    MY_CHATS_COUNT = concat!(
        "select count(*), cast(0 as bigint)
     from chats c join tickets t on t.id = c.ticket_id
     where (c.agent_id = $1 or c.guest_id = $1) and c.state = 'active' and ",
        sees!(),
    )
);

// Index chats_waiting; there are few at a time.
statement!(
    WAITING = concat!(
        columns!(),
        "from chats c
     join tickets t on t.id = c.ticket_id
     join states s on s.id = t.state_id
     where c.state in ('waiting', 'ringing') and (c.started_at, t.id) > ($2, $3) and ",
        sees!(),
        "order by c.started_at, t.id
     limit $4"
    )
);
statement!(
    WAITING_COUNT = concat!(
        "select count(*), cast(0 as bigint)
     from chats c join tickets t on t.id = c.ticket_id
     where c.state in ('waiting', 'ringing') and ",
        sees!(),
    )
);

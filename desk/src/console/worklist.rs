//! The agent's list: my chats, waiting chats, open help requests, in that order.

use crate::{
    Desk, Result,
    db::{read, statement},
    people::{Agent, permission::sees},
    tickets::ChatState,
};
use protocol::{
    ChatId, QueueId, SiteId, TicketId, TicketNumber, Timestamp,
    agent::{WorkItem, WorkKind},
    contact::Contact,
    entry::{Category, TicketState},
};
use tracing::instrument;
use uuid::Uuid;

/// Rows of the list.
const MAX_ITEMS: usize = 500;

impl Desk {
    /// My chats, waiting chats, open help requests: in that order, oldest first; at most 500 rows.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn worklist(&self, agent: &Agent) -> Result<Vec<WorkItem>> {
        let mut items = Vec::new();
        for (kind, sql) in [(WorkKind::MyChat, MINE), (WorkKind::WaitingChat, WAITING)] {
            let rows = read!(self.db(), c => sqlx::query_as::<_, Row>(sql)
                .bind(agent.id.0)
                .bind(room(&items))
                .fetch_all(c)
                .await)?;
            items.extend(rows.into_iter().map(|row| self.item(kind, row)));
        }
        if items.len() < MAX_ITEMS {
            let requests = self.oldest_requests(agent, room(&items)).await?;
            items.extend(requests.into_iter().map(|row| self.item(WorkKind::Request, row)));
            items.truncate(MAX_ITEMS);
        }
        Ok(items)
    }

    /// At most `most` open requests of each site, the oldest first. Asked for site by site: the index has each site's in order, and all
    /// of them together would have to be read and sorted.
    async fn oldest_requests(&self, agent: &Agent, most: i64) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for site in agent.sites.keys() {
            rows.extend(read!(self.db(), c => sqlx::query_as::<_, Row>(REQUESTS)
                .bind(agent.id.0)
                .bind(most)
                .bind(site.0)
                .fetch_all(c)
                .await)?);
        }
        rows.sort_by_key(|row| row.request_at);
        Ok(rows)
    }

    /// One row, or none when it is not (or no longer) in this agent's list.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn find_worklist_item(
        &self,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<Option<WorkItem>> {
        let row = read!(self.db(), c => sqlx::query_as::<_, Row>(ONE)
            .bind(agent.id.0)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let Some(row) = row else { return Ok(None) };
        let kind = match row.chat_state.as_deref().map(ChatState::from_text).transpose()? {
            Some(ChatState::Active) => WorkKind::MyChat,
            Some(ChatState::Waiting | ChatState::Ringing) => WorkKind::WaitingChat,
            Some(ChatState::Ended | ChatState::Request) | None => WorkKind::Request,
        };
        Ok(Some(self.item(kind, row)))
    }

    fn item(&self, kind: WorkKind, row: Row) -> WorkItem {
        let chat = row.chat_id.map(ChatId).filter(|_| kind != WorkKind::Request);
        let (site, queue) = names(self, SiteId(row.site_id), row.queue_id.map(QueueId));
        let since = match kind {
            WorkKind::Request => row.request_at.unwrap_or(row.last_at),
            WorkKind::MyChat | WorkKind::WaitingChat => row.started_at.unwrap_or(row.last_at),
        };
        WorkItem {
            ticket: TicketId(row.id),
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
            preview: row.preview,
            state: TicketState { name: row.state_name, category: row.category },
            since: Timestamp(since),
            last_at: Timestamp(row.last_at),
            unread: u32::try_from(row.unread).unwrap_or(0),
        }
    }
}

/// How many rows a list still takes.
fn room(items: &[WorkItem]) -> i64 {
    i64::try_from(MAX_ITEMS.saturating_sub(items.len())).unwrap_or(0)
}

/// The names of a site and of one of its queues, from memory.
pub(super) fn names(desk: &Desk, site: SiteId, queue: Option<QueueId>) -> (String, String) {
    let Some(site) = desk.find_site_by_id(site) else { return Default::default() };
    let queue = site.queues.iter().find(|one| Some(one.id) == queue);
    (site.name.to_string(), queue.map(|queue| queue.name.to_string()).unwrap_or_default())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    site_id: Uuid,
    queue_id: Option<Uuid>,
    number: String,
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_verified: bool,
    subject: Option<String>,
    preview: String,
    state_name: String,
    #[sqlx(try_from = "String")]
    category: Category,
    last_at: i64,
    unread: i64,
    request_at: Option<i64>,
    chat_id: Option<Uuid>,
    chat_state: Option<String>,
    started_at: Option<i64>,
}

macro_rules! columns {
    () => {
        "select
           t.id, t.site_id, t.queue_id, t.number, t.contact_name, t.contact_email, t.contact_verified,
           t.subject, t.preview, s.name as state_name, s.category, t.last_at, t.unread, t.request_at,
           c.id as chat_id, c.state as chat_state, c.started_at "
    };
}

// Index chats_agent.
statement!(pub(crate) MINE = concat!(
    columns!(),
    "from chats c
     join tickets t on t.id = c.ticket_id
     join states s on s.id = t.state_id
     where c.agent_id = $1 and c.state = 'active' and ",
    sees!(),
    "order by c.started_at
     limit $2"
));

// Index chats_waiting, site by site.
statement!(pub(crate) WAITING = concat!(
    columns!(),
    "from chats c
     join tickets t on t.id = c.ticket_id
     join states s on s.id = t.state_id
     where c.state in ('waiting', 'ringing') and ",
    sees!(),
    "order by c.first_in_line desc, c.started_at
     limit $2"
));

// Index tickets_request.
statement!(pub(crate) REQUESTS = concat!(
    columns!(),
    "from tickets t
     join states s on s.id = t.state_id
     left join chats c on c.id = t.chat_id
     where t.site_id = $3 and t.request_at is not null and ",
    sees!(),
    "order by t.request_at
     limit $2"
));

statement!(pub(crate) ONE = concat!(
    columns!(),
    "from tickets t
     join states s on s.id = t.state_id
     left join chats c on c.id = t.chat_id
     where t.id = $2
       and ((c.state = 'active' and c.agent_id = $1)
         or c.state in ('waiting', 'ringing') or t.request_at is not null)
       and ",
    sees!(),
));

//! All files of a ticket, for agents: those on messages and those on comments.

use crate::{
    Desk, Result,
    db::{read, statement},
    people::{Agent, permission::Action},
    tickets::entries::EntryKind,
};
use protocol::{
    FileId, TicketId, Timestamp,
    agent::ForAgent,
    file::{Attachment, TicketFile, TicketFiles},
    limits,
};
use tracing::instrument;
use uuid::Uuid;

// Index files_ticket.
statement!(
    LIST = "
    select f.id, f.name, f.media_type, f.bytes, e.at, e.kind, a.name as agent
    from files f
    join entries e on e.id = f.entry_id and e.ticket_id = f.ticket_id
    left join agents a on a.id = e.agent_id
    where f.ticket_id = $1 and f.site_id = $2 and f.id < $3
    order by f.id desc
    limit $4"
);

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    media_type: String,
    bytes: i64,
    at: i64,
    #[sqlx(try_from = "String")]
    kind: EntryKind,
    agent: Option<String>,
}

impl Desk {
    /// A page of a ticket's files, the newest uploads first; `after`: where the page before ended.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn ticket_files(
        &self,
        agent: &Agent,
        ticket: TicketId,
        after: Option<FileId>,
    ) -> Result<ForAgent<TicketFiles>> {
        let site = self.check_ticket(agent, Action::See, ticket).await?;
        let most = limits::TICKET_FILES;
        let mut rows = read!(self.db(), c => sqlx::query_as::<_, Row>(LIST)
            .bind(ticket.0)
            .bind(site.id.0)
            .bind(after.map_or(Uuid::max(), |after| after.0))
            .bind(i64::try_from(most + 1).expect("a page is small"))
            .fetch_all(c)
            .await)?;
        let has_more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| has_more).map(|row| FileId(row.id));
        let files = rows.into_iter().map(Row::into_file).collect();
        Ok(self.show(agent, site.id, TicketFiles { files, next }))
    }
}

impl Row {
    fn into_file(self) -> TicketFile {
        TicketFile {
            file: Attachment {
                id: FileId(self.id),
                name: self.name,
                media_type: self.media_type,
                bytes: u64::try_from(self.bytes).unwrap_or(0),
            },
            by: self.agent,
            at: Timestamp(self.at),
            internal: self.kind == EntryKind::Comment,
        }
    }
}

//! What agents have typed and not sent: kept per agent and ticket, so that it is there on every device. The newest
//! wins, by the instant at which it was typed.

use crate::{
    Desk, Result,
    db::{Event, read, retry, run, statement},
    people::{
        Agent,
        permission::{Action, sees},
    },
};
use protocol::{Code, Field, Refusal, TicketId, Timestamp, agent::Draft, limits};
use std::time::Duration;
use tracing::instrument;
use uuid::Uuid;

/// Drafts that a console is told of when it connects, the newest, those that were sent among them.
const DRAFTS: i64 = 200;
/// A draft that was sent is known as such for this long: an older one of another device does not come back.
const SENT_KEPT: Duration = Duration::from_hours(24);
/// The clock of a console may be ahead of ours by this much.
const AHEAD: Duration = Duration::from_secs(5);

statement!(
    STORE = "
    insert into drafts (agent_id, ticket_id, text, at) values ($1, $2, $3, $4)
    on conflict (agent_id, ticket_id) do update set text = excluded.text, at = excluded.at
    where drafts.at < excluded.at"
);
statement!(SWEEP = "delete from drafts where agent_id = $1 and text = '' and at < $2");
// Whether the agent, $1, sees the ticket of a draft.
macro_rules! ticket_is_seen {
    () => {
        concat!(
            " exists (
               select 1 from tickets t left join chats c on c.id = t.chat_id
               where t.id = drafts.ticket_id and ",
            sees!(),
            ") "
        )
    };
}

statement!(
    LIST = concat!(
        "select ticket_id, text, at,",
        ticket_is_seen!(),
        "from drafts where agent_id = $1 order by at desc limit $2"
    )
);
statement!(
    DROP_UNSEEN = concat!("delete from drafts where agent_id = $1 and not", ticket_is_seen!())
);
statement!(FIND = "select ticket_id, text, at from drafts where agent_id = $1 and ticket_id = $2");

impl Desk {
    /// Stores what is typed for a ticket, unless something newer is stored; an empty text says that nothing is. The
    /// agent's consoles are told what is stored then, the one with the older text too.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `TooLong`, and `CharacterInvalid` for U+0000.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, ticket = %draft.ticket))]
    pub async fn store_draft(&self, agent: &Agent, draft: &Draft) -> Result<()> {
        if draft.text.contains('\0') {
            return Err(Refusal::of(Field::Message, Code::CharacterInvalid).into());
        }
        // As much again as can be sent: it is kept so that it can be shortened.
        let most = 2 * limits::FORM_TEXT;
        if draft.text.chars().nth(most).is_some() {
            return Err(Refusal::of(Field::Message, Code::TooLong).limit(most as u64).into());
        }
        self.check_ticket(agent, Action::See, draft.ticket).await?;
        let now = self.now();
        let at = draft.at.min(now + AHEAD);
        retry!({
            let mut tx = self.begin().await?;
            let stored = run!(tx, c => sqlx::query(STORE)
                .bind(agent.id.0)
                .bind(draft.ticket.0)
                .bind(&draft.text)
                .bind(at.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if stored > 0 {
                run!(tx, c => sqlx::query(SWEEP)
                    .bind(agent.id.0)
                    .bind((now - SENT_KEPT).0)
                    .execute(c)
                    .await
                    .map(|_| ()))?;
            }
            tx.publish(Event::Draft { agent: agent.id, ticket: draft.ticket });
            self.commit(tx).await
        })
    }

    /// The agent's drafts, the newest first. An empty one was sent: a console that was away may have its text yet. What
    /// was typed for a ticket that the agent sees no longer is deleted: they cannot send it.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn drafts(&self, agent: &Agent) -> Result<Vec<Draft>> {
        let rows: Vec<(Uuid, String, i64, bool)> = read!(self.db(), c => sqlx::query_as(LIST)
            .bind(agent.id.0)
            .bind(DRAFTS)
            .fetch_all(c)
            .await)?;
        let (seen, unseen): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.3);
        // Where nothing can be stored the console opens all the same.
        if !unseen.is_empty()
            && let Err(error) = self.drop_unseen_drafts(agent).await
        {
            tracing::debug!(%error, "drafts that can be sent no longer stay");
        }
        Ok(seen.into_iter().map(|(ticket, text, at, _)| draft((ticket, text, at))).collect())
    }

    async fn drop_unseen_drafts(&self, agent: &Agent) -> Result<()> {
        retry!({
            let mut tx = self.begin().await?;
            run!(tx, c => sqlx::query(DROP_UNSEEN).bind(agent.id.0).execute(c).await.map(|_| ()))?;
            self.commit(tx).await
        })
    }

    /// The agent's draft for a ticket, as it was stored last; an empty one was sent or deleted.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn find_draft(&self, agent: &Agent, ticket: TicketId) -> Result<Option<Draft>> {
        let row: Option<Row> = read!(self.db(), c => sqlx::query_as(FIND)
            .bind(agent.id.0)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.map(draft))
    }
}

type Row = (Uuid, String, i64);

fn draft((ticket, text, at): Row) -> Draft {
    Draft { ticket: TicketId(ticket), text, at: Timestamp(at) }
}

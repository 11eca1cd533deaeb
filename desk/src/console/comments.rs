//! Internal comments: what agents tell each other on a ticket. No visitor ever reads them.

use crate::{
    Desk, Result,
    db::{Event, Receipt, Tx, retry, run, run_detached, statement},
    mail::outbound::mail_mention,
    people::{Agent, permission::Action},
    tickets::{
        LockedTicket, entries,
        files::{Uploader, attach},
    },
    writer::Turn,
};
use protocol::{
    AgentId, Code, EntryId, Field, FileId, Refusal, TicketId,
    agent::Colleague,
    entry::AgentBody,
    file::Attachment,
    limits,
    text::{FormText, is_blank},
};
use tracing::instrument;

/// A comment as it came.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Made by the sender.
    pub id: EntryId,
    pub text: String,
    /// Colleagues who are to read it; from then on they see the ticket.
    pub mentions: Vec<AgentId>,
    /// The agent's uploads on the ticket that come onto it; with some it may be without text.
    pub files: Vec<FileId>,
}

statement!(
    MENTION = "
    insert into mentions (ticket_id, agent_id, by_id, at) values ($1, $2, $3, $4)
    on conflict (ticket_id, agent_id) do update
    set by_id = excluded.by_id, at = excluded.at, told_at = null"
);

impl Desk {
    /// Writes an internal comment of 1 to 20 000 characters, or with files, whatever the ticket's state; whoever sees the
    /// ticket may. Who is mentioned is told, and sees the ticket from now on.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `AlreadySent` for another comment under a known id;
    /// `SiteRemoved`; refusals of the text and of the files; of `Mentions` when there are too many, or when one serves another site.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket, entry = %comment.id))]
    pub async fn comment(
        &self,
        agent: &Agent,
        ticket: TicketId,
        comment: Comment,
    ) -> Result<Receipt> {
        self.comment_in_turn(Turn::alone(), agent, ticket, comment).await
    }

    /// The same in its turn among what a connection sends.
    ///
    /// # Errors
    /// Also `TryAgain` when something before it on the connection was refused for now.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket, entry = %comment.id))]
    pub async fn comment_in_turn(
        &self,
        turn: Turn,
        agent: &Agent,
        ticket: TicketId,
        comment: Comment,
    ) -> Result<Receipt> {
        turn.come().await?;
        let (desk, agent) = (self.clone(), agent.clone());
        let answer = async move { desk.write_comment(&agent, ticket, comment).await };
        turn.note(run_detached(answer).await)
    }

    async fn write_comment(
        &self,
        agent: &Agent,
        ticket: TicketId,
        comment: Comment,
    ) -> Result<Receipt> {
        let Comment { id, text, mut mentions, files } = comment;
        let only_files = !files.is_empty() && is_blank(&text);
        let text = if only_files { String::new() } else { FormText::parse(&text)?.into() };
        mentions.retain(|mentioned| *mentioned != agent.id);
        mentions.sort_unstable();
        mentions.dedup();
        if mentions.len() > limits::MENTIONS {
            let refusal = Refusal::of(Field::Mentions, Code::TooMany);
            return Err(refusal.limit(limits::MENTIONS as u64).into());
        }
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            if let Some(first) = entries::find(&mut tx, ticket, id).await? {
                let receipt = Receipt { id, seq: first.seq, at: first.at };
                let is_file = |(one, other): (&Attachment, &FileId)| one.id == *other;
                let is_same = matches!(
                    &first.body,
                    AgentBody::Comment { agent: by, text: said, mentions: called, files: with, .. }
                        if *by == agent.id && *said == text && *called == mentions
                            && with.len() == files.len() && with.iter().zip(&files).all(is_file)
                );
                return if is_same {
                    Ok(receipt)
                } else {
                    Err(Refusal::new(Code::AlreadySent).into())
                };
            }
            self.check_in_use(locked.site)?;
            let by = Uploader::Agent { agent: agent.id, ticket, site: locked.site };
            let files = attach(&mut tx, by, (ticket, id), &files).await?;
            let (name, text, mentions) = (agent.name.clone(), text.clone(), mentions.clone());
            let body = AgentBody::Comment { agent: agent.id, name, text, mentions, files };
            let receipt = locked.add_as(&mut tx, id, now, body.clone()).await?;
            self.mention(&mut tx, &locked, agent, &body, receipt).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(receipt)
        })
    }

    /// Notes whom a comment mentions, and tells them, by mail if no console of theirs can be told.
    async fn mention(
        &self,
        tx: &mut Tx,
        locked: &LockedTicket,
        by: &Agent,
        body: &AgentBody,
        Receipt { seq, at, .. }: Receipt,
    ) -> Result<()> {
        let AgentBody::Comment { mentions, .. } = body else { return Ok(()) };
        let ticket = locked.id;
        for &mentioned in mentions {
            let serves = self.find_agent(mentioned);
            let serves = serves.filter(|agent| agent.sites.contains_key(&locked.site));
            let refused = || Refusal::of(Field::Mentions, Code::NotFound);
            let agent = serves.ok_or_else(refused)?;
            run!(tx, c => sqlx::query(MENTION)
                .bind(ticket.0)
                .bind(mentioned.0)
                .bind(by.id.0)
                .bind(at.0)
                .execute(c)
                .await
                .map(|_| ()))?;
            mail_mention(tx, self, locked, &agent, seq, at).await?;
            tx.publish(Event::Mentioned { agent: mentioned, ticket, by: by.id });
        }
        Ok(())
    }

    /// Who can be mentioned on a ticket: the other agents of its site, by name.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn colleagues(&self, agent: &Agent, ticket: TicketId) -> Result<Vec<Colleague>> {
        let site = self.check_ticket(agent, Action::See, ticket).await?;
        let snapshot = self.0.sites.now();
        let mut colleagues: Vec<Colleague> = snapshot
            .agents()
            .filter(|other| other.id != agent.id && other.sites.contains_key(&site.id))
            .map(|other| Colleague { agent: other.id, name: other.name.clone() })
            .collect();
        colleagues.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(colleagues)
    }
}

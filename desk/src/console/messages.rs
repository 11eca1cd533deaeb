//! What an agent writes.

use crate::{
    Desk, Result,
    db::{retry, run_detached},
    live::Receipt,
    mail::outbound::unseen,
    people::{
        Agent,
        permission::{self, Action},
    },
    tickets::{
        ChatState, LockedTicket, Message,
        files::{Uploader, attach},
        repeat,
    },
    writer::{Post, Posted, Sender, Turn},
};
use protocol::{
    Code, EntryId, FileId, Refusal, TicketId,
    entry::{AgentBody, Category},
    text::{ChatText, FormText, is_blank},
};
use tracing::instrument;

impl Desk {
    /// A message to the visitor: in my active chat (1000 characters), the answer to a help request (20 000; mailed to
    /// the visitor, state to *atendido*), or after a chat's end (20 000) on its ticket, which stays closed: an open
    /// panel shows it, else it is mailed as any reply that was not seen.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` for a chat that is not theirs. `AlreadySent`
    /// for another message under a known id. Refusals of the text say what is wrong with it.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket, entry = %id))]
    pub async fn post_agent_message(
        &self,
        agent: &Agent,
        ticket: TicketId,
        id: EntryId,
        text: &str,
        files: &[FileId],
    ) -> Result<Receipt> {
        let message = Message { id, text, files };
        self.post_agent_message_in_turn(Turn::alone(), agent, ticket, message).await
    }

    /// The same in its turn, for a connection that does not wait for each answer: it has its place among the others
    /// when this is first polled, and holds no transaction between two polls.
    ///
    /// # Errors
    /// Also `TryAgain` when something before it on the connection was refused for now.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket, entry = %message.id))]
    pub async fn post_agent_message_in_turn(
        &self,
        turn: Turn,
        agent: &Agent,
        ticket: TicketId,
        message: Message<'_>,
    ) -> Result<Receipt> {
        let Message { id, text, files } = message;
        let only_files = !files.is_empty() && is_blank(text);
        let text = if only_files { String::new() } else { FormText::parse(text)?.into() };
        // In a chat under way the writer asks the rule: the chat's owner writes. The site is known here without a look.
        let site = self.0.ticket_sites.find(ticket);
        let lost = site.is_some_and(|site| !agent.sites.contains_key(&site));
        if !lost && files.is_empty() && ChatText::parse(&text).is_ok() {
            let sender = Sender::Agent(agent.id, agent.name.clone());
            let post = Post { ticket, id, sender, text: text.clone(), turn: turn.clone() };
            if let Posted::Committed(receipt) = turn.note(self.0.writer.post(post).await)? {
                return Ok(receipt);
            }
        }
        turn.come().await?;
        let (desk, agent, files) = (self.clone(), agent.clone(), files.to_vec());
        let answer = async move {
            desk.answer(&agent, ticket, Message { id, text: &text, files: &files }).await
        };
        turn.note(run_detached(answer).await)
    }

    /// A message in a transaction of its own: with files, or the answer to a help request.
    async fn answer(&self, agent: &Agent, ticket: TicketId, sent: Message<'_>) -> Result<Receipt> {
        let Message { id, text, files } = sent;
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            let author = Some(agent.id);
            if let Some(receipt) = repeat::find_receipt(&mut tx, &locked, author, sent).await? {
                return Ok(receipt);
            }
            permission::check(agent, Action::Answer, &locked.on())?;
            self.check_writable(&locked.on())?;
            let place = place(&locked, agent)?;
            if place == Writing::InChat && !text.is_empty() {
                ChatText::parse(text)?;
            }
            let by = Uploader::Agent { agent: agent.id, ticket, site: locked.site };
            let files = attach(&mut tx, by, (ticket, id), files).await?;
            let (name, text) = (agent.name.clone(), text.to_owned());
            let message = AgentBody::Agent { agent: agent.id, name, text, files };
            let receipt = locked.add_as(&mut tx, id, now, message).await?;
            if place == Writing::Answer {
                locked.attended_by = Some(agent.id);
                let name = Some(agent.name.clone());
                locked.enter(&mut tx, self, now, Category::Waiting, name).await?;
                unseen::mail_now(&mut tx, self, &mut locked, now).await?;
            }
            if place != Writing::InChat {
                locked.see(receipt.seq);
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(receipt)
        })
    }
}

/// Where an agent's message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    InChat,
    /// The answer to a request.
    Answer,
    /// On the closed ticket of a chat that has ended.
    AfterChat,
}

/// # Errors
/// `Forbidden` in somebody else's chat, and in nobody's yet: accept it first.
fn place(locked: &LockedTicket, agent: &Agent) -> Result<Writing> {
    match locked.live_chat() {
        Some(_) if locked.on().party.talks(agent.id) => Ok(Writing::InChat),
        Some(_) => Err(Refusal::new(Code::Forbidden).into()),
        None if is_after_chat(locked) => Ok(Writing::AfterChat),
        None => Ok(Writing::Answer),
    }
}

fn is_after_chat(locked: &LockedTicket) -> bool {
    let has_ended = locked.chat.is_some_and(|chat| chat.state == ChatState::Ended);
    has_ended && locked.state.category == Category::Closed
}

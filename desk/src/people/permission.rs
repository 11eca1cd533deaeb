//! Who may what: the one rule (`behaviours.md`, "Who may what"), as a function and, for lists, as SQL. Nothing else
//! decides it.
//!
//! An agent sees and touches a ticket that lies in a site and a queue they serve (without a queue: in a site), or that
//! they are party to in a site they serve: they have its chat, are in it as a guest, are asked to take it over or to
//! join, or a comment mentions them. A chat that waits rings only at those who serve its queue, so that makes no party. Supervisors and owners: all
//! of their sites.

use super::identity::{Agent, Role};
use crate::{Error, Result};
use protocol::{Code, Refusal, agent::Sight};

pub(crate) use crate::db::{On, Party};

/// What an agent does to a ticket or, without one, in a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Sees it: its row, head, entries, files, mails, and what happens on it.
    See,
    /// Takes its waiting chat.
    Take,
    /// Writes on it, in its chat or as an answer, with files; shows that they type or have read; closes it.
    Answer,
    /// Changes its properties.
    Change,
    /// Takes its chat over from another, or joins it.
    Join,
    /// Ends its active chat; hands it over, asks others to join, lets the guest go.
    End,
    /// Ends its active chat whose agent was removed.
    EndOrphan,
    /// Leaves its active chat as a guest.
    Leave,
    /// Looks at one field that they read masked.
    Reveal,
    /// Reads every mail of a site, and puts one that was given up back into the queue.
    TendMails,
}

/// The rule.
pub(crate) fn may(agent: &Agent, action: Action, on: &On) -> bool {
    let Some(queues) = agent.sites.get(&on.site) else { return false };
    let leads = agent.role >= Role::Supervisor;
    let serves = leads || queues.serve(on.queue);
    let owns = on.party.owner == Some(agent.id);
    let is_guest = on.party.guest == Some(agent.id);
    let is_asked = on.party.asked == Some(agent.id);
    let is_mentioned = on.party.mentioned == Some(agent.id);
    match action {
        Action::See => serves || owns || is_guest || is_asked || is_mentioned,
        Action::Take => serves,
        Action::Answer => owns || is_guest || (serves || is_mentioned) && on.party.owner.is_none(),
        Action::Change => serves || owns || is_guest || is_mentioned,
        Action::Join => is_asked,
        Action::End => owns,
        Action::EndOrphan => is_guest || leads && on.party.owner.is_some(),
        Action::Leave => is_guest,
        Action::Reveal | Action::TendMails => leads,
    }
}

/// How the agent reads what is sensitive at a site that masks it, or does not.
pub(crate) fn sight(agent: &Agent, masks: bool) -> Sight {
    if masks && !agent.sees_sensitive { Sight::Masked } else { Sight::Everything }
}

/// Lets through who may.
///
/// # Errors
/// `NotFound` for what the agent does not see, as for what is not there; `Forbidden` for what they see and may not do.
pub(crate) fn check(agent: &Agent, action: Action, on: &On) -> Result<()> {
    if !may(agent, Action::See, on) {
        Err(Error::not_found())
    } else if !may(agent, action, on) {
        Err(Refusal::new(Code::Forbidden).into())
    } else {
        Ok(())
    }
}

/// [`Action::See`] as a condition of SQL: whether agent `$1` may see ticket `t`, whose last chat is `c` (joined from
/// the left by `t.chat_id`). A test compares the two.
macro_rules! sees {
    () => {
        " exists (
            select 1 from agents a
            where a.id = $1 and a.disabled_at is null
              and (a.every_site or exists (
                select 1 from agent_sites m where m.agent_id = a.id and m.site_id = t.site_id))
              and (a.role in ('supervisor', 'owner')
                or t.queue_id is null
                or not exists (
                  select 1 from agent_queues q join queues k on k.id = q.queue_id
                  where q.agent_id = a.id and k.site_id = t.site_id)
                or exists (
                  select 1 from agent_queues q where q.agent_id = a.id and q.queue_id = t.queue_id)
                or exists (select 1 from mentions m where m.ticket_id = t.id and m.agent_id = a.id)
                or (c.state = 'active' and (c.agent_id = a.id or c.guest_id = a.id or exists (
                  select 1 from offers o
                  where o.chat_id = c.id and o.kind <> 'chat' and o.outcome is null and o.to_agent = a.id))))) "
    };
}
pub(crate) use sees;

#[cfg(test)]
mod tests;

//! At whom each waiting chat rings next: the agent of its queue with the fewest chats, then the one who has been idle
//! longest, never one who let it ring before in this round.

use super::{candidates::Candidate, line::Waiting};
use crate::sites::Site;
use protocol::{AgentId, ChatId};
use std::collections::HashSet;

/// At most `most` pairs, in the order of the line; each counts towards its agent's capacity.
pub(super) fn pick(
    site: &Site,
    line: &[Waiting],
    candidates: &mut [Candidate<'_>],
    tried: &HashSet<(ChatId, AgentId)>,
    most: usize,
) -> Vec<(Waiting, AgentId)> {
    let mut picked = Vec::new();
    for chat in line.iter().filter(|chat| !chat.rings) {
        if picked.len() == most {
            break;
        }
        let next = candidates
            .iter_mut()
            .filter(|one| one.chats < one.staff.capacity_at(site))
            .filter(|one| one.staff.serves_queue(site, chat.queue))
            .filter(|one| !tried.contains(&(chat.chat, one.staff.id)))
            .min_by_key(|one| (one.chats, one.idle_since));
        if let Some(next) = next {
            next.chats += 1;
            picked.push((*chat, next.staff.id));
        }
    }
    picked
}

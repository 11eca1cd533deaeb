//! At whom each waiting chat rings next (`behaviours.md`, "Offers"): an agent of its queue below capacity at whom it
//! has not rung in this round; of those the one with the fewest chats, then the one who has been idle longest. Nobody
//! left: it waits, and starts over.

use super::{candidates::Candidate, line::Waiting};
use protocol::{AgentId, Timestamp};
use std::{cmp::Ordering, collections::HashSet, time::Duration};

/// A chat that everybody let ring starts over this long after the last of them, if nobody came in between.
const START_OVER: Duration = Duration::from_secs(30);

/// What else is known at a look.
pub(super) struct Look<'a> {
    /// Agents who have become Disponible, or got below capacity by a chat that left them, since the last look.
    pub(super) back: &'a HashSet<AgentId>,
    pub(super) now: Timestamp,
    /// Chats that may begin to ring.
    pub(super) most: usize,
}

/// What a look comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Picked {
    pub(super) rings: Vec<Pick>,
    /// How soon the next chat starts over by the clock alone.
    pub(super) look_again: Option<Duration>,
}

/// A chat, by its place in the line, and the agent at whom it rings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) place: usize,
    pub(super) at: AgentId,
    pub(super) round: i64,
}

/// Looks at a line in its order; each chat that is picked counts towards its agent's capacity.
pub(super) fn pick(line: &[Waiting], candidates: &mut [Candidate], look: &Look<'_>) -> Picked {
    let mut picked = Picked::default();
    for (place, chat) in line.iter().enumerate().filter(|(_, chat)| !chat.rings) {
        if picked.rings.len() == look.most {
            break;
        }
        let has_room = |one: &Candidate| one.chats < one.capacity && one.serves(chat.queue);
        let mut round = chat.round;
        let mut next = best(candidates, |one| has_room(one) && !chat.tried.contains(&one.agent));
        if next.is_none()
            && let Some(last) = chat.last_try
        {
            // From a clock that was set back since: nobody can tell how long ago it was.
            let waited = if last > look.now { START_OVER } else { look.now.since(last) };
            let by_clock = START_OVER.saturating_sub(waited);
            let somebody_is_back =
                candidates.iter().any(|one| has_room(one) && look.back.contains(&one.agent));
            if by_clock.is_zero() || somebody_is_back {
                round += 1;
                next = best(candidates, has_room);
            } else {
                let sooner = picked.look_again.map_or(by_clock, |at| at.min(by_clock));
                picked.look_again = Some(sooner);
            }
        }
        if let Some(next) = next {
            candidates[next].chats += 1;
            picked.rings.push(Pick { place, at: candidates[next].agent, round });
        }
    }
    picked
}

/// The one of those who may with the fewest chats, then who has been idle longest; by place.
pub(super) fn best(candidates: &[Candidate], may: impl Fn(&Candidate) -> bool) -> Option<usize> {
    let order = |one: &Candidate, other: &Candidate| -> Ordering {
        (one.chats, one.idle_since).cmp(&(other.chats, other.idle_since))
    };
    (0..candidates.len())
        .filter(|n| may(&candidates[*n]))
        .min_by(|one, other| order(&candidates[*one], &candidates[*other]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{ChatId, QueueId, TicketId};
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_000_000);
    const ANA: AgentId = AgentId(Uuid::from_u128(1));
    const EVA: AgentId = AgentId(Uuid::from_u128(2));
    const SALES: QueueId = QueueId(Uuid::from_u128(1));
    const SUPPORT: QueueId = QueueId(Uuid::from_u128(2));

    fn waits(queue: Option<QueueId>, tried: &[AgentId], last_try: Option<i64>) -> Waiting {
        Waiting {
            chat: ChatId(Uuid::nil()),
            ticket: TicketId(Uuid::nil()),
            queue,
            round: 4,
            rings: false,
            tried: tried.to_vec(),
            last_try: last_try.map(|seconds| Timestamp(NOW.0 + 1000 * seconds)),
        }
    }

    fn new_chat() -> Waiting {
        waits(Some(SUPPORT), &[], None)
    }

    fn agent(agent: AgentId, chats: u32, idle_since: i64) -> Candidate {
        Candidate {
            agent,
            chats,
            capacity: 2,
            idle_since: Timestamp(idle_since),
            queues: HashSet::from([SUPPORT, SALES]),
        }
    }

    /// Whom each chat of the line rings at, with capacity 2.
    fn rings(
        line: &[Waiting],
        candidates: &[Candidate],
        back: &[AgentId],
    ) -> Vec<(usize, AgentId)> {
        let picked = look(line, candidates, back);
        picked.rings.iter().map(|pick| (pick.place, pick.at)).collect()
    }

    fn look(line: &[Waiting], candidates: &[Candidate], back: &[AgentId]) -> Picked {
        let back = back.iter().copied().collect();
        let look = Look { back: &back, now: NOW, most: 10 };
        pick(line, &mut candidates.to_vec(), &look)
    }

    #[test]
    fn the_least_loaded_rings_first_then_the_longest_idle() {
        assert_eq!(rings(&[new_chat()], &[agent(ANA, 1, 0), agent(EVA, 0, 9)], &[]), [(0, EVA)]);
        assert_eq!(rings(&[new_chat()], &[agent(ANA, 1, 9), agent(EVA, 1, 8)], &[]), [(0, EVA)]);
    }

    #[test]
    fn each_ring_counts_towards_capacity_in_the_order_of_the_line() {
        let line = vec![new_chat(); 4];
        let both = [agent(ANA, 1, 0), agent(EVA, 0, 0)];
        assert_eq!(rings(&line, &both, &[]), [(0, EVA), (1, ANA), (2, EVA)]);
        assert_eq!(rings(&line, &[agent(ANA, 2, 0)], &[]), []);
    }

    #[test]
    fn an_agents_own_capacity_is_the_bound() {
        let mut ana = agent(ANA, 2, 0);
        ana.capacity = 3;
        assert_eq!(rings(&[new_chat(), new_chat()], &[ana], &[]), [(0, ANA)]);
    }

    #[test]
    fn a_queue_rings_at_those_who_serve_it_and_no_queue_at_everybody() {
        let mut sales = agent(ANA, 0, 0);
        sales.queues = HashSet::from([SALES]);
        assert_eq!(rings(&[new_chat()], &[sales.clone()], &[]), []);
        assert_eq!(rings(&[waits(Some(SALES), &[], None)], &[sales.clone()], &[]), [(0, ANA)]);
        assert_eq!(rings(&[waits(None, &[], None)], &[sales], &[]), [(0, ANA)]);
    }

    #[test]
    fn what_rings_already_keeps_its_place_and_is_left_alone() {
        let mut ringing = new_chat();
        ringing.rings = true;
        assert_eq!(rings(&[ringing, new_chat()], &[agent(ANA, 0, 0)], &[]), [(1, ANA)]);
    }

    #[test]
    fn who_declined_is_not_rung_again_while_somebody_untried_is_free() {
        let declined = waits(Some(SUPPORT), &[ANA], Some(-60));
        let both = [agent(ANA, 0, 0), agent(EVA, 1, 9)];
        assert_eq!(rings(std::slice::from_ref(&declined), &both, &[ANA]), [(0, EVA)]);
        // Untried, and not free.
        assert_eq!(rings(&[declined], &[agent(ANA, 0, 0), agent(EVA, 2, 9)], &[]), [(0, ANA)]);
    }

    #[test]
    fn nobody_left_it_starts_over_after_thirty_seconds() {
        let ana = [agent(ANA, 0, 0)];
        let waiting = look(&[waits(None, &[ANA], Some(-29))], &ana, &[]);
        let again = Some(Duration::from_secs(1));
        assert_eq!(waiting, Picked { rings: vec![], look_again: again });
        let over = look(&[waits(None, &[ANA], Some(-30))], &ana, &[]);
        let rings = vec![Pick { place: 0, at: ANA, round: 5 }];
        assert_eq!(over, Picked { rings, look_again: None });
        let set_back = look(&[waits(None, &[ANA], Some(3600))], &ana, &[]);
        assert_eq!(set_back, over, "by a clock that was set back since");
    }

    #[test]
    fn nobody_left_it_starts_over_when_somebody_of_its_queue_is_back_with_room() {
        let line = [waits(Some(SUPPORT), &[ANA, EVA], Some(-1))];
        let both = [agent(ANA, 0, 0), agent(EVA, 1, 0)];
        assert_eq!(rings(&line, &both, &[]), []);
        // Back is one, and it rings at the least loaded of all.
        assert_eq!(rings(&line, &both, &[EVA]), [(0, ANA)]);
        let full = [agent(ANA, 0, 0), agent(EVA, 2, 0)];
        assert_eq!(rings(&line, &full, &[EVA]), []);
        let mut sales = agent(EVA, 0, 0);
        sales.queues = HashSet::from([SALES]);
        assert_eq!(rings(&line, &[agent(ANA, 0, 0), sales], &[EVA]), []);
    }
}

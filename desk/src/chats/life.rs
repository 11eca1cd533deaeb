//! The life of a chat as a machine: what may happen to it in which state, and what follows. Knows no rows: the verbs
//! beside it carry out a step only where the rows are still as it found them.
//!
//! ```text
//! waiting <-> ringing -> active -> ended        active -> waiting (its agent is lost), active (handed over)
//! waiting, ringing -> request, ended
//! ```

use super::outcome::Outcome;
use crate::{Error, tickets::ChatState};
use protocol::{AgentId, Code, Refusal};

/// Where a chat is, and with whom. None for an agent: the account is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Waiting,
    Ringing { at: Option<AgentId> },
    Active { owner: Option<AgentId> },
    Ended,
    Request,
}

/// What happens to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatEvent {
    /// It is offered to this agent.
    Ring {
        at: AgentId,
    },
    /// An agent takes it: the one at whom it rings, or another from the list.
    Accept {
        by: AgentId,
    },
    /// The agent at whom it rings does not want it.
    Decline {
        by: AgentId,
    },
    /// It rang for `ring_time`.
    Miss,
    /// The agent at whom it rings left.
    Withdraw,
    /// The agent who has it is lost.
    Requeue {
        from: AgentId,
    },
    /// Another agent takes it over.
    HandOver {
        from: AgentId,
        to: AgentId,
    },
    EndByAgent {
        agent: AgentId,
    },
    /// By an agent who may in place of the one who has it, for that one was removed.
    EndByOther,
    EndByVisitor,
    /// What it belongs to was removed.
    EndByDesk,
    /// Nobody comes any more.
    BecomeRequest,
}

/// What follows an event, besides the new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// An offer opens.
    Ring {
        at: AgentId,
    },
    /// The open offer has its outcome.
    Settle {
        at: Option<AgentId>,
        outcome: Outcome,
    },
    /// It is among those who wait, or no longer.
    JoinLine,
    LeaveLine,
    /// An agent has it, or no longer.
    Own {
        agent: AgentId,
    },
    Release {
        agent: Option<AgentId>,
    },
}

/// The answer to a legal event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) to: Life,
    /// Empty: it is so already, and there is nothing to do.
    pub(crate) effects: Vec<Effect>,
}

/// Why an event cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Illegal {
    /// Another agent has it.
    Taken,
    /// It is under way no longer.
    Over,
    /// It neither rings at this agent nor is theirs.
    NotTheirs,
    /// What the event was about is past: the chat has gone on meanwhile.
    TooLate,
}

/// The step that an event makes from a state.
pub(crate) fn step(from: Life, event: ChatEvent) -> Result<Step, Illegal> {
    use ChatEvent as E;
    use Effect::{JoinLine, LeaveLine, Own, Release, Ring, Settle};
    let settle = |at, outcome| Settle { at, outcome };
    let (to, effects) = match (from, event) {
        (Life::Waiting, E::Ring { at }) => (Life::Ringing { at: Some(at) }, vec![Ring { at }]),
        (Life::Waiting, E::Accept { by }) => {
            (Life::Active { owner: Some(by) }, vec![LeaveLine, Own { agent: by }])
        }
        (Life::Waiting, E::EndByVisitor) => (Life::Ended, vec![LeaveLine]),
        (Life::Waiting, E::BecomeRequest) => (Life::Request, vec![LeaveLine]),

        (Life::Ringing { at }, E::Accept { by }) => {
            let outcome = if at == Some(by) { Outcome::Accepted } else { Outcome::Taken };
            let effects = vec![settle(at, outcome), LeaveLine, Own { agent: by }];
            (Life::Active { owner: Some(by) }, effects)
        }
        (Life::Ringing { at }, E::Decline { by }) if at == Some(by) => {
            (Life::Waiting, vec![settle(at, Outcome::Declined)])
        }
        (Life::Ringing { at }, E::Miss) => (Life::Waiting, vec![settle(at, Outcome::Missed)]),
        (Life::Ringing { at }, E::Withdraw) => {
            (Life::Waiting, vec![settle(at, Outcome::Withdrawn)])
        }
        (Life::Ringing { at }, E::EndByVisitor) => {
            (Life::Ended, vec![settle(at, Outcome::Ended), LeaveLine])
        }
        (Life::Ringing { at }, E::BecomeRequest) => {
            (Life::Request, vec![settle(at, Outcome::BecameRequest), LeaveLine])
        }

        (Life::Active { owner }, E::Accept { by }) if owner == Some(by) => (from, vec![]),
        (Life::Active { owner }, E::Requeue { from }) if owner == Some(from) => {
            (Life::Waiting, vec![Release { agent: owner }, JoinLine])
        }
        (Life::Active { owner }, E::HandOver { from, to }) if owner == Some(from) => {
            (Life::Active { owner: Some(to) }, vec![Release { agent: owner }, Own { agent: to }])
        }
        (Life::Active { owner }, E::EndByAgent { agent }) if owner == Some(agent) => {
            (Life::Ended, vec![Release { agent: owner }])
        }
        (Life::Active { owner }, E::EndByOther | E::EndByVisitor | E::EndByDesk) => {
            (Life::Ended, vec![Release { agent: owner }])
        }

        (Life::Active { .. }, E::Accept { .. }) => return Err(Illegal::Taken),
        (
            Life::Ended | Life::Request,
            E::Accept { .. }
            | E::Decline { .. }
            | E::EndByAgent { .. }
            | E::EndByOther
            | E::EndByVisitor,
        ) => return Err(Illegal::Over),
        (
            Life::Waiting | Life::Ringing { .. } | Life::Active { .. },
            E::Decline { .. } | E::EndByAgent { .. } | E::EndByOther,
        ) => return Err(Illegal::NotTheirs),
        (
            _,
            E::Ring { .. }
            | E::Miss
            | E::Withdraw
            | E::Requeue { .. }
            | E::HandOver { .. }
            | E::EndByDesk
            | E::BecomeRequest,
        ) => return Err(Illegal::TooLate),
    };
    Ok(Step { to, effects })
}

impl Life {
    pub(crate) fn state(self) -> ChatState {
        match self {
            Self::Waiting => ChatState::Waiting,
            Self::Ringing { .. } => ChatState::Ringing,
            Self::Active { .. } => ChatState::Active,
            Self::Ended => ChatState::Ended,
            Self::Request => ChatState::Request,
        }
    }
}

impl From<Illegal> for Error {
    fn from(illegal: Illegal) -> Self {
        match illegal {
            Illegal::Taken => Refusal::new(Code::AlreadyTaken).into(),
            Illegal::Over => Refusal::new(Code::ChatEnded).into(),
            Illegal::NotTheirs => Refusal::new(Code::Forbidden).into(),
            // The desk itself asked: whatever it looked at is to be looked at again.
            Illegal::TooLate => Self::Conflict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ANA: AgentId = AgentId(Uuid::from_u128(1));
    const EVA: AgentId = AgentId(Uuid::from_u128(2));

    const STATES: [(&str, Life); 7] = [
        ("waiting", Life::Waiting),
        ("ringing(ana)", Life::Ringing { at: Some(ANA) }),
        ("ringing(gone)", Life::Ringing { at: None }),
        ("active(ana)", Life::Active { owner: Some(ANA) }),
        ("active(gone)", Life::Active { owner: None }),
        ("ended", Life::Ended),
        ("request", Life::Request),
    ];

    /// A row an event, a column a state of [`STATES`].
    const TABLE: [(ChatEvent, [&str; 7]); 17] = [
        (
            ChatEvent::Ring { at: ANA },
            ["ringing(ana): ring(ana)", LATE, LATE, LATE, LATE, LATE, LATE],
        ),
        (
            ChatEvent::Accept { by: ANA },
            [
                "active(ana): leave own(ana)",
                "active(ana): accepted(ana) leave own(ana)",
                "active(ana): taken(gone) leave own(ana)",
                "active(ana):",
                TAKEN,
                OVER,
                OVER,
            ],
        ),
        (
            ChatEvent::Accept { by: EVA },
            [
                "active(eva): leave own(eva)",
                "active(eva): taken(ana) leave own(eva)",
                "active(eva): taken(gone) leave own(eva)",
                TAKEN,
                TAKEN,
                OVER,
                OVER,
            ],
        ),
        (
            ChatEvent::Decline { by: ANA },
            [NOT_THEIRS, "waiting: declined(ana)", NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, OVER, OVER],
        ),
        (
            ChatEvent::Decline { by: EVA },
            [NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, OVER, OVER],
        ),
        (
            ChatEvent::Miss,
            [LATE, "waiting: missed(ana)", "waiting: missed(gone)", LATE, LATE, LATE, LATE],
        ),
        (
            ChatEvent::Withdraw,
            [LATE, "waiting: withdrawn(ana)", "waiting: withdrawn(gone)", LATE, LATE, LATE, LATE],
        ),
        (
            ChatEvent::Requeue { from: ANA },
            [LATE, LATE, LATE, "waiting: release(ana) join", LATE, LATE, LATE],
        ),
        (ChatEvent::Requeue { from: EVA }, [LATE, LATE, LATE, LATE, LATE, LATE, LATE]),
        (
            ChatEvent::HandOver { from: ANA, to: EVA },
            [LATE, LATE, LATE, "active(eva): release(ana) own(eva)", LATE, LATE, LATE],
        ),
        (ChatEvent::HandOver { from: EVA, to: ANA }, [LATE, LATE, LATE, LATE, LATE, LATE, LATE]),
        (
            ChatEvent::EndByOther,
            [
                NOT_THEIRS,
                NOT_THEIRS,
                NOT_THEIRS,
                "ended: release(ana)",
                "ended: release(gone)",
                OVER,
                OVER,
            ],
        ),
        (
            ChatEvent::EndByAgent { agent: ANA },
            [NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, "ended: release(ana)", NOT_THEIRS, OVER, OVER],
        ),
        (
            ChatEvent::EndByAgent { agent: EVA },
            [NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, OVER, OVER],
        ),
        (
            ChatEvent::EndByVisitor,
            [
                "ended: leave",
                "ended: ended(ana) leave",
                "ended: ended(gone) leave",
                "ended: release(ana)",
                "ended: release(gone)",
                OVER,
                OVER,
            ],
        ),
        (
            ChatEvent::EndByDesk,
            [LATE, LATE, LATE, "ended: release(ana)", "ended: release(gone)", LATE, LATE],
        ),
        (
            ChatEvent::BecomeRequest,
            [
                "request: leave",
                "request: became_request(ana) leave",
                "request: became_request(gone) leave",
                LATE,
                LATE,
                LATE,
                LATE,
            ],
        ),
    ];

    const LATE: &str = "refused: TooLate";
    const TAKEN: &str = "refused: Taken";
    const OVER: &str = "refused: Over";
    const NOT_THEIRS: &str = "refused: NotTheirs";

    fn named(agent: Option<AgentId>) -> &'static str {
        match agent {
            Some(ANA) => "ana",
            Some(_) => "eva",
            None => "gone",
        }
    }

    fn described(step: Result<Step, Illegal>) -> String {
        let step = match step {
            Ok(step) => step,
            Err(illegal) => return format!("refused: {illegal:?}"),
        };
        let effects = step.effects.into_iter().map(|effect| match effect {
            Effect::Ring { at } => format!(" ring({})", named(Some(at))),
            Effect::Settle { at, outcome } => format!(" {outcome}({})", named(at)),
            Effect::JoinLine => " join".into(),
            Effect::LeaveLine => " leave".into(),
            Effect::Own { agent } => format!(" own({})", named(Some(agent))),
            Effect::Release { agent } => format!(" release({})", named(agent)),
        });
        let to = match step.to {
            Life::Ringing { at } => format!("ringing({})", named(at)),
            Life::Active { owner } => format!("active({})", named(owner)),
            other => other.state().to_string(),
        };
        format!("{to}:{}", effects.collect::<String>())
    }

    #[test]
    fn every_event_in_every_state_leads_where_the_table_says_or_is_refused() {
        for (event, answers) in TABLE {
            for ((name, state), answer) in STATES.into_iter().zip(answers) {
                assert_eq!(described(step(state, event)), answer, "{event:?} in {name}");
            }
        }
    }

    #[test]
    fn whoever_waits_is_in_the_line_and_whoever_is_active_has_one_owner() {
        for (event, _) in TABLE {
            for (name, from) in STATES {
                let Ok(Step { to, effects }) = step(from, event) else { continue };
                let count = |wanted: fn(&Effect) -> bool| {
                    i32::try_from(effects.iter().filter(|effect| wanted(effect)).count()).unwrap()
                };
                let waits = |life: Life| i32::from(life.state().is_waiting());
                let joined = count(|effect| *effect == Effect::JoinLine);
                let left = count(|effect| *effect == Effect::LeaveLine);
                assert_eq!(waits(to) - waits(from), joined - left, "{event:?} in {name}");
                let is_active = |life: Life| i32::from(life.state() == ChatState::Active);
                let owned = count(|effect| matches!(effect, Effect::Own { .. }));
                let released = count(|effect| matches!(effect, Effect::Release { .. }));
                assert_eq!(
                    is_active(to) - is_active(from),
                    owned - released,
                    "{event:?} in {name}"
                );
                let rings = |life: Life| i32::from(life.state() == ChatState::Ringing);
                let opened = count(|effect| matches!(effect, Effect::Ring { .. }));
                let settled = count(|effect| matches!(effect, Effect::Settle { .. }));
                assert_eq!(rings(to) - rings(from), opened - settled, "{event:?} in {name}");
            }
        }
    }
}

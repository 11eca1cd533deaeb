//! Everybody who may come by, as seen from one ticket.

use super::walk::Walk;
use crate::world::{PASSWORD, World, http::Ask};
use desk::people::{Agent, NewAgent};
use protocol::{Role, form::Started};

/// Somebody, by what the ticket is to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Nobody,
    DisabledAgent,
    /// Of the ticket.
    Visitor,
    /// Of another ticket of the site.
    OtherVisitor,
    OtherSitesVisitor,
    /// Of the ticket's queue.
    Agent,
    OtherQueuesAgent,
    OtherSitesAgent,
    OtherSitesOwner,
    Supervisor,
    Owner,
}

impl Who {
    pub const ALL: [Self; 11] = [
        Self::Nobody,
        Self::DisabledAgent,
        Self::Visitor,
        Self::OtherVisitor,
        Self::OtherSitesVisitor,
        Self::Agent,
        Self::OtherQueuesAgent,
        Self::OtherSitesAgent,
        Self::OtherSitesOwner,
        Self::Supervisor,
        Self::Owner,
    ];

    /// The role of somebody with a session that holds.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Agent | Self::OtherQueuesAgent | Self::OtherSitesAgent => Some(Role::Agent),
            Self::Supervisor => Some(Role::Supervisor),
            Self::Owner | Self::OtherSitesOwner => Some(Role::Owner),
            _ => None,
        }
    }

    /// Whether the ticket is theirs to see: `Desk`'s one rule, as behaviours.md has it.
    pub fn may_see_ticket(self) -> bool {
        matches!(self, Self::Visitor | Self::Agent | Self::Supervisor | Self::Owner)
    }

    /// Everybody with a session that holds.
    pub fn agents() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|who| who.role().is_some())
    }
}

/// Somebody who has signed in.
pub struct SignedIn {
    pub cookie: String,
    pub agent: Agent,
}

impl SignedIn {
    pub async fn new(
        world: &World,
        name: &str,
        role: Role,
        site: &str,
        queue: Option<&str>,
    ) -> Self {
        let email = format!("{name}@example.com");
        let new = NewAgent {
            email: email.clone(),
            name: "Lucía Medina".into(),
            role,
            sites: vec![site.into()],
            queues: queue.map(str::to_owned).into_iter().collect(),
            password: Some(PASSWORD.into()),
        };
        world.desk().create_agent(new).await.unwrap();
        let token = world.desk().sign_in(&email, PASSWORD).await.unwrap();
        let agent = world.desk().find_session(&token.0).await.unwrap().unwrap();
        Self { cookie: format!("ayuda_session={}", token.0), agent }
    }
}

/// The request with everything that this person has to show; `ticket` is what the visitor has of it.
pub fn ask_as(walk: &Walk, who: Who, ticket: &Started, ask: Ask) -> Ask {
    let of_ticket = |ask: Ask, started: &Started| {
        ask.bearer(&started.token.0).cookie(&format!("ayuda_ticket={}", started.token.0))
    };
    match who {
        Who::Nobody => ask,
        Who::Visitor => of_ticket(ask, ticket),
        Who::OtherVisitor => of_ticket(ask, &walk.other_ticket),
        Who::OtherSitesVisitor => of_ticket(ask, &walk.other_sites_ticket),
        Who::DisabledAgent => ask.cookie(&walk.disabled),
        _ => ask.cookie(&walk.signed_in(who).cookie),
    }
}

//! Everybody who may come by, as seen from one ticket.

use super::walk::Walk;
use crate::world::{PASSWORD, World, http::Ask};
use desk::people::{Agent, NewAgent};
use protocol::{Role, TicketToken, form::Started};

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
    let token = token_of(walk, who, ticket);
    let ask = token.into_iter().fold(ask, |ask, token| ask.bearer(&token.0));
    let cookie = cookie_of(walk, who, token);
    cookie.into_iter().fold(ask, |ask, cookie| ask.cookie(&cookie))
}

/// The token that this person has: `ticket` is what the visitor has of it.
pub fn token_of<'a>(walk: &'a Walk, who: Who, ticket: &'a Started) -> Option<&'a TicketToken> {
    match who {
        Who::Visitor => Some(&ticket.token),
        Who::OtherVisitor => Some(&walk.other_ticket.token),
        Who::OtherSitesVisitor => Some(&walk.other_sites_ticket.token),
        _ => None,
    }
}

/// What the browser of this person sends by itself; `token` is that of their ticket.
pub fn cookie_of(walk: &Walk, who: Who, token: Option<&TicketToken>) -> Option<String> {
    match who {
        Who::Nobody => None,
        Who::Visitor => token.map(|token| format!("ayuda_ticket={}; {}", token.0, walk.own)),
        Who::OtherVisitor | Who::OtherSitesVisitor => {
            token.map(|token| format!("ayuda_ticket={}", token.0))
        }
        Who::DisabledAgent => Some(walk.disabled.clone()),
        _ => Some(walk.signed_in(who).cookie.clone()),
    }
}

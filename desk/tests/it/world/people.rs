//! Who answers.

use super::World;
use desk::{
    console::ConsoleGuard,
    people::{Agent, NewAgent, Role, SessionToken},
};
use protocol::agent::AgentState;

pub const PASSWORD: &str = "contraseña larga";
/// The address of [`World::owner`].
pub const OWNER: &str = "lucia@example.com";

/// Who somebody is, and what they serve.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub name: &'a str,
    pub role: Role,
    /// None: all.
    pub sites: &'a [&'a str],
    /// None: all of them.
    pub queues: &'a [&'a str],
}

impl Person<'_> {
    /// As they are made, or changed when they are there.
    pub fn account(self) -> NewAgent {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        NewAgent {
            email: format!("{}@example.com", self.name),
            name: self.name.to_owned(),
            role: self.role,
            sites: owned(self.sites),
            queues: owned(self.queues),
            password: None,
        }
    }
}

impl World {
    /// An agent of every site, Disponible.
    pub async fn agent(&self, name: &str) -> Agent {
        self.agent_of(name, &[]).await
    }

    /// An agent of these sites, Disponible.
    pub async fn agent_of(&self, name: &str, sites: &[&str]) -> Agent {
        let email = format!("{name}@example.com");
        let new = NewAgent {
            email: email.clone(),
            name: name.to_owned(),
            role: Role::Agent,
            sites: sites.iter().map(|&site| site.to_owned()).collect(),
            queues: vec![],
            password: Some(PASSWORD.into()),
        };
        self.desk.create_agent(new).await.unwrap();
        let (agent, token) = self.sign_in(&email).await;
        self.desk.set_agent_state(agent.id, AgentState::Available).await.unwrap();
        self.desk.find_session(&token.0).await.unwrap().unwrap()
    }

    /// Somebody new, Disponible, signed in.
    pub async fn hire(&self, person: Person<'_>) -> (Agent, SessionToken) {
        let new = NewAgent { password: Some(PASSWORD.into()), ..person.account() };
        self.desk.create_agent(new).await.unwrap();
        self.sign_in(&format!("{}@example.com", person.name)).await
    }

    /// An agent with a console.
    pub async fn at_console(&self, name: &str) -> (Agent, ConsoleGuard) {
        let agent = self.agent(name).await;
        let console = self.desk.console_connected(agent.id);
        (agent, console)
    }

    /// The owner, signed in.
    pub async fn owner(&self) -> (Agent, SessionToken) {
        let new = NewAgent {
            email: OWNER.into(),
            name: "Lucía Medina".into(),
            role: Role::Owner,
            sites: vec![],
            queues: vec![],
            password: Some(PASSWORD.into()),
        };
        self.desk.create_agent(new).await.unwrap();
        self.sign_in(OWNER).await
    }

    async fn sign_in(&self, email: &str) -> (Agent, SessionToken) {
        let token = self.desk.sign_in(email, PASSWORD).await.unwrap();
        let agent = self.desk.find_session(&token.0).await.unwrap().unwrap();
        (agent, token)
    }
}

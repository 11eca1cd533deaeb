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

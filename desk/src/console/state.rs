//! *Disponible* or *Ausente*; *RONA* is what an offer makes of somebody who let it ring.

use crate::{
    Desk, Error, Result,
    db::{Event, bump_revision, retry},
    live::CONSOLE_GONE,
    people::{Agent, accounts},
    routing,
};
use protocol::{
    AgentId, Code, Field, Refusal,
    agent::AgentState,
    settings::{AwayReason, Language, List},
};
use tracing::instrument;

impl Desk {
    /// The language of the agent's console and of the mails to them.
    #[instrument(level = "debug", skip_all, fields(%agent, %lang))]
    pub async fn set_agent_language(&self, agent: AgentId, lang: Language) -> Result<()> {
        retry!({
            let mut tx = self.begin().await?;
            // The first row that everybody writes who changes an agent.
            bump_revision(&mut tx).await?;
            if !accounts::set_language(&mut tx, agent, lang).await? {
                return Err(Error::not_found());
            }
            self.commit(tx).await
        })?;
        routing::sites_were_changed(self).await?;
        Ok(())
    }

    /// *Disponible* or *Ausente*; consoles and pages hear of it at once. It is how *RONA* is left.
    ///
    /// # Errors
    /// `Invalid` for *RONA*, which nobody chooses; `NotFound`.
    #[instrument(level = "debug", skip_all, fields(%agent))]
    pub async fn set_agent_state(&self, agent: AgentId, state: AgentState) -> Result<()> {
        match state {
            AgentState::Available | AgentState::Away => {
                self.change_agent_state(agent, state, None).await
            }
            AgentState::Rona => Err(Refusal::of(Field::State, Code::Invalid).into()),
        }
    }

    /// *Ausente*, with one of the reasons of the agent's sites, or none.
    ///
    /// # Errors
    /// `Invalid` for another reason; `NotFound`.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn go_away(&self, agent: &Agent, reason: Option<&AwayReason>) -> Result<()> {
        if reason.is_some_and(|reason| !self.away_reasons(agent).contains(reason)) {
            return Err(Refusal::of(Field::Reason, Code::Invalid).into());
        }
        self.change_agent_state(agent.id, AgentState::Away, reason).await
    }

    /// The reasons to be *Ausente* of all sites that the agent serves, each once.
    pub(super) fn away_reasons(&self, agent: &Agent) -> List<AwayReason> {
        let sites = self.sites();
        let of_mine = sites.iter().filter(|site| agent.sites.contains_key(&site.id));
        let mut reasons = List::default();
        for reason in of_mine.flat_map(|site| site.away_reasons.iter()) {
            // One that is there already, and more than anybody reads through, are left out.
            _ = reasons.push(reason.clone());
        }
        reasons
    }

    /// How many waiting chats become help requests if the agent becomes *Ausente* now: those of sites where nobody else
    /// is *Disponible* or in *RONA*.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub fn preview_away(&self, agent: &Agent) -> u32 {
        let snapshot = self.0.sites.now();
        let may_come = |site| {
            let mut others = snapshot.staff.iter().filter(|staff| staff.id != agent.id);
            others
                .any(|staff| staff.serves(site) && routing::may_come(self, staff.id, CONSOLE_GONE))
        };
        let left = agent.sites.keys().filter(|site| !may_come(**site));
        left.map(|site| self.waiting_chats(*site)).sum()
    }

    async fn change_agent_state(
        &self,
        agent: AgentId,
        state: AgentState,
        reason: Option<&AwayReason>,
    ) -> Result<()> {
        let now = self.now();
        let is_new = retry!({
            let mut tx = self.begin().await?;
            // The first row that everybody writes who changes an agent.
            bump_revision(&mut tx).await?;
            if !accounts::set_state(&mut tx, agent, state, reason, now).await? {
                return Ok(false);
            }
            tx.publish(Event::AgentState { agent });
            self.commit(tx).await?;
            Ok(true)
        })?;
        if !is_new {
            return match self.0.sites.now().agent(agent) {
                Some(_) => Ok(()),
                None => Err(Error::not_found()),
            };
        }
        routing::sites_were_changed(self).await?;
        routing::agent_changed(self, agent);
        Ok(())
    }
}

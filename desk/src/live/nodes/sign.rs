//! What a process tells the others of itself, and how it reads what they tell.

use super::{
    elsewhere::Changed,
    rows::{self, Here},
};
use crate::{
    Desk, Result,
    db::in_time_of,
    live::relay::{self, Notice},
};
use protocol::AgentId;
use std::{collections::HashSet, time::Duration};

/// A sign that takes longer has failed; the next try may have a better connection.
const LONGEST: Duration = Duration::from_secs(5);

impl Desk {
    /// Gives a sign, with the consoles that came or went since the last one. A process that nobody knows, or nobody
    /// knows any more, writes all of its own. To be polled to the end.
    ///
    /// # Errors
    /// What was to be written is written with the next sign.
    pub(crate) async fn give_sign(&self) -> Result<()> {
        let (nodes, moment) = (&self.0.nodes, self.moment());
        let moved = nodes.take_moved();
        let given = in_time_of(nodes.beat().min(LONGEST), self.write_sign(&moved)).await;
        match given {
            Ok(()) => nodes.signed(moment),
            Err(_) => nodes.put_back(moved),
        }
        given
    }

    async fn write_sign(&self, moved: &HashSet<AgentId>) -> Result<()> {
        let mut tx = self.begin().await?;
        let is_new = rows::sign(&mut tx, self.node(), &host_name()).await?;
        let agents =
            if is_new { self.0.presence.agents() } else { moved.iter().copied().collect() };
        let here = self.consoles_here(&agents);
        rows::write(&mut tx, self.node(), &here).await?;
        let mut notices: Vec<Notice> =
            here.iter().map(|here| Notice::Consoles { agent: here.agent }).collect();
        if is_new || self.0.nodes.is_cut_off(self.moment()) {
            notices.push(Notice::Nodes);
        }
        relay::notify_with(&mut tx, self, &notices).await?;
        self.commit(tx).await
    }

    /// Says that the process stops in good order. Its consoles are on their way to another: that they go here is no
    /// news any more.
    pub(crate) async fn say_stopping(&self) -> Result<()> {
        let moved = self.0.nodes.take_moved();
        let agents: Vec<AgentId> = moved.iter().copied().collect();
        // Those that went are written when the desk serves again, if ever.
        self.0.nodes.put_back(moved);
        let mut here = self.consoles_here(&agents);
        here.retain(|here| here.is_open);
        let mut tx = self.begin().await?;
        rows::write(&mut tx, self.node(), &here).await?;
        rows::stop(&mut tx, self.node()).await?;
        relay::notify_with(&mut tx, self, &[Notice::Nodes]).await?;
        self.commit(tx).await
    }

    /// How it is with the consoles of these agents here.
    fn consoles_here(&self, agents: &[AgentId]) -> Vec<Here> {
        let now = self.moment();
        let here = agents.iter().filter_map(|agent| {
            let (is_open, since) = self.0.presence.find_console(*agent)?;
            Some(Here { agent: *agent, is_open, since: now.since(since) })
        });
        here.collect()
    }

    /// Reads which other processes are there, and where their consoles are; answers what changed by that.
    pub(crate) async fn read_nodes(&self) -> Result<Changed> {
        if !self.db().is_postgres() {
            return Ok(Changed::default());
        }
        let (reading, read_at) = rows::read(self, self.node()).await?;
        let mut changed = self.0.nodes.replace(reading, read_at, self.moment());
        let is_here =
            |agent| self.0.presence.find_console(agent).is_some_and(|(is_open, _)| is_open);
        changed.agents.retain(|agent| !is_here(*agent));
        Ok(changed)
    }

    /// Forgets processes that are gone for long.
    pub(crate) async fn forget_nodes(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        rows::sweep(&mut tx).await?;
        self.commit(tx).await
    }
}

/// What the machine calls itself.
fn host_name() -> String {
    hostname::get().map_or_else(|_| "?".to_owned(), |name| name.to_string_lossy().into_owned())
}

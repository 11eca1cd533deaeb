//! The first frame of a console.

use super::AgentView;
use protocol::{
    agent::{AgentEvent, Draft, WorkView},
    limits,
};
use serde::Serialize;

impl AgentView {
    /// The first frame, and the drafts that would make it too long.
    pub(in crate::ws::agent) async fn welcome(&mut self) -> desk::Result<(AgentEvent, Vec<Draft>)> {
        // Before what is read with them: a change meanwhile is told afterwards.
        let sights = self.read_sights();
        let desk = &self.server.desk;
        desk.hear_of_mentions(&self.agent).await?;
        let me = desk.profile(&self.agent).await?;
        let offers = desk.offers(&self.agent).await?;
        self.offered = offers.iter().map(|offer| offer.chat).collect();
        let work = self.first_page(WorkView::Open).await?;
        let desk = &self.server.desk;
        let mut drafts = desk.drafts(&self.agent).await?;
        self.sights = sights;
        let total = self.list.total();
        let mut welcome = AgentEvent::Welcome { me, work, offers, total, drafts: Vec::new() };
        let room = limits::ANSWER_BYTES.saturating_sub(json_bytes(&welcome));
        let rest = drafts.split_off(fitting(&drafts, room));
        if let AgentEvent::Welcome { drafts: sent, .. } = &mut welcome {
            *sent = drafts;
        }
        Ok((welcome, rest))
    }
}

/// How many of the first have at most so many bytes together, as they are sent.
fn fitting(drafts: &[Draft], bytes: usize) -> usize {
    let mut left = bytes;
    let fits = |draft: &&Draft| {
        // With the comma before the next one.
        let rest = left.checked_sub(json_bytes(*draft) + 1);
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    drafts.iter().take_while(fits).count()
}

fn json_bytes<T: Serialize>(value: &T) -> usize {
    serde_json::to_vec(value).expect("what is sent is JSON").len()
}

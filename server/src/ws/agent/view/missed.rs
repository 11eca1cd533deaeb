//! What a console has to be told again: after a change of what its agent may see, and after it missed something.

use super::{AgentView, Opened, Watched};
use protocol::{
    ChatId, Code, TicketId,
    agent::{AgentEvent, Sight},
};
use std::collections::HashSet;

impl AgentView {
    /// The list as it is after a change of what the agent may see, as far as it was on screen, told as the rows that
    /// are other than before.
    ///
    /// # Errors
    /// It could not be read, and nobody says so again: the console has to come back.
    pub(in crate::ws::agent) async fn access_changed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        let mut events = Vec::new();
        let sights = self.read_sights();
        // Of a site that was lost, too: given back, it may be read differently.
        let reads_differently =
            self.sights.iter().any(|(site, before)| sights.get(site) != Some(before));
        if reads_differently {
            // Nothing of what it has is what it may have now.
            let masked = sights.iter().filter(|(_, sight)| **sight == Sight::Masked);
            let masked = masked.map(|(site, _)| *site).collect();
            events.push(AgentEvent::SightChanged { masked });
            let offers = self.server.desk.offers(&self.agent).await?;
            events.extend(
                offers.into_iter().map(|offer| AgentEvent::Offer { offer: Box::new(offer) }),
            );
        }
        let before = self.list.rows().clone();
        self.first_page(self.list.view()).await?;
        // As many pages as there were: whoever sees fewer rows has fewer on screen.
        for _ in 0..before.len() / desk::console::ROWS_A_PAGE {
            if self.list.next().is_some() && self.list.rows().len() < before.len() {
                self.next_page().await?;
            }
        }
        let me = self.server.desk.profile(&self.agent).await?;
        let now = self.list.rows();
        let gone = before.keys().filter(|ticket| !now.contains_key(ticket));
        events.extend(gone.map(|ticket| AgentEvent::WorkGone { ticket: *ticket }));
        let new = now.values().filter(|item| before.get(&item.ticket) != Some(item));
        events.extend(new.map(|item| AgentEvent::Work { item: Box::new(item.clone()) }));
        events.push(self.list.only_total());
        events.push(AgentEvent::State { me });
        // Only now is all of it known to be told.
        self.sights = sights;
        Ok(events)
    }

    /// Whether the agent still sees a ticket on screen with which they have to do no longer as they had; where it could
    /// not be read they keep it until the next change.
    pub(in crate::ws::agent) async fn still_sees(&self, ticket: TicketId) -> bool {
        let seen = self.server.desk.conversation(&self.agent, ticket).await;
        !seen.is_err_and(|error| error.refusal().code == Code::NotFound)
    }

    /// What was missed beside tickets: the list, as far as it was on screen, the agent's own state and what rings.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`].
    pub(in crate::ws::agent) async fn missed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        self.server.desk.hear_of_mentions(&self.agent).await?;
        let mut events = self.access_changed().await?;
        // Those that were sent or deleted elsewhere, too.
        let drafts = self.server.desk.drafts(&self.agent).await?;
        events.extend(drafts.into_iter().map(|draft| AgentEvent::Draft { draft }));
        let offers = self.server.desk.offers(&self.agent).await?;
        let ring: HashSet<ChatId> = offers.iter().map(|offer| offer.chat).collect();
        let gone = self.offered.difference(&ring);
        events.extend(gone.map(|chat| AgentEvent::OfferGone { chat: *chat }));
        let offers = offers.into_iter().map(|offer| AgentEvent::Offer { offer: Box::new(offer) });
        events.extend(offers);
        self.offered = ring;
        Ok(events)
    }

    /// What was missed of a ticket on screen: its head and the entries after those that were sent. One that the agent
    /// may see no longer leaves the screen.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`].
    pub(in crate::ws::agent) async fn missed_entries(
        &mut self,
        ticket: TicketId,
    ) -> desk::Result<Vec<AgentEvent>> {
        let Some(sent) = self.watched.get(&ticket).map(|watched| watched.sent) else {
            return Ok(Vec::new());
        };
        let Opened { site, conversation, entries, last } = match self.read(ticket, sent).await {
            Ok(read) => read,
            Err(error) if error.refusal().code == Code::NotFound => {
                return Ok(vec![AgentEvent::AccessLost { ticket }]);
            }
            Err(error) => return Err(error),
        };
        self.server.desk.hub().has_read(ticket, last);
        let mut events = vec![AgentEvent::Conversation { conversation: Box::new(conversation) }];
        if let Some(entry) = entries.last() {
            self.watched.insert(ticket, Watched { site, sent: entry.seq });
            events.push(AgentEvent::Entries { ticket, entries, last });
        }
        Ok(events)
    }
}

//! What a console is sent of each event.

use super::AgentView;
use desk::live::Event;
use protocol::{
    Code,
    agent::{AgentEvent, Colleague},
};

impl AgentView {
    /// What is sent of an event that carries all there is to send.
    pub(in crate::ws::agent) fn event(&mut self, event: &Event) -> Option<AgentEvent> {
        match event {
            Event::Entry { ticket, agent: entry, .. } => {
                let watched = self.watched.get_mut(ticket);
                let watched = watched.filter(|watched| entry.seq > watched.sent)?;
                watched.sent = entry.seq;
                let entry = self.server.desk.show_entry(&self.agent, watched.site, entry);
                Some(AgentEvent::Entry { ticket: *ticket, entry })
            }
            Event::Typing { ticket, agent: None } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::Typing { ticket: *ticket })
            }
            Event::Typing { ticket, agent: Some((agent, name)) }
                if self.watched.contains_key(ticket) =>
            {
                let colleague = Colleague { agent: *agent, name: name.clone() };
                Some(AgentEvent::ColleagueTyping { ticket: *ticket, colleague })
            }
            Event::Watchers { ticket } if self.watched.contains_key(ticket) => {
                let colleagues = self.server.desk.colleagues_watching(self.agent.id, *ticket);
                let known = self.onlookers.entry(*ticket).or_default();
                if *known == colleagues {
                    return None;
                }
                known.clone_from(&colleagues);
                Some(AgentEvent::Watchers { ticket: *ticket, colleagues })
            }
            Event::Seen { ticket, by_visitor: true, upto } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::Seen { ticket: *ticket, upto: *upto })
            }
            Event::VisitorPresent { ticket, present } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::VisitorPresent { ticket: *ticket, present: *present })
            }
            Event::OfferGone { chat, .. } => {
                self.offered.remove(chat);
                Some(AgentEvent::OfferGone { chat: *chat })
            }
            Event::AccessLost { ticket, .. } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::AccessLost { ticket: *ticket })
            }
            _ => None,
        }
    }

    /// What is sent of an event that only says that something changed.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`]: what rings ends before it changes again.
    pub(in crate::ws::agent) async fn read_event(
        &mut self,
        event: &Event,
    ) -> desk::Result<Option<AgentEvent>> {
        let desk = &self.server.desk;
        let read = match event {
            Event::Ticket { ticket } if self.watched.contains_key(ticket) => {
                match desk.conversation(&self.agent, *ticket).await {
                    // It lies somewhere else by now.
                    Err(error) if error.refusal().code == Code::NotFound => {
                        Ok(Some(AgentEvent::AccessLost { ticket: *ticket }))
                    }
                    read => read.map(|head| {
                        Some(AgentEvent::Conversation { conversation: Box::new(head) })
                    }),
                }
            }
            Event::Offer { chat, .. } => desk.find_offer(&self.agent, *chat).await.map(|offer| {
                let offer = offer?;
                self.offered.insert(offer.chat);
                Some(AgentEvent::Offer { offer: Box::new(offer) })
            }),
            Event::Draft { ticket, .. } => desk
                .find_draft(&self.agent, *ticket)
                .await
                .map(|draft| draft.map(|draft| AgentEvent::Draft { draft })),
            Event::Mentioned { ticket, by, .. } => {
                let by = desk.find_agent(*by).map(|agent| agent.name.clone());
                desk.conversation(&self.agent, *ticket).await.map(|head| {
                    let (ticket, number) = (*ticket, head.number.clone());
                    Some(AgentEvent::Mentioned { ticket, number, by: by.unwrap_or_default() })
                })
            }
            Event::AgentState { .. } => {
                desk.profile(&self.agent).await.map(|me| Some(AgentEvent::State { me }))
            }
            _ => return Ok(None),
        };
        read.or_else(|error| {
            if error.refusal().code == Code::TryAgain {
                return Err(error);
            }
            // It is not there any more, or not for this agent.
            tracing::debug!(%error, "an event's subject could not be read");
            Ok(None)
        })
    }
}

//! The chat on the ticket: under way, told to the host page, and over.

use super::{
    effect::{Effect, Focus, HostNotice},
    model::{Environment, State},
};
use crate::{markup::Id, view_model::Screen};
use protocol::{
    entry::VisitorBody,
    visitor::{VisitorChat, VisitorTicket},
};

impl State {
    pub(super) fn set_ticket(&mut self, ticket: VisitorTicket, env: &Environment) {
        let was_running = self.is_running();
        self.screen = Screen::Conversation;
        if ticket.site_removed || !matches!(ticket.chat, VisitorChat::Active { .. }) {
            self.typing_agent = None;
        }
        self.ticket = Some(ticket);
        self.tell_chat(self.is_running());
        if was_running && !self.is_running() {
            self.end_dialog_open = false;
            self.show_what_follows(env);
        }
    }

    /// Whether a chat waits or is under way.
    pub(super) fn is_running(&self) -> bool {
        let chat = self.ticket.as_ref().map(|ticket| &ticket.chat);
        matches!(chat, Some(VisitorChat::Waiting { .. } | VisitorChat::Active { .. }))
    }

    /// Tells the host page whether a chat runs, where it does not know.
    pub(super) fn tell_chat(&mut self, runs: bool) {
        if self.told_chat != Some(runs) {
            self.told_chat = Some(runs);
            self.post_to_host(HostNotice::Chat, if runs { "1" } else { "" });
        }
    }

    /// The chat is over: what follows it stands under its last words, with the focus on it, unless the visitor is writing.
    fn show_what_follows(&mut self, env: &Environment) {
        self.at_end = true;
        self.add_effect(Effect::ScrollToEnd);
        let Some(VisitorTicket { chat: VisitorChat::Ended { attended, .. }, .. }) = self.ticket
        else {
            return;
        };
        let is_writing = env.focused == Some(Id::ComposerMessage) && !self.draft.message.is_empty();
        if env.focused.is_some() && !is_writing {
            let is_rated = attended && self.can_write();
            self.focus(Focus::Element(if is_rated { Id::RatingTitle } else { Id::Title }));
        }
    }

    /// Whether the transcript of everything that was said was sent, or follows a button behind a mailed link.
    pub(super) fn has_transcript(&self) -> bool {
        let last = self.timeline.entries().iter().rev().find(|entry| {
            matches!(
                entry.body,
                VisitorBody::TranscriptSent
                    | VisitorBody::Visitor { .. }
                    | VisitorBody::Agent { .. }
            )
        });
        let is_sent = last.is_some_and(|entry| entry.body == VisitorBody::TranscriptSent);
        is_sent || self.transcript_waits
    }
}

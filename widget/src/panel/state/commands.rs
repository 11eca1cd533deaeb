//! Commands about the ticket: end the chat, mail the transcript, keep an address, rate.

use super::{
    effect::Focus,
    model::{Environment, PendingCommand, State},
};
use crate::markup::Id;
use protocol::{
    Field,
    text::{EmailAddress, is_blank},
    visitor::{Done, VisitorCommand},
};

impl State {
    /// *Finalizar chat*: asks once more.
    pub fn ask_whether_to_end(&mut self) {
        self.end_dialog_open = true;
    }

    /// The dialog's *Finalizar chat*.
    pub fn end_chat(&mut self, env: &Environment) {
        self.end_dialog_open = false;
        self.command(None, VisitorCommand::End, env);
    }

    /// The dialog was closed.
    pub fn end_dialog_closed(&mut self) {
        self.end_dialog_open = false;
    }

    /// *Dejar una solicitud*: waits no longer.
    pub fn leave_request(&mut self, env: &Environment) {
        self.command(None, VisitorCommand::LeaveRequest, env);
    }

    /// Mails the transcript, or asks where to.
    pub fn transcript(&mut self, env: &Environment) {
        if self.ticket.as_ref().is_some_and(|ticket| ticket.email.is_some()) {
            let command = VisitorCommand::Transcript { email: None };
            self.command(Some(Done::Transcript), command, env);
        } else {
            self.transcript_dialog_open = true;
        }
    }

    /// The dialog's answer: mails the transcript to this address.
    pub fn transcript_to(&mut self, email: &str, env: &Environment) {
        let make = |email| VisitorCommand::Transcript { email: Some(email) };
        self.command_with_address(Done::Transcript, Id::TranscriptEmail, email, make, env);
    }

    /// The dialog was closed.
    pub fn transcript_dialog_closed(&mut self) {
        self.transcript_dialog_open = false;
        self.pending = PendingCommand::None;
    }

    /// The address that the answer to a request goes to.
    pub fn contact(&mut self, email: &str, env: &Environment) {
        self.command_with_address(
            Done::Contact,
            Id::ContactEmail,
            email,
            |email| VisitorCommand::Contact { email },
            env,
        );
    }

    /// Rates the chat; without a score it says that one is needed.
    pub fn rate(&mut self, score: Option<u8>, comment: &str, env: &Environment) {
        match score {
            Some(score) => {
                let comment = comment.trim();
                let comment = (!is_blank(comment)).then(|| comment.to_owned());
                let command = VisitorCommand::Rate { score, comment };
                self.command(Some(Done::Rating), command, env);
            }
            None => {
                self.rating_error = self.page.t("rating_missing");
                self.focus(Focus::FirstScore);
            }
        }
    }

    /// A score was chosen.
    pub fn score_chosen(&mut self) {
        self.rating_error.clear();
    }

    fn command_with_address(
        &mut self,
        what: Done,
        field: Id,
        email: &str,
        make: fn(String) -> VisitorCommand,
        env: &Environment,
    ) {
        match EmailAddress::parse(email) {
            Ok(email) => self.command(Some(what), make(email.into()), env),
            Err(refusal) => {
                self.pending = PendingCommand::Refused(what, refusal);
                self.focus(Focus::Element(field));
            }
        }
    }

    /// Something was typed into the field of a refused address: what was wrong with it is right now.
    pub(super) fn address_typed(&mut self, email: &str) {
        if let PendingCommand::Refused(_, refusal) = self.pending
            && refusal.known_field() == Some(Field::Email)
            && EmailAddress::parse(email).is_ok()
        {
            self.pending = PendingCommand::None;
        }
    }

    /// Sends a command; `what` names the answer to wait for.
    fn command(&mut self, what: Option<Done>, command: VisitorCommand, env: &Environment) {
        if self.connection.is_greeted && env.is_connected {
            self.send(command);
            self.notify(String::new());
            // What has no answer of its own leaves that of another command to be waited for.
            if let Some(what) = what {
                self.pending = PendingCommand::Sent(what);
            }
        } else {
            self.say_if_lost(env);
            self.notify(self.page.t("not_sent"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, ticket};
    use protocol::{
        Code, Refusal,
        visitor::{VisitorChat, VisitorEvent},
    };

    fn with_email(panel: &mut Panel) {
        let mut ticket = ticket(VisitorChat::Request);
        ticket.email = Some("ana@a.mx".into());
        panel.event(VisitorEvent::Ticket { ticket });
        panel.take();
    }

    #[test]
    fn a_transcript_goes_to_the_tickets_address() {
        let mut panel = Panel::in_a_chat();
        with_email(&mut panel);
        panel.change(State::transcript);
        assert_eq!(panel.sent(), [VisitorCommand::Transcript { email: None }]);
        assert!(!panel.state.transcript_dialog_open);
        panel.event(VisitorEvent::Done { what: Done::Transcript });
        assert_eq!(panel.state.notice, "panel.transcript_done");
        assert_eq!(panel.state.pending, PendingCommand::None);
    }

    #[test]
    fn a_transcript_that_waits_for_the_mailed_button_says_so() {
        let mut panel = Panel::in_a_chat();
        with_email(&mut panel);
        panel.change(State::transcript);
        panel.event(VisitorEvent::Done { what: Done::TranscriptOnceConfirmed });
        assert_eq!(panel.state.notice, "panel.transcript_confirm");
        assert_eq!(panel.state.pending, PendingCommand::None);
        panel.change(|state, _| state.transcript_dialog_open = true);
        panel.change(|state, env| state.transcript_to("ana@a.mx", env));
        panel.event(VisitorEvent::Done { what: Done::TranscriptOnceConfirmed });
        assert!(!panel.state.transcript_dialog_open);
    }

    #[test]
    fn a_transcript_without_an_address_asks_for_one() {
        let mut panel = Panel::in_a_chat();
        panel.change(State::transcript);
        assert!(panel.state.transcript_dialog_open);
        assert_eq!(panel.sent(), []);
        panel.change(|state, env| state.transcript_to(" ", env));
        let refusal = Refusal::of(Field::Email, Code::Required);
        assert_eq!(panel.state.pending, PendingCommand::Refused(Done::Transcript, refusal));
        panel.change(|state, env| state.transcript_to("ana", env));
        let refusal = Refusal::of(Field::Email, Code::EmailInvalid);
        assert_eq!(panel.state.pending, PendingCommand::Refused(Done::Transcript, refusal));
        assert_eq!(panel.sent(), []);
        panel.change(|state, env| state.transcript_to("ana@a.mx", env));
        let command = VisitorCommand::Transcript { email: Some("ana@a.mx".into()) };
        assert_eq!(panel.sent(), [command]);
        assert!(panel.state.transcript_dialog_open, "until it is done");
        panel.event(VisitorEvent::Done { what: Done::Transcript });
        assert!(!panel.state.transcript_dialog_open);
        assert_eq!(panel.state.notice, "panel.transcript_done_plain");
    }

    #[test]
    fn a_server_that_has_no_address_either_opens_the_dialog() {
        let mut panel = Panel::in_a_chat();
        with_email(&mut panel);
        panel.change(State::transcript);
        let refusal = Refusal::of(Field::Email, Code::Required);
        panel.event(VisitorEvent::Refused { id: None, refusal });
        assert!(panel.state.transcript_dialog_open);
        assert_eq!(panel.state.pending, PendingCommand::None);
    }

    #[test]
    fn another_refusal_of_the_transcript_is_said_where_it_was_asked_for() {
        let mut panel = Panel::in_a_chat();
        with_email(&mut panel);
        panel.change(State::transcript);
        panel.event(VisitorEvent::Refused { id: None, refusal: Refusal::new(Code::TryAgain) });
        assert_eq!(panel.state.notice, "error.try_again");
        panel.change(|state, _| state.transcript_dialog_open = true);
        panel.change(|state, env| state.transcript_to("ana@a.mx", env));
        let refusal = Refusal::new(Code::RateLimited);
        panel.event(VisitorEvent::Refused { id: None, refusal });
        assert_eq!(panel.state.pending, PendingCommand::Refused(Done::Transcript, refusal));
        panel.change(|state, _| state.transcript_dialog_closed());
        assert_eq!(panel.state.pending, PendingCommand::None);
    }

    #[test]
    fn the_address_of_a_request_is_taken_down() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Ticket { ticket: ticket(VisitorChat::Request) });
        panel.take();
        panel.change(|state, env| state.contact("ana@a.mx", env));
        assert_eq!(panel.sent(), [VisitorCommand::Contact { email: "ana@a.mx".into() }]);
        with_email(&mut panel);
        panel.event(VisitorEvent::Done { what: Done::Contact });
        assert_eq!(panel.state.notice, "panel.contact_done");
    }

    #[test]
    fn a_rating_needs_a_score() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.rate(None, "bien", env));
        assert_eq!(panel.state.rating_error, "panel.rating_missing");
        assert_eq!(panel.sent(), []);
        panel.change(|state, _| state.score_chosen());
        assert_eq!(panel.state.rating_error, "");
        panel.change(|state, env| state.rate(Some(5), "  ", env));
        assert_eq!(panel.sent(), [VisitorCommand::Rate { score: 5, comment: None }]);
        panel.event(VisitorEvent::Refused { id: None, refusal: Refusal::new(Code::AlreadyRated) });
        assert_eq!(panel.state.rating_error, "error.already_rated");
    }

    #[test]
    fn a_refused_end_and_a_refused_request_are_said() {
        for command in [State::end_chat, State::leave_request] {
            let mut panel = Panel::in_a_chat();
            panel.change(command);
            let refusal = Refusal::new(Code::RateLimited);
            panel.event(VisitorEvent::Refused { id: None, refusal });
            assert_eq!(panel.state.notice, "error.rate_limited");
        }
    }

    #[test]
    fn a_command_without_a_connection_says_that_it_was_not_sent() {
        let mut panel = Panel::in_a_chat();
        panel.env.is_connected = false;
        panel.change(State::end_chat);
        assert_eq!(panel.sent(), []);
        assert_eq!(panel.state.notice, "panel.not_sent");
        panel.env.is_connected = true;
        panel.change(State::end_chat);
        assert_eq!(panel.sent(), [VisitorCommand::End]);
        assert_eq!(panel.state.notice, "");
    }
}

//! The form: checked before it is sent, and what it is answered with.

use super::{
    check,
    effect::{Effect, Focus, HostNotice},
    model::{Environment, State},
};
use crate::page::{Form, Typed};
use protocol::{Code, Field, Refusal, delivery::Unsent, form::Started};

/// What a posted form is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormAnswer {
    /// A ticket exists.
    Started(Started),
    /// Nothing was made.
    Refused(Refusal),
    /// Nobody answered.
    Silence,
}

impl State {
    /// The form to post, when nothing stands against it. `file_sizes` are the bytes of the files in its field.
    pub fn submit(&mut self, typed: &Typed, file_sizes: &[u64]) -> Option<Form> {
        if self.is_submitting {
            return None;
        }
        let form = self.form();
        self.refusals = check::refusals(form, typed);
        if form == Form::Request {
            self.refusals.extend(self.files_refusal(file_sizes));
        }
        self.notice.clear();
        if !self.refusals.is_empty() {
            self.focus(Focus::FirstRefused);
            return None;
        }
        self.is_submitting = true;
        Some(form)
    }

    /// The answer to the form that was posted as it was typed. `stored` is what storage holds of unacknowledged messages.
    pub fn form_answered(
        &mut self,
        form: Form,
        typed: &Typed,
        answer: FormAnswer,
        stored: Vec<Unsent>,
        env: &Environment,
    ) {
        self.is_submitting = false;
        let refusal = match answer {
            FormAnswer::Started(started) => {
                let email = typed.email.trim();
                let email = (!email.is_empty()).then(|| email.to_owned());
                let text = typed.message.trim().to_owned();
                self.begin(form, started, email, Some(text), stored, env);
                self.add_effect(Effect::ClearForm);
                self.add_effect(Effect::RenewForm);
                return self.focus(Focus::FirstField);
            }
            FormAnswer::Refused(refusal) => refusal,
            FormAnswer::Silence => {
                self.post_to_host(HostNotice::Error, Code::TryAgain.as_text());
                self.notice = self.page.t("not_sent");
                return self.focus(Focus::FirstField);
            }
        };
        self.post_to_host(HostNotice::Error, refusal.code.as_text());
        if refusal.code == Code::ChatClosed {
            self.status.open = false;
        }
        if refusal.code == Code::AlreadySent {
            self.add_effect(Effect::RenewForm);
        }
        self.refusals = vec![refusal];
        self.focus(Focus::FirstRefused);
    }

    /// Files were chosen in the form's field; these are their sizes in bytes.
    pub fn files_chosen(&mut self, sizes: &[u64]) {
        self.refusals.retain(|refusal| refusal.known_field() != Some(Field::Files));
        self.refusals.extend(self.files_refusal(sizes));
    }

    /// The first refusal of files of these sizes in bytes.
    fn files_refusal(&self, sizes: &[u64]) -> Option<Refusal> {
        let limit = self.page.file_bytes;
        sizes.iter().enumerate().find_map(|(at, &bytes)| check::file_refusal(bytes, at, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        panel::state::fixture::{Panel, started, status},
        view_model::Screen,
    };
    use protocol::{limits, visitor::VisitorEvent};

    fn typed(name: &str, email: &str, message: &str) -> Typed {
        Typed {
            name: name.into(),
            email: email.into(),
            subject: String::new(),
            message: message.into(),
        }
    }

    fn submit(panel: &mut Panel, typed: &Typed, sizes: &[u64]) -> Option<Form> {
        let mut form = None;
        panel.change(|state, _| form = state.submit(typed, sizes));
        form
    }

    fn answer(panel: &mut Panel, form: Form, typed: &Typed, answer: FormAnswer) {
        panel.change(|state, env| state.form_answered(form, typed, answer, vec![], env));
    }

    #[test]
    fn a_chat_form_is_posted_once_and_becomes_a_conversation() {
        let mut panel = Panel::before_a_chat();
        let typed = typed("Ana", " ana@a.mx ", " hola ");
        assert_eq!(submit(&mut panel, &typed, &[]), Some(Form::Chat));
        assert!(panel.state.is_submitting);
        assert_eq!(submit(&mut panel, &typed, &[]), None, "it is on its way");
        answer(&mut panel, Form::Chat, &typed, FormAnswer::Started(started("CO-1")));
        assert!(!panel.state.is_submitting);
        assert_eq!(panel.state.screen, Screen::Conversation);
        let email = panel.state.ticket.as_ref().and_then(|ticket| ticket.email.clone());
        assert_eq!(email.as_deref(), Some("ana@a.mx"));
        let shown: Vec<_> = panel
            .state
            .outbox
            .items(panel.env.now)
            .map(|(unsent, _)| unsent.text.clone())
            .collect();
        assert_eq!(shown, ["hola"]);
        let done = panel.take();
        for effect in [Effect::ClearForm, Effect::RenewForm, Effect::Connect] {
            assert!(done.contains(&effect), "{effect:?}");
        }
        assert!(done.contains(&Effect::Focus(Focus::FirstField)));
    }

    #[test]
    fn a_form_with_a_mistake_is_not_posted_and_the_mistake_has_the_focus() {
        let mut panel = Panel::before_a_chat();
        assert_eq!(submit(&mut panel, &typed("", "", "hola"), &[]), None);
        assert_eq!(panel.state.refusals.len(), 1);
        assert_eq!(panel.take(), [Effect::Focus(Focus::FirstRefused)]);
        assert_eq!(submit(&mut panel, &typed("Ana", "", "hola"), &[]), Some(Form::Chat));
        assert!(panel.state.refusals.is_empty());
    }

    #[test]
    fn the_flip_decides_which_form_is_posted_with_what_was_typed_before_it() {
        let mut panel = Panel::before_a_chat();
        let long = typed("Ana", "ana@a.mx", &"ñ".repeat(limits::CHAT_TEXT + 1));
        assert_eq!(submit(&mut panel, &long, &[]), None);
        panel.event(VisitorEvent::Status { status: status(false) });
        assert_eq!(submit(&mut panel, &long, &[]), Some(Form::Request));
    }

    #[test]
    fn files_count_for_the_request_alone() {
        let mut panel = Panel::before_a_chat();
        let typed = typed("Ana", "ana@a.mx", "hola");
        panel.event(VisitorEvent::Status { status: status(false) });
        assert_eq!(submit(&mut panel, &typed, &[1, 1_001]), None);
        let refusal = Refusal::of(Field::Files, Code::FileTooLarge).limit(1_000);
        assert_eq!(panel.state.refusals, [refusal]);
        panel.change(|state, _| state.files_chosen(&[1]));
        assert_eq!(panel.state.refusals, []);
        panel.change(|state, _| state.files_chosen(&[1; limits::FILES + 1]));
        assert_eq!(panel.state.refusals.len(), 1);
        panel.event(VisitorEvent::Status { status: status(true) });
        assert_eq!(submit(&mut panel, &typed, &[1, 1_001]), Some(Form::Chat));
    }

    #[test]
    fn a_desk_that_closed_meanwhile_turns_the_form_and_keeps_the_text() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed("hola", env));
        let typed = typed("Ana", "", "hola");
        submit(&mut panel, &typed, &[]);
        panel.take();
        let refusal = Refusal::new(Code::ChatClosed);
        answer(&mut panel, Form::Chat, &typed, FormAnswer::Refused(refusal));
        assert!(!panel.state.status.open);
        assert_eq!(panel.state.refusals, [refusal]);
        assert_eq!(panel.state.draft, "hola");
        assert_eq!(
            panel.take(),
            [
                Effect::PostToHost(HostNotice::Error, "chat_closed".into()),
                Effect::Focus(Focus::FirstRefused)
            ]
        );
    }

    #[test]
    fn a_form_whose_id_stands_for_another_text_keeps_its_own_under_a_fresh_id() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed("hola, otra vez", env));
        let typed = typed("Ana", "", "hola, otra vez");
        submit(&mut panel, &typed, &[]);
        let refusal = Refusal::new(Code::AlreadySent);
        answer(&mut panel, Form::Chat, &typed, FormAnswer::Refused(refusal));
        let done = panel.take();
        assert!(done.contains(&Effect::RenewForm) && !done.contains(&Effect::ClearForm));
        assert_eq!(panel.state.draft, "hola, otra vez");
        assert_eq!(submit(&mut panel, &typed, &[]), Some(Form::Chat));
    }

    #[test]
    fn silence_leaves_the_form_as_it_was() {
        let mut panel = Panel::before_a_chat();
        let typed = typed("Ana", "", "hola");
        submit(&mut panel, &typed, &[]);
        answer(&mut panel, Form::Chat, &typed, FormAnswer::Silence);
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.notice, "panel.not_sent");
        assert_eq!(submit(&mut panel, &typed, &[]), Some(Form::Chat));
    }
}

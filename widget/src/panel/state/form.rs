//! The form: checked before it is sent, and what it is answered with.

use super::{
    check,
    draft::Draft,
    effect::{Effect, Focus, HostNotice},
    model::{Environment, State},
    submission::{FormAnswer, Submission, SubmissionId},
};
use crate::{
    markup::Id,
    page::{Form, Typed},
};
use protocol::{Code, Field, status::Availability};

impl State {
    /// The form to post, when nothing stands against it. Files that are refused stay behind, and keep nothing back.
    pub fn submit(&mut self, typed: Typed) -> Option<Submission> {
        if self.is_submitting() {
            return None;
        }
        let form = self.form();
        self.refusals = check::refusals(form, &typed);
        self.notify(String::new());
        if !self.refusals.is_empty() {
            self.focus(Focus::FirstRefused);
            return None;
        }
        let id = SubmissionId(self.submission_count);
        self.submission_count += 1;
        self.submitting = Some(id);
        Some(Submission { id, form, typed, page: self.host_page.clone() })
    }

    /// The answer to a form that was posted. One of whoever was here before a logout is nobody's business any more.
    pub fn form_answered(&mut self, sent: Submission, answer: FormAnswer, env: &Environment) {
        if self.submitting != Some(sent.id) {
            return;
        }
        self.submitting = None;
        let refusal = match answer {
            FormAnswer::Started(started) => {
                let Submission { form, typed, page, .. } = sent;
                self.keep_what_was_typed_since(&typed);
                self.has_subject = false;
                self.show_subject();
                let email = typed.email.trim();
                let email = (!email.is_empty()).then(|| email.to_owned());
                let text = typed.message.trim().to_owned();
                self.begin(form, started, email, Some(text), Vec::new(), env);
                // The visitor may be on another one since.
                self.told_page = page;
                self.add_effect(Effect::ClearChosenFiles);
                self.add_effect(Effect::RenewForm);
                return self.focus(match form {
                    _ if !self.draft.message.is_empty() => Focus::Element(Id::ComposerMessage),
                    // A request's number is read out.
                    Form::Request => Focus::Element(Id::Received),
                    Form::Chat => Focus::FirstField,
                });
            }
            FormAnswer::Refused(refusal) => refusal,
            FormAnswer::Silence => {
                self.post_to_host(HostNotice::Error, Code::TryAgain.as_text());
                self.notify(self.page.t("not_sent"));
                return;
            }
        };
        self.post_to_host(HostNotice::Error, refusal.code.as_text());
        if refusal.code == Code::ChatClosed {
            // The other form says so. Why is not known, and comes with the next status.
            return self.set_status(Availability { open: false, ..self.status }, env);
        }
        if refusal.code == Code::AlreadySent {
            self.add_effect(Effect::RenewForm);
        }
        self.refusals = vec![refusal];
        self.focus(Focus::FirstRefused);
    }

    /// Refusals of fields that are right by now go, and those that are wrong in another way say so. `typed` is the
    /// field that was typed into; none: the form became another, and all are looked at.
    pub(super) fn check_again(&mut self, typed: Option<Field>) {
        if self.refusals.is_empty() {
            return;
        }
        let Draft { name, email, subject, message, .. } = self.draft.clone();
        let typed_now = Typed { name, email, subject, message, queue: String::new() };
        let now = check::refusals(self.form(), &typed_now);
        self.refusals.retain_mut(|refusal| {
            let field = refusal.known_field();
            let is_about_it = typed.is_none_or(|typed| {
                field == Some(typed) || refusal.code == Code::NameOrEmailRequired
            });
            if !is_about_it || field.is_none_or(|field| field == Field::Files) {
                return true;
            }
            match now.iter().find(|now| now.known_field() == field) {
                Some(now) => {
                    *refusal = *now;
                    true
                }
                None => false,
            }
        });
    }

    /// Other files are in the form's field: what the server said of those before is past. What is refused of these is
    /// read out.
    pub fn files_chosen(&mut self, files: &[(String, u64)]) {
        self.has_typed |= !files.is_empty();
        self.refusals.retain(|refusal| refusal.known_field() != Some(Field::Files));
        let refusals = check::file_refusals(files, self.page.file_bytes);
        let said = files.iter().zip(refusals).filter_map(|((name, _), refusal)| {
            Some([name, ": ", &*self.page.word_refusal(&refusal?)].concat())
        });
        let said = said.collect::<Vec<_>>().join(" ");
        self.say(said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        panel::state::fixture::{Panel, started, status},
        view_model::Screen,
    };
    use protocol::{FieldName, Refusal, limits, visitor::VisitorEvent};

    fn typed(name: &str, email: &str, message: &str) -> Typed {
        Typed {
            name: name.into(),
            email: email.into(),
            subject: String::new(),
            queue: String::new(),
            message: message.into(),
        }
    }

    fn submit(panel: &mut Panel, typed: &Typed) -> Option<Submission> {
        let mut sent = None;
        panel.change(|state, _| sent = state.submit(typed.clone()));
        sent
    }

    /// Posts the form and gives back which it was.
    fn form(panel: &mut Panel, typed: &Typed) -> Option<Form> {
        submit(panel, typed).map(|sent| sent.form)
    }

    /// Posts the form, types on, and answers.
    fn post(panel: &mut Panel, typed: &Typed, then: &[(Field, &str)], answer: FormAnswer) {
        let sent = submit(panel, typed).expect("it may be sent");
        for &(field, text) in then {
            panel.change(|state, env| state.typed(field, text, env));
        }
        panel.take();
        panel.change(|state, env| state.form_answered(sent, answer, env));
    }

    #[test]
    fn a_chat_form_is_posted_once_and_becomes_a_conversation() {
        let mut panel = Panel::before_a_chat();
        let typed = typed("Ana", " ana@a.mx ", " hola ");
        let sent = submit(&mut panel, &typed).expect("it may be sent");
        assert_eq!(sent.form, Form::Chat);
        assert!(panel.state.is_submitting());
        assert_eq!(submit(&mut panel, &typed), None, "it is on its way");
        let answer = FormAnswer::Started(started("CO-1"));
        panel.change(|state, env| state.form_answered(sent, answer, env));
        assert!(!panel.state.is_submitting());
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
        for effect in [Effect::ClearChosenFiles, Effect::RenewForm, Effect::Connect] {
            assert!(done.contains(&effect), "{effect:?}");
        }
        assert!(done.contains(&Effect::Focus(Focus::FirstField)));
    }

    #[test]
    fn a_form_with_a_mistake_is_not_posted_and_the_mistake_has_the_focus() {
        let mut panel = Panel::before_a_chat();
        assert_eq!(submit(&mut panel, &typed("", "", "hola")), None);
        assert_eq!(panel.state.refusals.len(), 1);
        assert_eq!(panel.take(), [Effect::Focus(Focus::FirstRefused)]);
        assert_eq!(form(&mut panel, &typed("Ana", "", "hola")), Some(Form::Chat));
        assert!(panel.state.refusals.is_empty());
    }

    #[test]
    fn an_error_goes_as_soon_as_its_field_is_right() {
        let mut panel = Panel::before_a_chat();
        let codes = |panel: &Panel| -> Vec<Code> {
            panel.state.refusals.iter().map(|refusal| refusal.code).collect()
        };
        let types = |panel: &mut Panel, field, text: &str| {
            panel.change(|state, env| state.typed(field, text, env));
        };
        for (field, text) in [(Field::Subject, "s".repeat(201)), (Field::Message, " ".into())] {
            types(&mut panel, field, &text);
        }
        let wrong = Typed { subject: "s".repeat(201), ..typed("", "", " ") };
        assert_eq!(submit(&mut panel, &wrong), None);
        assert_eq!(codes(&panel), [Code::NameOrEmailRequired, Code::TooLong, Code::Required]);
        types(&mut panel, Field::Message, &"ñ".repeat(1001));
        assert_eq!(codes(&panel), [Code::NameOrEmailRequired, Code::TooLong, Code::TooLong]);
        types(&mut panel, Field::Message, "hola");
        types(&mut panel, Field::Email, "ana@a.mx");
        assert_eq!(codes(&panel), [Code::TooLong]);
        types(&mut panel, Field::Subject, "Pago");
        assert_eq!(codes(&panel), []);
    }

    #[test]
    fn a_flip_takes_back_what_the_other_form_refused() {
        let mut panel = Panel::before_a_chat();
        panel.event(VisitorEvent::Status { status: status(false) });
        for (field, text) in [(Field::Name, "Ana"), (Field::Message, "hola")] {
            panel.change(|state, env| state.typed(field, text, env));
        }
        assert_eq!(submit(&mut panel, &typed("Ana", "", "hola")), None);
        assert_eq!(panel.state.refusals, [Refusal::of(Field::Email, Code::Required)]);
        panel.event(VisitorEvent::Status { status: status(true) });
        assert_eq!(panel.state.refusals, [], "a chat needs no address");
    }

    #[test]
    fn the_flip_decides_which_form_is_posted_with_what_was_typed_before_it() {
        let mut panel = Panel::before_a_chat();
        let long = typed("Ana", "ana@a.mx", &"ñ".repeat(limits::CHAT_TEXT + 1));
        assert_eq!(submit(&mut panel, &long), None);
        panel.event(VisitorEvent::Status { status: status(false) });
        assert_eq!(form(&mut panel, &long), Some(Form::Request));
    }

    #[test]
    fn refused_files_are_said_and_do_not_hold_the_form_back() {
        let mut panel = Panel::before_a_chat();
        panel.event(VisitorEvent::Status { status: status(false) });
        let chosen = [("a.txt".to_owned(), 1), ("malo.exe".to_owned(), 1)];
        panel.change(|state, _| state.files_chosen(&chosen));
        assert_eq!(panel.state.alert, "malo.exe: error.file_type");
        let typed = typed("Ana", "ana@a.mx", "hola");
        assert_eq!(form(&mut panel, &typed), Some(Form::Request));
        panel.change(|state, _| state.files_chosen(&chosen[..1]));
        assert_eq!(panel.state.alert, "");
    }

    #[test]
    fn what_the_server_said_of_files_goes_with_the_flip_to_chat() {
        let mut panel = Panel::before_a_chat();
        panel.event(VisitorEvent::Status { status: status(false) });
        let refusal = Refusal::of(Field::Files, Code::FileType);
        post(&mut panel, &typed("Ana", "ana@a.mx", "hola"), &[], FormAnswer::Refused(refusal));
        assert_eq!(panel.state.refusals, [refusal]);
        panel.event(VisitorEvent::Status { status: status(true) });
        assert_eq!(panel.state.refusals, [], "nothing is marked any more");
    }

    #[test]
    fn a_request_leaves_the_focus_on_its_number() {
        let mut panel = Panel::before_a_chat();
        panel.event(VisitorEvent::Status { status: status(false) });
        let answer = FormAnswer::Started(started("CO-1"));
        post(&mut panel, &typed("Ana", "ana@a.mx", "hola"), &[], answer);
        assert_eq!(panel.take().last(), Some(&Effect::Focus(Focus::Element(Id::Received))));
    }

    #[test]
    fn a_desk_that_closed_meanwhile_turns_the_form_and_keeps_the_text() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed(Field::Message, "hola", env));
        let typed = typed("Ana", "", "hola");
        let refusal = Refusal::new(Code::ChatClosed);
        post(&mut panel, &typed, &[], FormAnswer::Refused(refusal));
        assert!(!panel.state.status.open);
        assert_eq!(panel.state.flip, "panel.flipped_closed panel.flipped_text");
        assert_eq!(panel.state.refusals, [], "it is said once");
        assert_eq!(panel.state.draft.message, "hola");
        assert_eq!(panel.posted(), [(HostNotice::Error, "chat_closed".into())]);
    }

    #[test]
    fn a_form_whose_id_stands_for_another_text_keeps_its_own_under_a_fresh_id() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed(Field::Message, "hola, otra vez", env));
        let typed = typed("Ana", "", "hola, otra vez");
        let refusal = Refusal::new(Code::AlreadySent);
        post(&mut panel, &typed, &[], FormAnswer::Refused(refusal));
        let done = panel.take();
        assert!(done.contains(&Effect::RenewForm) && !done.contains(&Effect::ClearChosenFiles));
        assert_eq!(panel.state.draft.message, "hola, otra vez");
        assert_eq!(form(&mut panel, &typed), Some(Form::Chat));
    }

    #[test]
    fn silence_leaves_the_form_as_it_was() {
        let mut panel = Panel::before_a_chat();
        let typed = typed("Ana", "", "hola");
        post(&mut panel, &typed, &[], FormAnswer::Silence);
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.notice, "panel.not_sent");
        assert_eq!(form(&mut panel, &typed), Some(Form::Chat));
    }

    #[test]
    fn what_is_typed_while_a_form_is_on_its_way_goes_on_in_the_composer() {
        let mut panel = Panel::before_a_chat();
        let typed = Typed { subject: "Pago".into(), ..typed("Ana", "", "hola") };
        let later = [(Field::Message, "hola, y otra cosa"), (Field::Subject, "Pago")];
        post(&mut panel, &typed, &later, FormAnswer::Started(started("CO-1")));
        assert_eq!(panel.state.draft.message, ", y otra cosa");
        assert_eq!(panel.stored().draft.message, ", y otra cosa");
        assert_eq!(panel.state.draft.subject, "", "that went with the form");
        assert_eq!(panel.take().last(), Some(&Effect::Focus(Focus::Element(Id::ComposerMessage))));
    }

    #[test]
    fn what_is_typed_while_a_form_is_refused_stays_in_it() {
        let refusal = Refusal::new(Code::RateLimited);
        for answer in [FormAnswer::Refused(refusal), FormAnswer::Silence] {
            let mut panel = Panel::before_a_chat();
            let later = [(Field::Message, "hola, y otra cosa"), (Field::Name, "Ana Paz")];
            post(&mut panel, &typed("Ana", "", "hola"), &later, answer);
            assert_eq!(panel.state.draft.message, "hola, y otra cosa");
            assert_eq!(panel.state.draft.name, "Ana Paz");
            assert!(!panel.take().contains(&Effect::PutDraft));
        }
    }

    #[test]
    fn a_subject_typed_before_the_flip_goes_with_the_request_and_is_checked() {
        let mut panel = Panel::before_a_chat();
        panel.event(VisitorEvent::Status { status: status(false) });
        let long = "s".repeat(limits::SUBJECT + 1);
        let typed = Typed { subject: long, ..typed("Ana", "ana@a.mx", "hola") };
        assert_eq!(form(&mut panel, &typed), None);
        assert_eq!(panel.state.refusals[0].field, Some(FieldName::Known(Field::Subject)));
    }
}

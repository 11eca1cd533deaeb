//! What the host page says.

use super::{
    effect::Effect,
    model::{Environment, State},
};
use crate::markup::Id;
use serde::Deserialize;

/// A message of the host page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostMessage {
    /// The panel is on screen, on this page.
    Open { page: Option<String> },
    /// The panel is not on screen any more.
    Close,
    /// Who the visitor is, and what they ask.
    Visitor { visitor: Person, extra: Question },
    /// Another person may come now.
    Logout,
}

/// What a host page knows of its visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Person {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

/// What a host page knows of its visitor's question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Question {
    #[serde(default)]
    pub subject: Option<String>,
    #[serde(default)]
    pub message: Option<String>,
}

impl State {
    /// The host page said something.
    pub fn on_host_message(&mut self, message: HostMessage, env: &Environment) {
        match message {
            HostMessage::Open { page } => {
                self.is_open = true;
                self.host_page = page.or(self.host_page.take());
                self.start_when_open(env);
                self.look(env);
            }
            HostMessage::Close => {
                self.is_open = false;
                self.menu_open = false;
                self.look(env);
            }
            HostMessage::Logout => {
                self.leave_for_another(env);
                self.set_draft("");
                self.add_effect(Effect::PutDraft);
            }
            HostMessage::Visitor { visitor, extra } => {
                let fields = [
                    (Id::Name, visitor.name),
                    (Id::Email, visitor.email),
                    (Id::Subject, extra.subject),
                ];
                for (field, text) in fields {
                    if let Some(text) = text {
                        self.add_effect(Effect::Prefill(field, text));
                    }
                }
                if let Some(message) = extra.message
                    && self.draft.is_empty()
                {
                    self.set_draft(&message);
                    self.add_effect(Effect::PutDraft);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        page::PanelPage,
        panel::state::{
            fixture::{Panel, id, page},
            model::Stored,
        },
        view_model::Screen,
    };

    fn host(panel: &mut Panel, message: HostMessage) {
        panel.change(|state, env| state.on_host_message(message, env));
    }

    #[test]
    fn a_framed_panel_connects_when_it_is_opened_and_knows_the_page() {
        let mut panel = Panel::new(PanelPage { embed: true, ..page() }, Stored::default());
        panel.take();
        let open = |page: Option<&str>| HostMessage::Open { page: page.map(str::to_owned) };
        host(&mut panel, open(Some("https://a.mx/precios")));
        assert_eq!(panel.take(), [Effect::Connect]);
        host(&mut panel, HostMessage::Close);
        host(&mut panel, open(None));
        assert_eq!(panel.take(), []);
        assert_eq!(panel.state.host_page.as_deref(), Some("https://a.mx/precios"));
    }

    #[test]
    fn a_closed_panel_has_no_open_menu() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, _| state.toggle_menu());
        host(&mut panel, HostMessage::Close);
        assert!(!panel.state.menu_open);
    }

    #[test]
    fn what_the_host_knows_of_its_visitor_fills_what_is_empty() {
        let mut panel = Panel::before_a_chat();
        let visitor = Person { name: Some("Ana".into()), email: None };
        let extra = Question { subject: Some("Pago".into()), message: Some("¿Cuánto?".into()) };
        host(&mut panel, HostMessage::Visitor { visitor: visitor.clone(), extra: extra.clone() });
        assert_eq!(panel.state.draft, "¿Cuánto?");
        let done = panel.take();
        assert!(done.contains(&Effect::Prefill(Id::Name, "Ana".into())));
        assert!(done.contains(&Effect::Prefill(Id::Subject, "Pago".into())));
        assert!(done.contains(&Effect::PutDraft));
        panel.change(|state, env| state.typed("lo mío", env));
        host(&mut panel, HostMessage::Visitor { visitor, extra });
        assert_eq!(panel.state.draft, "lo mío");
    }

    #[test]
    fn a_logout_leaves_nothing_for_the_next_person() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "secreto", env));
        panel.change(|state, env| state.typed("a medias", env));
        host(&mut panel, HostMessage::Logout);
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.draft, "");
        assert_eq!(panel.state.token(), "");
        let stored = panel.stored();
        assert_eq!((stored.ticket, stored.unsent.len(), stored.draft.as_str()), (None, 0, ""));
        assert!(panel.take().contains(&Effect::PutDraft));
    }
}

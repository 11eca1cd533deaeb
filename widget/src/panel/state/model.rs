//! The state itself, and how it begins.

use super::{
    draft::Draft,
    effect::{Effect, Focus, HostNotice},
    own_tickets::Own,
    read_upto::Reading,
    submission::SubmissionId,
    upload::Upload,
};
use crate::{
    markup::Id,
    page::{Answer, Form, PanelPage},
    view_model::{Screen, ViewModel},
};
use protocol::{
    Refusal, Seq, TicketNumber, TicketToken, Timestamp,
    delivery::{Outbox, Pulse, Reconnect, Timeline, Unsent},
    entry::VisitorEntry,
    limits,
    status::Availability,
    visitor::{Done, VisitorCommand, VisitorTicket},
};
use serde::Serialize;
use std::time::Duration;

/// How long it shows that something is done: long enough to be read twice.
const NOTICE_FOR: Duration = Duration::from_secs(12);

/// What a change needs to know of the browser. The runtime reads it anew before every change.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// Now, by the visitor's clock.
    pub now: Timestamp,
    /// A fresh random number, 0 to 1.
    pub chance: f64,
    /// The page is on screen, as far as the browser knows.
    pub is_visible: bool,
    /// The socket is open.
    pub is_connected: bool,
    /// What has the focus; none while it is outside this document, or on nothing that has a name.
    pub focused: Option<Id>,
}

/// What storage held when the panel started.
#[derive(Debug, Default)]
pub struct Stored {
    /// The ticket that this browser has open on the site.
    pub ticket: Option<Kept>,
    /// Messages that were never acknowledged, in any order, each with the ticket that it was written on.
    pub unsent: Vec<(TicketNumber, Unsent)>,
    /// What was being typed.
    pub draft: Draft,
    /// Tells whose all of this is: every logout puts another in its place.
    pub person: Option<String>,
    /// The id of whoever was identified last.
    pub identity: Option<String>,
    /// How far the visitor was on the ticket.
    pub reading: Option<Reading>,
    /// Answers come without a sound.
    pub muted: bool,
}

/// The ticket that a browser has open on a site, as it is kept in storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Opens the ticket.
    pub token: TicketToken,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The ticket page, with its token.
    pub link: String,
}

/// What another tab did about the browser's ticket while this one had messages on their way.
#[derive(Clone, Debug)]
pub(super) enum Elsewhere {
    /// It left the ticket.
    Left,
    /// It opened this one.
    Opened(Kept),
}

/// The command whose answer is awaited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingCommand {
    /// None.
    #[default]
    None,
    /// Sent.
    Sent(Done),
    /// Refused.
    Refused(Done, Refusal),
}

/// Everything that the panel knows.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, not a state of one machine"
)]
pub struct State {
    /// What the server made the document from.
    pub page: PanelPage,
    /// The button's answer.
    pub status: Availability,
    /// What fills the panel.
    pub screen: Screen,

    /// The browser kept nothing of the ticket when it was asked to.
    pub(super) is_not_kept: bool,
    /// The ticket that this browser has open, known before the server sends it.
    pub kept: Option<Kept>,
    /// The same as the server sent it.
    pub ticket: Option<VisitorTicket>,
    /// Messages on their way.
    pub outbox: Outbox,
    /// What happened on the ticket.
    pub timeline: Timeline<VisitorEntry>,
    /// Since when the first page of the ticket is here: what comes later is news.
    pub(super) loaded_at: Option<Timestamp>,
    /// What joins the log is read out: it is not the past that a reload brings back.
    pub(super) log_is_live: bool,
    /// The agent who is typing.
    pub typing_agent: Option<String>,
    pub(super) typing_until: Timestamp,

    /// What another tab did, and this one follows once its messages have arrived.
    pub(super) elsewhere: Option<Elsewhere>,
    /// Whose browser this is; see [`Stored::person`].
    pub(super) person: Option<String>,

    /// Who the host page says that the visitor is, and their tickets.
    pub own: Own,
    /// What is being typed. The message outlives every change from form to composer and back.
    pub draft: Draft,
    /// What the host page put into the form's fields.
    pub(super) given: Draft,
    /// The visitor has begun to fill the form in.
    pub(super) has_typed: bool,
    /// The Ayuda form has the subject, too: one was typed.
    pub has_subject: bool,
    /// When a typing notice went out last.
    pub(super) typed_at: Timestamp,
    /// The files of the next message.
    pub uploads: Vec<Upload>,
    /// How many uploads there have been: the id of the next.
    pub(super) upload_count: u32,
    /// When those that did not arrive are tried again.
    pub(super) upload_at: Timestamp,

    /// Why the form was refused.
    pub refusals: Vec<Refusal>,
    /// The form that is on its way.
    pub(super) submitting: Option<SubmissionId>,
    /// How many forms were posted: the id of the next.
    pub(super) submission_count: u32,
    /// What became of something that the visitor asked for.
    pub notice: String,
    /// Until when that shows; none: until the next thing that is asked for.
    pub(super) notice_until: Option<Timestamp>,
    /// What is wrong, for those who cannot see it.
    pub alert: String,
    /// What the last flip means for the form.
    pub flip: String,
    /// A command on its way, or refused.
    pub pending: PendingCommand,
    /// Why the rating was not sent, or was refused; empty without a reason.
    pub rating_error: String,

    /// The log is scrolled to its end.
    pub at_end: bool,
    /// Messages of agents that were not on screen yet.
    pub unread: usize,
    /// The same as the host page was told.
    pub(super) told_unread: Option<usize>,
    pub(super) seen: Seq,
    pub(super) seen_sent: Seq,
    /// Entries up to here are known: an agent's message after it is news. None until the ticket's past is here.
    pub(super) received: Option<Seq>,
    pub(super) kept_reading: Option<Reading>,
    /// Messages from here on came while nobody looked: *Mensajes nuevos* stands before them.
    pub new_from: Option<Seq>,

    /// The waiting visitor's address is being typed, whatever has become of the chat meanwhile.
    pub(super) is_giving_contact: bool,
    /// The transcript waits for the button behind a mailed link.
    pub(super) transcript_waits: bool,
    /// Another tab has sent the form that this one shows, too: its text is the ticket's first message, and no draft any
    /// more.
    pub(super) followed_from_form: bool,
    /// Answers come with a sound.
    pub sound: bool,
    /// The menu is open.
    pub menu_open: bool,
    /// The dialog that asks where the transcript goes is open.
    pub transcript_dialog_open: bool,
    /// The dialog that asks once more whether the chat ends is open.
    pub end_dialog_open: bool,
    /// Files are being dragged over the conversation.
    pub is_dragging: bool,

    /// The host page as it is now.
    pub host_page: Option<String>,
    /// The same as the server was told of it.
    pub(super) told_page: Option<String>,
    /// The host page shows the panel.
    pub(super) is_open: bool,
    /// A chat ran on the page before this one, as far as the host page knows.
    pub(super) is_resumed: bool,
    /// What the host page was told about a running chat.
    pub(super) told_chat: Option<bool>,
    pub(super) connection: Connection,

    effects: Vec<Effect>,
}

/// The socket, as far as it concerns the state.
pub(super) struct Connection {
    /// There is a socket, or will be.
    pub(super) is_started: bool,
    /// The server has greeted on this socket.
    pub(super) is_greeted: bool,
    /// When the next socket is opened.
    pub(super) connect_at: Option<Timestamp>,
    /// Since when the socket is open, and the server has not greeted on it.
    pub(super) opened_at: Option<Timestamp>,
    /// Since when there is none.
    pub(super) lost_at: Option<Timestamp>,
    /// That is longer than people need to be told of.
    pub(super) is_offline: bool,
    /// When the ticket's missing entries were asked for last.
    pub(super) resumed_at: Timestamp,
    pub(super) reconnect: Reconnect,
    pub(super) pulse: Pulse,
}

impl State {
    /// The state that the server's document is in. `typed` is what was typed into its form before the wasm came: where
    /// there is some, it is newer than what was kept.
    pub fn new(page: PanelPage, stored: Stored, typed: &Draft, env: &Environment) -> Self {
        let answer = page.answer.clone();
        let refusals = match &answer {
            Some(Answer::Refused { refusals, .. }) => refusals.clone(),
            _ => Vec::new(),
        };
        let mut state = Self {
            status: page.status,
            screen: ViewModel::first(&page).screen,
            is_not_kept: false,
            kept: None,
            ticket: None,
            outbox: Outbox::default(),
            timeline: Timeline::new(),
            loaded_at: None,
            own: Own::of(stored.identity),
            log_is_live: false,
            typing_agent: None,
            typing_until: Timestamp(0),
            elsewhere: None,
            person: stored.person,
            draft: stored.draft,
            given: Draft::default(),
            has_typed: false,
            has_subject: false,
            typed_at: Timestamp(0),
            uploads: Vec::new(),
            upload_count: 0,
            upload_at: Timestamp(0),
            refusals,
            submitting: None,
            submission_count: 0,
            notice: String::new(),
            notice_until: None,
            alert: String::new(),
            flip: String::new(),
            pending: PendingCommand::None,
            rating_error: String::new(),
            at_end: true,
            unread: 0,
            told_unread: None,
            seen: Seq::START,
            seen_sent: Seq::START,
            received: None,
            kept_reading: None,
            new_from: None,
            is_giving_contact: false,
            transcript_waits: false,
            followed_from_form: false,
            sound: !stored.muted,
            menu_open: false,
            transcript_dialog_open: false,
            end_dialog_open: false,
            is_dragging: false,
            host_page: page.page.clone().map(String::from),
            told_page: None,
            is_open: !page.embed,
            is_resumed: false,
            told_chat: None,
            connection: Connection {
                is_started: false,
                is_greeted: false,
                connect_at: None,
                opened_at: None,
                lost_at: None,
                is_offline: false,
                resumed_at: env.now,
                reconnect: Reconnect::default(),
                pulse: Pulse::new(env.now),
            },
            effects: Vec::new(),
            page,
        };
        for field in Draft::FIELDS {
            let text = typed.get(field);
            if !text.is_empty() && text != state.draft.get(field) {
                state.has_typed = true;
                state.set_draft(field, text);
            }
        }
        state.show_subject();
        let mut own = Vec::new();
        let number = match (&answer, &stored.ticket) {
            (Some(Answer::Started { started, .. }), _) => Some(&started.number),
            (Some(Answer::Opened { number, .. }), _) => Some(number),
            (_, kept) => kept.as_ref().map(|kept| &kept.number),
        };
        for (ticket, unsent) in stored.unsent {
            if number == Some(&ticket) {
                own.push(unsent);
            } else if env.now >= unsent.since + limits::UNSENT_AFTER {
                // Its ticket is not open any more, and no other tab delivers it: the text stays with who wrote it.
                state.add_effect(Effect::ForgetUnsent(unsent.id));
                state.put_before_draft(&unsent.text);
            }
        }
        match (answer, stored.ticket) {
            (Some(Answer::Started { form, started, email }), _) => {
                state.begin(form, started, email, None, own, env);
            }
            (Some(Answer::Opened { token, number, link }), _) => {
                state.open_ticket(Kept { token, number, link }, own, env);
                state.add_effect(Effect::KeepTicket);
            }
            (_, Some(kept)) => {
                state.open_ticket(kept, own, env);
                state.take_up(stored.reading);
            }
            (_, None) => state.add_effect(Effect::PutDraft),
        }
        state
    }

    /// What the changes so far want done, in order. Each is given once.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What decides what shows.
    pub fn view_model(&self) -> ViewModel<'_> {
        ViewModel {
            page: &self.page,
            screen: self.screen,
            status: &self.status,
            ticket: self.ticket.as_ref(),
            has_transcript: self.has_transcript(),
            is_not_kept: self.is_not_kept,
            has_subject: self.has_subject,
            has_text: !self.draft.message.is_empty(),
            is_giving_contact: self.is_giving_contact,
            sound: self.sound,
            has_tickets: !self.own.tickets.is_empty(),
        }
    }

    /// The ticket's number; empty without a ticket.
    pub fn number(&self) -> &str {
        let known = self.kept.as_ref().map(|kept| &kept.number);
        let number = self.ticket.as_ref().map(|ticket| &ticket.number).or(known);
        number.map_or("", |number| &number.0)
    }

    /// The proof of the ticket, for uploads and downloads; empty without a ticket.
    pub fn token(&self) -> &str {
        self.kept.as_ref().map_or("", |kept| &kept.token.0)
    }

    /// Whose browser this is, for storage; empty before the first logout.
    pub fn person(&self) -> &str {
        self.person.as_deref().unwrap_or_default()
    }

    /// Whether people are told that the connection is gone.
    pub fn is_offline(&self) -> bool {
        self.connection.is_offline
    }

    /// Whether what joins the log is read out. Behind a closed panel the page says what comes.
    pub fn log_is_heard(&self) -> bool {
        self.log_is_live && self.is_open
    }

    /// Whether the form is on its way.
    pub fn is_submitting(&self) -> bool {
        self.submitting.is_some()
    }

    /// The form that the desk takes now.
    pub fn form(&self) -> Form {
        Form::when(self.status.open)
    }

    /// Says what became of something, until the next thing that is asked for.
    pub(super) fn notify(&mut self, words: String) {
        self.notice = words;
        self.notice_until = None;
    }

    /// Says for a while that something is done.
    pub(super) fn notify_done(&mut self, words: String, env: &Environment) {
        self.notice = words;
        self.notice_until = Some(env.now + NOTICE_FOR);
    }

    /// Has words read out; they are other words where the same were read out last, or nothing would be heard.
    pub(super) fn say(&mut self, mut words: String) {
        if self.alert == words {
            words.push('\u{a0}');
        }
        self.alert = words;
    }

    pub(super) fn add_effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn send(&mut self, command: VisitorCommand) {
        self.add_effect(Effect::Send(command));
    }

    pub(super) fn focus(&mut self, on: Focus) {
        self.add_effect(Effect::Focus(on));
    }

    pub(super) fn post_to_host(&mut self, notice: HostNotice, value: &str) {
        self.add_effect(Effect::PostToHost(notice, value.to_owned()));
    }
}

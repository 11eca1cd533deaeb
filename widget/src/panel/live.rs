//! What makes the panel live: its state, and what changes it: the socket, the outbox, the timeline, the storage and the host page.

use super::{dom, draw, files::Upload, js, log, socket, store};
use crate::{
    page::{Answer, PanelPage},
    scene::{Scene, View},
};
use protocol::{
    EntryId, Refusal, Seq, TicketNumber, TicketToken, Timestamp,
    delivery::{Outbox, Pulse, Reconnect, Timeline},
    entry::VisitorEntry,
    status::Availability,
    visitor::{Done, VisitorCommand, VisitorTicket},
};
use std::{cell::RefCell, time::Duration};

/// A typing notice goes out at most this often.
const TYPING_EVERY: Duration = Duration::from_secs(3);

thread_local! {
    static LIVE: RefCell<Option<Live>> = const { RefCell::new(None) };
}

/// Everything the panel knows.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, not a state of one machine"
)]
pub struct Live {
    /// What the server made the document from.
    pub page: PanelPage,
    /// The button's answer.
    pub status: Availability,
    /// What fills the panel.
    pub view: View,
    /// The ticket, once the server has told.
    pub ticket: Option<VisitorTicket>,
    /// Its number, known from the first moment.
    pub number: Option<TicketNumber>,
    /// The ticket page.
    pub link: String,
    /// What is on its way.
    pub outbox: Outbox,
    /// What was said.
    pub timeline: Timeline<VisitorEntry>,
    /// The log as it is drawn.
    pub log: log::Log,
    /// Who is typing.
    pub typist: Option<String>,
    /// The socket has been gone for longer than a blink.
    pub cut: bool,
    /// Messages of agents that were not on screen yet.
    pub unread: usize,
    /// The log is scrolled to its end.
    pub at_end: bool,
    /// Said once, politely.
    pub notice: String,
    /// A command on its way, or refused.
    pub asked: Asked,
    /// What was typed and must not be lost when a form turns into a composer or back.
    pub draft: String,
    /// What the form was refused for.
    pub refusals: Vec<Refusal>,
    /// The form is on its way.
    pub sending: bool,
    /// The files of the next message.
    pub tray: Vec<Upload>,
    /// The dialog that asks where the transcript goes.
    pub ask_transcript: bool,
    /// Looking back at the conversation after its end.
    pub looking_back: bool,
    /// Answers come with a sound.
    pub sound: bool,
    /// The menu is open.
    pub menu: bool,
    /// Files are being dragged over the conversation.
    pub dragging: bool,
    /// The host page as it is now.
    pub host: Option<String>,
    /// Whether the panel is on screen; the socket is opened when it first is.
    pub(super) open: bool,
    pub(super) started: bool,
    pub(super) token: Option<TicketToken>,
    /// The first page of the ticket is here: what comes now is news.
    pub(super) loaded: bool,
    pub(super) reconnect: Reconnect,
    pub(super) pulse: Pulse,
    pub(super) greeted: bool,
    pub(super) connect_at: Option<Timestamp>,
    pub(super) lost_at: Option<Timestamp>,
    pub(super) asked_at: Timestamp,
    pub(super) typed_at: Timestamp,
    pub(super) typist_until: Timestamp,
    pub(super) seen: Seq,
    pub(super) seen_sent: Seq,
}

/// The command whose answer is awaited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// None.
    #[default]
    Nothing,
    /// Sent.
    Waiting(Done),
    /// Refused.
    Refused(Done, Refusal),
}

/// Takes over the page that the server rendered.
pub fn wake(page: PanelPage) {
    let now = js::now();
    let site = page.site.0.clone();
    // What was typed before the wasm came is newer than what was kept.
    let typed = dom::value("f-message");
    let draft = if typed.is_empty() { store::draft(&site) } else { typed };
    let refusals = match &page.answer {
        Some(Answer::Refused { refusals, .. }) => refusals.clone(),
        _ => Vec::new(),
    };
    let answer = page.answer.clone();
    let live = Live {
        status: page.status,
        view: Scene::first(&page).view,
        ticket: None,
        number: None,
        link: String::new(),
        outbox: Outbox::default(),
        timeline: Timeline::new(),
        log: log::Log::default(),
        typist: None,
        cut: false,
        unread: 0,
        at_end: true,
        notice: String::new(),
        asked: Asked::Nothing,
        draft,
        refusals,
        sending: false,
        tray: Vec::new(),
        ask_transcript: false,
        looking_back: false,
        sound: !store::muted(),
        menu: false,
        dragging: false,
        host: page.page.clone().map(String::from),
        open: !page.embed,
        started: false,
        token: None,
        loaded: false,
        reconnect: Reconnect::default(),
        pulse: Pulse::new(now),
        greeted: false,
        connect_at: None,
        lost_at: None,
        asked_at: now,
        typed_at: Timestamp(0),
        typist_until: Timestamp(0),
        seen: Seq::START,
        seen_sent: Seq::START,
        page,
    };
    LIVE.set(Some(live));
    change(|live| match answer {
        Some(Answer::Started { form, started, email }) => live.begin(form, started, email, None),
        _ => {
            live.put_draft();
            if let Some(kept) = store::ticket(&site) {
                live.adopt(kept);
            }
        }
    });
    js::live();
    change(Live::start_when_open);
}

/// Reads the state.
pub fn with<T>(run: impl FnOnce(&mut Live) -> T) -> Option<T> {
    let mut run = Some(run);
    let mut out = None;
    hand(&mut |live| out = run.take().map(|run| run(live)), false);
    out
}

/// Changes the state and draws it.
pub fn change(run: impl FnOnce(&mut Live)) {
    let mut run = Some(run);
    hand(
        &mut |live| {
            if let Some(run) = run.take() {
                run(live);
            }
        },
        true,
    );
}

/// One body for all callers: a copy for each would be a tenth of the wasm.
fn hand(run: &mut dyn FnMut(&mut Live), then_draw: bool) {
    LIVE.with(|live| {
        // Nothing that runs in here calls back into this; a browser that did all the same is told later by the clock.
        let Ok(mut live) = live.try_borrow_mut() else { return };
        let Some(live) = live.as_mut() else { return };
        run(live);
        if then_draw {
            draw::draw(live);
        }
    });
}

impl Live {
    pub(super) fn start_when_open(&mut self) {
        if self.open && !self.started {
            self.started = true;
            self.lost_at = Some(js::now());
            self.connect();
        }
    }

    pub(super) fn connect(&mut self) {
        self.connect_at = None;
        if !socket::open(&self.page.address("/socket")) {
            let pause = self.reconnect.pause(js::chance());
            self.connect_at = Some(js::now() + pause);
        }
    }

    /// The same socket cannot speak of another ticket.
    pub(super) fn reopen(&mut self) {
        if self.started {
            self.greeted = false;
            self.outbox.on_disconnect();
            self.connect();
        }
    }

    /// A message from the composer. It is kept until the server has it for good.
    pub fn say(&mut self, text: String) {
        let files = super::files::take(self);
        let unsent = self.outbox.add(js::new_id(), text, files, js::now());
        store::keep_unsent(&self.page.site.0, &unsent);
        self.keep_draft("");
        self.put_draft();
        self.notice.clear();
        self.at_end = true;
        log::to_end();
        self.flush();
    }

    /// *Reintentar*.
    pub fn retry(&mut self, id: EntryId) {
        if let Some(unsent) = self.outbox.retry(id, js::now()) {
            store::keep_unsent(&self.page.site.0, &unsent);
        }
        self.flush();
    }

    /// *Editar*: a refused message goes back into the composer.
    pub fn take_back(&mut self, id: EntryId) {
        let Some(unsent) = self.outbox.take_back(id) else { return };
        store::forget_unsent(&self.page.site.0, id);
        self.put_before_draft(&unsent.text);
    }

    /// A key was pressed in the composer or in the form's message.
    pub fn typed(&mut self, text: &str) {
        self.keep_draft(text);
        let now = js::now();
        let talking = self.greeted && self.view == View::Talk && !text.is_empty();
        if talking && now.since(self.typed_at) >= TYPING_EVERY {
            self.typed_at = now;
            socket::send(&VisitorCommand::Typing);
        }
    }

    /// Sends a command; `what` names the answer to wait for.
    pub fn command(&mut self, what: Option<Done>, command: &VisitorCommand) {
        if self.greeted && socket::send(command) {
            self.notice.clear();
            self.asked = what.map_or(Asked::Nothing, Asked::Waiting);
        } else {
            self.notice = self.page.t("not_sent");
        }
    }

    /// Mails the transcript, or asks where to.
    pub fn transcript(&mut self) {
        if self.ticket.as_ref().is_some_and(|ticket| ticket.email.is_some()) {
            self.command(Some(Done::Transcript), &VisitorCommand::Transcript { email: None });
        } else {
            self.ask_transcript = true;
        }
    }

    /// The log was scrolled.
    pub fn scrolled(&mut self, at_end: bool) {
        self.at_end = at_end;
        self.look();
    }

    /// The bytes that prove the ticket, for uploads and downloads.
    pub fn token(&self) -> &str {
        self.token.as_ref().map_or("", |token| &token.0)
    }

    /// What decides what shows.
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            page: &self.page,
            view: self.view,
            status: &self.status,
            ticket: self.ticket.as_ref(),
            looking_back: self.looking_back,
            sound: self.sound,
        }
    }
}

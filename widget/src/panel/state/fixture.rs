//! A panel for tests: a state with a clock that moves when it is told to, and a storage that does what the effects say.

use super::{
    draft::Draft,
    effect::{Effect, HostNotice},
    model::{Environment, Kept, State, Stored},
    read_upto::Reading,
};
use crate::page::{PanelPage, Position, Theme};
use protocol::{
    EntryId, Seq, SiteKey, TicketNumber, TicketToken, Timestamp,
    delivery::Unsent,
    entry::{Category, TicketState, VisitorBody, VisitorEntry},
    form::Started,
    status::{Availability, Reason},
    strings::Strings,
    visitor::{VisitorChat, VisitorCommand, VisitorEvent, VisitorTicket},
};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// A state, its surroundings, and what it wanted done since a test last looked.
pub struct Panel {
    pub state: State,
    pub env: Environment,
    effects: Vec<Effect>,
    ticket: Option<Kept>,
    unsent: BTreeMap<EntryId, (TicketNumber, Unsent)>,
    draft: Draft,
    person: Option<String>,
    identity: Option<String>,
    reading: Option<Reading>,
    muted: bool,
}

impl Panel {
    /// A page of its own, just started, with this in storage.
    pub fn new(page: PanelPage, stored: Stored) -> Self {
        let env = Environment {
            now: Timestamp(1_795_369_200_000),
            chance: 0.5,
            is_visible: true,
            is_connected: false,
            focused: None,
        };
        let mut panel = Self {
            ticket: stored.ticket.clone(),
            unsent: stored.unsent.iter().cloned().map(|it| (it.1.id, it)).collect(),
            draft: stored.draft.clone(),
            person: stored.person.clone(),
            identity: stored.identity.clone(),
            reading: stored.reading.clone(),
            muted: stored.muted,
            state: State::new(page, stored, &Draft::default(), &env),
            env,
            effects: Vec::new(),
        };
        panel.change(State::connect_when_wanted);
        panel
    }

    /// The form of an open desk, before a chat, on a socket that has been greeted.
    pub fn before_a_chat() -> Self {
        let mut panel = Self::new(page(), Stored::default());
        panel.opened();
        panel.event(VisitorEvent::Status { status: status(true) });
        panel.take();
        panel
    }

    /// A conversation with Lucía, on a socket that has been greeted; the visitor's first message is entry 1.
    pub fn in_a_chat() -> Self {
        let mut panel =
            Self::new(page(), Stored { ticket: Some(kept("CO-1")), ..Stored::default() });
        panel.welcome(active());
        panel.event(entries(vec![entry(1, own("hola"))]));
        panel.take();
        panel
    }

    /// The same state in a document that is loaded again: what storage holds is all there is.
    pub fn reload(&self) -> Self {
        Self::new(page(), self.stored())
    }

    /// What storage holds.
    pub fn stored(&self) -> Stored {
        Stored {
            ticket: self.ticket.clone(),
            unsent: self.unsent.values().cloned().collect(),
            draft: self.draft.clone(),
            person: self.person.clone(),
            identity: self.identity.clone(),
            reading: self.reading.clone(),
            muted: self.muted,
        }
    }

    /// The id that storage holds.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    pub fn change(&mut self, run: impl FnOnce(&mut State, &Environment)) {
        run(&mut self.state, &self.env);
        for effect in self.state.take_effects() {
            match &effect {
                Effect::KeepTicket => self.ticket.clone_from(&self.state.kept),
                Effect::KeepDraft(field) => self.draft.set(*field, self.state.draft.get(*field)),
                Effect::KeepIdentity => {
                    self.identity = self.state.identified().map(str::to_owned);
                }
                Effect::KeepReading => {
                    let kept = self.reading.take();
                    self.reading = self.state.reading().map(|reading| reading.furthest(kept));
                }
                Effect::KeepSound => self.muted = !self.state.sound,
                Effect::KeepUnsent(unsent) => {
                    let ticket = TicketNumber(self.state.number().to_owned());
                    self.unsent.insert(unsent.id, (ticket, unsent.clone()));
                }
                Effect::ForgetUnsent(id) => {
                    self.unsent.remove(id);
                }
                Effect::ForgetPerson => {
                    self.ticket = None;
                    self.unsent.clear();
                    self.draft = Draft::default();
                    self.reading = None;
                    self.identity = None;
                    self.person.clone_from(&self.state.person);
                }
                Effect::Connect | Effect::Disconnect => self.env.is_connected = false,
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    pub fn event(&mut self, event: VisitorEvent) {
        self.change(|state, env| state.on_event(event, env));
    }

    /// The socket is open.
    pub fn opened(&mut self) {
        self.env.is_connected = true;
        self.change(State::socket_opened);
    }

    /// The socket is gone.
    pub fn closed(&mut self, code: u16) {
        self.env.is_connected = false;
        self.change(|state, env| state.socket_closed(code, env));
    }

    /// The socket is open, and the server knows the ticket.
    pub fn welcome(&mut self, chat: VisitorChat) {
        self.opened();
        self.event(VisitorEvent::Welcome { ticket: ticket(chat), status: status(true) });
    }

    /// Time passes, and the clock ticks at its end.
    pub fn wait(&mut self, pause: Duration) {
        self.env.now = self.env.now + pause;
        self.change(State::tick);
    }

    /// All of a pause passes but its last millisecond.
    pub fn almost_wait(&mut self, pause: Duration) {
        self.wait(pause.saturating_sub(Duration::from_millis(1)));
    }

    /// The effects since the last look.
    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The frames among them.
    pub fn sent(&mut self) -> Vec<VisitorCommand> {
        self.take()
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Send(command) => Some(command),
                _ => None,
            })
            .collect()
    }

    /// What the host page heard among them.
    pub fn posted(&mut self) -> Vec<(HostNotice, String)> {
        self.take()
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::PostToHost(notice, value) => Some((notice, value)),
                _ => None,
            })
            .collect()
    }
}

/// A page of its own at an open desk. It has no words: each is its key.
pub fn page() -> PanelPage {
    PanelPage {
        site: SiteKey("demo".into()),
        name: "CuentasOK".into(),
        lang: "es".into(),
        hue: None,
        theme: Theme::Auto,
        queues: Vec::new(),
        file_bytes: 1_000,
        embed: false,
        position: Position::Left,
        page: None,
        form_id: id(1_000),
        now: Timestamp(1_795_369_200_000),
        status: status(true),
        strings: Strings::default(),
        answer: None,
    }
}

pub fn status(open: bool) -> Availability {
    let reason = if open { Reason::Open } else { Reason::OutsideHours };
    Availability { open, reason, changes_at: None }
}

pub fn id(n: u128) -> EntryId {
    EntryId(Uuid::from_u128(n))
}

pub fn kept(number: &str) -> Kept {
    Kept {
        token: TicketToken(["token of ", number].concat()),
        number: TicketNumber(number.into()),
        link: ["https://help.example/t/", number].concat(),
    }
}

pub fn started(number: &str) -> Started {
    let Kept { token, number, link } = kept(number);
    Started { number, token, link, id: id(1), seq: Seq(1) }
}

pub fn active() -> VisitorChat {
    VisitorChat::Active { agent: "Lucía Medina".into(), guest: None }
}

pub fn ticket(chat: VisitorChat) -> VisitorTicket {
    VisitorTicket {
        number: TicketNumber("CO-1".into()),
        subject: None,
        state: TicketState { name: "pendiente".into(), category: Category::Open },
        chat,
        email: None,
        seen_upto: Seq(0),
        removed: None,
    }
}

pub fn own(text: &str) -> VisitorBody {
    VisitorBody::Visitor { text: text.into(), files: vec![] }
}

pub fn agents(text: &str) -> VisitorBody {
    VisitorBody::Agent { name: "Lucía Medina".into(), text: text.into(), files: vec![] }
}

/// The entry at a place; its id is its place.
pub fn entry(seq: i64, body: VisitorBody) -> VisitorEntry {
    let number = u128::try_from(seq).expect("sequences are positive");
    VisitorEntry { seq: Seq(seq), id: id(number), at: Timestamp(1_795_369_200_000), body }
}

/// A page of entries, which are all that there are.
pub fn entries(entries: Vec<VisitorEntry>) -> VisitorEvent {
    let last = entries.last().map_or(Seq::START, |entry| entry.seq);
    VisitorEvent::Entries { entries, last }
}

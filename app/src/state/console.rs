//! Everything a console page knows, as signals, and what the socket's frames do to it.

use super::{
    clock::Clock,
    list::Work,
    offers, socket,
    thread::{Kept, Thread},
    toasts::Toasts,
};
use crate::{
    browser::{self, keys, notice, sound, storage},
    start::Start,
    words::Words,
};
use leptos::prelude::*;
use protocol::{
    Code, EntryId, Refusal, Seq, TicketId,
    agent::{AgentCommand, AgentEvent, Me, Offer, WorkItem, WorkKind},
    contact::Contact,
    delivery::{Applied, Outbox, Unsent},
    entry::{AgentBody, AgentEntry},
    file::Attachment,
    limits,
};
use std::collections::HashMap;

/// Whether the socket is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not greeted yet; at first nothing is said about it.
    Starting,
    /// Greeted.
    Up,
    /// Lost, and tried again.
    Down,
    /// The session has ended.
    SignedOut,
}

/// The console; copied freely.
#[derive(Clone, Copy)]
pub struct Console {
    /// The agent.
    pub me: RwSignal<Me>,
    /// The list.
    pub work: Work,
    /// What rings, the oldest first.
    pub offers: RwSignal<Vec<Offer>>,
    /// The socket's state.
    pub link: RwSignal<Link>,
    /// The ticket on screen.
    pub open: RwSignal<Option<TicketId>>,
    /// Now.
    pub clock: Clock,
    /// Short notes to the agent.
    pub toasts: Toasts,
    words: Words,
    threads: StoredValue<HashMap<TicketId, Thread>>,
}

/// The page's console.
pub fn use_console() -> Console {
    expect_context()
}

impl Console {
    /// From what the server handed over.
    pub fn new(start: &Start, words: Words) -> Self {
        let threads = start.asked.map(|ticket| {
            let thread =
                start.opened.clone().map_or_else(|| Thread::missing(ticket), Thread::opened);
            (ticket, thread)
        });
        Self {
            me: RwSignal::new(start.me.clone()),
            work: Work::new(start.work.clone()),
            offers: RwSignal::new(start.offers.clone()),
            link: RwSignal::new(Link::Starting),
            open: RwSignal::new(None),
            clock: Clock::new(start.now, start.offset, words),
            toasts: Toasts::new(),
            words,
            threads: StoredValue::new(threads.into_iter().collect()),
        }
    }

    /// The browser takes over: clock, messages left from before, socket.
    pub fn take_over(self) {
        self.clock.take_over();
        self.restore();
        socket::open(self);
        set_interval(move || self.tick(), std::time::Duration::from_secs(1));
    }

    fn tick(self) {
        self.clock.tick();
        self.flush();
        socket::tick(self);
    }

    /// The conversation on a ticket; begun when it was not there.
    pub fn thread(self, ticket: TicketId) -> Thread {
        if let Some(thread) = self.find_thread(ticket) {
            return thread;
        }
        let thread = Thread::new(ticket);
        if self.link.get_untracked() == Link::Up {
            thread.outbox.update_untracked(Outbox::on_connect);
        }
        self.threads.update_value(|threads| {
            threads.insert(ticket, thread.clone());
        });
        thread
    }

    fn find_thread(self, ticket: TicketId) -> Option<Thread> {
        self.threads.with_value(|threads| threads.get(&ticket).cloned())
    }

    /// A conversation is on screen.
    pub fn show(self, ticket: TicketId) {
        self.open.set(Some(ticket));
        self.watch(ticket);
        self.see(ticket);
    }

    /// It no longer is.
    pub fn hide(self, ticket: TicketId) {
        if self.open.get_untracked() == Some(ticket) {
            self.open.set(None);
        }
        socket::send(&AgentCommand::Unwatch { ticket });
    }

    fn watch(self, ticket: TicketId) {
        let thread = self.thread(ticket);
        let after = thread.timeline.with_untracked(protocol::delivery::Timeline::last);
        if socket::send(&AgentCommand::Watch { ticket, after }) {
            thread.timeline.update_untracked(protocol::delivery::Timeline::on_connect);
        }
    }

    /// What is on screen has been seen, if it is on screen and ours to see.
    pub fn see(self, ticket: TicketId) {
        if browser::is_hidden() || self.open.get_untracked() != Some(ticket) {
            return;
        }
        let Some(thread) = self.find_thread(ticket).filter(Thread::counts_as_seen) else { return };
        let upto = thread.timeline.with_untracked(protocol::delivery::Timeline::last);
        let seen = thread
            .head
            .with_untracked(|head| head.as_ref().map_or(Seq::START, |head| head.agent_seen));
        if upto > seen && socket::send(&AgentCommand::Seen { ticket, upto }) {
            thread.change(|head| head.agent_seen = upto);
        }
    }

    /// Sends a message: kept first, then sent, kept until it is acknowledged.
    pub fn say(self, ticket: TicketId, text: String, files: Vec<Attachment>) {
        let thread = self.thread(ticket);
        let now = self.clock.exact();
        let mut unsent = None;
        thread
            .outbox
            .update(|outbox| unsent = Some(outbox.add(browser::new_entry_id(), text, files, now)));
        if let Some(unsent) = unsent {
            self.keep(ticket, unsent);
        }
        self.flush_thread(&thread);
    }

    /// *reintentar*
    pub fn retry(self, ticket: TicketId, id: EntryId) {
        let thread = self.thread(ticket);
        let mut kept = None;
        thread.outbox.update(|outbox| kept = outbox.retry(id, self.clock.exact()));
        if let Some(unsent) = kept {
            self.keep(ticket, unsent);
        }
        self.flush_thread(&thread);
    }

    /// Takes a message back into the agent's hands.
    pub fn take_back(self, ticket: TicketId, id: EntryId) -> Option<Unsent> {
        let mut taken = None;
        self.thread(ticket).outbox.update(|outbox| taken = outbox.take_back(id));
        self.forget(id);
        taken
    }

    fn keep(self, ticket: TicketId, unsent: Unsent) {
        let key = keys::outgoing(&self.email(), unsent.id);
        if let Ok(text) = serde_json::to_string(&Kept { ticket, unsent }) {
            storage::set(&key, &text);
        }
    }

    fn forget(self, id: EntryId) {
        storage::remove(&keys::outgoing(&self.email(), id));
    }

    fn restore(self) {
        let mut boxes: HashMap<TicketId, Vec<Unsent>> = HashMap::new();
        for (_, text) in storage::all(&keys::outbox(&self.email())) {
            if let Ok(kept) = serde_json::from_str::<Kept>(&text) {
                boxes.entry(kept.ticket).or_default().push(kept.unsent);
            }
        }
        for (ticket, kept) in boxes {
            let thread = self.thread(ticket);
            thread.outbox.set(Outbox::restore(kept));
            // What arrived before the reload is in the page already.
            let all = 0..thread.timeline.with_untracked(|timeline| timeline.entries().len());
            for id in thread.settle(all) {
                self.forget(id);
            }
        }
    }

    fn flush(self) {
        let threads: Vec<Thread> =
            self.threads.with_value(|threads| threads.values().cloned().collect());
        for thread in &threads {
            self.flush_thread(thread);
        }
    }

    fn flush_thread(self, thread: &Thread) {
        for unsent in thread.due(self.clock.exact(), browser::jitter()) {
            let files = unsent.file_ids();
            socket::send(&AgentCommand::Say {
                ticket: thread.ticket,
                id: unsent.id,
                text: unsent.text,
                files,
            });
        }
    }

    fn email(self) -> String {
        self.me.with_untracked(|me| me.email.clone())
    }

    /// The socket is gone.
    pub fn lost(self) {
        self.each_outbox(Outbox::on_disconnect);
        if self.link.get_untracked() != Link::SignedOut {
            self.link.set(Link::Down);
        }
    }

    fn each_outbox(self, change: fn(&mut Outbox)) {
        self.threads.with_value(|threads| {
            for thread in threads.values() {
                thread.outbox.update(change);
            }
        });
    }

    /// What a frame does.
    pub fn hear(self, event: AgentEvent) {
        match event {
            AgentEvent::Welcome { me, work, offers } => self.greeted(me, work, offers),
            AgentEvent::Work { item } => self.hear_work(*item),
            AgentEvent::WorkGone { ticket } => self.work.remove(ticket),
            AgentEvent::Conversation { conversation } => {
                let ticket = conversation.ticket;
                self.thread(ticket).head.set(Some(*conversation));
                self.see(ticket);
            }
            AgentEvent::Entries { ticket, entries, last } => {
                let thread = self.thread(ticket);
                let mut applied = None;
                thread.timeline.update(|timeline| applied = Some(timeline.page(entries, last)));
                self.shown(&thread, applied);
            }
            AgentEvent::Entry { ticket, entry } => self.hear_entry(ticket, entry),
            AgentEvent::Ack { ticket, id, seq, at } => {
                self.forget(id);
                self.thread(ticket).outbox.update(|outbox| {
                    outbox.on_ack(id, seq, at);
                });
            }
            AgentEvent::Refused { ticket, id, refusal } => self.hear_refused(ticket, id, refusal),
            AgentEvent::Typing { ticket } => {
                self.thread(ticket).typing_until.set(Some(self.clock.exact() + limits::TYPING_FOR));
            }
            AgentEvent::Seen { ticket, upto } => self.thread(ticket).visitor_saw(upto),
            AgentEvent::VisitorPresent { ticket, present } => {
                self.thread(ticket).change(|head| head.visitor_present = present);
            }
            AgentEvent::Offer { offer } => self.hear_offer(*offer),
            AgentEvent::OfferGone { chat } => self.offers.update(|ringing| {
                offers::silence(ringing, chat);
            }),
            AgentEvent::State { me } => self.me.set(me),
            AgentEvent::SignedOut => {
                self.link.set(Link::SignedOut);
                self.offers.set(Vec::new());
            }
            AgentEvent::Pong | AgentEvent::GoingAway { .. } => {}
        }
    }

    fn greeted(self, me: Me, work: Vec<WorkItem>, offers: Vec<Offer>) {
        self.me.set(me);
        self.work.replace(work);
        let known = self.offers.get_untracked();
        if known != offers {
            if offers.iter().any(|offer| known.iter().all(|old| old.chat != offer.chat)) {
                sound::ring();
            }
            self.offers.set(offers);
        }
        self.each_outbox(Outbox::on_connect);
        self.link.set(Link::Up);
        if let Some(ticket) = self.open.get_untracked() {
            self.watch(ticket);
            self.see(ticket);
        }
        self.flush();
    }

    fn hear_work(self, item: WorkItem) {
        let before =
            self.work.find(item.ticket).map(|row| row.item.with_untracked(|item| item.unread));
        let is_new =
            item.kind == WorkKind::MyChat && before.is_some_and(|before| item.unread > before);
        // What is open says so by its entry: it may be read already when its row changes.
        if is_new && self.open.get_untracked() != Some(item.ticket) {
            self.tell(&item.contact, &item.preview, item.ticket);
        }
        self.work.put(item);
    }

    /// Somebody wrote where the agent does not look.
    fn tell(self, contact: &Contact, text: &str, ticket: TicketId) {
        sound::chime();
        notice::show(&self.words.contact(contact), text, &ticket.to_string());
    }

    fn hear_entry(self, ticket: TicketId, entry: AgentEntry) {
        let thread = self.thread(ticket);
        if let AgentBody::Visitor { text, files } = &entry.body {
            thread.typing_until.set(None);
            if self.open.get_untracked() == Some(ticket)
                && browser::is_away()
                && thread.counts_as_seen()
                && let Some(contact) = thread.contact()
            {
                let file = files.first().map_or("", |file| file.name.as_str());
                self.tell(&contact, if text.is_empty() { file } else { text }, ticket);
            }
        }
        let mut applied = None;
        thread.timeline.update(|timeline| applied = Some(timeline.live(entry)));
        self.shown(&thread, applied);
    }

    fn shown(self, thread: &Thread, applied: Option<Applied>) {
        let Some(Applied { added, ask }) = applied else { return };
        for id in thread.settle(added) {
            self.forget(id);
        }
        if let Some(after) = ask {
            socket::send(&AgentCommand::Watch { ticket: thread.ticket, after });
        }
        self.see(thread.ticket);
    }

    fn hear_refused(self, ticket: Option<TicketId>, id: Option<EntryId>, refusal: Refusal) {
        match (ticket, id) {
            (Some(ticket), Some(id)) => {
                let now = self.clock.exact();
                self.thread(ticket)
                    .outbox
                    .update(|outbox| outbox.on_refused(id, refusal, now, browser::jitter()));
            }
            (Some(ticket), None) if refusal.code == Code::NotFound => {
                self.thread(ticket).missing.set(true);
            }
            _ => self.toasts.alert(self.words.refusal(&refusal)),
        }
    }

    fn hear_offer(self, offer: Offer) {
        let (title, text, tag) = (
            self.words.get("offer_title"),
            format!("{} · {}", offer.queue, offer.message),
            offer.chat.to_string(),
        );
        let mut is_new = false;
        self.offers.update(|ringing| is_new = offers::ring(ringing, offer));
        if is_new {
            sound::ring();
            notice::show(&title, &text, &tag);
        }
    }
}

//! What the server's frames change.

use super::Console;
use crate::{
    browser::{self, notice, sound},
    state::{
        offers,
        socket::Listener,
        thread::{Absence, Thread},
    },
};
use leptos::prelude::*;
use protocol::{
    Code, EntryId, Refusal, Seq, TicketId, TicketNumber, Timestamp,
    agent::{
        AgentCommand, AgentEvent, Conversation, ForAgent, HandoverKind, HandoverOutcome, Me, Offer,
        Total, WorkItem, WorkKind,
    },
    contact::Contact,
    delivery::{Applied, Outbox, Timeline},
    entry::{AgentBody, AgentEntry},
    limits,
};

impl Listener for Console {
    fn on_event(self, event: AgentEvent) {
        match event {
            AgentEvent::Welcome { me, work, offers, total, drafts } => {
                self.on_welcome(me, shown(work), total, shown(offers));
                self.on_drafts(drafts);
                self.save_drafts();
            }
            AgentEvent::Listed { view, first, items, total } => {
                self.on_listed(view, first, shown(items), total);
            }
            AgentEvent::Work { item } => self.on_work((*item).into_inner()),
            AgentEvent::WorkGone { ticket } => self.list.remove(ticket),
            AgentEvent::AccessLost { ticket } => self.on_access_lost(ticket),
            AgentEvent::SightChanged { masked } => {
                self.profile.update(|me| me.masked = masked);
                self.forget_values();
                self.read_open();
            }
            AgentEvent::Conversation { conversation } => {
                self.on_conversation((*conversation).into_inner());
            }
            AgentEvent::Entries { ticket, entries, last } => {
                self.on_entries(ticket, shown(entries), last);
            }
            AgentEvent::Entry { ticket, entry } => self.on_entry(ticket, entry.into_inner()),
            AgentEvent::Ack { ticket, id, seq, at } => self.on_ack(ticket, id, seq, at),
            AgentEvent::Refused { ticket, id, refusal } => self.on_refused(ticket, id, refusal),
            AgentEvent::Typing { ticket } => {
                self.thread(ticket).typing_until.set(Some(self.clock.exact() + limits::TYPING_FOR));
            }
            AgentEvent::ColleagueTyping { ticket, colleague } => {
                let until = self.clock.exact() + limits::TYPING_FOR;
                self.thread(ticket).colleague_types.set(Some((colleague.name, until)));
            }
            AgentEvent::Watchers { ticket, colleagues } => {
                self.thread(ticket).watchers.set(colleagues);
            }
            AgentEvent::Draft { draft } => self.on_draft(draft),
            AgentEvent::Mentioned { ticket, number, by } => self.on_mention(ticket, number, &by),
            AgentEvent::Seen { ticket, upto } => self.thread(ticket).on_seen(upto),
            AgentEvent::VisitorPresent { ticket, present } => {
                self.thread(ticket).update_head(|head| head.visitor_present = present);
            }
            AgentEvent::Offer { offer } => self.on_offer((*offer).into_inner()),
            AgentEvent::OfferGone { chat } => self.offers.update(|offers| {
                offers::remove(offers, chat);
            }),
            AgentEvent::Handover { ticket, number, kind, to, outcome, has_reason } => {
                self.on_handover(kind, &to, outcome);
                let was_taken =
                    (kind, outcome) == (HandoverKind::Transfer, HandoverOutcome::Accepted);
                if was_taken && !has_reason {
                    self.handed_over.update(|all| all.push((ticket, number.0)));
                }
            }
            AgentEvent::State { me } => {
                if self.learn_profile(me) {
                    self.read_open();
                }
            }
            AgentEvent::SignedOut => self.offers.set(Vec::new()),
            AgentEvent::Pong | AgentEvent::GoingAway { .. } => {}
        }
    }

    fn on_disconnect(self) {
        self.update_outboxes(Outbox::on_disconnect);
    }
}

impl Console {
    fn on_welcome(
        self,
        profile: Me,
        worklist: Vec<WorkItem>,
        total: Option<Total>,
        offers: Vec<Offer>,
    ) {
        // What is open is read below.
        self.learn_profile(profile);
        self.on_new_list(worklist, total);
        let known = self.offers.get_untracked();
        if known != offers {
            if offers.iter().any(|offer| known.iter().all(|old| old.chat != offer.chat)) {
                sound::ring();
            }
            self.offers.set(offers);
        }
        self.update_outboxes(Outbox::on_connect);
        if let Some(ticket) = self.open_ticket.get_untracked() {
            self.watch(ticket);
            self.mark_seen(ticket);
        }
        self.send_due();
    }

    fn update_outboxes(self, update: fn(&mut Outbox)) {
        for thread in self.all_threads() {
            for outbox in thread.outboxes() {
                outbox.update(update);
            }
        }
    }

    fn on_work(self, item: WorkItem) {
        let before =
            self.list.find(item.ticket).map(|row| row.item.with_untracked(|item| item.unread));
        let is_new =
            item.kind == WorkKind::MyChat && before.is_some_and(|before| item.unread > before);
        // The open conversation notifies by its entry: it may be read already when its row changes.
        if is_new && self.open_ticket.get_untracked() != Some(item.ticket) {
            self.notify(&item.contact, &item.preview, item.ticket);
        }
        self.list.put(item);
    }

    fn on_access_lost(self, ticket: TicketId) {
        self.list.remove(ticket);
        self.thread(ticket).on_absent(Absence::AccessLost);
    }

    /// True where the agent reads other sites masked than was known, and everything is forgotten: the console was away
    /// when that changed.
    fn learn_profile(self, me: Me) -> bool {
        // Of a site that was lost, too: given back, it may be read masked.
        let is_other = self.profile.with_untracked(|known| {
            known.masked != me.masked || known.sites.iter().any(|site| !me.sites.contains(site))
        });
        self.profile.set(me);
        if is_other {
            self.forget_values();
        }
        is_other
    }

    /// Nothing that is here may be shown as it is; pages read theirs again.
    fn forget_values(self) {
        for thread in self.all_threads() {
            thread.forget();
        }
        self.sight.update(|changes| *changes += 1);
    }

    /// What is open is read anew.
    fn read_open(self) {
        if let Some(ticket) = self.open_ticket.get_untracked() {
            self.watch(ticket);
        }
    }

    fn on_conversation(self, conversation: Conversation) {
        let ticket = conversation.ticket;
        let thread = self.thread(ticket);
        if thread.head.with_untracked(Option::is_none) {
            thread.open_at(conversation.agent_seen);
        }
        thread.head.set(Some(conversation));
        thread.absence.set(None);
        self.mark_seen(ticket);
    }

    fn on_entries(self, ticket: TicketId, entries: Vec<AgentEntry>, last: Seq) {
        let thread = self.thread(ticket);
        let mut applied = None;
        thread.timeline.update(|timeline| applied = Some(timeline.page(entries, last)));
        thread.mark_new();
        if thread.timeline.with_untracked(Timeline::last) >= last {
            thread.is_caught_up();
        }
        self.on_applied(&thread, applied);
    }

    fn on_entry(self, ticket: TicketId, entry: AgentEntry) {
        let thread = self.thread(ticket);
        if let AgentBody::Visitor { text, files } = &entry.body {
            thread.typing_until.set(None);
            if browser::is_away() && thread.new_from.with_untracked(Option::is_none) {
                thread.new_from.set(Some(entry.seq));
            }
            if self.open_ticket.get_untracked() == Some(ticket)
                && browser::is_away()
                && thread.counts_as_seen()
                && let Some(contact) = thread.contact()
            {
                let file = files.first().map_or("", |file| file.name.as_str());
                self.notify(&contact, if text.is_empty() { file } else { text }, ticket);
            }
        }
        if matches!(entry.body, AgentBody::Agent { .. } | AgentBody::Comment { .. }) {
            thread.colleague_types.set(None);
        }
        let mut applied = None;
        thread.timeline.update(|timeline| applied = Some(timeline.live(entry)));
        self.on_applied(&thread, applied);
    }

    /// Entries were added to a timeline, or one that is missing between them has to be asked for.
    fn on_applied(self, thread: &Thread, applied: Option<Applied>) {
        let Some(Applied { added, ask }) = applied else { return };
        self.forget_all(thread.settle(added));
        if let Some(after) = ask {
            self.socket.send(&AgentCommand::Watch { ticket: thread.ticket, after });
        }
        self.mark_seen(thread.ticket);
    }

    fn on_ack(self, ticket: TicketId, id: EntryId, seq: Seq, at: Timestamp) {
        self.forget(id);
        self.thread(ticket).outbox_of(id).update(|outbox| {
            outbox.on_ack(id, seq, at);
        });
    }

    fn on_refused(self, ticket: Option<TicketId>, id: Option<EntryId>, refusal: Refusal) {
        match (ticket, id) {
            (Some(ticket), Some(id)) => self.on_message_refused(ticket, id, refusal),
            (Some(ticket), None) if refusal.code == Code::NotFound => {
                self.thread(ticket).on_absent(Absence::NotThere);
            }
            // Nobody did that by hand: it was a draft or a sign of typing. What the agent lost is told by other frames.
            (Some(_), None) if refusal.code == Code::Forbidden => {}
            (None, None) if self.list.fail() => {}
            _ => self.toasts.alert(self.words.refusal(&refusal)),
        }
    }

    fn on_offer(self, offer: Offer) {
        let (title, text, tag) = (
            self.words.get("offer_title"),
            format!("{} · {}", offer.queue, offer.message),
            offer.chat.to_string(),
        );
        let mut is_new = false;
        self.offers.update(|offers| is_new = offers::add(offers, offer));
        if is_new {
            sound::ring();
            notice::show(&title, &text, &tag);
        }
    }

    fn on_mention(self, ticket: TicketId, number: TicketNumber, by: &str) {
        let text = self.words.fill("mentioned", &[("who", by), ("number", &number.0)]);
        sound::chime();
        notice::show(&self.words.get("title"), &text, &ticket.to_string());
        self.toasts.link(text, ticket);
    }

    /// What came of a transfer or conference that the agent asked for.
    fn on_handover(self, kind: HandoverKind, to: &str, outcome: HandoverOutcome) {
        let key = match kind {
            HandoverKind::Transfer => "transfer",
            HandoverKind::Conference => "conference",
        };
        let text = self.words.fill(&format!("{key}_{outcome}"), &[("to", to)]);
        // Nothing has failed: a colleague could not.
        if outcome != HandoverOutcome::Cancelled {
            self.toasts.tell(text);
        }
    }

    /// Somebody wrote where the agent does not look.
    fn notify(self, contact: &Contact, text: &str, ticket: TicketId) {
        sound::chime();
        let who = self.words.contact(contact);
        notice::show(&who, text, &ticket.to_string());
        if self.open_ticket.get_untracked() != Some(ticket) {
            self.say(self.words.fill("wrote", &[("who", &who)]));
        }
    }

    /// Says it to who hears the console and does not see it; also what was said last.
    pub fn say(self, mut text: String) {
        if self.said.with_untracked(|said| *said == text) {
            // Nothing is heard that stays the same.
            text.push('\u{a0}');
        }
        self.said.set(text);
    }
}

/// Values as this agent may read them.
fn shown<T>(values: Vec<ForAgent<T>>) -> Vec<T> {
    values.into_iter().map(ForAgent::into_inner).collect()
}

// Frames that sound, notify, or mark as seen need a browser, and are tested in one.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        state::{
            clock::Clock, list::tests::item, offers::tests::offer, writing::tests::conversation,
        },
        words::Words,
    };
    use protocol::{
        AgentId, ChatId, Role, SiteId,
        agent::{AgentChat, AgentState, Sight, WorkView},
        entry::Category,
        strings::Strings,
    };
    use uuid::Uuid;

    fn profile(state: AgentState) -> Me {
        Me {
            id: AgentId(Uuid::nil()),
            name: "Lucía Medina".into(),
            email: "lucia@example.com".into(),
            role: Role::Agent,
            state,
            since: Timestamp(0),
            reason: None,
            away_reasons: Vec::new(),
            missed: None,
            sites: vec!["CuentasOK".into()],
            masked: Vec::new(),
        }
    }

    fn console(worklist: Vec<WorkItem>, offers: Vec<Offer>) -> Console {
        let words = Words::new(Strings::default());
        let clock = Clock::new(Timestamp(0), None, words);
        Console::new(
            profile(AgentState::Away),
            (WorkView::Open, worklist, None),
            offers,
            Role::Agent,
            clock,
            words,
        )
    }

    #[test]
    fn rows_come_change_and_go() {
        Owner::new().with(|| {
            let console = console(vec![item(1, WorkKind::MyChat, 1)], vec![]);
            let request = item(2, WorkKind::Request, 2);
            let item = ForAgent::new(request.clone(), Sight::Everything);
            console.on_event(AgentEvent::Work { item: Box::new(item) });
            assert_eq!(console.list.len(), 2);
            console.on_event(AgentEvent::WorkGone { ticket: request.ticket });
            assert!(console.list.find(request.ticket).is_none());
            assert_eq!(console.list.len(), 1);
        });
    }

    #[test]
    fn the_state_of_another_tab_is_shown_here() {
        Owner::new().with(|| {
            let console = console(vec![], vec![]);
            console.on_event(AgentEvent::State { me: profile(AgentState::Available) });
            assert_eq!(console.profile.get_untracked().state, AgentState::Available);
        });
    }

    #[test]
    fn what_was_read_with_another_right_is_forgotten_also_by_who_was_away_when_it_changed() {
        Owner::new().with(|| {
            let console = console(vec![], vec![]);
            let head = conversation(AgentChat::None, Category::Open);
            let ticket = head.ticket;
            let read = || console.add_thread(Thread::loaded(head.clone(), vec![], Seq(3)));
            let is_forgotten = || console.thread(ticket).head.get_untracked().is_none();
            let masked = vec![SiteId(Uuid::from_u128(1))];
            let me = Me { masked: masked.clone(), ..profile(AgentState::Away) };
            read();
            // As in a welcome, whose messages to send need a browser's clock.
            assert!(!console.learn_profile(profile(AgentState::Available)));
            assert_eq!((is_forgotten(), console.sight.get_untracked()), (false, 0));
            assert!(console.learn_profile(me.clone()));
            assert_eq!((is_forgotten(), console.sight.get_untracked()), (true, 1));
            read();
            console.on_event(AgentEvent::State { me: profile(AgentState::Away) });
            assert_eq!((is_forgotten(), console.sight.get_untracked()), (true, 2));
            read();
            console.on_event(AgentEvent::SightChanged { masked });
            assert_eq!((is_forgotten(), console.sight.get_untracked()), (true, 3));
            // It says the same.
            console.on_event(AgentEvent::State { me });
            assert_eq!(console.sight.get_untracked(), 3);
        });
    }

    #[test]
    fn an_offer_stops_ringing_when_it_is_gone_and_when_the_session_ends() {
        Owner::new().with(|| {
            let console = console(vec![], vec![offer(1, 10), offer(2, 20)]);
            console.on_event(AgentEvent::OfferGone { chat: ChatId(Uuid::from_u128(1)) });
            assert_eq!(console.offers.get_untracked(), [offer(2, 20)]);
            console.on_event(AgentEvent::SignedOut);
            assert!(console.offers.get_untracked().is_empty());
        });
    }

    #[test]
    fn what_the_visitor_has_seen_belongs_to_their_conversation() {
        Owner::new().with(|| {
            let console = console(vec![], vec![]);
            let head = conversation(AgentChat::None, Category::Open);
            let ticket = head.ticket;
            console.add_thread(Thread::loaded(head, vec![], Seq(3)));
            console.on_event(AgentEvent::Seen { ticket, upto: Seq(2) });
            console.on_event(AgentEvent::VisitorPresent { ticket, present: false });
            let head = console.thread(ticket).head.get_untracked().unwrap();
            assert_eq!((head.visitor_seen, head.visitor_present), (Seq(2), false));
        });
    }

    #[test]
    fn a_ticket_that_is_refused_is_not_there() {
        Owner::new().with(|| {
            let console = console(vec![], vec![]);
            let ticket = TicketId(Uuid::from_u128(7));
            let refusal = Refusal::new(Code::NotFound);
            console.on_event(AgentEvent::Refused { ticket: Some(ticket), id: None, refusal });
            let absence = console.thread(ticket).absence.get_untracked();
            assert_eq!(absence, Some(Absence::NotThere));
        });
    }

    #[test]
    fn of_a_ticket_that_may_be_seen_no_longer_nothing_is_left() {
        Owner::new().with(|| {
            let head = conversation(AgentChat::None, Category::Open);
            let ticket = head.ticket;
            let row = item(ticket.0.as_u128(), WorkKind::Request, 1);
            let console = console(vec![row], vec![]);
            let body = AgentBody::Visitor { text: "Mi clave".into(), files: vec![] };
            let entry =
                AgentEntry { seq: Seq(1), id: EntryId(Uuid::nil()), at: Timestamp(0), body };
            console.add_thread(Thread::loaded(head, vec![entry], Seq(1)));
            console.on_event(AgentEvent::AccessLost { ticket });
            let thread = console.thread(ticket);
            let is_told = || thread.absence.get_untracked() == Some(Absence::AccessLost);
            assert!(is_told() && thread.head.get_untracked().is_none());
            assert!(thread.timeline.with_untracked(|timeline| timeline.entries().is_empty()));
            assert!(console.list.find(ticket).is_none());
            // After a reconnect it is refused, and the reason is the same.
            let refusal = Refusal::new(Code::NotFound);
            console.on_event(AgentEvent::Refused { ticket: Some(ticket), id: None, refusal });
            assert!(is_told());
        });
    }
}

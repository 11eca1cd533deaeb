//! The console of an agent: one socket after the other, and what it does by itself.

use super::{Caller, Desk, Habits, Order};
use crate::{
    door::{Socket, receive, say},
    pace::Pace,
    thread::Thread,
};
use protocol::{
    ChatId, Seq, TicketId, Timestamp,
    agent::{self, AgentCommand, AgentEvent, ForAgent, WorkKind},
    delivery::{Pulse, PulseCheck, Reconnect},
    entry::{AgentBody, AgentEntry},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

/// The longest pause between two looks at timers.
const LOOK: Duration = Duration::from_millis(200);

/// The console itself.
pub(super) struct Console {
    caller: Caller,
    pace: Pace,
    threads: BTreeMap<TicketId, Thread<AgentEntry>>,
    reconnect: Reconnect,
    desk: watch::Sender<Desk>,
    orders: mpsc::UnboundedReceiver<Order>,
    habits: Habits,
}

impl Console {
    pub(super) fn new(
        caller: Caller,
        desk: watch::Sender<Desk>,
        orders: mpsc::UnboundedReceiver<Order>,
    ) -> Self {
        let (pace, habits) = (Pace::new(), Habits::default());
        let (threads, reconnect) = (BTreeMap::new(), Reconnect::default());
        Self { caller, pace, threads, reconnect, desk, orders, habits }
    }

    pub(super) async fn live(mut self) {
        loop {
            let _ = self.connected().await;
            self.threads.values_mut().for_each(Thread::on_disconnect);
            self.desk.send_modify(|desk| desk.is_connected = false);
            sleep(Pace::real(self.reconnect.pause(Pace::jitter()))).await;
        }
    }

    /// One connection's life.
    async fn connected(&mut self) -> Option<()> {
        let (door, cookie) = (&self.caller.door, &self.caller.cookie);
        let mut socket = door.socket("/console/socket", agent::SUBPROTOCOL, cookie).await?;
        say(&mut socket, &AgentCommand::Hello).await?;
        let mut pulse = Pulse::new(self.pace.now());
        loop {
            self.flush(&mut socket).await?;
            self.publish();
            let look = self.next_look();
            tokio::select! {
                event = receive::<AgentEvent>(&mut socket) => {
                    pulse.on_frame(self.pace.now());
                    self.on_event(event?, &mut socket).await?;
                }
                Some(order) = self.orders.recv() => match order {
                    Order::Watch(ticket) => self.watch(ticket, &mut socket).await?,
                    Order::Say(ticket, text) => {
                        self.threads.get_mut(&ticket).expect("it is watched").say(text);
                    }
                    Order::Send(command) => say(&mut socket, &command).await?,
                    Order::Habits(habits) => {
                        self.habits = habits;
                        self.take_what_rings(&mut socket).await?;
                    }
                },
                () = sleep(look) => match pulse.check(self.pace.now()) {
                    PulseCheck::Fine => {}
                    PulseCheck::Ping => say(&mut socket, &AgentCommand::Ping).await?,
                    PulseCheck::Dead => return None,
                },
            }
        }
    }

    async fn flush(&mut self, socket: &mut Socket) -> Option<()> {
        for (ticket, thread) in &mut self.threads {
            for unsent in thread.due() {
                let (id, text) = (unsent.id, unsent.text);
                let say_it = AgentCommand::Say { ticket: *ticket, id, text, files: Vec::new() };
                say(socket, &say_it).await?;
            }
        }
        Some(())
    }

    fn next_look(&self) -> Duration {
        let due = self
            .threads
            .values()
            .filter_map(Thread::next_due)
            .map(|at: Timestamp| self.pace.until(at));
        due.fold(LOOK, Duration::min)
    }

    async fn on_event(&mut self, event: AgentEvent, socket: &mut Socket) -> Option<()> {
        match event {
            AgentEvent::Welcome { work, offers, .. } => {
                self.reconnect.on_connect();
                self.desk.send_modify(|desk| {
                    desk.greetings += 1;
                    desk.is_connected = true;
                    let offers = offers.into_iter().map(ForAgent::into_inner);
                    desk.offers = offers.map(|offer| (offer.chat, offer)).collect();
                    let work = work.into_iter().map(ForAgent::into_inner);
                    desk.work = work.map(|item| (item.ticket, item)).collect();
                });
                let watched: Vec<TicketId> = self.threads.keys().copied().collect();
                for ticket in watched {
                    self.threads.get_mut(&ticket).expect("it is watched").on_connect();
                    self.ask(ticket, socket).await?;
                }
                self.watch_what_is_mine(socket).await?;
                self.take_what_rings(socket).await
            }
            AgentEvent::Work { item } => {
                let item = (*item).into_inner();
                self.desk.send_modify(|desk| drop(desk.work.insert(item.ticket, item)));
                self.watch_what_is_mine(socket).await
            }
            AgentEvent::WorkGone { ticket } => {
                self.desk.send_modify(|desk| drop(desk.work.remove(&ticket)));
                Some(())
            }
            AgentEvent::Offer { offer } => {
                let offer = (*offer).into_inner();
                self.desk.send_modify(|desk| drop(desk.offers.insert(offer.chat, offer)));
                self.take_what_rings(socket).await
            }
            AgentEvent::OfferGone { chat } => {
                self.desk.send_modify(|desk| drop(desk.offers.remove(&chat)));
                Some(())
            }
            AgentEvent::Conversation { conversation } => {
                self.desk.send_modify(|desk| {
                    let talk = desk.talks.entry(conversation.ticket).or_default();
                    talk.visitor_is_there = conversation.visitor_present;
                    talk.head = Some((*conversation).into_inner());
                });
                Some(())
            }
            AgentEvent::Entries { ticket, entries, last } => {
                let thread = self.threads.get_mut(&ticket)?;
                let before = thread.entries().len();
                let ask =
                    thread.page(entries.into_iter().map(ForAgent::into_inner).collect(), last);
                self.answer(ticket, before).await;
                self.ask_after(ticket, ask, socket).await
            }
            AgentEvent::Entry { ticket, entry } => {
                let thread = self.threads.get_mut(&ticket)?;
                let before = thread.entries().len();
                let ask = thread.live(entry.into_inner());
                self.answer(ticket, before).await;
                self.ask_after(ticket, ask, socket).await
            }
            AgentEvent::Ack { ticket, id, seq, at } => {
                self.threads.get_mut(&ticket)?.on_ack(id, seq, at);
                Some(())
            }
            AgentEvent::Refused { ticket: Some(ticket), id: Some(id), refusal } => {
                self.threads.get_mut(&ticket)?.on_refused(id, refusal);
                Some(())
            }
            // What was asked for could not be read: it is asked for again with the next socket.
            AgentEvent::Refused { .. } => None,
            AgentEvent::Typing { ticket } => {
                self.desk.send_modify(|desk| desk.talks.entry(ticket).or_default().typing += 1);
                Some(())
            }
            AgentEvent::VisitorPresent { ticket, present } => {
                self.desk.send_modify(|desk| {
                    desk.talks.entry(ticket).or_default().visitor_is_there = present;
                });
                Some(())
            }
            AgentEvent::SignedOut => panic!("the session has ended"),
            AgentEvent::GoingAway { retry_ms } => {
                self.reconnect.on_going_away(retry_ms);
                self.desk.send_modify(|desk| desk.farewells += 1);
                Some(())
            }
            AgentEvent::AccessLost { .. }
            | AgentEvent::Listed { .. }
            | AgentEvent::SightChanged { .. }
            | AgentEvent::ColleagueTyping { .. }
            | AgentEvent::Watchers { .. }
            | AgentEvent::Draft { .. }
            | AgentEvent::Mentioned { .. }
            | AgentEvent::Handover { .. }
            | AgentEvent::Seen { .. }
            | AgentEvent::State { .. }
            | AgentEvent::Pong => Some(()),
        }
    }

    /// Also those that were taken by an accept whose answer was lost.
    async fn watch_what_is_mine(&mut self, socket: &mut Socket) -> Option<()> {
        let mine: Vec<TicketId> = {
            let desk = self.desk.borrow();
            let mine = desk.work.values().filter(|item| item.kind == WorkKind::MyChat);
            mine.map(|item| item.ticket)
                .filter(|ticket| !self.threads.contains_key(ticket))
                .collect()
        };
        for ticket in mine {
            self.watch(ticket, socket).await?;
        }
        Some(())
    }

    async fn watch(&mut self, ticket: TicketId, socket: &mut Socket) -> Option<()> {
        if self.threads.contains_key(&ticket) {
            return Some(());
        }
        let mut thread = Thread::new(self.pace);
        thread.on_connect();
        self.threads.insert(ticket, thread);
        self.ask(ticket, socket).await
    }

    async fn ask(&mut self, ticket: TicketId, socket: &mut Socket) -> Option<()> {
        let after = self.threads[&ticket].last();
        say(socket, &AgentCommand::Watch { ticket, after }).await
    }

    async fn ask_after(
        &mut self,
        ticket: TicketId,
        after: Option<Seq>,
        socket: &mut Socket,
    ) -> Option<()> {
        match after {
            Some(after) => say(socket, &AgentCommand::Watch { ticket, after }).await,
            None => Some(()),
        }
    }

    async fn take_what_rings(&mut self, socket: &mut Socket) -> Option<()> {
        if !self.habits.takes {
            return Some(());
        }
        let ringing: Vec<ChatId> = self.desk.borrow().offers.keys().copied().collect();
        for chat in ringing {
            let chat_text = chat.to_string();
            // Unanswered, it rings on, and is in the next greeting.
            let reply =
                self.caller.call("/console/api/chats/accept", &[("chat", &chat_text)]).await?;
            self.desk.send_modify(|desk| drop(desk.offers.remove(&chat)));
            if reply.status == 200 {
                let ticket = serde_json::from_slice(&reply.body).expect("a ticket");
                self.watch(ticket, socket).await?;
            }
        }
        Some(())
    }

    /// By habit: answers what visitors said after this many entries, and ends chats.
    async fn answer(&mut self, ticket: TicketId, before: usize) {
        if self.habits.answers_every == 0 {
            return;
        }
        let thread = self.threads.get_mut(&ticket).expect("it is watched");
        let has_ended = |entry: &AgentEntry| matches!(entry.body, AgentBody::ChatEnded { .. });
        if thread.entries().iter().any(has_ended) {
            return;
        }
        let is_visitors = |entry: &&AgentEntry| matches!(entry.body, AgentBody::Visitor { .. });
        let heard = thread.entries().iter().filter(is_visitors).count();
        let heard_before = thread.entries()[..before].iter().filter(is_visitors).count();
        let answers = heard / self.habits.answers_every - heard_before / self.habits.answers_every;
        for _ in 0..answers {
            thread.say(format!("respuesta {}", thread.record.said.len() + 1));
        }
        let said = thread.record.said.len();
        if self.habits.ends_after > 0 && said >= self.habits.ends_after && thread.on_its_way() == 0
        {
            let fields = [("ticket", ticket.to_string()), ("reason", "Resuelto".to_owned())];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            // Where it is not answered, the next message brings it up again.
            let _ = self.caller.call("/console/api/chats/end", &fields).await;
        }
    }

    fn publish(&mut self) {
        let threads = &self.threads;
        self.desk.send_if_modified(|desk| {
            let mut is_new = false;
            for (ticket, thread) in threads {
                let talk = desk.talks.entry(*ticket).or_default();
                let on_its_way = thread.on_its_way();
                if talk.on_its_way == on_its_way
                    && talk.entries.len() == thread.entries().len()
                    && talk.record.acked.len() == thread.record.acked.len()
                    && talk.record.said.len() == thread.record.said.len()
                {
                    continue;
                }
                is_new = true;
                talk.on_its_way = on_its_way;
                talk.entries.extend_from_slice(&thread.entries()[talk.entries.len()..]);
                talk.record.clone_from(&thread.record);
            }
            is_new
        });
    }
}

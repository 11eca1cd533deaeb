//! One frame of each kind, and what is in them.

use protocol::{
    AgentId, ChatId, Code, EntryId, Field, FileId, OfferId, PageUrl, Refusal, Role, Score, Seq,
    SiteId, TicketId, TicketNumber, TicketToken, Timestamp,
    agent::{
        AgentChat, AgentCommand, AgentEvent, AgentState, Colleague, Conversation, Draft, ForAgent,
        Guest, Handover, HandoverKind, HandoverOutcome, Me, Missed, Offer, OfferKind, Revealable,
        Sensitive, Sight, Total, WorkItem, WorkKind, WorkView,
    },
    contact::Contact,
    entry::{
        AgentBody, AgentEntry, BecameRequest, Category, EndedBy, Priority, Removed, TicketPriority,
        TicketState, VisitorBody, VisitorEntry,
    },
    file::Attachment,
    properties::{Change, Property},
    status::{Availability, Reason},
    visitor::{Done, VisitorChat, VisitorCommand, VisitorEvent, VisitorTicket},
};
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp(1_795_453_200_123);

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub(crate) fn entry_id() -> EntryId {
    EntryId(uuid(1))
}

fn ticket_id() -> TicketId {
    TicketId(uuid(2))
}

fn chat_id() -> ChatId {
    ChatId(uuid(3))
}

pub(crate) fn number() -> TicketNumber {
    TicketNumber("CO-1042".into())
}

fn page() -> PageUrl {
    PageUrl::parse("https://example.com/precios").expect("of the web")
}

fn state() -> TicketState {
    TicketState { name: "pendiente".into(), category: Category::Open }
}

fn priority() -> TicketPriority {
    TicketPriority { name: "alta".into(), level: Priority::High }
}

fn attachment() -> Attachment {
    Attachment {
        id: FileId(uuid(4)),
        name: "factura.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 48_213,
    }
}

fn status() -> Availability {
    Availability { open: true, reason: Reason::Open, changes_at: Some(NOW) }
}

fn closed(reason: Reason) -> Availability {
    Availability { open: false, reason, changes_at: None }
}

fn contact() -> Contact {
    Contact {
        name: Some("Melissa".into()),
        email: Some("melissa@example.com".into()),
        verified: false,
    }
}

fn visitor_ticket(chat: VisitorChat) -> VisitorTicket {
    VisitorTicket {
        number: number(),
        subject: Some("Factura".into()),
        state: state(),
        chat,
        email: None,
        seen_upto: Seq(3),
        removed: Some(Removed::Site),
    }
}

pub(crate) fn visitor_entries() -> Vec<VisitorEntry> {
    let bodies = [
        VisitorBody::Visitor { text: "Hola <b>".into(), files: vec![attachment()] },
        VisitorBody::Agent { name: "Lucía".into(), text: "¡Hola!".into(), files: Vec::new() },
        VisitorBody::ChatStarted,
        VisitorBody::Joined { name: "Lucía".into() },
        VisitorBody::Left { name: "Lucía".into() },
        VisitorBody::Requeued,
        VisitorBody::BecameRequest { why: BecameRequest::WaitLimit },
        VisitorBody::BecameRequest { why: BecameRequest::DeskClosed },
        VisitorBody::BecameRequest { why: BecameRequest::Override },
        VisitorBody::BecameRequest { why: BecameRequest::NoAgents },
        VisitorBody::BecameRequest { why: BecameRequest::Visitor },
        VisitorBody::BecameRequest { why: BecameRequest::Removed },
        VisitorBody::Transferred { name: "Raúl".into() },
        VisitorBody::IdleWarning,
        VisitorBody::SiteRemoved,
        VisitorBody::QueueRemoved,
        VisitorBody::AgentRemoved,
        VisitorBody::ChatEnded { by: EndedBy::Agent },
        VisitorBody::StateChanged { state: state() },
        VisitorBody::Rated { score: Score::ALL[4] },
        VisitorBody::TranscriptSent,
        VisitorBody::Hidden,
    ];
    (1..)
        .zip(bodies)
        .map(|(seq, body)| VisitorEntry { seq: Seq(seq), id: entry_id(), at: NOW, body })
        .collect()
}

pub(crate) fn agent_entries() -> Vec<AgentEntry> {
    let agent = AgentId(uuid(5));
    let name = || "Lucía".to_owned();
    let bodies = [
        AgentBody::Visitor { text: "Hola".into(), files: vec![attachment()] },
        AgentBody::Agent { agent, name: name(), text: "¡Hola!".into(), files: Vec::new() },
        AgentBody::Comment {
            agent,
            name: name(),
            text: "ojo".into(),
            mentions: vec![agent],
            files: vec![attachment()],
        },
        AgentBody::ChatStarted { page: Some(page()) },
        AgentBody::Joined { agent, name: name() },
        AgentBody::Left { agent, name: name() },
        AgentBody::Requeued,
        AgentBody::TransferRequested { agent, name: name(), to: "Ventas".into() },
        AgentBody::Transferred {
            from: agent,
            from_name: name(),
            to: AgentId(uuid(15)),
            to_name: "Raúl".into(),
            queue: Some("Ventas".into()),
        },
        AgentBody::TransferAbandoned {
            name: name(),
            to: "Raúl".into(),
            why: HandoverOutcome::Missed,
        },
        AgentBody::HandedOver { agent, name: name(), reason: "transferencia".into() },
        AgentBody::ConferenceRequested { agent, name: name(), to: "Raúl".into() },
        AgentBody::ConferenceAbandoned {
            name: name(),
            to: "Raúl".into(),
            why: HandoverOutcome::Declined,
        },
        AgentBody::IdleWarning,
        AgentBody::SiteRemoved,
        AgentBody::QueueRemoved,
        AgentBody::AgentRemoved,
        AgentBody::BecameRequest { why: BecameRequest::WaitLimit },
        AgentBody::ChatEnded { by: EndedBy::Inactivity, reason: Some("inactividad".into()) },
        AgentBody::StateChanged { state: state(), by: Some(name()) },
        AgentBody::Rated { score: Score::ALL[3], comment: Some("bien".into()) },
        AgentBody::ContactChanged { name: None, email: Some("melissa@example.com".into()) },
        AgentBody::MailQueued {
            to: "melissa@example.com".into(),
            subject: "[CO-1042] Factura".into(),
        },
        AgentBody::MailHeld { to: "melissa@example.com".into(), why: "3/h".into() },
        AgentBody::TranscriptSent { to: "melissa@example.com".into() },
        AgentBody::Revealed {
            agent: AgentId(uuid(5)),
            name: "Lucía Medina".into(),
            field: Revealable::Entry,
            seq: Some(Seq(7)),
            own: Some("RFC".into()),
        },
        AgentBody::Changed {
            agent: AgentId(uuid(5)),
            name: "Lucía Medina".into(),
            changes: vec![
                Change::of(Property::Priority, Some("media".into()), Some("alta".into())),
                Change::of(Property::Observations, None, Some("Plan Pyme".into())),
                Change::of(Property::Tags, Some("vip".into()), None),
            ],
        },
        AgentBody::LinkRenewed { agent: AgentId(uuid(5)), name: "Lucía Medina".into() },
    ];
    (1..)
        .zip(bodies)
        .map(|(seq, body)| AgentEntry { seq: Seq(seq), id: entry_id(), at: NOW, body })
        .collect()
}

fn work_item() -> WorkItem {
    WorkItem {
        ticket: ticket_id(),
        number: number(),
        chat: Some(chat_id()),
        kind: WorkKind::WaitingChat,
        site: "CuentasOK".into(),
        queue: "Soporte general".into(),
        contact: contact(),
        subject: None,
        preview: "Hola".into(),
        preview_mine: true,
        state: state(),
        since: NOW,
        last_at: NOW,
        unread: 1,
        mine: false,
        priority: Some(priority()),
        ticket_type: Some("Técnico".into()),
        tags: vec!["vip".into(), "migración".into()],
    }
}

fn offer() -> Offer {
    Offer {
        chat: chat_id(),
        ticket: ticket_id(),
        number: number(),
        queue: "Soporte general".into(),
        site: "CuentasOK".into(),
        contact: contact(),
        page: Some(page()),
        message: "Hola".into(),
        since: NOW,
        subject: Some("Factura".into()),
        rings_from: NOW,
        rings_until: NOW,
        kind: OfferKind::Transfer,
        offer: Some(OfferId(uuid(16))),
        from: Some("Raúl".into()),
        note: Some("Ya pagó".into()),
    }
}

fn me() -> Me {
    Me {
        id: AgentId(uuid(5)),
        name: "Lucía Medina".into(),
        email: "lucia@example.com".into(),
        role: Role::Agent,
        state: AgentState::Rona,
        since: NOW,
        reason: Some("Comida".into()),
        away_reasons: vec!["Pausa".into(), "Comida".into()],
        missed: Some(shown(Missed { number: number(), contact: contact(), ring_ms: 20_000 })),
        sites: vec!["CuentasOK".into()],
        masked: vec![SiteId(uuid(17))],
    }
}

fn conversation(chat: AgentChat) -> Conversation {
    Conversation {
        ticket: ticket_id(),
        number: number(),
        chat,
        site: "CuentasOK".into(),
        queue: "Soporte general".into(),
        contact: contact(),
        subject: Some("Factura".into()),
        state: state(),
        page: None,
        lang: "es".into(),
        created_at: NOW,
        last: Seq(7),
        visitor_seen: Seq(6),
        agent_seen: Seq(7),
        visitor_present: true,
        removed: Some(Removed::Queue),
        may_end: true,
        priority: Some(priority()),
        ticket_type: Some("Técnico".into()),
        tags: vec!["vip".into()],
    }
}

pub(crate) fn visitor_commands() -> Vec<VisitorCommand> {
    vec![
        VisitorCommand::Hello { token: None, after: Seq::START },
        VisitorCommand::Hello { token: Some(TicketToken("ID.MAC".into())), after: Seq(7) },
        VisitorCommand::Say { id: entry_id(), text: "Hola".into(), files: Vec::new() },
        VisitorCommand::Say { id: entry_id(), text: "Hola".into(), files: vec![FileId(uuid(4))] },
        VisitorCommand::Typing,
        VisitorCommand::Seen { upto: Seq(7) },
        VisitorCommand::Resume { after: Seq(7) },
        VisitorCommand::End,
        VisitorCommand::LeaveRequest,
        VisitorCommand::Transcript { email: None },
        VisitorCommand::Contact { email: "melissa@example.com".into() },
        VisitorCommand::Rate { score: 5, comment: Some("¡Gracias!".into()) },
        VisitorCommand::Page { page: "https://example.com/es/".into() },
        VisitorCommand::Ping,
    ]
}

pub(crate) fn visitor_events() -> Vec<VisitorEvent> {
    let refusal = Refusal::of(Field::Message, Code::TooLong).limit(1000);
    let mut events = vec![
        VisitorEvent::Unknown { status: closed(Reason::NoAgents) },
        VisitorEvent::Status { status: closed(Reason::Holiday) },
        VisitorEvent::Entries { entries: visitor_entries(), last: Seq(13) },
        VisitorEvent::Entry { entry: visitor_entries().remove(0) },
        VisitorEvent::Ack { id: entry_id(), seq: Seq(7), at: NOW },
        VisitorEvent::Refused { id: Some(entry_id()), refusal },
        VisitorEvent::Refused { id: None, refusal: Refusal::new(Code::TryAgain) },
        VisitorEvent::Typing { name: "Lucía".into() },
        VisitorEvent::Seen { upto: Seq(7) },
        VisitorEvent::Done { what: Done::Transcript },
        VisitorEvent::Pong,
        VisitorEvent::GoingAway { retry_ms: 1500 },
    ];
    for chat in [
        VisitorChat::Waiting { position: 2 },
        VisitorChat::Active { agent: "Lucía".into(), guest: Some("Raúl".into()) },
        VisitorChat::Ended { rated: false, attended: true },
        VisitorChat::Request,
    ] {
        events.push(VisitorEvent::Ticket { ticket: visitor_ticket(chat) });
    }
    let ticket = visitor_ticket(VisitorChat::Waiting { position: 1 });
    events.push(VisitorEvent::Welcome { ticket, status: status() });
    events
}

fn colleague() -> Colleague {
    Colleague { agent: AgentId(uuid(5)), name: "Raúl Díaz".into() }
}

fn draft() -> Draft {
    Draft { ticket: ticket_id(), text: "Hola,".into(), at: NOW }
}

pub(crate) fn agent_commands() -> Vec<AgentCommand> {
    let ticket = ticket_id();
    vec![
        AgentCommand::Hello,
        AgentCommand::Watch { ticket, after: Seq::START },
        AgentCommand::Unwatch { ticket },
        AgentCommand::Say {
            ticket,
            id: entry_id(),
            text: "¡Hola!".into(),
            files: vec![FileId(uuid(4))],
        },
        AgentCommand::Comment {
            ticket,
            id: entry_id(),
            text: "ojo".into(),
            mentions: vec![colleague().agent],
            files: vec![FileId(uuid(4))],
        },
        AgentCommand::Draft { draft: draft() },
        AgentCommand::Typing { ticket },
        AgentCommand::Seen { ticket, upto: Seq(7) },
        AgentCommand::List { view: WorkView::Closed },
        AgentCommand::More,
        AgentCommand::Ping,
    ]
}

fn shown<T: Sensitive>(value: T) -> ForAgent<T> {
    ForAgent::new(value, Sight::Everything)
}

pub(crate) fn agent_events() -> Vec<AgentEvent> {
    let ticket = ticket_id();
    let refusal = Refusal::new(Code::AlreadyTaken).who("Lucía");
    let mut events = vec![
        AgentEvent::Welcome {
            me: me(),
            work: vec![shown(work_item())],
            offers: vec![shown(offer())],
            total: Some(Total { rows: 700, at_least: false }),
            drafts: vec![draft()],
        },
        AgentEvent::Listed {
            view: WorkView::Closed,
            first: true,
            items: vec![shown(work_item())],
            total: Some(Total { rows: 1000, at_least: true }),
        },
        AgentEvent::Listed { view: WorkView::Mine, first: false, items: vec![], total: None },
        AgentEvent::Work { item: Box::new(shown(work_item())) },
        AgentEvent::WorkGone { ticket },
        AgentEvent::AccessLost { ticket },
        AgentEvent::SightChanged { masked: vec![SiteId(uuid(17))] },
        AgentEvent::Entries {
            ticket,
            entries: agent_entries().into_iter().map(shown).collect(),
            last: Seq(16),
        },
        AgentEvent::Entry { ticket, entry: shown(agent_entries().remove(1)) },
        AgentEvent::Ack { ticket, id: entry_id(), seq: Seq(7), at: NOW },
        AgentEvent::Refused { ticket: Some(ticket), id: Some(entry_id()), refusal },
        AgentEvent::Typing { ticket },
        AgentEvent::ColleagueTyping { ticket, colleague: colleague() },
        AgentEvent::Watchers { ticket, colleagues: vec![colleague()] },
        AgentEvent::Draft { draft: draft() },
        AgentEvent::Mentioned { ticket, number: number(), by: "Lucía".into() },
        AgentEvent::Seen { ticket, upto: Seq(7) },
        AgentEvent::VisitorPresent { ticket, present: false },
        AgentEvent::Offer { offer: Box::new(shown(offer())) },
        AgentEvent::OfferGone { chat: chat_id() },
        AgentEvent::Handover {
            ticket,
            number: number(),
            kind: HandoverKind::Conference,
            to: "Raúl".into(),
            outcome: HandoverOutcome::NobodyLeft,
            has_reason: false,
        },
        AgentEvent::Handover {
            ticket,
            number: number(),
            kind: HandoverKind::Transfer,
            to: "Raúl".into(),
            outcome: HandoverOutcome::Accepted,
            has_reason: true,
        },
        AgentEvent::State { me: me() },
        AgentEvent::Pong,
        AgentEvent::SignedOut,
        AgentEvent::GoingAway { retry_ms: 1500 },
    ];
    for chat in [
        AgentChat::None,
        AgentChat::Waiting { chat: chat_id(), since: NOW },
        AgentChat::Active {
            chat: chat_id(),
            agent: "Lucía".into(),
            mine: true,
            since: NOW,
            guest: Some(Guest { agent: AgentId(uuid(15)), name: "Raúl".into(), me: false }),
            handover: Some(Handover {
                kind: HandoverKind::Transfer,
                to: "Ventas".into(),
                by_me: true,
                since: NOW,
            }),
        },
        AgentChat::Ended { at: NOW },
    ] {
        events.push(AgentEvent::Conversation { conversation: Box::new(shown(conversation(chat))) });
    }
    events
}

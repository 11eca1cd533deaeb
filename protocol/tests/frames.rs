//! Every frame as it crosses the wire. A change in a snapshot is a change of the subprotocol: old panels are still open, and
//! CHANGELOG.md says what becomes of them.

use protocol::{
    AgentId, ChatId, Code, EntryId, Field, FileId, PageUrl, Refusal, Score, Seq, TicketId,
    TicketNumber, TicketToken, Timestamp,
    agent::{
        AgentChat, AgentCommand, AgentEvent, AgentState, Conversation, Me, Offer, Total, WorkItem,
        WorkKind, WorkView,
    },
    contact::Contact,
    entry::{
        AgentBody, AgentEntry, BecameRequest, Category, EndedBy, TicketState, VisitorBody,
        VisitorEntry,
    },
    file::Attachment,
    form::Started,
    problem::Problem,
    status::{Availability, Reason},
    strings::Strings,
    text_enum::TextEnum,
    variants::variants,
    visitor::{Done, VisitorChat, VisitorCommand, VisitorEvent, VisitorTicket},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_795_453_200_123);

/// One line of JSON a frame, each read back as what it was.
fn wire<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(frames: &[T]) -> String {
    let lines: Vec<String> = frames
        .iter()
        .map(|frame| {
            let line = serde_json::to_string(frame).expect("a frame is JSON");
            assert_eq!(&serde_json::from_str::<T>(&line).expect("a frame is read back"), frame);
            line
        })
        .collect();
    lines.join("\n")
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn entry_id() -> EntryId {
    EntryId(uuid(1))
}

fn ticket_id() -> TicketId {
    TicketId(uuid(2))
}

fn chat_id() -> ChatId {
    ChatId(uuid(3))
}

fn number() -> TicketNumber {
    TicketNumber("CO-1042".into())
}

fn page() -> PageUrl {
    PageUrl::parse("https://example.com/precios").expect("of the web")
}

fn state() -> TicketState {
    TicketState { name: "pendiente".into(), category: Category::Open }
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
        site_removed: true,
    }
}

fn visitor_entries() -> Vec<VisitorEntry> {
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
        VisitorBody::SiteRemoved,
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

fn agent_entries() -> Vec<AgentEntry> {
    let agent = AgentId(uuid(5));
    let name = || "Lucía".to_owned();
    let bodies = [
        AgentBody::Visitor { text: "Hola".into(), files: vec![attachment()] },
        AgentBody::Agent { agent, name: name(), text: "¡Hola!".into(), files: Vec::new() },
        AgentBody::Comment { agent, name: name(), text: "ojo".into() },
        AgentBody::ChatStarted { page: Some(page()) },
        AgentBody::Joined { agent, name: name() },
        AgentBody::Left { agent, name: name() },
        AgentBody::Requeued,
        AgentBody::SiteRemoved,
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
        state: state(),
        since: NOW,
        last_at: NOW,
        unread: 1,
        mine: false,
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
    }
}

fn me() -> Me {
    Me {
        name: "Lucía Medina".into(),
        email: "lucia@example.com".into(),
        state: AgentState::Available,
        since: NOW,
        sites: vec!["CuentasOK".into()],
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
        site_removed: true,
    }
}

fn visitor_commands() -> Vec<VisitorCommand> {
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
        VisitorCommand::Ping,
    ]
}

fn visitor_events() -> Vec<VisitorEvent> {
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
        VisitorChat::Active { agent: "Lucía".into() },
        VisitorChat::Ended { rated: false, attended: true },
        VisitorChat::Request,
    ] {
        events.push(VisitorEvent::Ticket { ticket: visitor_ticket(chat) });
    }
    let ticket = visitor_ticket(VisitorChat::Waiting { position: 1 });
    events.push(VisitorEvent::Welcome { ticket, status: status() });
    events
}

fn agent_commands() -> Vec<AgentCommand> {
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
        AgentCommand::Typing { ticket },
        AgentCommand::Seen { ticket, upto: Seq(7) },
        AgentCommand::List { view: WorkView::Closed },
        AgentCommand::More,
        AgentCommand::Ping,
    ]
}

fn agent_events() -> Vec<AgentEvent> {
    let ticket = ticket_id();
    let refusal = Refusal::new(Code::ChatEnded);
    let mut events = vec![
        AgentEvent::Welcome {
            me: me(),
            work: vec![work_item()],
            offers: vec![offer()],
            total: Some(Total { rows: 700, at_least: false }),
        },
        AgentEvent::Listed {
            view: WorkView::Closed,
            first: true,
            items: vec![work_item()],
            total: Some(Total { rows: 1000, at_least: true }),
        },
        AgentEvent::Listed { view: WorkView::Mine, first: false, items: vec![], total: None },
        AgentEvent::Work { item: Box::new(work_item()) },
        AgentEvent::WorkGone { ticket },
        AgentEvent::AccessLost { ticket },
        AgentEvent::Entries { ticket, entries: agent_entries(), last: Seq(15) },
        AgentEvent::Entry { ticket, entry: agent_entries().remove(1) },
        AgentEvent::Ack { ticket, id: entry_id(), seq: Seq(7), at: NOW },
        AgentEvent::Refused { ticket: Some(ticket), id: Some(entry_id()), refusal },
        AgentEvent::Typing { ticket },
        AgentEvent::Seen { ticket, upto: Seq(7) },
        AgentEvent::VisitorPresent { ticket, present: false },
        AgentEvent::Offer { offer: Box::new(offer()) },
        AgentEvent::OfferGone { chat: chat_id() },
        AgentEvent::State { me: me() },
        AgentEvent::Pong,
        AgentEvent::SignedOut,
        AgentEvent::GoingAway { retry_ms: 1500 },
    ];
    for chat in [
        AgentChat::None,
        AgentChat::Waiting { chat: chat_id(), since: NOW },
        AgentChat::Active { chat: chat_id(), agent: "Lucía".into(), mine: true, since: NOW },
        AgentChat::Ended { at: NOW },
    ] {
        events.push(AgentEvent::Conversation { conversation: Box::new(conversation(chat)) });
    }
    events
}

#[test]
fn what_a_panel_sends() {
    insta::assert_snapshot!(wire(&visitor_commands()));
}

#[test]
fn what_a_panel_receives() {
    insta::assert_snapshot!(wire(&visitor_events()));
}

#[test]
fn what_a_console_sends() {
    insta::assert_snapshot!(wire(&agent_commands()));
}

#[test]
fn what_a_console_receives() {
    insta::assert_snapshot!(wire(&agent_events()));
}

/// The names of variants that occur in these, as they cross the wire.
fn names<T: Serialize>(samples: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    let name = |sample: T| match serde_json::to_value(sample).expect("JSON") {
        Value::String(name) => name,
        Value::Object(variant) => variant.keys().next().expect("one key").clone(),
        other => panic!("{other} is no variant"),
    };
    samples.into_iter().map(name).collect()
}

#[test]
fn every_frame_and_every_entry_is_among_the_samples() {
    fn all<'de, T: serde::Deserialize<'de>>() -> BTreeSet<String> {
        variants::<T>().iter().map(|name| (*name).to_owned()).collect()
    }
    assert_eq!(names(visitor_commands()), all::<VisitorCommand>());
    assert_eq!(names(visitor_events()), all::<VisitorEvent>());
    assert_eq!(names(agent_commands()), all::<AgentCommand>());
    assert_eq!(names(agent_events()), all::<AgentEvent>());
    assert_eq!(names(visitor_entries().into_iter().map(|e| e.body)), all::<VisitorBody>());
    assert_eq!(names(agent_entries().into_iter().map(|e| e.body)), all::<AgentBody>());
    let visitor_chats = visitor_events().into_iter().filter_map(|event| match event {
        VisitorEvent::Ticket { ticket } => Some(ticket.chat),
        _ => None,
    });
    assert_eq!(names(visitor_chats), all::<VisitorChat>());
    let agent_chats = agent_events().into_iter().filter_map(|event| match event {
        AgentEvent::Conversation { conversation } => Some(conversation.chat),
        _ => None,
    });
    assert_eq!(names(agent_chats), all::<AgentChat>());
}

/// A value with everything that is only data replaced by its kind: what an end must expect, whatever the samples hold.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(items) => {
            let shapes: BTreeSet<String> = items.iter().map(shape).collect();
            format!("[{}]", shapes.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Object(fields) => {
            let shapes: BTreeSet<String> =
                fields.iter().map(|(name, value)| format!("{name}:{}", shape(value))).collect();
            format!("{{{}}}", shapes.into_iter().collect::<Vec<_>>().join(","))
        }
    }
}

/// All frames by shape, and every text that an enum in them can be: different as soon as a frame is.
fn wire_shape() -> String {
    fn shapes<T: Serialize>(name: &str, samples: Vec<T>) -> Vec<String> {
        let line = |sample: &T| match serde_json::to_value(sample).expect("JSON") {
            Value::String(bare) => format!("{name} {bare}"),
            value => format!("{name} {}", shape(&value)),
        };
        samples.iter().map(line).collect()
    }
    fn texts<T: TextEnum>() -> Vec<String> {
        vec![format!("{} {}", T::NAME, T::TEXTS.join(" "))]
    }
    let lines: BTreeSet<String> = [
        shapes("VisitorCommand", visitor_commands()),
        shapes("VisitorEvent", visitor_events()),
        shapes("AgentCommand", agent_commands()),
        shapes("AgentEvent", agent_events()),
        texts::<AgentState>(),
        texts::<BecameRequest>(),
        texts::<Category>(),
        texts::<Code>(),
        texts::<Done>(),
        texts::<EndedBy>(),
        texts::<Field>(),
        texts::<Reason>(),
        texts::<WorkKind>(),
        texts::<WorkView>(),
    ]
    .into_iter()
    .flatten()
    .collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// FNV-1a: the same on every machine and with every compiler.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[test]
fn a_change_of_frames_has_its_line_in_the_changelog() {
    const CHANGELOG: &str = include_str!("../../CHANGELOG.md");
    let newest = CHANGELOG.split("\n## ").nth(1).expect("a section");
    let marker = format!("- Frames {}: ", fingerprint(&wire_shape()));
    let line = newest.lines().find_map(|line| line.strip_prefix(&marker));
    assert!(
        line.is_some_and(|words| !words.trim().is_empty()),
        "The frames between browsers and the server are others than CHANGELOG.md says.\n\
         Panels and consoles that are open during an update still speak the old ones. See to it that they can be read (a new \
         field with a default), or raise SUBPROTOCOL. Then begin the line about frames in the newest section of CHANGELOG.md with\n\n    \
         {marker}\n\nand say what an operator has to know: what open panels and consoles do until they are loaded again."
    );
}

#[test]
fn answers_to_forms() {
    let started = Started {
        number: number(),
        token: TicketToken("ID.MAC".into()),
        link: "https://help.example.com/t/CO-1042?k=MAC".into(),
        id: entry_id(),
        seq: Seq(1),
    };
    insta::assert_snapshot!("started", wire(&[started]));
    let strings = Strings(
        [
            ("error.title", "No se pudo enviar"),
            ("error.too_long", "{field}: como máximo {limit} caracteres"),
            ("field.message", "Mensaje"),
        ]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into(),
    );
    let refusal = Refusal::of(Field::Message, Code::TooLong).limit(1000);
    insta::assert_snapshot!("problem", wire(&[Problem::new(refusal, 422, &strings)]));
}

#[test]
fn a_comment_has_no_shape_for_a_visitor() {
    let comment = agent_entries().remove(2);
    let line = serde_json::to_string(&comment).expect("JSON");
    assert!(serde_json::from_str::<VisitorEntry>(&line).is_err());
}

#[test]
fn secrets_and_what_people_write_stay_out_of_logs() {
    assert_eq!(format!("{:?}", TicketToken("ID.MAC".into())), "TicketToken(…)");
    let text = protocol::text::ChatText::parse("hola").expect("valid");
    assert_eq!(format!("{text:?}"), "ChatText(…)");
}

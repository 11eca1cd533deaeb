//! What crosses the sockets: text that is put together and compared, not parsed.

/// What visitors say, again and again.
pub const LINE: &str = "Hola, tengo una pregunta sobre mi factura de marzo.";
/// An agent's first frame.
pub const AGENT_HELLO: &str = r#""hello""#;

/// A visitor's first frame, with the token of a ticket or without.
pub fn visitor_hello(token: Option<&str>) -> String {
    let token = token.map_or_else(|| "null".to_owned(), |token| format!("\"{token}\""));
    format!(r#"{{"hello":{{"token":{token},"after":0}}}}"#)
}

/// Asks a visitor's socket for all entries of its ticket.
pub fn resume() -> String {
    r#"{"resume":{"after":0}}"#.to_owned()
}

/// Carries a message.
pub fn message(id: &str, text: &str) -> String {
    format!(r#"{{"say":{{"id":"{id}","text":"{text}"}}}}"#)
}

/// Asks for all entries of a ticket, and for those that follow.
pub fn watch(ticket: &str) -> String {
    format!(r#"{{"watch":{{"ticket":"{ticket}","after":0}}}}"#)
}

/// The answer to a visitor's first frame; without a ticket it is the site's status.
pub fn is_visitor_welcome(frame: &str) -> bool {
    is_agent_welcome(frame) || frame.starts_with(r#"{"status":"#)
}

pub fn is_agent_welcome(frame: &str) -> bool {
    frame.starts_with(r#"{"welcome":"#)
}

pub fn is_acknowledgement(frame: &str) -> bool {
    frame.starts_with(r#"{"ack":"#)
}

/// One new entry of a ticket that is watched.
pub fn is_entry(frame: &str) -> bool {
    frame.starts_with(r#"{"entry":"#)
}

/// The entries that [`watch`] asked for.
pub fn is_entries_of(frame: &str, ticket: &str) -> bool {
    frame.starts_with(r#"{"entries":"#) && frame.contains(ticket)
}

/// What a panel without a ticket is told of the button: whether it says Chat.
pub fn is_open(frame: &str) -> Option<bool> {
    frame.starts_with(r#"{"status":"#).then(|| frame.contains(r#""open":true"#))
}

/// A chat rings at the agent.
pub fn is_offer(frame: &str) -> bool {
    frame.starts_with(r#"{"offer":"#)
}

/// A row of the agent's list is new or changed.
pub fn is_row(frame: &str) -> bool {
    frame.starts_with(r#"{"work":"#)
}

pub fn is_refusal(frame: &str) -> bool {
    frame.starts_with(r#"{"refused":"#)
}

/// Ticket and chat of a row of the agent's list that waits for somebody to take it.
pub fn waiting_chat(frame: &str) -> Option<(&str, &str)> {
    let waits = frame.starts_with(r#"{"work":"#) && frame.contains(r#""kind":"waiting_chat""#);
    if waits { text(frame, "ticket").zip(text(frame, "chat")) } else { None }
}

/// The text of a field, wherever it is in a flat frame.
pub fn text<'a>(frame: &'a str, field: &str) -> Option<&'a str> {
    let (_, rest) = frame.split_once(&format!("\"{field}\":\""))?;
    rest.split('"').next()
}

/// A new message's id.
#[expect(clippy::disallowed_methods, reason = "the bench is a client with a clock of its own")]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

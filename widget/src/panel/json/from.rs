//! From values to the types that a panel is sent, and to those that it keeps. By hand: the readers that serde derives
//! are written anew for each type and each variant, and were a fifth of the panel's wasm. A test compares the two for
//! every one of these types.

use super::value::Value;
use crate::page::{Answer, Form, PanelPage, Position, Theme, Typed};
use protocol::{
    Code, EntryId, FieldName, FileId, PageUrl, Refusal, Score, Seq, SiteKey, TicketId,
    TicketNumber, TicketToken, Timestamp,
    delivery::Unsent,
    entry::{BecameRequest, Category, EndedBy, Removed, TicketState, VisitorBody, VisitorEntry},
    file::Attachment,
    form::Started,
    identity::{OwnTicket, OwnTickets},
    problem::Problem,
    status::{Availability, Reason},
    strings::Strings,
    text_enum::TextEnum,
    visitor::{Done, VisitorChat, VisitorEvent, VisitorTicket},
};

/// What can be read from a value.
pub trait FromJson: Sized {
    /// None where the value is something else. Unknown members are passed over.
    fn from_json(value: &Value) -> Option<Self>;
}

impl Value {
    /// A member of an object, as a type.
    pub fn field<T: FromJson>(&self, name: &str) -> Option<T> {
        T::from_json(self.member(name))
    }
}

impl FromJson for String {
    fn from_json(value: &Value) -> Option<Self> {
        value.text().map(str::to_owned)
    }
}

impl FromJson for bool {
    /// One that is left out is false.
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(is_so) => Some(*is_so),
            Value::Null => Some(false),
            _ => None,
        }
    }
}

impl FromJson for u64 {
    fn from_json(value: &Value) -> Option<Self> {
        value.count()
    }
}

impl FromJson for i64 {
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_json(value).map(Some),
        }
    }
}

fn list<T: FromJson>(value: &Value) -> Option<Vec<T>> {
    match value {
        Value::List(items) => items.iter().map(T::from_json).collect(),
        _ => None,
    }
}

/// Lists that are always written: without one it is something else, such as why there is none.
macro_rules! lists {
    ($($Item:ident),*) => {$(
        impl FromJson for Vec<$Item> {
            fn from_json(value: &Value) -> Option<Self> {
                list(value)
            }
        }
    )*};
}

lists! { OwnTicket, Refusal, VisitorEntry }

impl FromJson for Vec<Attachment> {
    /// Most messages have no files, and leave them out.
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::new()),
            value => list(value),
        }
    }
}

impl FromJson for Score {
    fn from_json(value: &Value) -> Option<Self> {
        Self::try_from(u8::try_from(value.count()?).ok()?).ok()
    }
}

impl FromJson for PageUrl {
    fn from_json(value: &Value) -> Option<Self> {
        Self::parse(value.text()?)
    }
}

impl FromJson for FieldName {
    fn from_json(value: &Value) -> Option<Self> {
        value.text().map(Self::new)
    }
}

impl FromJson for Strings {
    fn from_json(value: &Value) -> Option<Self> {
        let Value::Object(members) = value else { return None };
        let text = |(key, value): &(String, Value)| Some((key.clone(), value.text()?.to_owned()));
        members.iter().map(text).collect::<Option<_>>().map(Self::in_order)
    }
}

/// Types that are written as another.
macro_rules! same_as {
    ($($Type:ident: $Written:ty),* $(,)?) => {$(
        impl FromJson for $Type {
            fn from_json(value: &Value) -> Option<Self> {
                <$Written>::from_json(value).map(Self)
            }
        }
    )*};
}

same_as! { Seq: i64, SiteKey: String, TicketNumber: String, TicketToken: String, Timestamp: i64 }

/// Ids.
macro_rules! ids {
    ($($Id:ident),*) => {$(
        impl FromJson for $Id {
            fn from_json(value: &Value) -> Option<Self> {
                value.text()?.parse().ok()
            }
        }
    )*};
}

ids! { EntryId, FileId, TicketId }

/// Enums that are written as their names.
macro_rules! names {
    ($($Enum:ident),*) => {$(
        impl FromJson for $Enum {
            fn from_json(value: &Value) -> Option<Self> {
                TextEnum::find(value.text()?)
            }
        }
    )*};
}

names! { BecameRequest, Category, Code, Done, EndedBy, Reason, Removed }

/// Structs, field by field.
macro_rules! objects {
    ($($Type:ident { $($field:ident),* $(,)? })*) => {$(
        impl $crate::panel::json::FromJson for $Type {
            fn from_json(value: &$crate::panel::json::Value) -> Option<Self> {
                Some(Self { $($field: value.field(stringify!($field))?),* })
            }
        }
    )*};
}
pub(in crate::panel) use objects;

objects! {
    Attachment { id, name, media_type, bytes }
    Availability { open, reason, changes_at }
    OwnTicket { number, about, is_closed, is_unread }
    OwnTickets { tickets, after }
    Started { number, token, link, id, seq }
    TicketState { name, category }
    Unsent { id, text, files, since }
    VisitorEntry { seq, id, at, body }
    VisitorTicket { number, subject, state, chat, email, seen_upto, removed }
}

/// Enums whose variants have fields, or none: `"name" => Variant { field }`.
macro_rules! variants {
    ($($Enum:ident { $($name:literal => $Variant:ident $({ $($field:ident),* })?,)* })*) => {$(
        impl FromJson for $Enum {
            fn from_json(value: &Value) -> Option<Self> {
                let (name, content) = value.variant()?;
                Some(match name {
                    $($name => Self::$Variant $({ $($field: content.field(stringify!($field))?),* })?,)*
                    _ => return None,
                })
            }
        }
    )*};
}

variants! {
    Answer {
        "started" => Started { form, started, email },
        "opened" => Opened { token, number, link },
        "refused" => Refused { form, refusals, typed },
    }
    VisitorBody {
        "visitor" => Visitor { text, files },
        "agent" => Agent { name, text, files },
        "chat_started" => ChatStarted,
        "joined" => Joined { name },
        "left" => Left { name },
        "requeued" => Requeued,
        "became_request" => BecameRequest { why },
        "transferred" => Transferred { name },
        "idle_warning" => IdleWarning,
        "site_removed" => SiteRemoved,
        "queue_removed" => QueueRemoved,
        "agent_removed" => AgentRemoved,
        "chat_ended" => ChatEnded { by },
        "state_changed" => StateChanged { state },
        "rated" => Rated { score },
        "transcript_sent" => TranscriptSent,
        "hidden" => Hidden,
    }
    VisitorChat {
        "waiting" => Waiting { position },
        "active" => Active { agent, guest },
        "ended" => Ended { rated, attended },
        "request" => Request,
    }
    VisitorEvent {
        "welcome" => Welcome { ticket, status },
        "unknown" => Unknown { status },
        "status" => Status { status },
        "entries" => Entries { entries, last },
        "entry" => Entry { entry },
        "ack" => Ack { id, seq, at },
        "refused" => Refused { id, refusal },
        "ticket" => Ticket { ticket },
        "typing" => Typing { name },
        "seen" => Seen { upto },
        "done" => Done { what },
        "pong" => Pong,
        "going_away" => GoingAway { retry_ms },
    }
}

impl FromJson for Form {
    fn from_json(value: &Value) -> Option<Self> {
        match value.text()? {
            "chat" => Some(Self::Chat),
            "request" => Some(Self::Request),
            _ => None,
        }
    }
}

impl FromJson for u32 {
    fn from_json(value: &Value) -> Option<Self> {
        value.count()?.try_into().ok()
    }
}

/// Of who was faster no visitor hears.
impl FromJson for Refusal {
    fn from_json(value: &Value) -> Option<Self> {
        let (code, field, limit) =
            (value.field("code")?, value.field("field")?, value.field("limit")?);
        Some(Self { code, field, limit, who: None })
    }
}

/// What a panel needs of a problem document.
impl FromJson for Problem {
    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            kind: String::new(),
            title: String::new(),
            status: 0,
            code: value.field("code")?,
            field: value.field("field")?,
            limit: value.field("limit")?,
            who: None,
            detail: String::new(),
        })
    }
}

impl FromJson for Typed {
    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            name: value.field("name")?,
            email: value.field("email")?,
            subject: value.field("subject")?,
            queue: String::new(),
            message: value.field("message")?,
        })
    }
}

impl FromJson for PanelPage {
    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            site: value.field("site")?,
            name: value.field("name")?,
            lang: value.field("lang")?,
            hue: None,
            theme: Theme::default(),
            queues: Vec::new(),
            file_bytes: value.field("file_bytes")?,
            embed: value.field("embed")?,
            position: Position::default(),
            page: value.field("page")?,
            form_id: value.field("form_id")?,
            now: value.field("now")?,
            status: value.field("status")?,
            strings: value.field("strings")?,
            answer: value.field("answer")?,
        })
    }
}

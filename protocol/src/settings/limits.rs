//! `[limits]`: how long things take and how many there may be.

use super::Span;
use crate::{Code, Field, Refusal};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A field and what it takes, both ends included.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<T> {
    /// The field; its text is the setting's name.
    pub field: Field,
    /// The least it takes.
    pub least: T,
    /// The most it takes.
    pub most: T,
}

impl Bounds<Span> {
    /// Reads a span and checks it.
    ///
    /// # Errors
    /// `Required`, `SpanInvalid`, `SpanTooShort`, `SpanTooLong`; the limit of the last two is in milliseconds.
    pub fn parse(self, raw: &str) -> Result<Duration, Refusal> {
        let span = Span::parse(raw, self.field)?;
        if span < self.least {
            Err(Refusal::of(self.field, Code::SpanTooShort).limit(self.least.millis()))
        } else if span > self.most {
            Err(Refusal::of(self.field, Code::SpanTooLong).limit(self.most.millis()))
        } else {
            Ok(span.into())
        }
    }
}

impl<T: Copy + PartialOrd + Into<u64> + TryFrom<u64>> Bounds<T> {
    /// Checks a number.
    ///
    /// # Errors
    /// `TooSmall`, `TooLarge`.
    pub fn check(self, number: u64) -> Result<T, Refusal> {
        match T::try_from(number) {
            Ok(small) if small < self.least => {
                Err(Refusal::of(self.field, Code::TooSmall).limit(self.least.into()))
            }
            Ok(fits) if fits <= self.most => Ok(fits),
            _ => Err(Refusal::of(self.field, Code::TooLarge).limit(self.most.into())),
        }
    }
}

/// Shorter than anybody notices: what must take some time takes at least this.
const MOMENT: Span = Span::from_millis(1);
/// Longer than a chat lasts.
const DAY: Span = Span::from_days(1);
/// Longer than anybody waits for an answer.
const WEEK: Span = Span::from_days(7);
/// Longer than any ticket waits on its customer.
const YEAR: Span = Span::from_days(365);
/// More than any desk has in an hour: a typing error is caught, nobody is held back.
const PLENTY: u32 = 1_000_000;

/// What an owner may set, with the defaults of `behaviours.md` (the settings marked "(c)"). Spans are stored as
/// milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// A waiting chat becomes a help request after this (3 min).
    #[serde(with = "millis")]
    pub wait_limit: Duration,
    /// A chat without its customer ends after this (5 min).
    #[serde(with = "millis")]
    pub idle_limit: Duration,
    /// An offer rings for this (20 s).
    #[serde(with = "millis")]
    pub ring_time: Duration,
    /// An agent's active chats go back to the queue this long after its console was gone (60 s).
    #[serde(with = "millis")]
    pub drop_grace: Duration,
    /// A visitor without an open panel is mailed the unseen replies after this (2 min).
    #[serde(with = "millis")]
    pub mail_after: Duration,
    /// A ticket that waits on its customer is closed after this without a word of theirs (7 d); nothing: never.
    #[serde(with = "millis")]
    pub close_after: Duration,
    /// Chats an agent has at the most before new ones wait (3).
    pub capacity: u32,
    /// A queue longer than this turns the button to Ayuda when all are at capacity (20).
    pub queue_limit: u32,
    /// One attachment, in bytes (10 MB).
    pub file_bytes: u64,
    /// New tickets per client address and hour (10); 0: any number.
    pub tickets_per_hour: u32,
    /// Messages per client address and minute (60); 0: any number.
    pub messages_per_minute: u32,
    /// Frames of a socket that are read as fast as they come (60); 0: any number.
    pub frame_burst: u32,
    /// Frames of a socket in a second after that (10); 0: any number.
    pub frames_per_second: u32,
}

impl Limits {
    /// [`Limits::wait_limit`].
    pub const WAIT_LIMIT: Bounds<Span> =
        Bounds { field: Field::WaitLimit, least: MOMENT, most: WEEK };
    /// [`Limits::idle_limit`].
    pub const IDLE_LIMIT: Bounds<Span> =
        Bounds { field: Field::IdleLimit, least: MOMENT, most: WEEK };
    /// [`Limits::ring_time`].
    pub const RING_TIME: Bounds<Span> = Bounds { field: Field::RingTime, least: MOMENT, most: DAY };
    /// [`Limits::drop_grace`]; nothing: at once.
    pub const DROP_GRACE: Bounds<Span> =
        Bounds { field: Field::DropGrace, least: Span::from_millis(0), most: DAY };
    /// [`Limits::mail_after`]; nothing: at once.
    pub const MAIL_AFTER: Bounds<Span> =
        Bounds { field: Field::MailAfter, least: Span::from_millis(0), most: WEEK };
    /// [`Limits::close_after`]; nothing: never.
    pub const CLOSE_AFTER: Bounds<Span> =
        Bounds { field: Field::CloseAfter, least: Span::from_millis(0), most: YEAR };
    /// [`Limits::capacity`]; more than anybody can talk to at once.
    pub const CAPACITY: Bounds<u32> = Bounds { field: Field::Capacity, least: 1, most: 1_000 };
    /// [`Limits::queue_limit`].
    pub const QUEUE_LIMIT: Bounds<u32> =
        Bounds { field: Field::QueueLimit, least: 0, most: PLENTY };
    /// [`Limits::file_bytes`]; 1 GB: an upload is one request.
    pub const FILE_BYTES: Bounds<u64> =
        Bounds { field: Field::FileBytes, least: 1, most: 1024 * 1024 * 1024 };
    /// [`Limits::tickets_per_hour`].
    pub const TICKETS_PER_HOUR: Bounds<u32> =
        Bounds { field: Field::TicketsPerHour, least: 0, most: PLENTY };
    /// [`Limits::messages_per_minute`].
    pub const MESSAGES_PER_MINUTE: Bounds<u32> =
        Bounds { field: Field::MessagesPerMinute, least: 0, most: PLENTY };
    /// [`Limits::frame_burst`].
    pub const FRAME_BURST: Bounds<u32> =
        Bounds { field: Field::FrameBurst, least: 0, most: PLENTY };
    /// [`Limits::frames_per_second`].
    pub const FRAMES_PER_SECOND: Bounds<u32> =
        Bounds { field: Field::FramesPerSecond, least: 0, most: PLENTY };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wait_limit: Duration::from_mins(3),
            idle_limit: Duration::from_mins(5),
            ring_time: Duration::from_secs(20),
            drop_grace: Duration::from_mins(1),
            mail_after: Duration::from_mins(2),
            close_after: Duration::from_hours(7 * 24),
            capacity: 3,
            queue_limit: 20,
            file_bytes: crate::limits::FILE_BYTES,
            tickets_per_hour: 10,
            messages_per_minute: 60,
            frame_burst: 60,
            frames_per_second: 10,
        }
    }
}

mod millis {
    use super::{Duration, Span};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(length: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(Span::from(*length).millis())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

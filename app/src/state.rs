//! What the console knows and how it changes: the browser's model, without views.

pub mod calendar;
pub mod clock;
pub mod console;
pub mod contact;
pub mod drafts;
pub mod edits;
pub mod list;
pub mod log;
pub mod offers;
pub mod properties;
pub mod reader_zone;
pub mod reasons;
pub mod socket;
pub mod suggest;
pub mod thread;
pub mod toasts;
pub mod uploads;
pub mod writing;

//! The names that stand in markup. The view writes them; the panel, the style sheet and `boot.js` find elements by
//! them. Each is a variant of an enum: a misspelt one does not compile, and tests compare the enums with what the other
//! languages use.

mod action;
mod class;
mod id;
mod named;
mod rule;
mod time_format;

pub use action::Action;
pub use class::{Class, message_classes};
pub use id::Id;
pub use rule::{Rule, Token, holds};
pub use time_format::TimeFormat;

//! What crosses a wire between Ayuda's ends, and the pure rules that both ends share.
//!
//! Nothing here does input or output, reads a clock or draws a random number: instants and ids come in.
//! The crate compiles to wasm and carries no time-zone tables.

pub mod agent;
pub mod availability;
pub mod contact;
pub mod delivery;
pub mod entry;
mod field_name;
pub mod file;
pub mod form;
pub mod html;
pub mod identity;
pub mod ids;
pub mod limits;
pub mod links;
pub mod mail;
pub mod masking;
pub mod names;
mod page_url;
pub mod percent;
pub mod problem;
pub mod program;
pub mod properties;
pub mod refusal;
pub mod role;
pub mod schedule;
mod score;
pub mod search;
pub mod settings;
pub mod state_line;
pub mod status;
pub mod strings;
pub mod text;
pub mod text_enum;
pub mod timestamp;
pub mod variants;
pub mod visitor;
mod who;

pub use field_name::{FieldName, OtherName};
pub use ids::*;
pub use page_url::PageUrl;
pub use refusal::{Code, Field, Refusal};
pub use role::Role;
pub use score::Score;
pub use settings::SiteKey;
pub use timestamp::Timestamp;
pub use who::Who;

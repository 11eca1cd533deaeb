//! What owners set, typed once. The site file, and later forms and the API, are faces of these types: each value is parsed here,
//! and a [`crate::Refusal`] names its field and the limit it passed.

mod names;

pub use names::ClosingReason;

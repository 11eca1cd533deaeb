//! What owners set, typed once. The site file, and later forms and the API, are faces of these types: every value is
//! parsed here, and a [`crate::Refusal`] names its field and the limit it passed. Opening hours are
//! [`crate::schedule`].

mod capacity;
mod hue;
mod key;
mod language;
mod limits;
mod list;
mod names;
#[cfg(feature = "url")]
mod origin;
#[cfg(feature = "url")]
mod picture;
mod prefix;
mod replies;
mod span;
mod zone;

pub use capacity::Capacity;
pub use hue::Hue;
pub use key::SiteKey;
pub use language::Language;
pub use limits::{Bounds, Limits};
pub use list::{List, ListItem};
pub use names::{
    AwayReason, ClosingReason, ContactFieldName, PriorityName, QueueName, ReplyName, SiteName,
    StateName, TagName, TypeName,
};
#[cfg(feature = "url")]
pub use origin::Origin;
#[cfg(feature = "url")]
pub use picture::Picture;
pub use prefix::Prefix;
pub use replies::{Replies, Reply};
pub use span::Span;
pub use zone::ZoneName;

/// The parts that all types of one text have in common.
macro_rules! text_of {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Refusal;
            fn try_from(raw: String) -> Result<Self, $crate::Refusal> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}
use text_of;

//! Who a visitor is, as agents see it.

use serde::{Deserialize, Serialize};

/// The person who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name typed, where one was.
    pub name: Option<String>,
    /// The address typed: a claim while `verified` is false.
    pub email: Option<String>,
    /// Whether a mailed link or the site's signature proved the address.
    pub verified: bool,
}

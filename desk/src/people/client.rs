//! Who asks, as far as the edge tells one client from another.

use crate::secret::Secret;
use data_encoding::BASE64URL_NOPAD;

/// The network that a request came from, as the edge tells clients apart. Mails are counted by it (`behaviours.md`,
/// "Mail"), and attempts to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientNetwork(pub String);

impl ClientNetwork {
    /// As it is stored: enough to count by, and nobody's address to read.
    pub(crate) fn hashed(&self, secret: &Secret) -> String {
        hashed(secret, "client", &self.0)
    }
}

/// What is counted, without what it is.
pub(super) fn hashed(secret: &Secret, purpose: &str, counted: &str) -> String {
    BASE64URL_NOPAD.encode(&secret.sign(purpose, &[counted.as_bytes()])[..HASHED])
}

/// Bytes of a hash: two that share one are counted together.
const HASHED: usize = 12;

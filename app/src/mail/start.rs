//! What the mail page starts from.

use protocol::{
    agent::ForAgent,
    mail::{MailPage, MailText},
};
use serde::{Deserialize, Serialize};

/// What the server read for the mail page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailStart {
    /// The newest mails.
    pub mails: MailPage,
    /// The mail that the address names, where there is one for this agent.
    pub mail: Option<ForAgent<MailText>>,
}

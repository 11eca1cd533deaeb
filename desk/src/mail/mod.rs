//! Mail, and the addresses and proofs that it carries.

mod address;
pub(crate) mod outbound;
pub(crate) mod proof;

pub(crate) use address::find_replied_ticket;
pub(crate) use outbound::{
    AgentMail, Cap, Cause, Mailer, Queued, VisitorMail, mail_agents, mail_claimed,
    mail_password_link, mail_visitor, mail_visitor_link, may_get_transcript, queue_visitor_mail,
};
pub use outbound::{KeptMail, MailListing, MailState, greet_relay};
pub use proof::ProvedEmail;

/// What follows from an address that its owner has confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmailConfirmed {
    /// The transcript that had to wait is on its way.
    pub sends_transcript: bool,
}

/// What becomes of a transcript that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranscriptAsked {
    /// It is on its way.
    Sent,
    /// It follows as soon as the button behind the mailed link is pressed.
    OnceConfirmed,
}

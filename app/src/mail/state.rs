//! How a mail's state is shown, and what its HTML may do.

use protocol::mail::MailState;

/// The key of the state's name.
pub fn state_key(state: MailState) -> &'static str {
    match state {
        MailState::Queued => "mail_queued",
        MailState::Retrying => "mail_retrying",
        MailState::Sent => "mail_sent",
        MailState::Kept => "mail_kept",
        MailState::Parked => "mail_parked",
    }
}

/// The class of the state's tag.
pub fn state_class(state: MailState) -> &'static str {
    match state {
        MailState::Queued | MailState::Retrying => "tag away",
        MailState::Sent => "tag live",
        MailState::Kept => "tag",
        MailState::Parked => "tag alert",
    }
}

/// What the frame with the mail's HTML may do: no scripts, no forms, and not our origin, because people's words are in
/// it. Its links prove whoever opens them, so they can be followed only in a mail that went to nobody: there they are
/// meant to be tried.
pub fn sandbox(state: MailState) -> &'static str {
    match state {
        MailState::Kept => "allow-popups allow-popups-to-escape-sandbox",
        MailState::Queued | MailState::Retrying | MailState::Sent | MailState::Parked => "",
    }
}

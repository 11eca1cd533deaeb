//! What agents do on a ticket waits as one mail, and what its visitor writes as one notice to each of the staff, and so
//! do comments that mention one of them: while one has not gone out, what follows joins it.

use super::content::{Content, VisitorMail};
use crate::{
    Result,
    db::{Tx, run, statement},
    tickets::LockedTicket,
};
use sqlx::types::Json;
use uuid::Uuid;

// Index mails_ticket. One that is being sent, or may have been, stays as it is.
statement!(
    FIND = "
    select id, details from mails
    where ticket_id = $1 and to_key = $2 and case $3
        when 'visitor' then kind in ('replies', 'state_changed')
        when 'agent' then kind in ('request_for_agents', 'reply_for_agents')
        else kind = $3 end
      and due_at is not null and claimed_until is null and uncertain_sends = 0
    order by created_at desc, id desc limit 1"
);
// A text that an earlier try was made of is composed anew.
statement!(
    JOIN = "
    update mails set kind = $2, details = $3, subject = $4, text = null, html = null
    where id = $1 and due_at is not null and claimed_until is null and uncertain_sends = 0"
);

/// A mail that has not gone out, and what it says.
pub(super) struct Pending {
    id: Uuid,
    content: Content,
}

/// The one of the ticket to the address with this key, of those that this one may join.
pub(super) async fn find(
    tx: &mut Tx,
    locked: &LockedTicket,
    key: &str,
    content: &Content,
) -> Result<Option<Pending>> {
    let row: Option<(Uuid, Json<serde_json::Value>)> = run!(tx, c => sqlx::query_as(FIND)
        .bind(locked.id.0)
        .bind(key)
        .bind(match content {
            Content::Visitor { .. } => "visitor",
            Content::Agent { .. } => "agent",
            Content::Mention { .. } | Content::Account { .. } | Content::OwnTickets { .. } => {
                content.kind().as_text()
            }
        })
        .fetch_optional(c)
        .await)?;
    // What a newer version wrote is not understood, and goes out as it is.
    Ok(row.and_then(|(id, details)| {
        Some(Pending { id, content: serde_json::from_value(details.0).ok()? })
    }))
}

impl Pending {
    /// What it says together with this.
    pub(super) fn with(&self, content: Content) -> Content {
        match (&self.content, content) {
            (Content::Visitor { mail: waits }, Content::Visitor { mail }) => {
                Content::Visitor { mail: joined(waits, mail) }
            }
            (Content::Agent { about, after, .. }, Content::Agent { upto, queue, .. }) => {
                Content::Agent { about: *about, after: *after, upto, queue }
            }
            (Content::Mention { after, .. }, Content::Mention { upto, agent, .. }) => {
                Content::Mention { after: *after, upto, agent }
            }
            (_, content) => content,
        }
    }

    /// Makes it that mail; false: a worker has begun to send it meanwhile.
    pub(super) async fn become_mail(
        self,
        tx: &mut Tx,
        content: &Content,
        subject: &str,
    ) -> Result<bool> {
        run!(tx, c => sqlx::query(JOIN)
            .bind(self.id)
            .bind(content.kind().as_text())
            .bind(Json(content))
            .bind(subject)
            .execute(c)
            .await
            .map(|done| done.rows_affected() > 0))
    }
}

fn joined(waits: &VisitorMail, mail: VisitorMail) -> VisitorMail {
    use VisitorMail::{Replies, StateChanged};
    match (waits, mail) {
        (Replies { after, .. }, Replies { upto, .. }) => Replies { after: *after, upto },
        // It names the state that the ticket is in when it goes out.
        (Replies { after, upto }, StateChanged { .. }) => Replies { after: *after, upto: *upto },
        (_, mail) => mail,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::content::AgentMail, *};
    use protocol::Seq;

    #[test]
    fn what_follows_is_said_together_with_what_waits() {
        let replies = |after, upto| VisitorMail::Replies { after: Seq(after), upto: Seq(upto) };
        let state = |name: &str| VisitorMail::StateChanged { state: name.into() };
        assert_eq!(joined(&replies(1, 3), replies(3, 7)), replies(1, 7));
        assert_eq!(joined(&replies(1, 3), state("finalizado")), replies(1, 3));
        assert_eq!(joined(&state("atendido"), state("finalizado")), state("finalizado"));
        assert_eq!(joined(&state("atendido"), replies(3, 7)), replies(3, 7));
    }

    #[test]
    fn a_notice_says_everything_from_its_first_message_on() {
        let notice = |about, after, upto| Content::Agent {
            about,
            after: Seq(after),
            upto: Seq(upto),
            queue: None,
        };
        let waits = Pending { id: Uuid::nil(), content: notice(AgentMail::Request, 0, 1) };
        let both = waits.with(notice(AgentMail::Reply, 4, 5));
        assert_eq!(both, notice(AgentMail::Request, 0, 5));
    }
}

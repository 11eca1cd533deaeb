//! What agents do on a ticket waits as one mail: while one has not gone out, what follows joins it.

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
    where ticket_id = $1 and to_key = $2 and kind in ('replies', 'state_changed')
      and due_at is not null and claimed_until is null and uncertain_sends = 0
    order by created_at desc, id desc limit 1"
);
// A text that an earlier try was made of is composed anew.
statement!(
    JOIN = "
    update mails set kind = $2, details = $3, subject = $4, text = null, html = null
    where id = $1 and due_at is not null and claimed_until is null and uncertain_sends = 0"
);

/// A mail about what agents did, which has not gone out.
pub(super) struct Pending {
    id: Uuid,
    mail: VisitorMail,
}

/// The one of the ticket to the address with this key.
pub(super) async fn find(tx: &mut Tx, locked: &LockedTicket, key: &str) -> Result<Option<Pending>> {
    let row: Option<(Uuid, Json<serde_json::Value>)> = run!(tx, c => sqlx::query_as(FIND)
        .bind(locked.id.0)
        .bind(key)
        .fetch_optional(c)
        .await)?;
    // What a newer version wrote is not understood, and goes out as it is.
    Ok(row.and_then(|(id, details)| match serde_json::from_value(details.0) {
        Ok(Content::Visitor { mail }) => Some(Pending { id, mail }),
        _ => None,
    }))
}

impl Pending {
    /// What it says together with this.
    pub(super) fn with(&self, mail: VisitorMail) -> VisitorMail {
        use VisitorMail::{Replies, StateChanged};
        match (&self.mail, mail) {
            (Replies { after, .. }, Replies { upto, .. }) => Replies { after: *after, upto },
            // It names the state that the ticket is in when it goes out.
            (Replies { after, upto }, StateChanged { .. }) => {
                Replies { after: *after, upto: *upto }
            }
            (_, mail) => mail,
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

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Seq;

    fn joined(pending: VisitorMail, mail: VisitorMail) -> VisitorMail {
        Pending { id: Uuid::nil(), mail: pending }.with(mail)
    }

    #[test]
    fn what_follows_is_said_together_with_what_waits() {
        let replies = |after, upto| VisitorMail::Replies { after: Seq(after), upto: Seq(upto) };
        let state = |name: &str| VisitorMail::StateChanged { state: name.into() };
        assert_eq!(joined(replies(1, 3), replies(3, 7)), replies(1, 7));
        assert_eq!(joined(replies(1, 3), state("finalizado")), replies(1, 3));
        assert_eq!(joined(state("atendido"), state("finalizado")), state("finalizado"));
        assert_eq!(joined(state("atendido"), replies(3, 7)), replies(3, 7));
    }
}

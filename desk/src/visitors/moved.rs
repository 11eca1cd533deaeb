//! The page that a visitor is on, which changes under a chat.

use crate::{
    Desk, Result,
    db::{retry, run, statement},
    live::Event,
    tickets::Visitor,
};
use protocol::PageUrl;
use tracing::instrument;

impl Desk {
    /// Notes the page that the visitor is on now, for whoever has the ticket open. The offer of a chat goes on naming
    /// the page that it began on.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn visitor_moved(&self, visitor: Visitor, page: &PageUrl) -> Result<()> {
        retry!({
            let mut tx = self.begin().await?;
            let moved = run!(tx, c => sqlx::query(MOVE)
                .bind(visitor.ticket.0)
                .bind(visitor.site.0)
                .bind(page.as_str())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if moved > 0 {
                tx.publish(Event::Ticket { ticket: visitor.ticket });
            }
            self.commit(tx).await
        })
    }
}

statement!(
    MOVE = "
    update tickets set page = $3
    where id = $1 and site_id = $2 and (page is null or page <> $3)"
);

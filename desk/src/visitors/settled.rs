//! A visitor says that the ticket is settled, or that it is not.

use crate::{
    Desk, Result,
    chats::{self, Ending},
    db::retry,
    tickets::{LockedTicket, Visitor},
};
use protocol::entry::Category;
use tracing::instrument;

impl Desk {
    /// *Marcar como resuelto*: the ticket enters its site's first closed state, and a chat under way ends. A closed one
    /// stays as it is.
    ///
    /// # Errors
    /// `SiteRemoved`.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn close_as_visitor(&self, visitor: Visitor) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            self.check_in_use(visitor.site)?;
            if locked.live_chat().is_some() {
                chats::end(&mut tx, self, &mut locked, Ending::Visitor, now).await?;
            } else if locked.state.category == Category::Closed {
                return Ok(());
            } else {
                locked.enter(&mut tx, self, now, Category::Closed, None).await?;
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// *Reabrir*: a closed ticket enters its site's first open state, and is a help request again. Any other stays as it
    /// is.
    ///
    /// # Errors
    /// `SiteRemoved`.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn reopen_as_visitor(&self, visitor: Visitor) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            self.check_in_use(visitor.site)?;
            if locked.state.category != Category::Closed {
                return Ok(());
            }
            locked.enter(&mut tx, self, now, Category::Open, None).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }
}

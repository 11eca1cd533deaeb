//! The letter of a mail about a ticket, whatever it is about.

use super::{
    compose::{self, MailContext},
    content::Content,
    letter::Rendered,
    mention,
};
use crate::{Desk, Result};

/// Reads what it takes and writes it.
pub(super) async fn render(desk: &Desk, context: &MailContext<'_>) -> Result<Rendered> {
    match *context.content {
        Content::Mention { after, upto, agent } => {
            mention::letter(desk, context, (after, upto), agent).await
        }
        _ => compose::compose(desk, context).await,
    }
}

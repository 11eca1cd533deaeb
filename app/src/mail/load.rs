//! Reads on the server what the mail page starts from.

use super::{
    place::{self, Place},
    start::MailStart,
};
use crate::{
    api::server::{mail_page, mail_text},
    ssr::load::{Loaded, Visit, if_there},
};

/// The list, and the mail that the address names.
pub async fn load(visit: Visit<'_>) -> desk::Result<Loaded<MailStart>> {
    let Visit { desk, agent, path } = visit;
    let mails = mail_page(desk.mails(agent, None).await?);
    match place::of(path) {
        Place::List => Ok(Loaded::found(MailStart { mails, mail: None })),
        Place::Open(id) => match if_there(desk.mail(agent, id).await)? {
            Some(mail) => Ok(Loaded::found(MailStart { mails, mail: Some(mail_text(mail)) })),
            None => Ok(Loaded::not_found(MailStart { mails, mail: None })),
        },
        Place::Nowhere => Ok(Loaded::not_found(MailStart { mails, mail: None })),
    }
}

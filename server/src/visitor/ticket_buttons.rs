//! The ticket page's buttons: settled, not settled, and on in a chat. Done is a 303; refused is the page with why.

use super::{ticket_page::TicketRequest, ticket_posts::Post};
use crate::edge::{cookies, failure::Answer, respond::see_other};
use serde_json::json;
use tracing::instrument;

/// `POST /t/{number}/resolve`
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn resolve(post: Post) -> Answer {
    let outcome = async {
        post.check_rate()?;
        let TicketRequest { server, visitor, .. } = &post.asked;
        server.desk.close_as_visitor(*visitor).await?;
        Ok(("resolved", json!({ "done": "resolved" })))
    };
    let outcome = outcome.await;
    post.answer_button(outcome).await
}

/// `POST /t/{number}/reopen`
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn reopen(post: Post) -> Answer {
    let outcome = async {
        post.check_rate()?;
        let TicketRequest { server, visitor, .. } = &post.asked;
        server.desk.reopen_as_visitor(*visitor).await?;
        Ok(("reopened", json!({ "done": "reopened" })))
    };
    let outcome = outcome.await;
    post.answer_button(outcome).await
}

/// `POST /t/{number}/chat`: to the site's panel, where the ticket's chat goes on, or another one begins. The panel's
/// page finds the token in a cookie, so that no address holds it.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn chat(post: Post) -> Answer {
    let TicketRequest { server, site, visitor, reader, .. } = &post.asked;
    let outcome = async {
        post.check_ticket_rate()?;
        server.desk.continue_chat(*visitor).await?;
        Ok(())
    };
    if let Err(failure) = outcome.await {
        return post.answer_button(Err(failure)).await;
    }
    let token = server.desk.ticket_token(*visitor);
    let cookie = cookies::continued(&site.key).set(&token.0, &server.public);
    see_other(&format!("/w/{}?lang={}", site.key.0, reader.lang), [cookie])
}

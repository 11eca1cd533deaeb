//! `POST /t/{number}/link`: another link by mail, for whoever holds one that opens nothing. Every address is answered
//! alike, and at once: what is done for the ticket's own is done afterwards.

use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    form::{self, Posted},
    in_path::NumberInPath,
    page::{Reader, document},
    request_info::wants_page,
    respond::created,
    state::Server,
};
use axum::{
    extract::{Request, State},
    response::{Html, IntoResponse},
};
use desk::locales;
use protocol::{TicketNumber, html::escape, text::EmailAddress};
use serde_json::json;
use tracing::instrument;

/// `email`
#[instrument(skip_all)]
pub(crate) async fn ask(
    State(server): State<Server>,
    NumberInPath(number): NumberInPath,
    client: Client,
    request: Request,
) -> Answer {
    let reader = Reader::of(&request, "es");
    let wants_page = wants_page(request.headers());
    let path = request.uri().path().to_owned();
    let mut posted = form::read(request, &["email"], None).await?;
    match mail(&server, &number, client, &mut posted) {
        Ok(()) if !wants_page => Ok(created(json!({ "done": "link" }))),
        Ok(()) => {
            let strings = locales::strings(reader.lang, &["page"]);
            let title = strings.get("page.new_link_title");
            let sent = strings.fill("page.new_link_sent", &[("number", &number.0)]);
            let body = format!(
                "<main class=\"note\"><h1>{}</h1><p role=\"status\">{}</p></main>",
                escape(&title),
                escape(&sent)
            );
            Ok(Html(document(&title, &reader, &body)).into_response())
        }
        // Only a person's page is made with the number that was asked for.
        Err(failure) if !wants_page => Err(failure),
        Err(failure) => Ok(form::again(failure, &reader, &path, &posted)),
    }
}

fn mail(server: &Server, number: &TicketNumber, client: Client, posted: &mut Posted) -> Answer<()> {
    let email = posted.parse("email", EmailAddress::parse);
    let email = posted.complete(email).map_err(Failure::from)?;
    server.rates.link(client.0)?;
    let (desk, number) = (server.desk.clone(), number.clone());
    tokio::spawn(async move {
        if let Err(error) = desk.ask_for_link(&number, &email).await {
            tracing::error!(error = &error as &dyn std::error::Error, "no ticket link was mailed");
        }
    });
    Ok(())
}

//! Who the host page says that its visitor is, and the tickets of such a person: `POST /w/{site}/tickets`, and
//! `…/{number}` to open one.
//!
//! Both are asked with the page's signature each time, and nothing is kept of it here: what proves somebody is
//! forgotten with the panel's memory, and ends with the site's secret. Whoever is not proved is answered like somebody
//! without tickets.

use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    form::{self, Posted},
    in_path::{NumberInPath, SiteInPath},
    origin,
    state::Server,
};
use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use desk::{people::Identity, sites::Site};
use protocol::{
    Code, Refusal, TicketId,
    identity::{OpenedTicket, OwnTickets},
};
use tracing::instrument;

/// `POST /w/{site}/tickets`. A panel asks by itself: no address is proved by it.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn tickets(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    request: Request,
) -> Answer<Response> {
    let mut posted = read(&server, &site, client, request, &["identity", "after"]).await?;
    let after = posted.parse_optional("after", |text| {
        text.parse::<TicketId>().map_err(|_| Refusal::named("after", Code::Invalid))
    });
    posted.complete(Some(()))?;
    let Some(who) = find(&server, &site, &posted).await? else {
        return Ok(Json(OwnTickets::default()).into_response());
    };
    Ok(Json(server.desk.own_tickets(site.id, &who, after).await?).into_response())
}

/// `POST /w/{site}/tickets/{number}`
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn open(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    NumberInPath(number): NumberInPath,
    client: Client,
    request: Request,
) -> Answer<Response> {
    let posted = read(&server, &site, client, request, &["identity"]).await?;
    posted.complete(Some(()))?;
    let who = find(&server, &site, &posted).await?.ok_or(Failure::of(Code::NotFound))?;
    let (token, link) = server.desk.open_own_ticket(site.id, &who, &number).await?;
    Ok(Json(OpenedTicket { token, number, link }).into_response())
}

/// Whom a form is from, where the site's signature says so.
pub(super) async fn find(
    server: &Server,
    site: &Site,
    posted: &Posted,
) -> Answer<Option<Identity>> {
    match posted.signed_identity() {
        Some(signed) => Ok(server.desk.find_identity(site.id, &signed).await?),
        None => Ok(None),
    }
}

/// Each try counts as a message of this client: who guesses is slow.
async fn read(
    server: &Server,
    site: &Site,
    client: Client,
    request: Request,
    names: &[&'static str],
) -> Answer<Posted> {
    origin::check(site, &server.public, request.headers())?;
    server.rates.message(site, client.0)?;
    form::read(request, names, None).await
}

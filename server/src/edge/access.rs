//! Who may call a route. A route without one of these does not exist.

use super::{
    cookies,
    failure::{Answer, Failure},
    request_info::bearer,
    respond::see_other,
    site_in_path::SiteInPath,
    state::Server,
};
use axum::{
    extract::{Path, Request, State},
    http::HeaderMap,
    middleware::Next,
};
use desk::{people::SessionToken, tickets::Visitor};
use protocol::{Code, TicketNumber, TicketToken};
use std::collections::HashMap;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever shows the token of a ticket of the site in the path: `Authorization: Bearer`.
    Visitor,
    /// Whoever came through the ticket's link: its cookie.
    Ticket,
    /// A signed-in agent; anybody else is refused.
    Agent,
    /// A signed-in agent; anybody else is sent to sign in.
    AgentPage,
}

/// Lets through with [`Visitor`] and the site in the request's extensions.
pub(crate) async fn visitor(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    mut request: Request,
    next: Next,
) -> Answer {
    let token = bearer(request.headers()).ok_or(Failure::of(Code::SignInRequired))?;
    let visitor = server.desk.find_visitor(site.id, &TicketToken(token.to_owned())).await?;
    let visitor = visitor.ok_or(Failure::of(Code::SignInRequired))?;
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(site);
    Ok(next.run(request).await)
}

/// Lets through with [`Visitor`] and the ticket's site in the request's extensions.
pub(crate) async fn ticket(
    State(server): State<Server>,
    Path(params): Path<HashMap<String, String>>,
    mut request: Request,
    next: Next,
) -> Answer {
    let number = TicketNumber(params.get("number").cloned().unwrap_or_default());
    let visitor = ticket_reader(&server, &number, request.headers()).await?;
    let site = server.desk.find_site_by_id(visitor.site).ok_or(Failure::of(Code::NotFound))?;
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(site);
    Ok(next.run(request).await)
}

/// Whom the cookie of a ticket's page stands for. The number alone opens nothing, and does not even exist.
pub(crate) async fn ticket_reader(
    server: &Server,
    number: &TicketNumber,
    headers: &HeaderMap,
) -> Answer<Visitor> {
    let not_found = Failure::of(Code::NotFound);
    let token = cookies::ticket(number).read(headers).ok_or(not_found)?;
    let (_, k) = token.split_once('.').ok_or(not_found)?;
    let found = server.desk.find_ticket_link(number, k).await?;
    let (visitor, known) = found.ok_or(not_found)?;
    if known.0 == token { Ok(visitor) } else { Err(not_found) }
}

/// Lets through with the agent and its [`SessionToken`] in the request's extensions.
pub(crate) async fn agent(State(server): State<Server>, request: Request, next: Next) -> Answer {
    match signed_in(&server, request).await? {
        Ok(request) => Ok(next.run(request).await),
        Err(_) => Err(Failure::of(Code::SignInRequired)),
    }
}

/// The same, where anybody else is sent to sign in and comes back afterwards.
pub(crate) async fn agent_page(
    State(server): State<Server>,
    request: Request,
    next: Next,
) -> Answer {
    let request = match signed_in(&server, request).await? {
        Ok(request) => return Ok(next.run(request).await),
        Err(request) => request,
    };
    let wanted = request.uri().path();
    if is_console_page(wanted) {
        let cookie = cookies::NEXT_PAGE.set(wanted, &server.public);
        see_other("/console/sign-in", [cookie])
    } else {
        see_other("/console/sign-in", [])
    }
}

/// The page of the console that was wanted before signing in, if it is one.
pub(crate) fn wanted_page(headers: &HeaderMap) -> &str {
    cookies::NEXT_PAGE.read(headers).filter(|path| is_console_page(path)).unwrap_or("/console")
}

fn is_console_page(path: &str) -> bool {
    path.starts_with("/console/")
        && path.len() <= 200
        && path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_".contains(c))
}

/// The request with its agent and session; the request back as it was when there is none.
pub(crate) async fn signed_in(
    server: &Server,
    mut request: Request,
) -> Answer<Result<Request, Request>> {
    let Some(token) = cookies::SESSION.read(request.headers()).map(str::to_owned) else {
        return Ok(Err(request));
    };
    let Some(agent) = server.desk.find_session(&token).await? else { return Ok(Err(request)) };
    request.extensions_mut().insert(agent);
    request.extensions_mut().insert(SessionToken(token));
    Ok(Ok(request))
}

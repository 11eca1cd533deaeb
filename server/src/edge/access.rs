//! Who may call a route. A route without one of these does not exist.

use crate::{
    edge::{
        failure::{Answer, Failure},
        request_info,
        state::Server,
    },
    visitor::ticket,
};
use axum::{
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue,
        header::{AUTHORIZATION, SET_COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use desk::{people::SessionToken, sites::Site};
use protocol::{Code, SiteKey, TicketToken};
use std::{collections::HashMap, sync::Arc};

/// The cookie of an agent's session.
pub(crate) const SESSION_COOKIE: &str = "ayuda_session";

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

type Params = Path<HashMap<String, String>>;

pub(crate) async fn visitor(
    State(server): State<Server>,
    Path(params): Params,
    mut request: Request,
    next: Next,
) -> Answer {
    let site = site(&server, params.get("site").map_or("", String::as_str))?;
    let token = bearer(request.headers()).ok_or(Failure::of(Code::SignInRequired))?;
    let visitor = server.desk.find_visitor(site.id, &token).await?;
    let visitor = visitor.ok_or(Failure::of(Code::SignInRequired))?;
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(site);
    Ok(next.run(request).await)
}

pub(crate) async fn ticket(
    State(server): State<Server>,
    Path(params): Params,
    mut request: Request,
    next: Next,
) -> Answer {
    let number = params.get("number").map_or("", String::as_str);
    let visitor = ticket::find(&server, number, request.headers()).await?;
    let site = server.desk.find_site_by_id(visitor.site).ok_or(Failure::of(Code::NotFound))?;
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(site);
    Ok(next.run(request).await)
}

pub(crate) async fn agent(State(server): State<Server>, request: Request, next: Next) -> Answer {
    match signed_in(&server, request).await? {
        Ok(request) => Ok(next.run(request).await),
        Err(_) => Err(Failure::of(Code::SignInRequired)),
    }
}

pub(crate) async fn agent_page(
    State(server): State<Server>,
    request: Request,
    next: Next,
) -> Answer {
    match signed_in(&server, request).await? {
        Ok(request) => Ok(next.run(request).await),
        Err(request) => Ok(to_sign_in(&server, request.uri().path())),
    }
}

/// Where somebody was going before they were asked to sign in; a short cookie, so that no address carries another.
pub(crate) const NEXT_COOKIE: &str = "ayuda_next";

fn to_sign_in(server: &Server, wanted: &str) -> Response {
    let mut response = Redirect::to("/console/sign-in").into_response();
    if is_ours(wanted) {
        let secure = if server.public.is_https() { "; Secure" } else { "" };
        let cookie = format!(
            "{NEXT_COOKIE}={wanted}; Path=/console; Max-Age=900; HttpOnly; SameSite=Lax{secure}"
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
    }
    response
}

/// The page of the console that was wanted, if it is one.
pub(crate) fn wanted(headers: &HeaderMap) -> &str {
    request_info::cookie(headers, NEXT_COOKIE).filter(|path| is_ours(path)).unwrap_or("/console")
}

fn is_ours(path: &str) -> bool {
    path.starts_with("/console/")
        && path.len() <= 200
        && path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_".contains(c))
}

/// The request with its agent and session; the request back as it was when there is none.
pub(crate) async fn signed_in(
    server: &Server,
    mut request: Request,
) -> Answer<Result<Request, Request>> {
    let Some(token) = request_info::cookie(request.headers(), SESSION_COOKIE).map(str::to_owned)
    else {
        return Ok(Err(request));
    };
    let Some(agent) = server.desk.find_session(&token).await? else { return Ok(Err(request)) };
    request.extensions_mut().insert(agent);
    request.extensions_mut().insert(SessionToken(token));
    Ok(Ok(request))
}

/// The site of an address; unknown keys are 404.
pub(crate) fn site(server: &Server, key: &str) -> Answer<Arc<Site>> {
    server.desk.find_site(&SiteKey(key.to_owned())).ok_or(Failure::of(Code::NotFound))
}

fn bearer(headers: &HeaderMap) -> Option<TicketToken> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| TicketToken(token.trim().to_owned()))
}

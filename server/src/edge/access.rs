//! Who may call a route or send a command of a socket. What has none of these does not exist.

use super::{
    cookies,
    error_responses::InLanguage,
    failure::{Answer, Failure},
    form,
    in_path::{NumberInPath, SiteInPath},
    operator,
    request_info::{bearer, form_language, language, query, wants_page},
    respond::see_other,
    state::Server,
};
use crate::settings::PublicUrl;
pub use app::ssr::Reach;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};
use desk::{
    people::{Agent, Identity, SessionToken},
    sites::Site,
    tickets::Visitor,
};
use protocol::{Code, Role, TicketNumber, TicketToken};

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever shows the token for figures; where none is set, whoever asks from this machine.
    Operator,
    /// Whoever shows the token of a ticket of the site: `Authorization: Bearer`, or a socket's hello.
    Visitor(Reach),
    /// Whoever follows the ticket's link, or came through it before: its cookie.
    TicketLink,
    /// Whoever came through the ticket's link: its cookie.
    Ticket,
    /// Whoever is signed in to their own tickets at the site: its cookie.
    OwnTickets,
    /// A signed-in agent of at least this role; anybody else is refused.
    Agent(Role, Reach),
    /// The same, but whoever is not signed in is sent to sign in.
    AgentPage(Role, Reach),
}

/// Lets through an operator.
pub(crate) async fn operator(State(server): State<Server>, request: Request, next: Next) -> Answer {
    if !operator::is_one(&server, &request) {
        return Err(Failure::of(Code::Forbidden));
    }
    Ok(next.run(request).await)
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
    NumberInPath(number): NumberInPath,
    mut request: Request,
    next: Next,
) -> Answer {
    let visitor = match ticket_reader(&server, &number, request.headers()).await {
        Ok(visitor) => visitor,
        Err(failure) => return form::give_back(request, failure, "es").await,
    };
    let site = server.desk.find_site_by_id(visitor.site).ok_or(Failure::of(Code::NotFound))?;
    let lang = language(request.uri(), request.headers(), site.lang.as_text());
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(site);
    Ok(in_language(lang, next.run(request).await))
}

/// Lets through a link that is followed, at whose key the handler looks, and whoever came through it before, as
/// [`ticket`] does.
pub(crate) async fn ticket_link(
    server: State<Server>,
    number: NumberInPath,
    request: Request,
    next: Next,
) -> Answer {
    if query(request.uri(), "k").is_some() {
        return Ok(next.run(request).await);
    }
    ticket(server, number, request, next).await
}

/// Whom the cookie of a ticket's page stands for. The number alone opens nothing, and does not even exist.
async fn ticket_reader(
    server: &Server,
    number: &TicketNumber,
    headers: &HeaderMap,
) -> Answer<Visitor> {
    let not_found = Failure::of(Code::NotFound);
    let token = cookies::ticket(number).read(headers, &server.public).ok_or(not_found)?;
    let (_, k) = token.split_once('.').ok_or(not_found)?;
    let found = server.desk.find_ticket_link(number, k).await?;
    let (visitor, known) = found.ok_or(not_found)?;
    if known.0 == token { Ok(visitor) } else { Err(not_found) }
}

/// Lets through whoever is signed in to their own tickets, with the [`Identity`] and the site in the request's extensions.
/// A page for anybody else is the one where they sign in, and what they typed comes back.
pub(crate) async fn own_tickets(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    mut request: Request,
    next: Next,
) -> Answer {
    match own_session(&server, &site, request.headers()).await? {
        Some(who) => {
            request.extensions_mut().insert(who);
            request.extensions_mut().insert(site);
            Ok(next.run(request).await)
        }
        None if !wants_page(request.headers()) => Err(Failure::of(Code::SignInRequired)),
        None if request.method() == Method::GET => {
            see_other(&format!("/w/{}/tickets", site.key), [])
        }
        None => form::give_back_signed_out(request, site.lang.as_text()).await,
    }
}

/// Who is signed in to their own tickets at the site.
pub(crate) async fn own_session(
    server: &Server,
    site: &Site,
    headers: &HeaderMap,
) -> Answer<Option<Identity>> {
    match cookies::own_tickets(&site.key).read(headers, &server.public) {
        Some(token) => Ok(server.desk.find_own_session(site.id, token).await?),
        None => Ok(None),
    }
}

/// Lets through an agent of at least this role, with the agent and its [`SessionToken`] in the request's extensions.
pub(crate) async fn agent(
    State((server, least)): State<(Server, Role)>,
    request: Request,
    next: Next,
) -> Answer {
    match signed_in(&server, request).await? {
        Ok(request) => if_allowed(least, request, next).await,
        Err(_) => Err(Failure::of(Code::SignInRequired)),
    }
}

/// The same, where whoever is not signed in is sent to sign in and comes back afterwards.
pub(crate) async fn agent_page(
    State((server, least)): State<(Server, Role)>,
    request: Request,
    next: Next,
) -> Answer {
    let request = match signed_in(&server, request).await? {
        Ok(request) => return if_allowed(least, request, next).await,
        Err(request) => request,
    };
    let uri = request.uri();
    let whole = uri.path_and_query().map_or("", |wanted| wanted.as_str());
    // The page without its filters, where they are none of ours.
    match [whole, uri.path()].into_iter().find(|wanted| is_console_page(wanted)) {
        Some(wanted) => {
            let cookie = cookies::NEXT_PAGE.set(wanted, &server.public);
            see_other("/console/sign-in", [cookie])
        }
        None => see_other("/console/sign-in", []),
    }
}

async fn if_allowed(least: Role, request: Request, next: Next) -> Answer {
    let agent = request.extensions().get::<Agent>().ok_or(Failure::of(Code::Forbidden))?;
    // The console is in its agent's language, whatever the browser's is.
    let lang = form_language(request.uri(), &agent.lang);
    let response = if agent.role >= least {
        next.run(request).await
    } else {
        Failure::of(Code::Forbidden).into_response()
    };
    Ok(match lang {
        Some(lang) => in_language(lang, response),
        None => response,
    })
}

fn in_language(lang: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(InLanguage(lang));
    response
}

/// The page of the console that was wanted before signing in, if it is one.
pub(crate) fn wanted_page<'a>(headers: &'a HeaderMap, public: &PublicUrl) -> &'a str {
    let wanted = cookies::NEXT_PAGE.read(headers, public);
    wanted.filter(|path| is_console_page(path)).unwrap_or("/console")
}

/// Whether this is an address of the console, with what it shows in its query: nothing that ends a cookie's value, and
/// no way to another host.
fn is_console_page(wanted: &str) -> bool {
    let path = wanted.split('?').next().unwrap_or(wanted);
    (path == "/console" || path.starts_with("/console/"))
        && !path.contains('.')
        && wanted.len() <= 1000
        && wanted.chars().all(|c| c.is_ascii_alphanumeric() || "/-_?=&%+.~".contains(c))
}

/// The request with its agent and session; the request back as it was when there is none.
pub(crate) async fn signed_in(
    server: &Server,
    mut request: Request,
) -> Answer<Result<Request, Request>> {
    let Some(token) = cookies::SESSION.read(request.headers(), &server.public).map(str::to_owned)
    else {
        return Ok(Err(request));
    };
    let Some(agent) = server.desk.find_session(&token).await? else { return Ok(Err(request)) };
    request.extensions_mut().insert(agent);
    request.extensions_mut().insert(SessionToken(token));
    Ok(Ok(request))
}

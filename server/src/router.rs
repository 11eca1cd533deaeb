//! Every address there is, and who may call it. Denied unless declared: the table has no row without an [`Access`],
//! and a test walks all rows as every role. Pages and functions of the console come with the role that `app`
//! declares for each.

use crate::{
    console,
    edge::{
        access::{self, Access, Reach},
        bodies::{self, MostBytes},
        compression, error_responses,
        failure::Failure,
        form::DRAIN_BYTES,
        head, security,
        state::Server,
    },
    ops::{assets, demo_page, health, home, loader, metrics, telemetry},
    visitor, ws,
};
use app::{pages::PAGES, ssr::FUNCTIONS};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, on},
};
use protocol::{Code, Role, limits};
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// As the router writes it: `/w/{site}/status`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// The whole server, and the table it was made from.
pub(crate) fn build(server: &Server) -> (Router, Vec<Declared>) {
    use Access::{Agent, AgentPage, Operator, OwnTickets, Public, Ticket, TicketLink, Visitor};
    let table = Table::new(server.clone())
        // For operators and whoever comes by.
        .get(Public, "/", home::home)
        .get(Public, "/demo", demo_page::show)
        .get(Public, "/healthz", health::alive)
        .get(Public, "/readyz", health::ready)
        .get(Operator, "/metrics", metrics::metrics)
        // For host pages.
        .get(Public, "/widget.js", loader::loader)
        .get(Public, "/assets/{*path}", assets::serve)
        .get(Public, "/w/{site}/status", visitor::status::status)
        .get(Public, "/w/{site}/events", visitor::status::events)
        // For visitors.
        .get(Public, "/w/{site}", visitor::panel::panel)
        .upload(Public, "/w/{site}/chats", visitor::chats::start)
        .upload(Public, "/w/{site}/requests", visitor::requests::open)
        .get(Public, "/w/{site}/socket", ws::visitor::upgrade)
        .post(Public, "/w/{site}/tickets", visitor::identity::tickets)
        .post(Public, "/w/{site}/tickets/{number}", visitor::identity::open)
        .get(Public, "/w/{site}/tickets", visitor::own_tickets::page)
        .upload(Public, "/w/{site}/tickets/link", visitor::own_sign_in::ask)
        .get(Public, "/w/{site}/tickets/enter", visitor::own_sign_in::follow)
        .post(Public, "/w/{site}/tickets/enter", visitor::own_sign_in::enter)
        .post(OwnTickets, "/w/{site}/tickets/leave", visitor::own_sign_in::leave)
        .post(OwnTickets, "/w/{site}/tickets/open", visitor::own_tickets::open)
        .get(OwnTickets, "/w/{site}/tickets/new", visitor::own_request::page)
        .upload(OwnTickets, "/w/{site}/tickets/new", visitor::own_request::send)
        .upload(Visitor(Reach::Own), "/w/{site}/files", visitor::files::upload)
        .get(Visitor(Reach::Ticket), "/w/{site}/files/{id}", visitor::files::download)
        .get(Visitor(Reach::Ticket), "/w/{site}/files/{id}/page/{page}", visitor::files::page)
        .get(TicketLink, "/t/{number}", visitor::ticket::page)
        .upload(Ticket, "/t/{number}", visitor::ticket_posts::reply)
        .get(TicketLink, "/t/{number}/open", visitor::ticket_open::lead)
        .upload(Public, "/t/{number}/open", visitor::ticket_open::open)
        .get(Ticket, "/t/{number}/files/{id}", visitor::ticket::download)
        .get(Ticket, "/t/{number}/files/{id}/page/{page}", visitor::ticket::file_page)
        .get(Ticket, "/t/{number}/events", visitor::ticket_events::events)
        .post(Ticket, "/t/{number}/resolve", visitor::ticket_buttons::resolve)
        .post(Ticket, "/t/{number}/reopen", visitor::ticket_buttons::reopen)
        .post(Ticket, "/t/{number}/chat", visitor::ticket_buttons::chat)
        .upload(Public, "/t/{number}/link", visitor::ticket_link::ask)
        .post(Ticket, "/t/{number}/confirm", visitor::ticket_posts::confirm)
        .upload(Ticket, "/t/{number}/email", visitor::ticket_posts::change_email)
        .get(TicketLink, "/t/{number}/not-me", visitor::ticket::not_me)
        .post(Ticket, "/t/{number}/not-me", visitor::ticket_posts::stop_mail)
        .upload(Ticket, "/t/{number}/transcript", visitor::ticket_posts::transcript)
        .upload(Ticket, "/t/{number}/rating", visitor::ticket_posts::rate)
        // For agents.
        .get(Public, "/console/sign-in", console::sign_in::page)
        .post(Public, "/console/sign-in", console::sign_in::sign_in)
        .post(Public, "/console/sign-out", console::sign_in::sign_out)
        .get(Public, "/console/password", console::password::page)
        .post(Public, "/console/password", console::password::set)
        .get(Public, "/console/forgot", console::forgotten::page)
        .post(Public, "/console/forgot", console::forgotten::ask)
        .get(Agent(Role::Agent, Reach::Own), "/console/socket", ws::agent::upgrade)
        .upload(Agent(Role::Agent, Reach::Ticket), "/console/files", console::files::upload)
        .get(Agent(Role::Agent, Reach::Ticket), "/console/files/{id}", console::files::download)
        .get(
            Agent(Role::Agent, Reach::Ticket),
            "/console/files/{id}/page/{page}",
            console::files::page,
        )
        .get(Agent(Role::Agent, Reach::Ticket), "/console/mail/{mail}/html", console::mail::html);
    let table = FUNCTIONS.iter().fold(table, |table, function| {
        let access = Agent(function.least, function.reach);
        table.post(access, function.path, console::pages::page)
    });
    let pages =
        PAGES.iter().flat_map(|row| row.addresses.iter().map(move |address| (row, address)));
    let Table { router, declared, .. } = pages.fold(table, |table, (row, address)| {
        let reach = if address.has_id() { Reach::Ticket } else { Reach::Own };
        table.get(AgentPage(row.least, reach), address.pattern(), console::pages::page)
    });
    let server = server.clone();
    let router = router
        .fallback(async || Failure::of(Code::NotFound))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(from_fn(telemetry::catch_panic))
        .layer(csrf(&server))
        .layer(from_fn(head::check))
        .layer(from_fn_with_state(server.clone(), bodies::give_room))
        .layer(from_fn_with_state(server.clone(), error_responses::put_words))
        .layer(compression::layer())
        .layer(from_fn_with_state(server.clone(), security::add_headers))
        .layer(from_fn_with_state(server.clone(), telemetry::observe))
        .with_state(server);
    (router, declared)
}

/// What the most generous site takes on one message, and what is read of a refused body.
#[derive(Clone)]
struct AnyUpload(Server);

impl MostBytes for AnyUpload {
    fn most_bytes(&self) -> u64 {
        let files = self.0.desk.sites().iter().map(|site| site.limits.file_bytes).max();
        files.unwrap_or(0) * limits::FILES as u64 + DRAIN_BYTES
    }
}

/// The routes as they are declared, one row after another.
pub(crate) struct Table {
    pub(crate) router: Router<Server>,
    declared: Vec<Declared>,
    server: Server,
}

impl Table {
    pub(crate) fn new(server: Server) -> Self {
        Self { router: Router::new(), declared: Vec::new(), server }
    }

    pub(crate) fn get<T: 'static>(
        self,
        access: Access,
        path: &'static str,
        handler: impl Handler<T, Server>,
    ) -> Self {
        let route = on(MethodFilter::GET, handler);
        self.route(Declared { method: "GET", path, access }, route)
    }

    fn post<T: 'static>(
        self,
        access: Access,
        path: &'static str,
        handler: impl Handler<T, Server>,
    ) -> Self {
        let most = limits::BODY_BYTES as u64;
        let route =
            on(MethodFilter::POST, handler).layer(from_fn_with_state(most, bodies::guard::<u64>));
        self.route(Declared { method: "POST", path, access }, route)
    }

    /// A post that limits its body itself, part by part: it streams files, or gives back what was too long. What no
    /// site takes is not even read.
    fn upload<T: 'static>(
        self,
        access: Access,
        path: &'static str,
        handler: impl Handler<T, Server>,
    ) -> Self {
        let route = on(MethodFilter::POST, handler)
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(AnyUpload(self.server.clone()), bodies::guard::<AnyUpload>));
        self.route(Declared { method: "POST", path, access }, route)
    }

    fn route(mut self, row: Declared, route: MethodRouter<Server>) -> Self {
        let server = self.server.clone();
        let guarded = match row.access {
            Access::Public => route,
            Access::Operator => route.route_layer(from_fn_with_state(server, access::operator)),
            Access::Visitor(_) => route.route_layer(from_fn_with_state(server, access::visitor)),
            Access::TicketLink => {
                route.route_layer(from_fn_with_state(server, access::ticket_link))
            }
            Access::Ticket => route.route_layer(from_fn_with_state(server, access::ticket)),
            Access::OwnTickets => {
                route.route_layer(from_fn_with_state(server, access::own_tickets))
            }
            Access::Agent(least, _) => {
                route.route_layer(from_fn_with_state((server, least), access::agent))
            }
            Access::AgentPage(least, _) => {
                route.route_layer(from_fn_with_state((server, least), access::agent_page))
            }
        };
        self.router = self.router.route(row.path, guarded);
        self.declared.push(row);
        self
    }
}

/// Nothing is changed by a request that a page of another origin makes.
fn csrf(
    server: &Server,
) -> CsrfLayer<impl Fn(ProtectionError) -> axum::response::Response + Clone + use<>> {
    CsrfLayer::new()
        .add_trusted_origin(server.public.as_str())
        .expect("a public URL is an origin")
        .with_rejection_response(|_| Failure::of(Code::OriginNotAllowed).into_response())
}

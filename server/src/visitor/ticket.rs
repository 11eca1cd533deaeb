//! `/t/{number}`: the ticket page. The link's token is exchanged for a cookie at once, so that no address holds it for long.

use super::ticket_page::show;
use crate::edge::{
    cookies,
    failure::{Answer, Failure},
    files,
    page::Reader,
    request_info::query,
    respond::see_other,
    state::Server,
};
use axum::{
    Extension,
    extract::{Path, Request, State},
};
use desk::{sites::Site, tickets::Visitor};
use protocol::{Code, TicketNumber};
use std::sync::Arc;
use tracing::{Span, field, instrument};
use widget::ssr::TicketAnswer;

/// `GET /t/{number}`, with `?k=` from a link.
#[instrument(skip_all, fields(ticket = field::Empty))]
pub(crate) async fn page(
    State(server): State<Server>,
    Path(number): Path<TicketNumber>,
    request: Request,
) -> Answer {
    if let Some(k) = query(request.uri(), "k") {
        return follow_link(&server, &number, &k).await;
    }
    // Who follows no link has come through one: `Access::TicketLink`.
    let not_found = Failure::of(Code::NotFound);
    let visitor = *request.extensions().get::<Visitor>().ok_or(not_found)?;
    let site = Arc::clone(request.extensions().get::<Arc<Site>>().ok_or(not_found)?);
    Span::current().record("ticket", field::display(visitor.ticket));
    let done = query(request.uri(), "done");
    let answer = done.as_deref().and_then(TicketAnswer::done);
    let id = server.desk.clock().new_entry_id();
    show(&server, &site, visitor, &Reader::of(&request, site.lang.as_text()), id, answer).await
}

async fn follow_link(server: &Server, number: &TicketNumber, k: &str) -> Answer {
    let found = server.desk.find_ticket_link(number, k).await?;
    let (_, token) = found.ok_or(Failure::of(Code::NotFound))?;
    let cookie = cookies::ticket(number).set(&token.0, &server.public);
    see_other(&format!("/t/{number}"), [cookie])
}

/// `GET /t/{number}/files/{id}`
#[instrument(skip_all, fields(ticket = %visitor.ticket))]
pub(crate) async fn download(
    State(server): State<Server>,
    Path((_, id)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    let id = files::parse_id(&id)?;
    files::serve(server.desk.visitor_file(visitor, id).await?).await
}

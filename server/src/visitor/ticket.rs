//! `/t/{number}`: the ticket page. The link's token is exchanged for a cookie at once, so that no address holds it
//! for long.

use super::{
    not_me_page::{self, NOT_ME},
    ticket_page::TicketRequest,
};
use crate::{
    edge::{
        cookies,
        failure::{Answer, Failure},
        files,
        in_path::{IdInPath, NumberInPath, PageInPath},
        request_info::query,
        respond::see_other,
        state::Server,
    },
    pdf::Reader,
};
use axum::{
    Extension,
    extract::{Request, State},
};
use desk::tickets::Visitor;
use protocol::{Code, FileId, TicketNumber};
use tracing::{Span, field, instrument};
use widget::ssr::TicketAnswer;

/// `GET /t/{number}`, with `?k=` from a link.
#[instrument(skip_all, fields(ticket = field::Empty))]
pub(crate) async fn page(
    State(server): State<Server>,
    NumberInPath(number): NumberInPath,
    request: Request,
) -> Answer {
    if let Some(k) = query(request.uri(), "k") {
        return follow_link(&server, &number, &k, "").await;
    }
    let asked = TicketRequest::of(&server, number, &request)?;
    Span::current().record("ticket", field::display(asked.visitor.ticket));
    let done = query(request.uri(), "done");
    let answer = done.as_deref().and_then(TicketAnswer::done);
    asked.show(server.desk.clock().new_entry_id(), answer).await
}

/// `GET /t/{number}/not-me`, with `?k=` from a mail: the button that stops mail about the ticket.
#[instrument(skip_all, fields(ticket = field::Empty))]
pub(crate) async fn not_me(
    State(server): State<Server>,
    NumberInPath(number): NumberInPath,
    request: Request,
) -> Answer {
    if let Some(k) = query(request.uri(), "k") {
        return follow_link(&server, &number, &k, NOT_ME).await;
    }
    let asked = TicketRequest::of(&server, number, &request)?;
    Span::current().record("ticket", field::display(asked.visitor.ticket));
    let is_done = query(request.uri(), "done").is_some();
    Ok(not_me_page::show(&asked, is_done))
}

/// The token and what else the link carries become cookies of the ticket's pages. Nothing else comes of following a
/// link: programs that look through mail do it too.
async fn follow_link(server: &Server, number: &TicketNumber, k: &str, below: &str) -> Answer {
    let found = server.desk.find_ticket_link(number, k).await?;
    let (_, token) = found.ok_or(Failure::of(Code::NotFound))?;
    let path = format!("/t/{number}{below}");
    let ticket = cookies::ticket(number).set(&token.0, &server.public);
    match k.split_once('~') {
        Some((_, proof))
            if proof.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) =>
        {
            see_other(&path, [ticket, cookies::mailed_proof(number).set(proof, &server.public)])
        }
        _ => see_other(&path, [ticket]),
    }
}

/// `GET /t/{number}/files/{id}`
#[instrument(skip_all, fields(ticket = %visitor.ticket))]
pub(crate) async fn download(
    State(server): State<Server>,
    IdInPath(id): IdInPath<FileId>,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    files::serve(&server.desk, server.desk.visitor_file(visitor, id).await?).await
}

/// `GET /t/{number}/files/{id}/page/{page}`
#[instrument(skip_all, fields(ticket = %visitor.ticket))]
pub(crate) async fn file_page(
    State(server): State<Server>,
    PageInPath(id, page): PageInPath,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    let stored = server.desk.visitor_file(visitor, id).await?;
    files::serve_page(&server, stored, page, Reader::Visitor).await
}

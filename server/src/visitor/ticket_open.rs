//! `POST /t/{number}/open`: the ticket's page for a browser that keeps no cookie. The mailed link comes with each form,
//! and never in an address. The page is read and answered; what else it does wants the cookie.

use super::ticket_page::TicketRequest;
use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    form::{self, Posted},
    in_path::NumberInPath,
    page::{Reader, document},
    request_info::{language, wants_json, wants_page},
    state::Server,
    without_cookies,
};
use axum::{
    extract::{Request, State},
    response::{Html, IntoResponse, Response},
};
use desk::{locales, tickets::Visitor};
use protocol::{Code, EntryId, TicketNumber, html::escape, text::FormText};
use tracing::instrument;
use widget::ssr::TicketAnswer;

/// `link`, and `id` and `message` of a reply.
#[instrument(skip_all)]
pub(crate) async fn open(
    State(server): State<Server>,
    NumberInPath(number): NumberInPath,
    client: Client,
    request: Request,
) -> Answer {
    let reader = Reader::of(&request, "es");
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let (wants_json, wants_page) = (wants_json(&headers), wants_page(&headers));
    let mut posted = form::read(request, &["link", "id", "message"], None).await?;
    let link = posted.text("link").trim().to_owned();
    let Some((visitor, k)) = follow(&server, &number, &link).await? else {
        let not_found = Failure::of(Code::NotFound);
        return if wants_page { Ok(ask_again(&number, &reader, &link)) } else { Err(not_found) };
    };
    let site = server.desk.find_site_by_id(visitor.site).ok_or(Failure::of(Code::NotFound))?;
    let lang = language(&uri, &headers, site.lang.as_text());
    server.rates.message(&site, client.0)?;
    let asked =
        TicketRequest::with_link(server, site, visitor, number, Reader { lang, ..reader }, k);
    // The page's own form names the entry that it makes.
    let is_reply = ["id", "message"].iter().any(|name| !posted.text(name).is_empty());
    let id = posted.entry_id(&asked.server.desk);
    if !is_reply && posted.refusals.is_empty() {
        return asked.show(id, None).await;
    }
    let desk = &asked.server.desk;
    match reply(&asked, &mut posted, id).await {
        Err(failure) if wants_json => Err(failure),
        Ok(()) => asked.show(desk.clock().new_entry_id(), Some(TicketAnswer::Replied)).await,
        Err(failure) => {
            posted.refuse(failure.refusal);
            let answer = TicketAnswer::ReplyRefused {
                message: posted.text("message").to_owned(),
                refusals: posted.refusals,
                refused_files: Vec::new(),
                kept_files: Vec::new(),
            };
            Ok(failure.on_page(asked.show(failure.next_form_id(id, desk), Some(answer)).await?))
        }
    }
}

async fn reply(asked: &TicketRequest, posted: &mut Posted, id: EntryId) -> Answer<()> {
    let text = posted.parse("message", FormText::parse);
    let text = posted.complete(text)?;
    asked.server.desk.post_visitor_reply(asked.visitor, id, Some(text), &[]).await?;
    asked.server.counters.visitor_messages.up();
    Ok(())
}

/// Whom a link to this ticket stands for, and the key that it carries.
async fn follow(
    server: &Server,
    number: &TicketNumber,
    link: &str,
) -> Answer<Option<(Visitor, String)>> {
    let key = link.split_once("k=").map_or(link, |(_, key)| key);
    let key = key.split(['&', '#']).next().unwrap_or_default();
    let found = server.desk.find_ticket_link(number, key).await?;
    Ok(found.map(|(visitor, _)| (visitor, key.to_owned())))
}

/// The form once more, with what was pasted.
fn ask_again(number: &TicketNumber, reader: &Reader, link: &str) -> Response {
    let strings = locales::strings(reader.lang, &["page"]);
    let title = strings.get("page.ticket_title");
    let wrong = strings.get("page.without_cookies_wrong");
    let form =
        without_cookies::form(&strings, &format!("/t/{number}/open"), link, Some(wrong.as_str()));
    let body = format!("<main class=\"note\"><h1>{}</h1>{form}</main>", escape(&title));
    let page = Html(document(&title, reader, &body)).into_response();
    Failure::of(Code::NotFound).on_page(page)
}

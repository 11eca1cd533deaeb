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
    respond::see_other,
    state::Server,
    without_cookies,
};
use axum::{
    extract::{Request, State},
    response::{Html, IntoResponse, Response},
};
use desk::{locales, tickets::Visitor};
use protocol::{Code, EntryId, Seq, TicketNumber, html::escape, text::FormText};
use tracing::instrument;
use widget::ssr::TicketAnswer;

/// Whoever loads the address anew asks for the ticket's page; without the cookie that is the form for the link.
#[instrument(skip_all)]
pub(crate) async fn lead(NumberInPath(number): NumberInPath) -> Answer {
    see_other(&format!("/t/{number}"), [])
}

/// `link`, and `id` and `message` of a reply, or `before`: where the entries that are asked for end.
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
    let mut posted = form::read(request, &["link", "id", "message", "before"], None).await?;
    let link = posted.text("link").trim().to_owned();
    // What was typed comes back also where nothing of the ticket can be read.
    let again =
        |failure: Failure, posted: &Posted| form::again(failure, &reader, uri.path(), posted);
    let (visitor, k) = match follow(&server, &number, &link).await {
        Ok(Some(found)) => found,
        Ok(None) if wants_page => return Ok(ask_again(&number, &reader, &link)),
        Ok(None) => {
            // A form that could not be read is refused for that first.
            posted.complete(Some(()))?;
            return Err(Failure::of(Code::NotFound));
        }
        Err(failure) if wants_json => return Err(failure),
        Err(failure) => return Ok(again(failure, &posted)),
    };
    let site = server.desk.find_site_by_id(visitor.site).ok_or(Failure::of(Code::NotFound))?;
    let lang = language(&uri, &headers, site.lang.as_text());
    let allowed = server.rates.message(&site, client.0).map_err(Failure::from);
    let before = posted.text("before").parse().ok().map(Seq);
    let in_lang = Reader { lang, ..reader.clone() };
    let asked = TicketRequest::with_link(server, site, visitor, number, in_lang, k, before);
    // The page's own form names the entry that it makes.
    let is_reply = ["id", "message"].iter().any(|name| !posted.text(name).is_empty());
    let id = posted.entry_id(&asked.server.desk);
    let outcome = match allowed {
        Err(limited) if is_reply => {
            posted.refusals.clear();
            Err(limited)
        }
        Err(limited) if wants_json => return Err(limited),
        Err(limited) => return Ok(again(limited, &posted)),
        Ok(()) if is_reply || !posted.refusals.is_empty() => {
            reply(&asked, &mut posted, id).await.map(|()| true)
        }
        Ok(()) => Ok(false),
    };
    let desk = &asked.server.desk;
    match outcome {
        Err(failure) if wants_json => Err(failure),
        Ok(is_stored) => {
            let (id, answer) = if is_stored {
                (desk.clock().new_entry_id(), Some(TicketAnswer::Replied))
            } else {
                (id, None)
            };
            match asked.show(id, answer).await {
                Err(failure) if !wants_json => Ok(again(failure, &posted)),
                page => page,
            }
        }
        Err(failure) => {
            let again = again(failure, &posted);
            posted.refuse(failure.refusal);
            let answer = TicketAnswer::ReplyRefused {
                message: posted.text("message").to_owned(),
                refusals: posted.refusals,
                refused_files: Vec::new(),
                kept_files: Vec::new(),
            };
            match asked.show(failure.next_form_id(id, desk), Some(answer)).await {
                Ok(page) => Ok(failure.on_page(page)),
                Err(_) => Ok(again),
            }
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

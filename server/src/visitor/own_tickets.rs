//! `/w/{site}/tickets`: a visitor's own tickets, for whoever is signed in to them; else the form where one signs in.

use super::{own_page::OwnPage, own_sign_in};
use crate::edge::{
    access, client::Client, cookies, failure::Answer, form, in_path::SiteInPath, page::Reader,
    request_info::query, respond::see_other, state::Server,
};
use axum::{
    Extension,
    extract::{Request, State},
};
use desk::{people::Identity, visitors::ListedTicket};
use protocol::{Code, Refusal, TicketNumber, html::escape};
use std::fmt::Write;
use tracing::instrument;

/// `after`: the ticket after which the page begins.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn page(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    request: Request,
) -> Answer {
    let page = OwnPage::new(&site, Reader::of(&request, site.lang.as_text()));
    let Some(who) = access::own_session(&server, &site, request.headers()).await? else {
        return Ok(page.show(&own_sign_in::form(&page, "", None)));
    };
    let after = query(request.uri(), "after").and_then(|after| after.parse().ok());
    let (tickets, next) = server.desk.list_own_tickets(site.id, &who, after).await?;
    let instants = tickets.iter().map(|ticket| ticket.created_at);
    let times = server.desk.site_times(&site, page.reader.lang, instants);
    let mut rows = String::new();
    for ticket in &tickets {
        let at = times.written.get(&ticket.created_at).map_or("", String::as_str);
        row(&mut rows, &page, ticket, at);
    }
    let empty = if tickets.is_empty() && after.is_none() {
        format!("<p>{}</p>", page.text("empty"))
    } else {
        String::new()
    };
    let more = next.map(|next| {
        let address = page.address(&format!("?after={next}"));
        format!("<p><a href=\"{address}\">{}</a></p>", page.text("more"))
    });
    Ok(page.show(&format!(
        "<form class=\"row\" method=\"post\" action=\"{}\"><p>{}</p><button class=\"link\">{}</button></form>\
         <p><a class=\"button\" href=\"{}\">{}</a></p>{empty}<ul class=\"own\" aria-label=\"{}\">{rows}</ul>{}\
         <p class=\"small\">{}</p>",
        page.address("/leave"),
        page.fill("signed_in", &[("email", who.email())]),
        page.text("leave"),
        page.address("/new"),
        page.text("new"),
        page.text("list"),
        more.unwrap_or_default(),
        page.fill("times", &[("place", &times.place)]),
    )))
}

/// A ticket: a button, for opening one proves its address to agents.
fn row(html: &mut String, page: &OwnPage<'_>, ticket: &ListedTicket, at: &str) {
    let ListedTicket { number, about, by, state, is_unread, .. } = ticket;
    let by = by.as_deref().map(|by| format!(" · {}", page.fill("by", &[("who", by)])));
    let unread =
        if *is_unread { format!(" · <b>{}</b>", page.text("unread")) } else { String::new() };
    let _ = write!(
        html,
        "<li><form method=\"post\" action=\"{}\"><button class=\"link\" name=\"number\" value=\"{number}\">{number} · \
         <span dir=\"auto\">{about}</span></button></form><p class=\"small\">{} · {}{}{unread}</p></li>",
        page.address("/open"),
        page.state(&state.name),
        page.fill("created", &[("at", at)]),
        by.unwrap_or_default(),
        number = escape(&number.0),
        about = escape(about),
    );
}

/// `POST /w/{site}/tickets/open`: `number`. The person opens one of their tickets: to its page, with its cookie.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn open(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    Extension(who): Extension<Identity>,
    client: Client,
    request: Request,
) -> Answer {
    server.rates.message(&site, client.0)?;
    let mut posted = form::read(request, &["number"], None).await?;
    let number = posted.parse("number", |text| {
        if text.is_empty() {
            return Err(Refusal::named("number", Code::Required));
        }
        TicketNumber::parse(text).ok_or(Refusal::named("number", Code::Invalid))
    });
    let number = posted.complete(number)?;
    let (token, _) = server.desk.open_own_ticket(site.id, &who, &number).await?;
    see_other(&format!("/t/{number}"), [cookies::ticket(&number).set(&token.0, &server.public)])
}

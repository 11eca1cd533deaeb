//! `/t/{number}`: the ticket page. The link's token is changed for a cookie at once, so that no address holds it for long.

use crate::{
    edge::{
        failure::{Answer, Failure},
        files, page, request_info,
        state::Server,
    },
    visitor::{files as visitor_files, panel},
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{Html, IntoResponse, Response},
};
use desk::{sites::Site, tickets::Visitor};
use protocol::{Code, EntryId, Seq, TicketNumber, entry::VisitorEntry};
use widget::ssr::{TicketAnswer, TicketPage, ticket_document};

/// The cookie of one ticket's page.
pub(crate) const COOKIE: &str = "ayuda_ticket";
/// How long a browser keeps it: a month. The mailed link makes a new one.
const COOKIE_SECONDS: u32 = 30 * 24 * 3600;
/// Entries that one page shows.
const ENTRIES_SHOWN: usize = 5000;

/// `GET /t/{number}`, with `?k=` from a link.
pub(crate) async fn page(
    State(server): State<Server>,
    Path(number): Path<String>,
    request: Request,
) -> Answer {
    if let Some(k) = request_info::query(request.uri(), "k") {
        return follow_link(&server, &number, &k).await;
    }
    let visitor = find(&server, &number, request.headers()).await?;
    let site = server.desk.find_site_by_id(visitor.site).ok_or(Failure::of(Code::NotFound))?;
    let done = request_info::query(request.uri(), "done");
    let answer = done.as_deref().and_then(TicketAnswer::done);
    let id = server.desk.options().clock.new_entry_id();
    Reader::of(&request, &site).show(&server, &site, visitor, id, answer, StatusCode::OK).await
}

/// `GET /t/{number}/files/{id}`
pub(crate) async fn download(
    State(server): State<Server>,
    Path((_, id)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    let id = visitor_files::parse_id(&id)?;
    files::serve(server.desk.visitor_file(visitor, id).await?).await
}

/// Whom the cookie of this ticket's page stands for. The number alone opens nothing, and does not even exist.
pub(crate) async fn find(server: &Server, number: &str, headers: &HeaderMap) -> Answer<Visitor> {
    let token = request_info::cookie(headers, COOKIE).ok_or(Failure::of(Code::NotFound))?;
    let (_, k) = token.split_once('.').ok_or(Failure::of(Code::NotFound))?;
    let found = server.desk.find_ticket_link(&TicketNumber(number.to_owned()), k).await?;
    let (visitor, known) = found.ok_or(Failure::of(Code::NotFound))?;
    if known.0 == token { Ok(visitor) } else { Err(Failure::of(Code::NotFound)) }
}

async fn follow_link(server: &Server, number: &str, k: &str) -> Answer {
    let found = server.desk.find_ticket_link(&TicketNumber(number.to_owned()), k).await?;
    let (_, token) = found.ok_or(Failure::of(Code::NotFound))?;
    let secure = if server.public.is_https() { "; Secure" } else { "" };
    let path = format!("/t/{number}");
    let cookie = format!(
        "{COOKIE}={}; Path={path}; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}",
        token.0
    );
    see_other(&path, Some(&cookie))
}

/// 303 to one of our own addresses, with a cookie.
pub(crate) fn see_other(path: &str, cookie: Option<&str>) -> Answer {
    let invalid = |_| Failure::of(Code::NotFound);
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(path).map_err(invalid)?);
    if let Some(cookie) = cookie {
        headers.insert(SET_COOKIE, HeaderValue::from_str(cookie).map_err(invalid)?);
    }
    Ok(response)
}

/// Who reads the page, and in which language.
pub(crate) struct Reader {
    lang: &'static str,
    nonce: String,
}

impl Reader {
    pub(crate) fn of(request: &Request, site: &Site) -> Self {
        let lang = request_info::language(request.uri(), request.headers(), &site.lang);
        Self { lang, nonce: page::nonce(request) }
    }

    pub(crate) async fn show(
        &self,
        server: &Server,
        site: &Site,
        visitor: Visitor,
        form_id: EntryId,
        answer: Option<TicketAnswer>,
        status: StatusCode,
    ) -> Answer {
        let ticket = server.desk.visitor_ticket(visitor).await?;
        let page = TicketPage {
            site: site.key.clone(),
            site_name: site.name.clone(),
            lang: self.lang.into(),
            hue: site.hue,
            file_bytes: site.limits.file_bytes,
            ticket,
            entries: entries(server, visitor).await?,
            form_id,
            status: server.desk.availability(site.id),
            strings: page::words(self.lang, &["ticket_page", "state", "error", "field"]),
            answer,
        };
        let document = ticket_document(&page, &panel::panel_assets(), &self.nonce);
        let response: Response = (status, Html(document)).into_response();
        Ok(response)
    }
}

async fn entries(server: &Server, visitor: Visitor) -> Answer<Vec<VisitorEntry>> {
    let mut all: Vec<VisitorEntry> = Vec::new();
    loop {
        let after = all.last().map_or(Seq::START, |entry| entry.seq);
        let (page, last) = server.desk.visitor_entries(visitor, after).await?;
        let is_end = page.last().is_none_or(|entry| entry.seq >= last);
        all.extend(page);
        if is_end || all.len() >= ENTRIES_SHOWN {
            return Ok(all);
        }
    }
}

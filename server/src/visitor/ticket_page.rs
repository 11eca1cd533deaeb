//! The document of a ticket's page.

use crate::edge::{
    cookies,
    failure::{Answer, Failure},
    page::Reader,
    request_info::query,
    state::Server,
};
use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, request::Parts},
    response::{Html, IntoResponse},
};
use desk::{locales, sites::Site, tickets::Visitor};
use protocol::{Code, EntryId, Seq, TicketNumber, entry::VisitorEntry};
use std::sync::Arc;
use widget::ssr::{ProvedEmail, TicketAnswer, TicketPage, ticket_document};

/// A request for a page of one ticket, from whoever came through its link.
pub(crate) struct TicketRequest {
    pub(crate) server: Server,
    pub(crate) site: Arc<Site>,
    pub(crate) visitor: Visitor,
    pub(crate) number: TicketNumber,
    pub(crate) reader: Reader,
    /// What the link of a mail carried beside the token.
    pub(crate) proof: Option<String>,
    /// Where the entries that are shown end; none: with the last.
    before: Option<Seq>,
    /// The key of the link, from a browser that keeps no cookie.
    link: Option<String>,
}

impl TicketRequest {
    /// Behind [`Access::Ticket`] and [`Access::TicketLink`], which put visitor and site there.
    ///
    /// [`Access::Ticket`]: crate::edge::access::Access::Ticket
    /// [`Access::TicketLink`]: crate::edge::access::Access::TicketLink
    pub(crate) fn of(server: &Server, number: TicketNumber, request: &Request) -> Answer<Self> {
        let reader = |lang: &str| Reader::of(request, lang);
        let before = query(request.uri(), "before").and_then(|before| before.parse().ok());
        let asked = Self::new(server, number, request.headers(), request.extensions(), reader)?;
        Ok(Self { before: before.map(Seq), ..asked })
    }

    /// The same of a request's head.
    pub(crate) fn in_parts(server: &Server, number: TicketNumber, parts: &Parts) -> Answer<Self> {
        let reader = |lang: &str| Reader::in_parts(parts, lang);
        Self::new(server, number, &parts.headers, &parts.extensions, reader)
    }

    fn new(
        server: &Server,
        number: TicketNumber,
        headers: &HeaderMap,
        extensions: &Extensions,
        reader: impl FnOnce(&str) -> Reader,
    ) -> Answer<Self> {
        let unguarded = Failure::of(Code::NotFound);
        let visitor = *extensions.get::<Visitor>().ok_or(unguarded)?;
        let site = Arc::clone(extensions.get::<Arc<Site>>().ok_or(unguarded)?);
        let reader = reader(site.lang.as_text());
        let proof = cookies::mailed_proof(&number).read(headers, &server.public).map(str::to_owned);
        Ok(Self {
            server: server.clone(),
            site,
            visitor,
            number,
            reader,
            proof,
            before: None,
            link: None,
        })
    }

    /// The same of a form that carried the link's key.
    pub(crate) fn with_link(
        server: Server,
        site: Arc<Site>,
        visitor: Visitor,
        number: TicketNumber,
        reader: Reader,
        key: String,
        before: Option<Seq>,
    ) -> Self {
        Self { server, site, visitor, number, reader, proof: None, before, link: Some(key) }
    }

    /// The page as it is now, with what came of a form of it.
    pub(crate) async fn show(&self, form_id: EntryId, answer: Option<TicketAnswer>) -> Answer {
        let Self { server, site, visitor, reader, proof, before, link, .. } = self;
        let proved = match proof {
            Some(proof) => server.desk.find_proved_email(*visitor, proof).await?,
            None => None,
        };
        let Shown { entries, beginning } = shown(server, *visitor, *before).await?;
        let shown_at = beginning.first().into_iter().chain(&entries).map(|entry| entry.at);
        let times = server.desk.visitor_times(*visitor, reader.lang, shown_at).await?;
        let page = TicketPage {
            site: site.key.clone(),
            site_name: site.name.to_string(),
            lang: reader.lang.into(),
            hue: site.hue,
            file_bytes: site.limits.file_bytes,
            now: server.desk.now(),
            ticket: server.desk.visitor_ticket(*visitor).await?,
            proved: proved.map(|email| ProvedEmail {
                address: email.address,
                is_confirmed: email.is_confirmed,
                awaits_transcript: email.awaits_transcript,
            }),
            entries,
            beginning,
            is_earlier: before.is_some(),
            link: link.clone(),
            form_id,
            times: times.written,
            place: times.place,
            status: server.desk.availability(site.id),
            strings: locales::strings(reader.lang, &["ticket_page", "state", "error", "field"]),
            answer,
        };
        Ok(Html(ticket_document(&page, &server.panel_assets, &reader.nonce)).into_response())
    }
}

/// What a page shows of a ticket's entries.
struct Shown {
    entries: Vec<VisitorEntry>,
    beginning: Vec<VisitorEntry>,
}

/// All entries, where one answer takes them; else the last, or those before `before`, and the first of all.
async fn shown(server: &Server, visitor: Visitor, before: Option<Seq>) -> Answer<Shown> {
    let (mut beginning, last) = server.desk.visitor_entries(visitor, Seq::START).await?;
    if before.is_none() && beginning.last().is_none_or(|entry| entry.seq >= last) {
        return Ok(Shown { entries: beginning, beginning: Vec::new() });
    }
    let entries = server.desk.visitor_entries_before(visitor, before).await?;
    let first = entries.first().map_or(Seq::START, |entry| entry.seq);
    beginning.retain(|entry| entry.seq < first);
    Ok(Shown { entries, beginning })
}

//! The document of a ticket's page.

use crate::edge::{
    cookies,
    failure::{Answer, Failure},
    page::Reader,
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

/// Entries that one page shows.
const ENTRIES_SHOWN: usize = 5000;

/// A request for a page of one ticket, from whoever came through its link.
pub(crate) struct TicketRequest {
    pub(crate) server: Server,
    pub(crate) site: Arc<Site>,
    pub(crate) visitor: Visitor,
    pub(crate) number: TicketNumber,
    pub(crate) reader: Reader,
    /// What the link of a mail carried beside the token.
    pub(crate) proof: Option<String>,
}

impl TicketRequest {
    /// Behind [`Access::Ticket`] and [`Access::TicketLink`], which put visitor and site there.
    ///
    /// [`Access::Ticket`]: crate::edge::access::Access::Ticket
    /// [`Access::TicketLink`]: crate::edge::access::Access::TicketLink
    pub(crate) fn of(server: &Server, number: TicketNumber, request: &Request) -> Answer<Self> {
        let reader = |lang: &str| Reader::of(request, lang);
        Self::new(server, number, request.headers(), request.extensions(), reader)
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
        Ok(Self { server: server.clone(), site, visitor, number, reader, proof })
    }

    /// The page as it is now, with what came of a form of it.
    pub(crate) async fn show(&self, form_id: EntryId, answer: Option<TicketAnswer>) -> Answer {
        let Self { server, site, visitor, reader, proof, .. } = self;
        let proved = match proof {
            Some(proof) => server.desk.find_proved_email(*visitor, proof).await?,
            None => None,
        };
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
            }),
            entries: entries(server, *visitor).await?,
            form_id,
            status: server.desk.availability(site.id),
            strings: locales::strings(reader.lang, &["ticket_page", "state", "error", "field"]),
            answer,
        };
        Ok(Html(ticket_document(&page, &server.panel_assets, &reader.nonce)).into_response())
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

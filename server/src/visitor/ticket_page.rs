//! The document of a ticket's page.

use crate::edge::{failure::Answer, page::Reader, state::Server};
use axum::response::{Html, IntoResponse};
use desk::{locales, sites::Site, tickets::Visitor};
use protocol::{EntryId, Seq, entry::VisitorEntry};
use widget::ssr::{TicketAnswer, TicketPage, ticket_document};

/// Entries that one page shows.
const ENTRIES_SHOWN: usize = 5000;

/// The page as it is now, with what came of a form of it.
pub(crate) async fn show(
    server: &Server,
    site: &Site,
    visitor: Visitor,
    reader: &Reader,
    form_id: EntryId,
    answer: Option<TicketAnswer>,
) -> Answer {
    let page = TicketPage {
        site: site.key.clone(),
        site_name: site.name.to_string(),
        lang: reader.lang.into(),
        hue: site.hue,
        file_bytes: site.limits.file_bytes,
        ticket: server.desk.visitor_ticket(visitor).await?,
        entries: entries(server, visitor).await?,
        form_id,
        status: server.desk.availability(site.id),
        strings: locales::strings(reader.lang, &["ticket_page", "state", "error", "field"]),
        answer,
    };
    Ok(Html(ticket_document(&page, &server.panel_assets, &reader.nonce)).into_response())
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

//! `GET /w/{site}`: the panel, and the same document as the answer to its forms when no script took them.

use crate::edge::{
    cookies, failure::Answer, in_path::SiteInPath, origin, page::Reader, request_info,
    security::FrameAncestors, state::Server,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Uri, header::SET_COOKIE},
    response::{Html, IntoResponse, Response},
};
use desk::{
    locales,
    sites::{Queue, Site},
};
use protocol::{EntryId, PageUrl, TicketToken, settings::Hue};
use tracing::instrument;
use widget::ssr::{Choice, PanelPage, Position, Theme, panel_document};

#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn panel(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    request: Request,
) -> Answer {
    let id = server.desk.clock().new_entry_id();
    let asked = PanelRequest::of(&request, &site);
    let cookie = cookies::continued(&site.key);
    let Some(token) = cookie.read(request.headers(), &server.public) else {
        return Ok(asked.show(&server, &site, id, None));
    };
    let answer = continued(&server, &site, token).await?;
    let mut response = asked.show(&server, &site, id, answer);
    let gone = HeaderValue::try_from(cookie.clear(&server.public));
    response.headers_mut().extend(gone.ok().map(|gone| (SET_COOKIE, gone)));
    Ok(response)
}

/// The ticket on which a chat goes on here: none any more where its link was renewed.
async fn continued(
    server: &Server,
    site: &Site,
    token: &str,
) -> Answer<Option<widget::ssr::Answer>> {
    let desk = &server.desk;
    let token = TicketToken(token.to_owned());
    let Some(visitor) = desk.find_visitor(site.id, &token).await? else { return Ok(None) };
    let number = desk.visitor_ticket(visitor).await?.number;
    let link = desk.ticket_link(&number, visitor);
    Ok(Some(widget::ssr::Answer::Opened { token, number, link }))
}

/// How the panel was asked for; its forms carry the same query on.
pub(crate) struct PanelRequest {
    uri: Uri,
    pub(crate) reader: Reader,
}

impl PanelRequest {
    pub(crate) fn of(request: &Request, site: &Site) -> Self {
        Self { uri: request.uri().clone(), reader: Reader::of(request, site.lang.as_text()) }
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The document.
    pub(crate) fn show(
        &self,
        server: &Server,
        site: &Site,
        form_id: EntryId,
        answer: Option<widget::ssr::Answer>,
    ) -> Response {
        let Reader { lang, nonce } = &self.reader;
        let page = PanelPage {
            site: site.key.clone(),
            name: site.name.to_string(),
            lang: (*lang).into(),
            hue: self.query("hue").and_then(|hue| Hue::new(hue.parse().ok()?).ok()).or(site.hue),
            theme: self.query("theme").map_or(Theme::Auto, |theme| Theme::named(&theme)),
            queues: queues(site),
            file_bytes: site.limits.file_bytes,
            embed: self.query("embed").is_some_and(|embed| embed == "1"),
            position: match self.query("position").as_deref() {
                Some("right") => Position::Right,
                _ => Position::Left,
            },
            page: self.query("page").and_then(|page| PageUrl::parse(&page)),
            form_id,
            now: server.desk.now(),
            status: server.desk.availability(site.id),
            strings: locales::strings(lang, &["panel", "state", "error", "field"]),
            answer,
        };
        let document = panel_document(&page, &server.panel_assets, nonce);
        let mut response = Html(document).into_response();
        response.extensions_mut().insert(FrameAncestors(origin::frame_ancestors(site)));
        response
    }

    fn query(&self, name: &str) -> Option<String> {
        request_info::query(&self.uri, name)
    }
}

/// The queues that visitors choose from: none where the owner does not ask, or there is no choice.
fn queues(site: &Site) -> Vec<Choice> {
    if !site.ask_queue || site.queues.len() < 2 {
        return Vec::new();
    }
    let choice = |queue: &Queue| Choice { id: queue.id, name: queue.name.to_string() };
    site.queues.iter().map(choice).collect()
}

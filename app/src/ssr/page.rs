//! The console's pages.

use super::{
    Nonce, Site,
    document::{Document, document, in_script},
};
use crate::{
    app::App,
    start::{MailText, Opened, Start},
};
use axum::{
    body::Body,
    extract::{RawPathParams, Request, State},
    http::{StatusCode, header::COOKIE, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use desk::{Desk, people::Agent};
use leptos::prelude::*;
use protocol::{Code, MailId, Seq, TicketId};

/// Entries are fetched in pages; this many are in the first answer at the most, the socket brings the rest.
const PAGES: usize = 4;

/// Renders whichever page the address names with what it shows.
pub(super) async fn page(
    State(site): State<Site>,
    params: RawPathParams,
    request: Request<Body>,
) -> Response {
    let Some(agent) = request.extensions().get::<Agent>().cloned() else {
        return Redirect::to("/console/sign-in").into_response();
    };
    let nonce =
        request.extensions().get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default();
    let (parts, body) = request.into_parts();
    let named: Vec<(String, String)> =
        params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (start, status) = match start(&site.desk, &agent, &parts, &named).await {
        Ok(start) => start,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a console page could not be read"
            );
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let about = Document {
        lang: start.lang.clone(),
        title: start.strings.get("console.title"),
        nonce: nonce.clone(),
        assets: site.assets,
        start: Some(in_script(&serde_json::to_string(&start).expect("the start state is JSON"))),
    };
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(leptos::nonce::Nonce::from_value(nonce.as_str())),
        move || {
            let start = start.clone();
            document(about.clone(), view! { <App start=start/> })
        },
    );
    let mut response = handler(Request::from_parts(parts, body)).await;
    *response.status_mut() = status;
    response
}

async fn start(
    desk: &Desk,
    agent: &Agent,
    parts: &Parts,
    named: &[(String, String)],
) -> desk::Result<(Start, StatusCode)> {
    let param = |wanted: &str| {
        named.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let mut status = StatusCode::OK;
    let asked = param("ticket").and_then(|id| id.parse::<TicketId>().ok());
    let opened = match asked {
        Some(ticket) => found(open(desk, agent, ticket).await)?,
        None => None,
    };
    if param("ticket").is_some() && opened.is_none() {
        status = StatusCode::NOT_FOUND;
    }
    let on_mail = parts.uri.path().starts_with("/console/mail");
    let mails = if on_mail {
        Some(desk.mails(agent).await?.into_iter().map(Into::into).collect())
    } else {
        None
    };
    let mail = match param("mail").and_then(|id| id.parse::<MailId>().ok()) {
        Some(id) => found(desk.mail(agent, id).await)?.map(MailText::from),
        None => None,
    };
    if param("mail").is_some() && mail.is_none() {
        status = StatusCode::NOT_FOUND;
    }
    let start = Start {
        lang: agent.lang.clone(),
        strings: desk::locales::strings(&agent.lang, &["console", "error", "field", "state"]),
        now: desk.now(),
        offset: offset(parts),
        me: desk.me(agent).await?,
        work: desk.work(agent).await?,
        offers: desk.offers(agent).await?,
        path: parts.uri.path().to_owned(),
        asked,
        opened,
        mails,
        mail,
    };
    Ok((start, status))
}

async fn open(desk: &Desk, agent: &Agent, ticket: TicketId) -> desk::Result<Opened> {
    let conversation = desk.conversation(agent, ticket).await?;
    let (mut entries, mut last) = desk.agent_entries(agent, ticket, Seq::START).await?;
    for _ in 1..PAGES {
        let have = entries.last().map_or(Seq::START, |entry| entry.seq);
        if have >= last {
            break;
        }
        let (more, now_last) = desk.agent_entries(agent, ticket, have).await?;
        entries.extend(more);
        last = now_last;
    }
    Ok(Opened { conversation, entries, last })
}

/// What is not there is a page that says so, not a fault.
fn found<T>(answer: desk::Result<T>) -> desk::Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.refusal().code, Code::NotFound | Code::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Minutes east of UTC, as an earlier visit left them.
fn offset(parts: &Parts) -> Option<i32> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .flat_map(|cookie| cookie.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("ayuda_offset=")?.parse().ok())
        .filter(|offset| (-24 * 60..=24 * 60).contains(offset))
}

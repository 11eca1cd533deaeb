//! A page of the table, rendered with what it shows.

use super::{
    document::{Document, document, in_script},
    functions::refused,
    load::{Loaded, Visit},
    shared::{Nonce, Shared, ZoneName},
    zone::zone,
};
use crate::{app::App, inbox::place::view_of, pages::Row, start::Start};
use axum::{
    body::Body,
    http::{Request, StatusCode, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use desk::{Desk, people::Agent};
use leptos::prelude::*;
use protocol::{Code, Refusal};
use std::sync::Arc;

/// Answers with the page. Whoever sends people to sign in does so before: without an agent it is refused.
pub(super) async fn page(row: &Row, shared: Shared, request: Request<Body>) -> Response {
    let Some(agent) = request.extensions().get::<Agent>().cloned() else {
        return refused(Refusal::new(Code::SignInRequired));
    };
    let nonce =
        request.extensions().get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default();
    let (parts, body) = request.into_parts();
    let (start, status) = match start(row, &shared.desk, &agent, &parts).await {
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
        not_loaded: Some(
            ["not_loaded", "load_again"].map(|key| start.strings.get(&format!("console.{key}"))),
        ),
        nonce: nonce.clone(),
        assets: shared.assets,
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
    row: &Row,
    desk: &Desk,
    agent: &Agent,
    parts: &Parts,
) -> desk::Result<(Start, StatusCode)> {
    let path = parts.uri.path();
    // Before what is read by it: the console tells by it whether something came to be masked meanwhile.
    let profile = desk.profile(agent).await?;
    let Loaded { start: page, is_found } = (row.load)(Visit { desk, agent, path }).await?;
    let view = view_of(parts.uri.query().unwrap_or_default());
    let list = desk.worklist(agent, view, None).await?;
    let name = parts.extensions.get::<ZoneName>();
    let start = Start {
        lang: agent.lang.clone(),
        strings: desk::locales::strings(
            &agent.lang,
            &["console", "error", "field", "state", "priority"],
        ),
        now: desk.now(),
        zone: name.and_then(|name| zone(&name.0, desk.now())).map(Arc::new),
        role: agent.role,
        profile,
        worklist: list.items,
        total: list.total,
        offers: desk.offers(agent).await?,
        path: parts.uri.path_and_query().map_or(path, PathAndQuery::as_str).to_owned(),
        page,
    };
    let status = if is_found { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Ok((start, status))
}

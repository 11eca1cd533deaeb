//! `/`: a word of welcome on a fresh install, else the way to the console.

use crate::edge::{
    failure::Answer,
    page::{self, Reader},
    respond::see_other,
    state::Server,
};
use axum::{
    extract::{Request, State},
    response::{Html, IntoResponse},
};
use protocol::html::escape;
use tracing::instrument;

/// `GET /`
#[instrument(skip_all)]
pub(crate) async fn home(State(server): State<Server>, request: Request) -> Answer {
    if server.desk.has_agents().await? {
        return see_other("/console/sign-in", []);
    }
    Ok(Html(landing(&Reader::of(&request, "es"))).into_response())
}

fn landing(reader: &Reader) -> String {
    let strings = desk::locales::strings(reader.lang, &["page"]);
    let text = |key: &str| escape(&strings.get(key));
    let body = format!(
        "<main class=\"note wide\"><h1>{}</h1><p>{}</p>\
         <p>{}</p><pre>ayuda agent create --email ana@example.com --name \"Ana Ruiz\"</pre>\
         <p>{}</p><pre>ayuda site apply site.toml</pre>\
         <p>{}</p><pre>ayuda demo</pre></main>",
        text("page.landing_title"),
        text("page.landing"),
        text("page.landing_agent"),
        text("page.landing_site"),
        text("page.landing_demo"),
    );
    page::document(&strings.get("page.landing_title"), reader, &body)
}

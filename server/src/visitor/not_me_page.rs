//! The page for whoever got a mail about a ticket and has nothing to do with it. It shows nothing of the ticket but
//! its number.

use super::ticket_page::TicketRequest;
use crate::edge::page;
use axum::response::{Html, IntoResponse, Response};
use protocol::html::escape;

/// Where it is below the ticket's page.
pub(super) const NOT_ME: &str = "/not-me";

/// The button, or that it was pressed.
pub(super) fn show(asked: &TicketRequest, is_done: bool) -> Response {
    let TicketRequest { site, number, reader, .. } = asked;
    let strings = desk::locales::strings(reader.lang, &["page"]);
    let places = [("site", site.name.as_str()), ("number", number.0.as_str())];
    let text = |key: &str| escape(&strings.fill(key, &places));
    let title = strings.get("page.not_me_title");
    let rest = if is_done {
        format!("<p role=\"status\">{}</p>", text("page.not_me_done"))
    } else {
        format!(
            "<p>{}</p><form method=\"post\" action=\"/t/{}{NOT_ME}\"><button class=\"button\">{}</button></form>",
            text("page.not_me"),
            escape(&number.0),
            text("page.not_me_button"),
        )
    };
    let body = format!("<main class=\"note\"><h1>{}</h1>{rest}</main>", escape(&title));
    Html(page::document(&title, reader, &body)).into_response()
}

//! `/console/mail/{mail}/html`: a mail as it was written, for the frame in the console. Its styles are inline, so it
//! has an address and a policy of its own rather than a looser policy for the console.

use crate::edge::{failure::Answer, in_path::IdInPath, state::Server};
use axum::{
    Extension,
    extract::State,
    http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS},
    response::{Html, IntoResponse},
};
use desk::people::Agent;
use protocol::MailId;
use tracing::instrument;

/// No script, no form, nothing fetched, and no origin: people's words are in it. Its links lead nowhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'self'; sandbox";

/// `GET /console/mail/{mail}/html`
#[instrument(skip_all, fields(agent = %agent.id))]
pub(crate) async fn html(
    State(server): State<Server>,
    IdInPath(id): IdInPath<MailId>,
    Extension(agent): Extension<Agent>,
) -> Answer {
    let (_, _, html) = server.desk.mail(&agent, id).await?;
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (X_FRAME_OPTIONS, "SAMEORIGIN")];
    // A link that opened inside the frame would put its page in place of the mail.
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    Ok((headers, Html(html)).into_response())
}

//! `/console/forgot`: a one-time link for whoever forgot the password. Known and unknown addresses are answered alike,
//! and at once: what is done for a known one is done afterwards.

use super::pages;
use crate::edge::{
    client::Client,
    failure::Answer,
    form::{self, Posted},
    request_info::wants_json,
    respond::see_other,
    state::Server,
};
use app::ssr::SignInProblem;
use axum::extract::{Request, State};
use protocol::text::EmailAddress;
use tracing::instrument;

const PATH: &str = "/console/forgot";
const SENT: &str = "/console/forgot?sent=1";

/// `GET /console/forgot`
#[instrument(skip_all)]
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Answer {
    Ok(pages::render(&server, request).await)
}

/// `POST /console/forgot`: `email`.
#[instrument(skip_all)]
pub(crate) async fn ask(State(server): State<Server>, client: Client, request: Request) -> Answer {
    let wants_json = wants_json(request.headers());
    let again = pages::get_again(&request, PATH);
    let posted = form::read(request, &["email"], None).await?;
    match check(&server, client, &posted).await {
        Ok(()) => see_other(SENT, []),
        Err(failure) if wants_json => Err(failure),
        Err(failure) => {
            let email = posted.text("email").trim().to_owned();
            let problem = SignInProblem { refusal: failure.refusal, email };
            Ok(pages::refuse_form(&server, again, failure, problem).await)
        }
    }
}

/// Five from one client within 15 minutes, whatever was tried to sign in before.
async fn check(server: &Server, client: Client, posted: &Posted) -> Answer<()> {
    posted.complete(Some(()))?;
    let email = EmailAddress::parse(posted.text("email").trim()).map(String::from)?;
    server.desk.attempt_password_link(client.network(), &email).await?;
    let desk = server.desk.clone();
    tokio::spawn(async move {
        if let Err(error) = desk.mail_password_link(&email).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "no one-time link was mailed"
            );
        }
    });
    Ok(())
}

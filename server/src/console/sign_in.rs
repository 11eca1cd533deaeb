//! Signing in and out of the console. The session is a cookie that scripts cannot read.

use super::pages;
use crate::edge::{
    access,
    client::Client,
    cookies,
    failure::{Answer, Failure},
    form::{self, Posted},
    request_info::wants_json,
    respond::see_other,
    state::Server,
};
use app::ssr::SignInProblem;
use axum::extract::{Request, State};
use desk::people::SessionToken;
use protocol::Code;
use tracing::instrument;

const PATH: &str = "/console/sign-in";

/// `GET /console/sign-in`; whoever is signed in goes on to the console.
#[instrument(skip_all)]
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Answer {
    match access::signed_in(&server, request).await? {
        Ok(_) => see_other("/console", []),
        Err(request) => Ok(pages::render(&server, request).await),
    }
}

/// `POST /console/sign-in`: `email`, `password`.
#[instrument(skip_all)]
pub(crate) async fn sign_in(
    State(server): State<Server>,
    client: Client,
    request: Request,
) -> Answer {
    let wants_json = wants_json(request.headers());
    let again = pages::get_again(&request, PATH);
    let posted = form::read(request, &["email", "password"], None).await?;
    match check(&server, client, &posted).await {
        Ok(token) => {
            let session = cookies::SESSION.set(&token.0, &server.public);
            let wanted = access::wanted_page(again.headers(), &server.public);
            see_other(wanted, [session, cookies::NEXT_PAGE.clear(&server.public)])
        }
        Err(failure) if wants_json => Err(failure),
        Err(failure) => {
            let email = posted.text("email").trim().to_owned();
            let problem = SignInProblem { refusal: failure.refusal, email };
            Ok(pages::refuse_form(&server, again, failure, problem).await)
        }
    }
}

async fn check(server: &Server, client: Client, posted: &Posted) -> Answer<SessionToken> {
    posted.complete(Some(()))?;
    let email = posted.text("email").trim();
    let attempt = server.desk.attempt_sign_in(client.network(), Some(email)).await?;
    let outcome = server.desk.sign_in(email, posted.text("password")).await.map_err(Failure::from);
    if !matches!(&outcome, Err(failure) if failure.refusal.code == Code::SignInFailed) {
        attempt.does_not_count().await;
    }
    outcome
}

/// `POST /console/sign-out`; without a session it does nothing.
#[instrument(skip_all)]
pub(crate) async fn sign_out(State(server): State<Server>, request: Request) -> Answer {
    if let Some(token) = cookies::SESSION.read(request.headers(), &server.public) {
        server.desk.sign_out(token).await?;
    }
    see_other(PATH, [cookies::SESSION.clear(&server.public)])
}

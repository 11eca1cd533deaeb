//! `/console/password`: the one-time link of `ayuda agent create`. Its token is exchanged for a short cookie at once.

use super::pages;
use crate::edge::{
    client::Client,
    cookies,
    failure::{Answer, Failure},
    form::{self, Posted},
    request_info::{language, query, wants_json},
    respond::see_other,
    state::Server,
};
use app::ssr::PasswordProblem;
use axum::extract::{Request, State};
use desk::people::SessionToken;
use protocol::{Code, settings::Language};
use tracing::instrument;

const PATH: &str = "/console/password";

/// `GET /console/password`, with `?k=` from the link.
#[instrument(skip_all)]
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Answer {
    if let Some(k) = query(request.uri(), "k") {
        return see_other(PATH, [cookies::PASSWORD_LINK.set(&clean(&k), &server.public)]);
    }
    let k = cookies::PASSWORD_LINK.read(request.headers(), &server.public).map(clean);
    let k = k.ok_or(Failure::of(Code::NotFound))?;
    let with_token = pages::get_again(&request, &format!("{PATH}?k={k}"));
    Ok(pages::render(&server, with_token).await)
}

/// `POST /console/password`: `k`, `password`.
#[instrument(skip_all)]
pub(crate) async fn set(State(server): State<Server>, client: Client, request: Request) -> Answer {
    let known = cookies::PASSWORD_LINK
        .read(request.headers(), &server.public)
        .map(clean)
        .unwrap_or_default();
    let wants_json = wants_json(request.headers());
    let mut again = pages::get_again(&request, PATH);
    let lang = language(request.uri(), request.headers(), "");
    let posted = form::read(request, &["k", "password"], None).await?;
    let k = posted.find("k").map_or(known, clean);
    match check(&server, client, &k, &posted, lang).await {
        Ok(token) => {
            let session = cookies::SESSION.set(&token.0, &server.public);
            see_other("/console", [session, cookies::PASSWORD_LINK.clear(&server.public)])
        }
        Err(failure) if wants_json || failure.status().is_server_error() => Err(failure),
        Err(failure) => {
            *again.uri_mut() = format!("{PATH}?k={k}").parse().map_err(|_| failure)?;
            let problem = PasswordProblem { refusal: failure.refusal };
            Ok(pages::refuse_form(&server, again, failure, problem).await)
        }
    }
}

async fn check(
    server: &Server,
    client: Client,
    k: &str,
    posted: &Posted,
    lang: &str,
) -> Answer<SessionToken> {
    posted.complete(Some(()))?;
    let lang = Language::parse(lang)?;
    let attempt = server.desk.attempt_sign_in(client.network(), None).await?;
    let outcome = server.desk.set_password(k, posted.text("password"), lang).await;
    let outcome = outcome.map_err(Failure::from);
    // A new password that is refused says nothing about the link.
    if !matches!(&outcome, Err(failure) if failure.refusal.code == Code::NotFound) {
        attempt.does_not_count().await;
    }
    outcome
}

/// The characters that a token is made of; anything else was not ours.
fn clean(k: &str) -> String {
    k.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(200).collect()
}

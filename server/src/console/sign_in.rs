//! Signing in and out of the console. The session is a cookie that scripts cannot read.

use crate::{
    console::pages,
    edge::{
        access::{self, SESSION_COOKIE},
        client::Client,
        failure::{Answer, Failure},
        form, request_info,
        state::Server,
    },
    visitor::ticket,
};
use app::ssr::SignInProblem;
use axum::{
    extract::{Request, State},
    http::header::RETRY_AFTER,
};
use desk::people::SessionToken;

/// How long a browser keeps the cookie: a month. The desk may end the session before.
const COOKIE_SECONDS: u32 = 30 * 24 * 3600;
const HOME: &str = "/console";

/// `GET /console/sign-in`; whoever is signed in goes on to the console.
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Answer {
    match access::signed_in(&server, request).await? {
        Ok(_) => ticket::see_other(HOME, None),
        Err(request) => Ok(pages::render(&server, request).await),
    }
}

/// `POST /console/sign-in`: `email`, `password`.
pub(crate) async fn sign_in(
    State(server): State<Server>,
    client: Client,
    request: Request,
) -> Answer {
    let wants_json = request_info::wants_json(request.headers());
    let again = pages::again(&request, "/console/sign-in");
    let posted = form::read(request, &["email", "password"], None).await?;
    match check(&server, client, &posted).await {
        Ok(token) => {
            let path = access::wanted(again.headers()).to_owned();
            ticket::see_other(&path, Some(&session_cookie(&server, &token)))
        }
        Err(failure) if wants_json || failure.status().is_server_error() => Err(failure),
        Err(failure) => {
            let mut request = again;
            let email = posted.text("email").trim().to_owned();
            request.extensions_mut().insert(SignInProblem { refusal: failure.refusal, email });
            let mut response = pages::render(&server, request).await;
            *response.status_mut() = failure.form_status();
            if let Some(wait) = failure.retry_after() {
                response.headers_mut().insert(RETRY_AFTER, wait);
            }
            Ok(response)
        }
    }
}

async fn check(server: &Server, client: Client, posted: &form::Posted) -> Answer<SessionToken> {
    let attempt = server.rates.sign_in(client.0)?;
    let token = server.desk.sign_in(posted.text("email").trim(), posted.text("password")).await;
    match token {
        Ok(token) => {
            attempt.succeeded();
            Ok(token)
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// `POST /console/sign-out`; without a session it does nothing.
pub(crate) async fn sign_out(State(server): State<Server>, request: Request) -> Answer {
    if let Some(token) = request_info::cookie(request.headers(), SESSION_COOKIE) {
        server.desk.sign_out(token).await?;
    }
    ticket::see_other("/console/sign-in", Some(&cookie(&server, "", 0)))
}

pub(crate) fn session_cookie(server: &Server, token: &SessionToken) -> String {
    cookie(server, &token.0, COOKIE_SECONDS)
}

fn cookie(server: &Server, value: &str, seconds: u32) -> String {
    let secure = if server.public.is_https() { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

//! `/console/password`: the one-time link of `ayuda agent create`. Its token is changed for a short cookie at once.

use crate::{
    console::{pages, sign_in},
    edge::{
        client::Client,
        failure::{Answer, Failure},
        form, request_info,
        state::Server,
    },
    visitor::ticket,
};
use app::ssr::PasswordProblem;
use axum::{
    extract::{Request, State},
    http::header::{HeaderValue, RETRY_AFTER, SET_COOKIE},
};
use protocol::Code;

const COOKIE: &str = "ayuda_link";
const PATH: &str = "/console/password";
const COOKIE_SECONDS: u32 = 3600;

/// `GET /console/password`, with `?k=` from the link.
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Answer {
    if let Some(k) = request_info::query(request.uri(), "k") {
        return ticket::see_other(PATH, Some(&cookie(&server, &clean(&k), COOKIE_SECONDS)));
    }
    let k = request_info::cookie(request.headers(), COOKIE).map(clean);
    let k = k.ok_or(Failure::of(Code::NotFound))?;
    let again = pages::again(&request, &format!("{PATH}?k={k}"));
    Ok(pages::render(&server, again).await)
}

/// `POST /console/password`: `k`, `password`.
pub(crate) async fn set(State(server): State<Server>, client: Client, request: Request) -> Answer {
    let known = request_info::cookie(request.headers(), COOKIE).map(clean).unwrap_or_default();
    let from_page = pages::again(&request, PATH);
    let posted = form::read(request, &["k", "password"], None).await?;
    let k = posted.find("k").map_or(known, clean);
    match check(&server, client, &k, posted.text("password")).await {
        Ok(token) => {
            let session = sign_in::session_cookie(&server, &token);
            let mut response = ticket::see_other("/console", Some(&session))?;
            if let Ok(gone) = HeaderValue::from_str(&cookie(&server, "", 0)) {
                response.headers_mut().append(SET_COOKIE, gone);
            }
            Ok(response)
        }
        Err(failure) if failure.status().is_server_error() => Err(failure),
        Err(failure) => {
            let mut again = from_page;
            *again.uri_mut() = format!("{PATH}?k={k}").parse().map_err(|_| failure)?;
            again.extensions_mut().insert(PasswordProblem { refusal: failure.refusal });
            let mut response = pages::render(&server, again).await;
            *response.status_mut() = failure.form_status();
            if let Some(wait) = failure.retry_after() {
                response.headers_mut().insert(RETRY_AFTER, wait);
            }
            Ok(response)
        }
    }
}

async fn check(
    server: &Server,
    client: Client,
    k: &str,
    password: &str,
) -> Answer<desk::people::SessionToken> {
    let attempt = server.rates.sign_in(client.0)?;
    let token = server.desk.set_password(k, password).await?;
    attempt.succeeded();
    Ok(token)
}

/// The characters that a token is made of; anything else was not ours.
fn clean(k: &str) -> String {
    k.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(200).collect()
}

fn cookie(server: &Server, value: &str, seconds: u32) -> String {
    let secure = if server.public.is_https() { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

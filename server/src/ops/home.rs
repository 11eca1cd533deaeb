//! `/` and `/demo`.

use crate::{
    edge::{
        failure::{Answer, Failure},
        page, request_info,
        state::Server,
    },
    ops::demo,
    settings::is_loopback_host,
};
use axum::{
    extract::{Request, State},
    http::header::HOST,
    response::{IntoResponse, Redirect, Response},
};
use protocol::Code;

/// A word of welcome while nobody can sign in; else the way to the console.
pub(crate) async fn home(State(server): State<Server>, request: Request) -> Answer {
    let (lang, nonce) = reader(&request);
    if server.desk.has_agents().await? {
        return Ok(Redirect::to("/console/sign-in").into_response());
    }
    Ok(page::landing(lang, &nonce))
}

/// A host page with the tag, as an owner's site would be.
pub(crate) async fn demo(State(server): State<Server>, request: Request) -> Answer {
    let shown = server.demo.is_some() && server.desk.find_site(&demo::site_key()).is_some();
    if !shown {
        return Err(Failure::of(Code::NotFound));
    }
    if let Some(elsewhere) = public_name(&server, &request) {
        return Ok(elsewhere);
    }
    let (lang, nonce) = reader(&request);
    Ok(page::demo(&demo::tag(&server.public), lang, &nonce))
}

fn reader(request: &Request) -> (&'static str, String) {
    (request_info::language(request.uri(), request.headers(), "es"), page::nonce(request))
}

/// `127.0.0.1` and `localhost` are one machine but two origins, and sockets are held to the public one: whoever typed the
/// other name is sent there.
fn public_name(server: &Server, request: &Request) -> Option<Response> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let other = host != server.public.host() && is_loopback_host(host);
    (other && server.public.is_loopback()).then(|| {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        Redirect::temporary(&format!("{}{path}", server.public.as_str())).into_response()
    })
}

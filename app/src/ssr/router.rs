//! The routes of pages and server functions.

use super::{
    forgotten, functions, page, password,
    shared::{ConsoleAssets, Shared},
    sign_in,
};
use crate::pages::PAGES;
use axum::{
    Router,
    extract::{Request, State},
    routing::{get, post},
};
use desk::Desk;
use std::sync::Arc;

/// Everything under `/console` that is a page, and `/console/api/…`. Absolute paths: merge it, do not nest it.
///
/// Who may call what is asked before, by whoever holds this router: [`Row::least`](crate::pages::Row::least),
/// [`Function::least`](super::Function::least). Expects in the request's extensions: [`Nonce`](super::Nonce),
/// [`Language`](super::Language) and, where it is known, [`ZoneName`](super::ZoneName) on pages,
/// [`desk::people::Agent`] on everything but `/console/sign-in` and `/console/password`, and
/// [`SignInProblem`](super::SignInProblem) or [`PasswordProblem`](super::PasswordProblem) where a form is shown again.
pub fn router(desk: Desk, assets: ConsoleAssets) -> Router {
    // The renderer's only use of it is to let waiting tasks go first; a second call finds it set.
    let _ = any_spawner::Executor::init_tokio();
    functions::register();
    let mut router = Router::new()
        .route("/console/sign-in", get(sign_in::sign_in))
        .route("/console/password", get(password::password))
        .route("/console/forgot", get(forgotten::forgotten))
        .route("/console/api/{*function}", post(functions::call));
    for row in &PAGES {
        for address in row.addresses {
            let handler = move |State(shared): State<Shared>, request: Request| {
                page::page(row, shared, request)
            };
            router = router.route(address.pattern(), get(handler));
        }
    }
    router.with_state(Shared { desk, assets: Arc::new(assets) })
}

//! The routes of pages and server functions.

use super::{
    functions, page, password,
    shared::{ConsoleAssets, Shared},
    sign_in,
};
use crate::pages::{PAGES, Row};
use axum::{
    Router,
    extract::{Request, State},
    routing::{get, post},
};
use desk::Desk;
use std::sync::Arc;

/// Everything under `/console` that is a page, and `/console/api/…`. Absolute paths: merge it, do not nest it.
///
/// Expects in the request's extensions: [`Nonce`](super::Nonce) and [`Language`](super::Language) on pages, [`desk::people::Agent`] on everything but
/// `/console/sign-in` and `/console/password`, and [`SignInProblem`](super::SignInProblem) or
/// [`PasswordProblem`](super::PasswordProblem) where a form is shown again.
pub fn router(desk: Desk, assets: ConsoleAssets) -> Router {
    with_pages(desk, assets, &PAGES)
}

fn with_pages(desk: Desk, assets: ConsoleAssets, pages: &'static [Row]) -> Router {
    // The renderer's only use of it is to let waiting tasks go first; a second call finds it set.
    let _ = any_spawner::Executor::init_tokio();
    functions::register();
    let mut router = Router::new()
        .route("/console/sign-in", get(sign_in::sign_in))
        .route("/console/password", get(password::password))
        .route("/console/api/{*function}", post(functions::call));
    for row in pages {
        for address in row.addresses {
            let handler = move |State(shared): State<Shared>, request: Request| {
                page::page(row, shared, request)
            };
            router = router.route(address.pattern(), get(handler));
        }
    }
    router.with_state(Shared { desk, assets: Arc::new(assets) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        body::Body,
        http::{Request, StatusCode},
    };
    use desk::{Clock, Options, people::Agent};
    use protocol::{AgentId, Role, Timestamp, agent::AgentState};
    use std::collections::BTreeMap;
    use tower::ServiceExt;
    use uuid::Uuid;

    fn agent(role: Role) -> Agent {
        Agent {
            id: AgentId(Uuid::nil()),
            name: "Lucía Medina".into(),
            email: "lucia@example.com".into(),
            role,
            state: AgentState::Away,
            since: Timestamp(0),
            lang: "es".into(),
            sites: BTreeMap::new(),
        }
    }

    #[tokio::test]
    async fn a_page_refuses_whoever_is_less_than_its_least_role() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Options {
            data_dir: dir.path().to_owned(),
            database_url: None,
            public_url: "http://localhost:3000".into(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@localhost>".into(),
            clock: Clock::System,
        })
        .await
        .unwrap();
        for least in Role::ALL {
            let [Row { name, icon, addresses, badge, load, .. }, ..] = &PAGES;
            let row = Row { least, name, icon: *icon, addresses, badge: *badge, load: *load };
            let pages: &'static [Row] = Box::leak(Box::new([row]));
            let router = with_pages(desk.clone(), ConsoleAssets::default(), pages);
            for role in Role::ALL {
                let request = Request::get("/console").extension(agent(role));
                let answer =
                    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let is_refused = answer.status() == StatusCode::FORBIDDEN;
                assert_eq!(is_refused, role < least, "{role} on a page for {least}");
            }
        }
    }
}

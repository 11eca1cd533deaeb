//! The page where an agent asks for a one-time link.

use super::{
    document::document,
    plain_page::{PlainPage, problem, render},
    shared::Shared,
    sign_in::SignInProblem,
};
use axum::{
    extract::{Query, Request, State},
    response::Response,
};
use leptos::{either::Either, prelude::*};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    /// There once it was asked for.
    #[serde(default)]
    sent: String,
}

/// `GET /console/forgot`, after the form was posted with `?sent=1`.
pub(super) async fn forgotten(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let page = PlainPage::new(&shared, &request, "forgot_title");
    let refused = request.extensions().get::<SignInProblem>().cloned();
    render(move || forgotten_page(page, !asked.sent.is_empty(), refused))
}

fn forgotten_page(page: PlainPage, is_sent: bool, refused: Option<SignInProblem>) -> impl IntoView {
    let (email, refusal) =
        refused.map_or_else(Default::default, |refused| (refused.email, Some(refused.refusal)));
    let described_by = if refusal.is_some() { "hint problem" } else { "hint" };
    let form = if is_sent {
        Either::Left(view! { <p role="status">{page.get("forgot_sent")}</p> })
    } else {
        Either::Right(view! {
            {refusal.map(|refusal| problem(page.refusal(&refusal)))}
            <p class="s muted" id="hint">{page.get("forgot_hint")}</p>
            <label class="field">
                <span>{page.get("email")}</span>
                <input name="email" type="email" autocomplete="username" required autofocus value=email aria-describedby=described_by/>
            </label>
            <button class="btn primary wide">{page.get("forgot_send")}</button>
        })
    };
    let body = view! {
        <main class="gate">
            <form class="gate-form" method="post" action="/console/forgot">
                <p class="brand">{page.get("product")}</p>
                <h1>{page.get("forgot_title")}</h1>
                {form}
                <a class="s" href="/console/sign-in">{page.get("to_sign_in")}</a>
            </form>
        </main>
    };
    document(page.about, body)
}

//! The page where an agent signs in.

use super::{
    document::document,
    plain_page::{PlainPage, password_field, problem, render},
    shared::Shared,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use leptos::prelude::*;
use protocol::Refusal;

/// Makes the sign-in page show what was wrong and keep the address; a request extension of a `GET /console/sign-in`.
#[derive(Clone, Debug)]
pub struct SignInProblem {
    /// Why.
    pub refusal: Refusal,
    /// The address as it was typed.
    pub email: String,
}

/// `GET /console/sign-in`
pub(super) async fn sign_in(State(shared): State<Shared>, request: Request) -> Response {
    let page = PlainPage::new(&shared, &request, "sign_in_title");
    let refused = request.extensions().get::<SignInProblem>().cloned();
    render(move || sign_in_page(page, refused))
}

/// Without cookies nobody stays signed in, and the page would come back without a word.
const COOKIES: &str =
    "navigator.cookieEnabled||(document.getElementById(\"no-cookies\").hidden=false)";

fn sign_in_page(page: PlainPage, refused: Option<SignInProblem>) -> impl IntoView {
    let (email, refusal) =
        refused.map_or_else(Default::default, |refused| (refused.email, Some(refused.refusal)));
    let described_by = refusal.map(|_| "problem");
    let has_email = !email.is_empty();
    let nonce = page.about.nonce.clone();
    let body = view! {
        <main class="gate">
            <form class="gate-form" method="post" action="/console/sign-in">
                <p class="brand">{page.get("product")}</p>
                <h1>{page.get("sign_in_title")}</h1>
                {refusal.map(|refusal| problem(page.refusal(&refusal)))}
                <p class="form-problem" id="no-cookies" role="alert" hidden>{page.get("no_cookies")}</p>
                <script nonce=nonce inner_html=COOKIES></script>
                <label class="field">
                    <span>{page.get("email")}</span>
                    <input name="email" type="email" autocomplete="username" required value=email autofocus=!has_email aria-describedby=described_by/>
                </label>
                {password_field(&page, view! {
                    <input id="password" name="password" type="password" autocomplete="current-password" required autofocus=has_email aria-describedby=described_by/>
                })}
                <button class="btn primary wide">{page.get("sign_in")}</button>
                <a class="s" href="/console/forgot">{page.get("forgot")}</a>
            </form>
        </main>
    };
    document(page.about, body)
}

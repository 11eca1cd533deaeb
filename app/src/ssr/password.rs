//! The page of a one-time link, where an agent sets a password.

use super::{
    document::document,
    plain_page::{PlainPage, password_field, problem, render},
    shared::Shared,
};
use axum::{
    extract::{Query, Request, State},
    response::Response,
};
use leptos::{either::Either, prelude::*};
use protocol::{Code, Field, Refusal};
use serde::Deserialize;

/// Makes the page of a one-time link show what was wrong; a request extension of a `GET /console/password?k=…`.
/// The form posts `k` and `password` to `/console/password`.
#[derive(Clone, Debug)]
pub struct PasswordProblem {
    /// Why.
    pub refusal: Refusal,
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    k: String,
}

/// `GET /console/password?k=…`
pub(super) async fn password(
    State(shared): State<Shared>,
    Query(link): Query<Link>,
    request: Request,
) -> Response {
    let page = PlainPage::new(&shared, &request, "password_title");
    let refused = request.extensions().get::<PasswordProblem>().cloned();
    render(move || password_page(page, link.k, refused))
}

fn password_page(page: PlainPage, k: String, refused: Option<PasswordProblem>) -> impl IntoView {
    let refusal = refused.map(|refused| refused.refusal);
    let is_spent = refusal.is_some_and(|refusal| refusal.code == Code::NotFound);
    let sentence = refusal.map(|refusal| match (refusal.code, refusal.known_field()) {
        (Code::NotFound, _) => page.get("link_spent"),
        (Code::TooShort, Some(Field::Password)) => page.get("password_short"),
        _ => page.refusal(&refusal),
    });
    let described_by = if sentence.is_some() { "hint problem" } else { "hint" };
    let field = view! {
        <input type="hidden" name="k" value=k/>
        {password_field(&page, view! {
            <input id="password" name="password" type="password" autocomplete="new-password" minlength="10" required autofocus aria-describedby=described_by/>
        })}
        <p class="s muted" id="hint">{page.get("password_hint")}</p>
        <button class="btn primary wide">{page.get("password_save")}</button>
    };
    // Another password would not help a link that is spent.
    let field = if is_spent {
        Either::Left(
            view! { <a class="btn wide" href="/console/sign-in">{page.get("sign_in")}</a> },
        )
    } else {
        Either::Right(field)
    };
    let body = view! {
        <main class="gate">
            <form class="gate-form" method="post" action="/console/password">
                <p class="brand">{page.get("product")}</p>
                <h1>{page.get("password_title")}</h1>
                {sentence.map(problem)}
                {field}
            </form>
        </main>
    };
    document(page.about, body)
}

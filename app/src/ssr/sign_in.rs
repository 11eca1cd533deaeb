//! The pages before the console: plain forms that need no script.

use super::{
    Language, Nonce, PasswordProblem, SignInProblem, Site,
    document::{Document, document},
};
use axum::{
    extract::{Query, Request, State},
    response::{Html, IntoResponse, Response},
};
use desk::locales;
use leptos::{either::Either, prelude::*};
use protocol::{Code, Field, Refusal, strings::Strings};
use serde::Deserialize;
use std::sync::Arc;

/// `GET /console/sign-in`
pub(super) async fn sign_in(State(site): State<Site>, request: Request) -> Response {
    let page = Page::new(&site, &request, "sign_in_title");
    let problem = request.extensions().get::<SignInProblem>().cloned();
    render(move || sign_in_page(page, problem))
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    k: String,
}

/// `GET /console/password?k=…`
pub(super) async fn password(
    State(site): State<Site>,
    Query(link): Query<Link>,
    request: Request,
) -> Response {
    let page = Page::new(&site, &request, "password_title");
    let problem = request.extensions().get::<PasswordProblem>().cloned();
    render(move || password_page(page, link.k, problem))
}

fn render<V: IntoView>(page: impl FnOnce() -> V) -> Response {
    let owner = Owner::new();
    let html = owner.with(|| page().to_html());
    owner.unset_with_forced_cleanup();
    Html(html).into_response()
}

/// What both pages are made with.
struct Page {
    strings: Strings,
    about: Document,
}

impl Page {
    fn new(site: &Site, request: &Request, title: &str) -> Self {
        let lang = request.extensions().get::<Language>();
        let lang = lang.map_or(locales::LANGUAGES[0], |language| language.0);
        let strings = locales::strings(lang, &["console", "error", "field"]);
        let about = Document {
            lang: lang.to_owned(),
            title: strings.get(&format!("console.{title}")),
            nonce: request
                .extensions()
                .get::<Nonce>()
                .map(|nonce| nonce.0.clone())
                .unwrap_or_default(),
            assets: Arc::clone(&site.assets),
            start: None,
        };
        Self { strings, about }
    }

    fn get(&self, key: &str) -> String {
        self.strings.get(&format!("console.{key}"))
    }

    fn problem(&self, refusal: Option<Refusal>) -> impl IntoView + use<> {
        refusal.map(|refusal| Self::say(self.strings.refusal(&refusal)))
    }

    fn say(sentence: String) -> impl IntoView {
        view! { <p class="form-problem" id="problem" role="alert">{sentence}</p> }
    }
}

fn sign_in_page(page: Page, problem: Option<SignInProblem>) -> impl IntoView {
    let (email, refusal) =
        problem.map_or_else(Default::default, |problem| (problem.email, Some(problem.refusal)));
    let described = refusal.map(|_| "problem");
    let keeps = !email.is_empty();
    let body = view! {
        <main class="gate">
            <form class="gate-form" method="post" action="/console/sign-in">
                <p class="brand">{page.get("product")}</p>
                <h1>{page.get("sign_in_title")}</h1>
                {page.problem(refusal)}
                <label class="field">
                    <span>{page.get("email")}</span>
                    <input name="email" type="email" autocomplete="username" required value=email autofocus=!keeps aria-describedby=described/>
                </label>
                <label class="field">
                    <span>{page.get("password")}</span>
                    <input name="password" type="password" autocomplete="current-password" required autofocus=keeps aria-describedby=described/>
                </label>
                <button class="btn primary wide">{page.get("sign_in")}</button>
            </form>
        </main>
    };
    document(page.about, body)
}

fn password_page(page: Page, k: String, problem: Option<PasswordProblem>) -> impl IntoView {
    let refusal = problem.map(|problem| problem.refusal);
    let is_spent = refusal.is_some_and(|refusal| refusal.code == Code::NotFound);
    let problem = refusal.map(|refusal| match (refusal.code, refusal.field) {
        (Code::NotFound, _) => page.get("link_spent"),
        (Code::Invalid, Some(Field::Password)) => page.get("password_short"),
        _ => page.strings.refusal(&refusal),
    });
    let described = if problem.is_some() { "hint problem" } else { "hint" };
    let field = view! {
        <input type="hidden" name="k" value=k/>
        <label class="field">
            <span>{page.get("password")}</span>
            <input name="password" type="password" autocomplete="new-password" minlength="10" required autofocus aria-describedby=described/>
        </label>
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
                {problem.map(Page::say)}
                {field}
            </form>
        </main>
    };
    document(page.about, body)
}

//! The doors: sign-in, and the password of a one-time link.

use crate::world::{World, on_both};
use app::ssr::{Language, PasswordProblem, SignInProblem};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use protocol::{Code, Field, Refusal};

on_both! {
    sign_in_is_a_plain_form_in_the_readers_language,
    a_refused_sign_in_keeps_the_address_and_says_why,
    a_one_time_link_asks_for_a_password,
}

async fn sign_in_is_a_plain_form_in_the_readers_language(world: World) {
    let request = Request::get("/console/sign-in").body(Body::empty()).unwrap();
    let (status, html) = world.send(request).await;
    assert_eq!(status, StatusCode::OK);
    for expected in [
        "method=\"post\" action=\"/console/sign-in\"",
        "Correo electrónico",
        "Contraseña",
        "Iniciar sesión",
        "lang=\"es\"",
    ] {
        assert!(html.contains(expected), "{expected} is missing");
    }
    let loads = ["<script src", "type=\"module\""];
    assert!(loads.iter().all(|tag| !html.contains(tag)), "the door loads none");
    let request =
        Request::get("/console/sign-in").extension(Language("en")).body(Body::empty()).unwrap();
    let (_, html) = world.send(request).await;
    assert!(html.contains("lang=\"en\"") && html.contains("Password"));
}

async fn a_refused_sign_in_keeps_the_address_and_says_why(world: World) {
    let problem = SignInProblem {
        refusal: Refusal::new(Code::SignInFailed),
        email: "x\"><script>y@z".into(),
    };
    let request = Request::get("/console/sign-in").extension(problem).body(Body::empty()).unwrap();
    let (_, html) = world.send(request).await;
    assert!(html.contains("role=\"alert\""));
    assert!(html.contains("value=\"x&quot;"));
    assert!(!html.contains("<script>y"));
}

async fn a_one_time_link_asks_for_a_password(world: World) {
    let problem = PasswordProblem { refusal: Refusal::of(Field::Password, Code::Required) };
    let request =
        Request::get("/console/password?k=a%22b").extension(problem).body(Body::empty()).unwrap();
    let (status, html) = world.send(request).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("action=\"/console/password\""));
    assert!(html.contains("name=\"k\" value=\"a&quot;b\""));
    assert!(html.contains("role=\"alert\""));
}

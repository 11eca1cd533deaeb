//! Heads that are wrong as a whole, and the language that refusals are said in.

use super::answers::{code, fault};
use crate::world::{EMAIL, Engine, SITE, World};
use protocol::{Code, limits};

#[tokio::test]
async fn a_head_with_two_hosts_or_too_much_in_it_is_refused_in_words() {
    let world = World::new(Engine::Sqlite).await;
    let host = format!("localhost:{}", world.client.0.port());
    let two = world.client.get("/healthz").header("host", &host).header("host", &host);
    let long = |bytes: usize| world.client.get("/healthz").header("x-long", "a".repeat(bytes));
    let line = |bytes: usize| world.client.get(format!("/healthz?{}", "a".repeat(bytes)));
    let most = limits::HEAD_BYTES;
    for (ask, status, refusal) in [
        (two, 400, Some(Code::RequestInvalid)),
        (long(most), 431, Some(Code::HeadTooLarge)),
        (line(most - 50), 431, Some(Code::HeadTooLarge)),
        (long(most - 200), 200, None),
    ] {
        let reply = ask.json().send().await;
        assert_eq!((reply.status, code(&reply)), (status, refusal), "{reply:?}");
        assert_eq!(fault(&reply), None);
    }
    // Of what is longer still nobody reads more than it takes to see that, and the client hears of it all the same.
    assert_eq!(long(1_000_000).send().await.status, 431);
}

#[tokio::test]
async fn a_body_that_nobody_reads_to_its_end_is_refused_in_words() {
    let world = World::new(Engine::Sqlite).await;
    let (cookie, _) = world.agent(EMAIL).await;
    let body = vec![b'a'; 8_000_000];
    for path in ["/console/api/mails", "/console/sign-in", "/w/tienda/chats"] {
        let ask = world.client.post(path).json().cookie(&cookie);
        let reply = ask.body("application/x-www-form-urlencoded", body.clone()).send().await;
        assert!(matches!(reply.status, 413 | 422), "{path}: {}", reply.status);
        assert_eq!(fault(&reply), None, "{path}");
    }
}

#[tokio::test]
async fn a_refusal_is_in_the_language_of_whoever_reads_it() {
    let world = World::new(Engine::Sqlite).await;
    world
        .apply(&SITE.replace("tienda", "loja").replace("LT", "LO").replace("\"es\"", "\"pt\""))
        .await;
    let (cookie, _) = world.agent(EMAIL).await;
    let loja = |path: &str| world.client.post(format!("/w/loja/{path}")).json();
    let nobody = [("message", "")];
    let english = [("message", ""), ("lang", "en")];
    for (what, ask, lang) in [
        ("the site's, where none is asked", loja("requests").form(&nobody), "pt"),
        ("the site's, where there is no such address", loja("nada").form(&nobody), "pt"),
        ("the site's, where the method is wrong", world.client.post("/w/loja/status").json(), "pt"),
        ("the browser's", loja("requests").form(&nobody).header("accept-language", "en"), "en"),
        (
            "the form's, which is the panel's",
            loja("requests").form(&english).header("accept-language", "es"),
            "en",
        ),
        ("the form's of a chat", loja("chats").form(&english), "en"),
        ("the address's", loja("requests?lang=es").form(&english), "es"),
        (
            "the agent's",
            world
                .client
                .post("/console/api/state")
                .json()
                .cookie(&cookie)
                .header("accept-language", "en"),
            "es",
        ),
        ("anybody's", world.client.get("/nada").json(), "es"),
    ] {
        let reply = ask.send().await;
        assert!((400..500).contains(&reply.status), "{what}: {}", reply.status);
        assert_eq!(fault(&reply), None, "{what}");
        assert_eq!(reply.find("content-language"), Some(lang), "{what}");
    }
}

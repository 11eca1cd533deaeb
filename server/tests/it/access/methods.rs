//! What robots try: other methods than those declared.

use super::{people::Who, routes::ask, walk::Walk};
use crate::world::{Engine, World};
use server::Declared;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn an_address_answers_its_declared_methods_alone() {
    let walk = Walk::new(World::new(Engine::Sqlite).await).await;
    let request = walk.request().await;
    let mut declared: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in walk.world.running().routes() {
        let is_new = declared.entry(row.path).or_default().insert(row.method);
        assert!(is_new, "{row:?} is declared twice");
    }
    let owner = &walk.signed_in(Who::Owner).cookie;
    for row in walk.world.running().routes() {
        let methods = &declared[row.path];
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            if methods.contains(method) {
                continue;
            }
            let other = Declared { method, ..*row };
            for asked in [ask(&walk, &other, &request), ask(&walk, &other, &request).cookie(owner)]
            {
                let reply = asked.json().send().await;
                assert_eq!(reply.status, 405, "{other:?}");
                let kind = reply.find("content-type");
                assert_eq!(kind, Some("application/problem+json"), "{other:?}");
                let allowed = reply.find("allow").unwrap_or_default().split(',').map(str::trim);
                let allowed: BTreeSet<&str> = allowed.filter(|method| *method != "HEAD").collect();
                assert_eq!(&allowed, methods, "{other:?}");
            }
        }
    }
}

#[tokio::test]
async fn head_is_answered_as_get() {
    let walk = Walk::new(World::new(Engine::Sqlite).await).await;
    let request = walk.request().await;
    let owner = &walk.signed_in(Who::Owner).cookie;
    let routes = walk.world.running().routes().iter();
    // A socket begins with GET alone (RFC 6455, 4.1).
    for row in routes.filter(|row| row.method == "GET" && !row.path.ends_with("/socket")) {
        let head = Declared { method: "HEAD", ..*row };
        for cookie in ["", owner] {
            let get = ask(&walk, row, &request).cookie(cookie).open().await.0;
            let head = ask(&walk, &head, &request).cookie(cookie).open().await.0;
            assert_eq!(head.status, get.status, "{row:?} with {cookie:?}");
            let of = |reply: &crate::world::http::Reply| {
                ["content-type", "location", "cache-control"]
                    .map(|name| reply.find(name).map(str::to_owned))
            };
            assert_eq!(of(&head), of(&get), "{row:?} with {cookie:?}");
        }
    }
}

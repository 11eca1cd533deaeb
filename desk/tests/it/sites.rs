//! Sites as files: taken, shown, changed, removed.

use crate::world::{START, World, on_both};
use desk::{Removal, sites::SiteFileError};
use protocol::{
    SiteKey,
    settings::{Hue, Origin},
};
use std::time::Duration;

const WHOLE: &str = r#"
key = "cuentasok"
name = "Cuentas \"OK\""
prefix = "CO"
lang = "es"
allowed_origins = ["https://cuentasok.com", "http://localhost:8080"]
hue = 120
closed_now = true
ask_queue = true
closing_reasons = ["Resuelto", "Otro"]
[schedule]
zone = "America/Mexico_City"
weekly = { mon = [["09:00", "18:00"]], fri = [["22:00", "06:00"]] }
exceptions = [{ date = "2026-12-24", intervals = [["09:00", "13:00"]] }, { date = 2026-12-25, closed = true }]
holidays = "MX"
[limits]
wait_limit = "3m30s"
idle_limit = "5m"
ring_time = "20s"
drop_grace = "0s"
mail_after = "1h"
capacity = 5
queue_limit = 7
file_bytes = 1000
tickets_per_hour = 0
messages_per_minute = 9
frame_burst = 11
frames_per_second = 12
[[queues]]
name = "Ventas"
[[queues]]
name = "Soporte general"
"#;

on_both! {
    what_is_shown_is_taken_and_changes_nothing,
    an_origin_in_other_letters_is_shown_both_ways,
    what_is_left_out_stays,
    a_new_site_is_ready_to_use,
    a_refusal_names_its_line_and_changes_nothing,
    a_site_that_several_people_make_at_once_is_made_once,
    two_sites_may_share_a_prefix_and_removing_one_leaves_the_other,
    a_change_by_another_process_is_seen,
}

async fn what_is_shown_is_taken_and_changes_nothing(mut world: World) {
    let site = world.desk.apply_site(WHOLE).await.unwrap();
    assert_eq!(site.limits.wait_limit, Duration::from_secs(210));
    assert_eq!(site.limits.capacity, 5);
    assert!(site.closed_now && site.ask_queue);
    let shown = world.desk.show_site(&site.key).unwrap();
    let again = world.desk.apply_site(&shown).await.unwrap();
    assert_eq!(again.id, site.id);
    assert_eq!(world.desk.show_site(&site.key).unwrap(), shown);
    assert_eq!(again.limits, site.limits);
    assert_eq!(again.schedule, site.schedule);
    insta::allow_duplicates! { insta::assert_snapshot!("a_site_as_a_file", shown); }
    world.restart().await;
    assert_eq!(world.desk.show_site(&site.key).unwrap(), shown);
}

async fn an_origin_in_other_letters_is_shown_both_ways(world: World) {
    let file = "key = \"uno\"\nallowed_origins = [\"https://niño.example\", \"https://a.b\"]";
    let site = world.desk.apply_site(file).await.unwrap();
    let origins: Vec<&str> = site.allowed_origins.iter().map(Origin::as_str).collect();
    assert_eq!(origins, ["https://xn--nio-8ma.example", "https://a.b"]);
    let shown = world.desk.show_site(&site.key).unwrap();
    let line = "allowed_origins = [\"https://xn--nio-8ma.example\", \"https://a.b\"]  # https://niño.example\n";
    assert!(shown.contains(line), "{shown}");
    let again = world.desk.apply_site(&shown).await.unwrap();
    assert_eq!(again.allowed_origins, site.allowed_origins);
}

async fn what_is_left_out_stays(world: World) {
    world.desk.apply_site(WHOLE).await.unwrap();
    let file = "key = \"cuentasok\"\nclosed_now = false\n[limits]\nring_time = \"5s\"\n[schedule]\nholidays = \"\"\n[[queues]]\nname = \"Envíos\"\n";
    let site = world.desk.apply_site(file).await.unwrap();
    assert_eq!(site.name.as_str(), "Cuentas \"OK\"");
    assert_eq!(site.hue.map(Hue::degrees), Some(120));
    assert!(!site.closed_now);
    assert_eq!(site.limits.ring_time, Duration::from_secs(5));
    assert_eq!(site.limits.queue_limit, 7);
    assert_eq!(site.schedule["zone"], "America/Mexico_City");
    assert!(site.schedule.get("holidays").is_none());
    let queues: Vec<_> = site.queues.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!(queues, ["Ventas", "Soporte general", "Envíos"]);
}

async fn a_new_site_is_ready_to_use(world: World) {
    let site = world.desk.apply_site("key = \"tienda-1\"").await.unwrap();
    assert_eq!(
        (site.name.as_str(), site.prefix.as_str(), site.lang.as_text()),
        ("tienda-1", "TIE", "es")
    );
    assert_eq!(site.queues[0].name.as_str(), "Soporte general");
    assert!(site.closing_reasons.iter().any(|reason| reason.as_str() == "Resuelto"));
    assert!(world.desk.availability_at(site.id, START, 1).open);
    assert_eq!(world.desk.availability(site.id).changes_at, None);
    assert_eq!(world.count("select count(*) from states").await, 3);
}

async fn a_refusal_names_its_line_and_changes_nothing(world: World) {
    world.desk.apply_site(WHOLE).await.unwrap();
    let before = world.desk.show_site(&SiteKey("cuentasok".into())).unwrap();
    for (file, wanted) in [
        ("key = \"cuentasok\"\nname = \"Otro\"\ncolour = 3", ("unknown_key", 3)),
        (
            "key = \"cuentasok\"\nname = \"Otro\"\n[schedule]\nweekly = { mon = [[\"09:00\", \"09:00\"]] }",
            ("interval_empty", 4),
        ),
        (
            "key = \"cuentasok\"\nname = \"Otro\"\n[schedule]\nzone = \"America/Bogotá\"",
            ("unknown_time_zone", 4),
        ),
    ] {
        match world.desk.apply_site(file).await {
            Err(SiteFileError::Refused { code, line, message }) => {
                assert_eq!((code, line), (wanted.0, Some(wanted.1)), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.desk.show_site(&SiteKey("cuentasok".into())).unwrap(), before);
}

async fn two_sites_may_share_a_prefix_and_removing_one_leaves_the_other(world: World) {
    let file = |key| format!("key = \"{key}\"\nprefix = \"CO\"\n");
    let one = world.desk.apply_site(&file("uno")).await.unwrap();
    let two = world.desk.apply_site(&file("dos")).await.unwrap();
    let first = world.ask(&one, "ana@example.com").await;
    let second = world.ask(&two, "eva@example.com").await;
    assert_eq!(first.number, second.number);
    assert!(world.desk.find_visitor(two.id, &first.token).await.unwrap().is_none());
    assert_eq!(world.desk.remove_site(&one.key).await.unwrap(), Removal::Gone);
    assert_eq!(world.desk.remove_site(&one.key).await.unwrap(), Removal::NotThere);
    assert!(world.desk.find_site(&one.key).is_none());
    assert!(world.desk.find_visitor(two.id, &second.token).await.unwrap().is_some());
    assert_eq!(world.count("select count(*) from tickets").await, 1);
    assert_eq!(world.count("select count(*) from mails").await, 1);
}

async fn a_change_by_another_process_is_seen(world: World) {
    let other = world.second_process().await;
    let site = world.site("uno").await;
    assert!(other.find_site(&site.key).is_none());
    other.tick().await.unwrap();
    assert!(other.find_site(&site.key).is_some());
    other.apply_site("key = \"uno\"\nclosed_now = true").await.unwrap();
    let mut button = world.desk.watch_availability(site.id);
    button.mark_unchanged();
    assert!(!world.desk.find_site(&site.key).unwrap().closed_now);
    world.desk.tick().await.unwrap();
    assert!(world.desk.find_site(&site.key).unwrap().closed_now);
    assert_eq!(button.borrow_and_update().reason, protocol::status::Reason::Override);
    other.close().await;
}

async fn a_site_that_several_people_make_at_once_is_made_once(world: World) {
    let making: Vec<_> = (0..6)
        .map(|n| {
            let desk = world.desk.clone();
            let toml = format!("key = \"ventas\"\n[[queues]]\nname = \"Cola {n}\"\n");
            tokio::spawn(async move { desk.apply_site(&toml).await.map(|site| site.id) })
        })
        .collect();
    let mut ids = std::collections::HashSet::new();
    for made in making {
        ids.insert(made.await.unwrap().unwrap());
    }
    assert_eq!(ids.len(), 1);
}

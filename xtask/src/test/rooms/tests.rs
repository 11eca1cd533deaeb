use super::*;

/// The arrows of a crate that was made up for a test: its files and their text.
fn of(files: &[(&str, &str)]) -> BTreeSet<Arrow> {
    let krate = Crate::read_with(&|name| {
        Ok(files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned()))
    });
    arrows(&krate.unwrap(), &["lib.rs"])
}

fn lines(arrows: &BTreeSet<Arrow>) -> Vec<String> {
    arrows.iter().map(ToString::to_string).collect()
}

fn tied(arrows: &BTreeSet<Arrow>) -> Vec<String> {
    circles::circles(arrows).iter().map(ToString::to_string).collect()
}

#[test]
fn an_arrow_upwards_between_rooms_is_named() {
    let arrows = of(&[
        ("lib.rs", "mod db; mod tickets;"),
        ("db.rs", "use crate::tickets::Ticket; pub struct Tx;"),
        ("tickets.rs", "pub struct Ticket;"),
    ]);
    assert_eq!(
        upward(&arrows, DESK),
        ["an arrow upwards: db.rs -> tickets.rs: crate::tickets::Ticket"]
    );
    let arrows = of(&[
        ("lib.rs", "mod db; mod tickets;"),
        ("db.rs", "pub struct Tx;"),
        ("tickets.rs", "use crate::db::Tx;"),
    ]);
    assert_eq!(upward(&arrows, DESK), [""; 0]);
}

#[test]
fn rooms_of_one_line_do_not_import_each_other_and_every_file_is_in_a_room() {
    let arrows = of(&[
        ("lib.rs", "mod console; mod visitors; mod attic;"),
        ("console.rs", "use crate::visitors::A; use crate::attic::B;"),
        ("visitors.rs", "pub struct A;"),
        ("attic.rs", "pub struct B;"),
    ]);
    assert_eq!(
        upward(&arrows, DESK),
        [
            "a file that is in no room: console.rs -> attic.rs: crate::attic::B",
            "an arrow upwards: console.rs -> visitors.rs: crate::visitors::A"
        ]
    );
}

#[test]
fn circles_of_two_and_of_three_are_found_with_the_arrows_that_tie_them() {
    let two = of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B(crate::a::A);"),
        ("c.rs", "use crate::a::A;"),
    ]);
    assert_eq!(
        tied(&two),
        ["a circle of 2 files:\n    a.rs -> b.rs: crate::b::B\n    b.rs -> a.rs: crate::a::A"]
    );
    let three = of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b; pub fn f() { b::f() }"),
        ("b.rs", "pub fn f() { crate::c::f() }"),
        ("c.rs", "pub fn f() { watch!(super::a::f()) }"),
    ]);
    let tied = tied(&three);
    assert_eq!(tied.len(), 1);
    assert!(tied[0].starts_with("a circle of 3 files:"), "{}", tied[0]);
    assert!(tied[0].contains("c.rs -> a.rs: super::a::f"), "{}", tied[0]);
}

#[test]
fn a_name_that_a_parent_re_exports_is_its_childs() {
    let arrows = of(&[
        ("lib.rs", "mod room; mod other;"),
        ("room/mod.rs", "mod inner; pub(crate) use inner::Thing;"),
        ("room/inner.rs", "pub struct Thing;"),
        ("other.rs", "use crate::room::{self, Thing as T}; fn f(_: room::Thing) {}"),
    ]);
    assert_eq!(
        lines(&arrows),
        [
            "other.rs -> room/inner.rs: crate::room::Thing",
            "other.rs -> room/inner.rs: room::Thing",
            "other.rs -> room/mod.rs: crate::room",
        ]
    );
}

#[test]
fn a_parent_that_uses_its_child_and_is_used_by_it_is_a_circle() {
    let arrows = of(&[
        ("lib.rs", "mod room;"),
        ("room.rs", "mod inner; use inner::f; pub struct Thing; pub fn g() { inner::f(); }"),
        ("room/inner.rs", "use super::Thing; pub fn f() {}"),
    ]);
    assert_eq!(tied(&arrows).len(), 1);
}

#[test]
fn what_a_parent_imports_is_reached_through_it() {
    let arrows = of(&[
        ("lib.rs", "mod room; mod other;"),
        ("room.rs", "mod inner; use crate::other::*;"),
        ("room/inner.rs", "pub fn f() -> super::There { there::g() }"),
        ("other.rs", "pub struct There;"),
    ]);
    assert!(lines(&arrows).contains(&"room/inner.rs -> other.rs: super::There".to_owned()));
}

#[test]
fn tests_and_strange_crates_are_left_out() {
    let arrows = of(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "use std::fmt; use serde::b::X; #[cfg(test)] use crate::b::B; #[cfg(test)] mod tests { use crate::b::B; }
             #[cfg(test)] mod more; fn f() { tokio::b::spawn() }",
        ),
        ("b.rs", "pub struct B;"),
    ]);
    assert_eq!(lines(&arrows), [""; 0]);
}

#[test]
fn a_module_within_a_file_is_that_file() {
    let arrows = of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub mod inner { pub fn f() { super::super::b::g(); super::h() } } fn h() {}"),
        ("b.rs", "use crate::a::inner::f; pub fn g() {}"),
    ]);
    assert_eq!(
        lines(&arrows),
        ["a.rs -> b.rs: super::super::b::g", "b.rs -> a.rs: crate::a::inner::f"]
    );
}

#[test]
fn a_desks_verbs_and_fields_are_those_of_their_files() {
    let arrows = of(&[
        (
            "lib.rs",
            "mod db; mod live; mod chats; struct Desk; struct Inner { hub: std::sync::Arc<live::Hub>, n: u8 }",
        ),
        ("live.rs", "pub struct Hub;"),
        ("chats.rs", "use crate::Desk; impl Desk { pub fn end(&self) {} }"),
        (
            "db.rs",
            "use crate::Desk; fn f(desk: &Desk) { retry!({ desk.end(); desk.0.hub.publish() }) }",
        ),
    ]);
    assert_eq!(lines(&arrows), ["db.rs -> chats.rs: desk.end()", "db.rs -> live.rs: desk.0.hub"]);
}

#[test]
fn a_use_in_a_function_counts_too() {
    let arrows = of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "fn f() { use crate::b::{self, c::D, E}; }"),
        ("b.rs", "pub mod c { pub struct D; } pub struct E;"),
    ]);
    assert_eq!(lines(&arrows).len(), 3);
}

#[test]
fn a_name_of_a_crate_outside_that_is_called_like_it_is_no_arrow() {
    let arrows = of(&[
        ("lib.rs", "mod a;"),
        (
            "a.rs",
            "use anyhow::{anyhow, bail}; fn f() { anyhow!(\"\"); bail!(anyhow::anyhow!(\"\")); }",
        ),
    ]);
    assert_eq!(lines(&arrows), [""; 0]);
}

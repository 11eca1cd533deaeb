//! What view, panel, style sheet and boot script call things by is the same.

use crate::samples::{body, panel, ticket};
use protocol::{EntryId, Seq, TicketNumber, TicketToken, form::Started};
use std::{collections::BTreeSet, path::Path};
use uuid::Uuid;
use widget::{
    markup::{Action, Class, Id, TimeFormat, Token},
    ssr::{Answer, Assets, Form, panel_document, ticket_document},
};

const BOOT: &str = concat!(include_str!("../../src/boot.js"), include_str!("../../src/times.js"));
const STYLE: &str = include_str!("../../../style/panel.css");

/// The panel with everything that it can hold, and the ticket page.
fn documents() -> [String; 2] {
    let mut page = panel(true);
    page.answer = Some(Answer::Started {
        form: Form::Request,
        started: Started {
            number: TicketNumber("CO-1042".into()),
            token: TicketToken("id.mac".into()),
            link: "https://help.example.com/t/CO-1042?k=mac".into(),
            id: EntryId(Uuid::from_u128(3)),
            seq: Seq(1),
        },
        email: None,
    });
    let assets = Assets::default();
    [panel_document(&page, &assets, "nonce"), ticket_document(&ticket(), &assets, "nonce")]
}

/// The values of an attribute, tag by tag.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let mark = [" ", name, "=\""].concat();
    html.split(mark.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap().into()).collect()
}

/// The names that follow a mark in another language's text.
fn names_after(text: &str, mark: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = |rest: &str| rest.chars().take_while(|&c| is_name(c)).collect::<String>();
    text.split(mark).skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_id_stands_in_the_panel_once_and_no_other_id_does() {
    let [panel, ticket] = documents();
    let (ids, ticket_ids) = (attributes(&panel, "id"), attributes(&ticket, "id"));
    for id in ids.iter().chain(&ticket_ids) {
        assert!(Id::named(id).is_some(), "{id}");
    }
    for &id in Id::ALL {
        assert_eq!(ids.iter().filter(|it| **it == id.as_str()).count(), 1, "{id:?}");
        assert!(ticket_ids.iter().filter(|it| **it == id.as_str()).count() <= 1, "{id:?}");
    }
}

#[test]
fn labels_and_descriptions_lead_to_an_id_of_their_document() {
    for html in documents() {
        let ids: BTreeSet<_> = attributes(&html, "id").into_iter().collect();
        for name in ["for", "aria-describedby", "aria-labelledby"] {
            for id in attributes(&html, name) {
                assert!(ids.contains(&id), "{name} {id}");
            }
        }
    }
}

#[test]
fn every_action_is_on_an_element_and_no_other_action_is() {
    let [panel, _] = documents();
    let used: BTreeSet<_> = attributes(&panel, "data-action").into_iter().collect();
    let all: BTreeSet<_> = Action::ALL.iter().map(|action| action.as_str().to_owned()).collect();
    assert_eq!(used, all);
}

#[test]
fn every_class_that_the_panel_looks_for_is_on_an_element() {
    let [panel, _] = documents();
    let used: BTreeSet<String> = attributes(&panel, "class")
        .iter()
        .flat_map(|classes| classes.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for &class in Class::ALL {
        assert!(used.contains(class.as_str()), "{class:?}");
    }
}

#[test]
fn every_token_decides_about_an_element() {
    let [panel, _] = documents();
    let used: BTreeSet<String> = attributes(&panel, "data-show")
        .iter()
        .flat_map(|rule| rule.split([' ', '+']).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let all: BTreeSet<_> = Token::ALL.iter().map(|token| token.as_str().to_owned()).collect();
    assert_eq!(used, all);
}

#[test]
fn the_boot_script_looks_for_ids_that_there_are() {
    let mut ids = names_after(BOOT, "getElementById(\"");
    ids.extend(names_after(BOOT, "\"#"));
    ids.extend(names_after(BOOT, ", #"));
    assert!(ids.len() >= 3, "{ids:?}");
    for id in ids {
        assert!(Id::named(&id).is_some(), "{id}");
    }
}

#[test]
fn the_style_sheet_speaks_of_ids_that_there_are() {
    // It has no colour in hexadecimal digits: every # is of an id.
    let ids = names_after(STYLE, "#");
    assert!(!ids.is_empty());
    for id in ids {
        assert!(Id::named(&id).is_some(), "{id}");
    }
}

#[test]
fn the_style_sheet_speaks_of_every_class_that_the_panel_fills_but_the_plain_ones() {
    // These two say what an element is for, and look like what is around them.
    let plain = [Class::LinkToTicket, Class::MailedTo];
    for &class in Class::ALL.iter().filter(|class| !plain.contains(class)) {
        assert!(names_after(STYLE, ".").contains(&class.as_str().to_owned()), "{class:?}");
    }
}

#[test]
fn the_boot_script_knows_every_way_of_writing_a_time() {
    for &format in TimeFormat::ALL {
        assert!(BOOT.contains(&["\"", format.as_str(), "\""].concat()), "{format:?}");
    }
    for html in documents() {
        for format in attributes(&html, "data-as") {
            assert!(TimeFormat::named(&format).is_some(), "{format}");
        }
    }
}

#[test]
fn the_boot_script_gives_the_panel_what_it_calls() {
    let exported = BOOT.split("window.ayudaPanel = {").nth(1).unwrap();
    let exported: BTreeSet<&str> =
        exported.split('}').next().unwrap().split(',').map(str::trim).collect();
    let source = include_str!("../../src/panel/js.rs");
    let mut called = BTreeSet::new();
    for rest in source.split("js_namespace = ayudaPanel").skip(1) {
        let renamed = rest.strip_prefix(", js_name = ").map(|rest| rest.split(')').next().unwrap());
        let declared = rest.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
        called.insert(renamed.or(declared).unwrap());
    }
    assert_eq!(called, exported);
}

#[test]
fn no_name_of_markup_is_written_out_where_an_enum_has_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let attributes = [
        " id=\"",
        " for=\"",
        " data-action=\"",
        " data-show=\"",
        " data-as=\"",
        " aria-describedby=\"",
    ];
    for (file, source) in ["view", "panel"].iter().flat_map(|folder| sources(&root.join(folder))) {
        let written_out =
            source.lines().find(|line| attributes.iter().any(|attribute| line.contains(attribute)));
        assert_eq!(written_out, None, "{file}");
    }
}

#[test]
fn the_panels_state_knows_no_browser_no_clock_and_no_dice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let state = sources(&root.join("panel/state"));
    assert!(state.len() > 10);
    let others = ["markup", "page"].map(|folder| sources(&root.join(folder)));
    let shared = ["header.rs", "view_model.rs"]
        .map(|file| (file.to_owned(), std::fs::read_to_string(root.join(file)).unwrap()));
    for (file, source) in state.iter().chain(others.iter().flatten()).chain(&shared) {
        let code: Vec<&str> =
            source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for word in ["web_sys", "js_sys", "wasm_bindgen", "gloo", "::now(", "thread_local"] {
            assert!(!code.iter().any(|line| line.contains(word)), "{file}: {word}");
        }
        // Of the panel it uses its own folder alone.
        for rest in source.split("crate::panel::").skip(1) {
            assert!(
                rest.starts_with("state"),
                "{file}: crate::panel::{}",
                rest.lines().next().unwrap()
            );
        }
    }
}

/// The Rust files below a folder, by name.
pub fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    out
}

#[test]
fn a_document_is_read_as_it_is_written() {
    // What the tests above stand on.
    assert_eq!(attributes("<p id=\"a\" class=\"b c\"><i id=\"d\">", "id"), ["a", "d"]);
    assert!(body(&documents()[0]).contains("data-show"));
    assert_eq!(names_after("#a .b, #c-d{}", "#"), ["a", "c-d"]);
}

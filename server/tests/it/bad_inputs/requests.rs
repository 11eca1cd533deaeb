//! Every route with everything that is wrong with a path, a query, a cookie, a head or a body.

use super::{
    answers::{code, fault, field},
    errors::Errors,
    place::Place,
    takes::{Takes, takes},
};
use crate::{
    access::walk::Wrong,
    world::{Engine, http::Ask},
};
use protocol::{Code, limits};
use server::Declared;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const PARTS: &str = "multipart/form-data; boundary=edge";

/// In place of whatever a path names.
const NAMES: &[&str] = &[
    "%00",
    "LT-1%00",
    "tienda%00",
    "%ff",
    "%C0%80",
    "%",
    "%zz",
    "..%2f..",
    "'",
    "%F0%9F%A6%80",
    "-1",
    "99999999999999999999",
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-00000000000g",
];

/// As the value of any parameter, cookie or field of a form.
const VALUES: &[&str] = &[
    "",
    "%00",
    "a%00b",
    "%ff",
    "%ED%A0%80",
    "%u0000",
    "-1",
    "1e999",
    "99999999999999999999",
    "%F0%9F%A6%80",
];

/// One request that something is wrong with.
struct Input {
    what: String,
    ask: Ask,
    /// What it is to be refused with; none where it may be taken, or refused in another way.
    code: Option<Code>,
    /// The field that the refusal names.
    named: Option<String>,
}

#[tokio::test]
async fn bad_requests_are_answered_in_words_on_sqlite() {
    walk(Engine::Sqlite).await;
}

#[tokio::test]
async fn bad_requests_are_answered_in_words_on_postgres() {
    if Engine::Postgres.is_here() {
        walk(Engine::Postgres).await;
    }
}

async fn walk(engine: Engine) {
    let place = Place::new(engine).await;
    let errors = Errors::watch();
    let mut routes = place.world.running().routes().to_vec();
    // Nobody has a session after it.
    routes.sort_by_key(|row| {
        row.path == "/console/sign-out" || row.path == "/w/{site}/tickets/leave"
    });
    let mut wrong = Wrong::default();
    for row in &routes {
        for Input { what, ask, code: wanted, named } in inputs(&place, row) {
            let what = format!("{} {}: {what}", row.method, row.path);
            // A stream of events has no end.
            let is_stream = row.path.ends_with("/events");
            for (is_page, ask) in [(false, ask.clone().json()), (true, ask.page())] {
                let reply = if is_stream { ask.open().await.0 } else { ask.send().await };
                let fault = fault(&reply).filter(|_| !is_stream || reply.status >= 500);
                wrong.unless(fault.is_none(), || format!("{what}: {}", fault.unwrap_or_default()));
                let is_refused = wanted.is_none() || is_page || code(&reply) == wanted;
                wrong.unless(is_refused, || {
                    format!("{what}: {} {:?}, not {wanted:?}", reply.status, code(&reply))
                });
                let is_named = is_page
                    || named.as_ref().is_none_or(|name| field(&reply).as_ref() == Some(name));
                wrong.unless(is_named, || {
                    format!("{what}: {} does not name {named:?}", reply.text())
                });
                let lines = errors.take();
                wrong.unless(lines.is_empty(), || format!("{what}: {lines:?}"));
            }
        }
    }
    wrong.tell();
}

fn inputs(place: &Place, row: &Declared) -> Vec<Input> {
    let mut inputs = Inputs { place, row, all: Vec::new() };
    if row.path.contains('{') {
        let long = "a".repeat(5_000);
        for name in NAMES.iter().copied().chain([long.as_str()]) {
            inputs.at(
                &format!("the path names {name:.40}"),
                row.method,
                place.path(row, Some(name)),
            );
        }
    }
    inputs.of_any_head();
    match takes(row) {
        Takes::Query(names) => inputs.of_query(names),
        Takes::Form(fields) => inputs.of_form(fields, false),
        Takes::FormWithFiles(fields) => inputs.of_form(fields, true),
        Takes::Arguments(arguments) => inputs.of_function(arguments),
        Takes::File => inputs.of_file(),
        Takes::Nothing => {
            for (kind, body) in [(FORM, "a=%ff"), (JSON, "{"), (PARTS, "--edge")] {
                inputs.body("a body that nobody wants", kind, body.as_bytes().to_vec(), None);
            }
        }
    }
    inputs.all
}

struct Inputs<'a> {
    place: &'a Place,
    row: &'a Declared,
    all: Vec<Input>,
}

impl Inputs<'_> {
    fn ask(&self) -> Ask {
        let query = match self.row.path {
            "/console/files" => format!("?ticket={}", self.place.ticket),
            _ => String::new(),
        };
        let path = self.place.path(self.row, None) + &query;
        self.place.ask(self.row.method, path, &self.place.cookies())
    }

    fn put(&mut self, what: impl Into<String>, ask: Ask, code: Option<Code>) {
        self.all.push(Input { what: what.into(), ask, code, named: None });
    }

    fn at(&mut self, what: &str, method: &'static str, path: String) {
        let ask = self.place.ask(method, path, &self.place.cookies());
        self.put(what, if method == "POST" { ask.form(&[]) } else { ask }, None);
    }

    fn body(&mut self, what: impl Into<String>, kind: &str, body: Vec<u8>, code: Option<Code>) {
        let ask = self.ask().body(kind, body);
        self.put(what, ask, code);
    }

    fn named(&mut self, what: &str, kind: &str, body: String, code: Code, name: &str) {
        let ask = self.ask().body(kind, body);
        self.all.push(Input { what: what.into(), ask, code: Some(code), named: Some(name.into()) });
    }

    /// Another method, cookies of nobody, languages and proofs that are none.
    fn of_any_head(&mut self) {
        for method in ["PUT", "DELETE", "OPTIONS", "GET", "POST"] {
            self.at(&format!("asked by {method}"), method, self.place.path(self.row, None));
        }
        for value in VALUES.iter().copied().chain(["ñ", "a.b~c", "=;;=,\"", &"x".repeat(4_000)]) {
            let cookies = [
                "ayuda_session",
                "ayuda_ticket",
                "ayuda_proof",
                "ayuda_link",
                "ayuda_next",
                "ayuda_own",
                "ayuda_own_link",
                "ayuda_continued",
            ];
            let cookies = cookies.map(|name| format!("{name}={value}")).join("; ");
            let path = self.place.path(self.row, None);
            self.put(
                format!("cookies of {value:.40}"),
                self.place.ask(self.row.method, path, &cookies),
                None,
            );
            let apart = ["authorization", "origin", "content-type"].map(|name| vec![name]);
            let together = vec![
                "accept-language",
                "sec-fetch-site",
                "range",
                "if-none-match",
                "x-forwarded-for",
                "upgrade",
            ];
            for names in apart.into_iter().chain([together]) {
                let ask = names.iter().fold(self.ask(), |ask, name| ask.header(name, value));
                self.put(format!("{names:?}: {value:.40}"), ask, None);
            }
        }
    }

    fn of_query(&mut self, names: &[&str]) {
        let long = "a".repeat(2_500);
        for name in names.iter().copied().chain(["odd"]) {
            for value in VALUES.iter().copied().chain([long.as_str()]) {
                self.put(
                    format!("{name}={value:.40}"),
                    self.ask().query(&format!("?{name}={value}")),
                    None,
                );
            }
            self.put(
                format!("{name} twice"),
                self.ask().query(&format!("?{name}=1&{name}=2")),
                None,
            );
        }
        for query in ["?", "?&&=&", "?%ff", "?%00=%00"] {
            self.put(format!("the query {query}"), self.ask().query(query), None);
        }
    }

    fn of_form(&mut self, fields: &[&str], files: bool) {
        let first = fields[0];
        self.body("a kind that is not read", "text/plain", b"x".to_vec(), Some(Code::BodyType));
        self.body("a kind that is none", "\"", b"x".to_vec(), Some(Code::BodyType));
        for json in ["{", "[]", "1", "null", "\"x\"", "{\"a\":\"\\ud800\"}", "{\"a\"}"] {
            self.body(format!("the JSON {json}"), JSON, json.into(), Some(Code::BodyInvalid));
        }
        let deep = format!("{{\"{first}\":{}", "[".repeat(20_000));
        self.body("JSON that is deep", JSON, deep.into(), Some(Code::BodyInvalid));
        self.body("JSON of no UTF-8", JSON, b"{\"a\":\"\xff\"}".to_vec(), Some(Code::BodyInvalid));
        let unknown = Code::FieldUnknown;
        self.named("a field too many", JSON, r#"{"admin":"1"}"#.into(), unknown, "admin");
        self.named("a field too many", FORM, "admin=1".into(), unknown, "admin");
        self.named("a field without a name", FORM, "=1".into(), unknown, "?");
        self.named("a field of no UTF-8", FORM, "%ff=1".into(), unknown, "?");
        self.named("a part too many", PARTS, part("admin", "1"), unknown, "admin");
        for field in fields {
            let twice = Code::FieldRepeated;
            self.named("a field twice", FORM, format!("{field}=a&{field}=b"), twice, field);
            let json = format!(r#"{{"{field}":"a","{field}":"b"}}"#);
            self.named("a field twice", JSON, json, twice, field);
            // What nobody typed is dropped, and refuses no form.
            let is_hint = matches!(*field, "page" | "lang" | "zone" | "identity");
            for json in ["1", "true", "[]", "{}", "1e99", "99999999999999999999"] {
                let json = format!(r#"{{"{field}":{json}}}"#);
                if is_hint {
                    self.body(json.clone(), JSON, json.into(), None);
                } else {
                    self.named(&json.clone(), JSON, json, Code::Invalid, field);
                }
            }
            let form = format!("{field}=%ff");
            if is_hint {
                self.body("a hint of no UTF-8", FORM, form.into(), None);
            } else {
                self.named("a field of no UTF-8", FORM, form, Code::CharacterInvalid, field);
            }
            for value in VALUES {
                self.body(
                    format!("{field}={value}"),
                    FORM,
                    format!("{field}={value}").into(),
                    None,
                );
            }
            self.body(
                format!("{field} of U+0000"),
                JSON,
                format!(r#"{{"{field}":"a\u0000b"}}"#).into(),
                None,
            );
            self.body(format!("{field} of U+0000"), PARTS, part(field, "a\0b").into(), None);
            for length in [30_000, 300_000] {
                let long = "a".repeat(length);
                self.body(
                    format!("{field} of {length}"),
                    FORM,
                    format!("{field}={long}").into(),
                    None,
                );
                self.body(format!("{field} of {length}"), PARTS, part(field, &long).into(), None);
            }
        }
        self.body("more than any form", FORM, vec![b'a'; 4_000_000], None);
        self.of_parts();
        let file = part_of_file("files", "a.txt", "hola");
        let code = if files { None } else { Some(Code::FieldUnknown) };
        self.body("a file", PARTS, file.into(), code);
    }

    fn of_parts(&mut self) {
        let broken = Some(Code::BodyInvalid);
        self.body("parts without an edge", "multipart/form-data", b"x".to_vec(), broken);
        self.body(
            "parts that end early",
            PARTS,
            b"--edge\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nx".to_vec(),
            None,
        );
        self.body("parts that begin with nothing", PARTS, b"x".to_vec(), None);
        self.body(
            "a part with a broken head",
            PARTS,
            b"--edge\r\n:\0\xff\r\n\r\nx\r\n--edge--\r\n".to_vec(),
            None,
        );
        let many: String =
            (0..200).map(|_| "--edge\r\ncontent-disposition: form-data\r\n\r\nx\r\n").collect();
        self.body(
            "parts without number and name",
            PARTS,
            format!("{many}--edge--\r\n").into(),
            None,
        );
    }

    fn of_file(&mut self) {
        self.body("no parts", FORM, b"a=1".to_vec(), Some(Code::BodyInvalid));
        self.of_parts();
        self.named("no part", PARTS, "--edge--\r\n".into(), Code::Required, "files");
        self.named("a part that is no file", PARTS, part("file", "x"), Code::Required, "files");
        self.named(
            "an empty file",
            PARTS,
            part_of_file("file", "a.txt", ""),
            Code::FileEmpty,
            "files",
        );
        for name in ["", "\0", "a\0.txt", "..", "../../a.txt", &"ñ".repeat(4_000)] {
            self.body(
                format!("a file called {name:.40}"),
                PARTS,
                part_of_file("file", name, "hola").into(),
                None,
            );
        }
        self.body(
            "a program",
            PARTS,
            part_of_file("file", "a.exe", "hola").into(),
            Some(Code::FileType),
        );
    }

    fn of_function(&mut self, arguments: &[&str]) {
        let good = |name: &str| {
            if name == "field" { "email" } else { "00000000-0000-0000-0000-000000000001" }
        };
        for kind in ["text/plain", JSON, PARTS] {
            self.body(
                format!("a call as {kind}"),
                kind,
                b"{\"a\":1}".to_vec(),
                Some(Code::BodyType),
            );
        }
        let unknown = Code::FieldUnknown;
        self.named("an argument too many", FORM, "admin=1".into(), unknown, "admin");
        self.named("arguments in arguments", FORM, "admin[a][b]=1".into(), unknown, "admin[a][b]");
        let long = vec![b'a'; limits::BODY_BYTES + 1];
        self.body("a call that is too long", FORM, long, Some(Code::BodyTooLarge));
        let needed: Vec<_> = arguments.iter().filter(|name| !name.ends_with('?')).collect();
        let bad = |argument: &str, value: &str| {
            let pair = |name: &&&str| {
                format!("{name}={}", if **name == argument { value } else { good(name) })
            };
            needed.iter().map(pair).collect::<Vec<_>>().join("&")
        };
        for argument in &needed {
            let others = needed.iter().filter(|name| *name != argument);
            let others: Vec<_> = others.map(|name| format!("{name}={}", good(name))).collect();
            self.named("an argument is missing", FORM, others.join("&"), Code::Required, argument);
            let twice = bad(argument, "1") + "&" + argument + "=2";
            self.named("an argument twice", FORM, twice, Code::FieldRepeated, argument);
            for value in VALUES {
                let body = bad(argument, value);
                match **argument {
                    // Any text may be one of these; what is no text of its kind is refused for what it is.
                    "reason" | "question" | "name" | "text" => {
                        self.body(body.clone(), FORM, body.into(), None);
                    }
                    "lang" => {
                        self.named(&body.clone(), FORM, body, Code::LanguageUnknown, argument);
                    }
                    _ => self.named(&body.clone(), FORM, body, Code::Invalid, argument),
                }
            }
        }
        for argument in arguments.iter().filter_map(|name| name.strip_suffix('?')) {
            for value in VALUES {
                for name in [
                    argument.to_owned(),
                    format!("{argument}[a]"),
                    format!("{argument}[id]"),
                    format!("{argument}["),
                ] {
                    let body = format!("{name}={value}");
                    self.body(body.clone(), FORM, body.into(), None);
                }
            }
        }
    }
}

fn part(name: &str, text: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n--edge--\r\n"
    )
}

fn part_of_file(name: &str, file: &str, text: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n{text}\r\n--edge--\r\n"
    )
}

//! What reaches an agent without the right to see sensitive data, at a site that masks it: every byte of it is kept and
//! looked through. The same goes to a colleague who has the right, and there the same values are found.

use crate::world::{
    PASSWORD, World, eventually, on_both,
    socket::{Came, Socket},
    started,
};
use app::ssr::FUNCTIONS;
use desk::{
    console::Changes,
    people::{Agent, AgentChanges, NewAgent},
};
use protocol::{
    Code, MailId, Role, Seq, TicketId,
    agent::{AgentCommand, AgentEvent, AgentState, WorkView},
    entry::AgentBody,
    form::Started,
    properties::Given,
    text::Observations,
    visitor::{VisitorCommand, VisitorEvent},
};
use serde_json::Value;

const MASKED: &str = "eva@example.com";
const SEES: &str = "lucia@example.com";
const LEADS: &str = "sara@example.com";

const NAME: &str = "Melissa 5500 0000 0000 0004";
const ADDRESS: &str = "melissa.secreta@gmail.com";
const SUBJECT: &str = "Llamar al +57 300 123 4567";
const PAGE: &str =
    "https://tienda.example/pago?card=4111111111111111&e=melissa.secreta%40gmail.com";
const FILE: &str = "cuenta ES9121000418450200051332.txt";
const COMMENT: &str = "Mi SSN es 123-45-6789";
const NOTE: &str = "Pagó con la 6011 1111 1111 1117";
const ANSWER: &str = "Te llamo al +447966197542";
/// It is cut in the middle of the card where it is a preview.
fn message() -> String {
    format!("{} 4242 4242 4242 4242 vence pronto", "Cobraron dos veces. ".repeat(6).trim())
}

/// What nobody may read of it, as it stands in frames, pages, addresses and headers.
const RAW: [&str; 13] = [
    "5500 0000",
    "melissa.secreta",
    "300 123",
    "300%20123",
    "41111111",
    "4242 4242",
    "4242%204242",
    "ES91210",
    "123-45",
    "44796",
    "796619",
    "2100041845",
    "6011 1111",
];
/// Which of it is in something that everybody reads who may.
const FOUND: [&str; 9] = [
    "5500 0000",
    "melissa.secreta",
    "300 123",
    "41111111",
    "4242 4242",
    "ES91210",
    "123-45",
    "44796",
    "6011 1111",
];

on_both! {
    no_byte_that_reaches_a_masked_agent_holds_a_raw_value,
    what_is_revealed_is_told_once_and_noted,
    a_change_of_the_right_is_heard_at_once,
}

/// Everything that reached somebody.
#[derive(Default)]
struct Captured(Vec<(String, Vec<u8>)>);

impl Captured {
    fn add(&mut self, what: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((what.into(), bytes.into()));
    }

    /// The values that are somewhere in it, with where.
    fn find(&self, values: &[&'static str]) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for (what, bytes) in &self.0 {
            let text = String::from_utf8_lossy(bytes);
            let here = values.iter().filter(|value| text.contains(**value));
            found.extend(here.map(|value| (*value, what.clone())));
        }
        found
    }
}

/// Somebody with a console that is open.
struct Person {
    agent: Agent,
    cookie: String,
    console: Socket,
    captured: Captured,
}

impl Person {
    async fn new(world: &World, email: &str, role: Role, sees: bool) -> Self {
        let new = NewAgent {
            email: email.into(),
            name: "Agente".into(),
            role,
            sites: vec!["tienda".into()],
            queues: Vec::new(),
            password: Some(PASSWORD.into()),
        };
        world.desk().create_agent(new).await.unwrap();
        change(world, email, sees).await;
        let token = world.desk().sign_in(email, PASSWORD).await.unwrap();
        let agent = world.desk().find_session(&token.0).await.unwrap().unwrap();
        world.desk().set_agent_state(agent.id, AgentState::Away).await.unwrap();
        let cookie = format!("ayuda_session={}", token.0);
        let mut console = Socket::console(world, &cookie).await;
        console.say_agent(AgentCommand::Hello).await;
        let mut person = Self { agent, cookie, console, captured: Captured::default() };
        person.hear(|frame| frame.get("welcome").is_some()).await;
        person
    }

    /// Keeps the frames up to the one that is wanted.
    async fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let frames = self.console.frames_until(wanted).await;
        for frame in &frames {
            self.captured.add("frame", frame.to_string());
        }
        frames.last().expect("the one that is wanted").clone()
    }

    /// Keeps what has come by now.
    async fn hear_all(&mut self) {
        self.console.say_agent(AgentCommand::Ping).await;
        self.hear(|frame| frame == "pong").await;
    }

    /// On another socket: its welcome.
    async fn welcomed_again(&mut self, world: &World) -> Value {
        self.console = Socket::console(world, &self.cookie).await;
        self.console.say_agent(AgentCommand::Hello).await;
        self.hear(|frame| frame.get("welcome").is_some()).await
    }

    async fn watch(&mut self, ticket: TicketId) {
        self.console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
        self.hear(|frame| frame.get("entries").is_some()).await;
    }

    /// Asks for every page and file of the console and calls every function, with these for what they take.
    async fn ask_everything(&mut self, world: &World, scene: &Scene) {
        for row in world.running().routes() {
            let is_page = row.method == "GET" && row.path.starts_with("/console");
            if !is_page || row.path.contains("{*") || row.path.ends_with("/socket") {
                continue;
            }
            let path = row
                .path
                .replace("{ticket}", &scene.ticket.to_string())
                .replace("{mail}", &scene.mail.to_string())
                .replace("{id}", &scene.file)
                .replace("{page}", "1");
            assert!(!path.contains('{'), "{path}: the test does not know what to put in");
            let reply = world.client.get(&path).page().cookie(&self.cookie).send().await;
            // Downloads tell their name in a header.
            let headers = format!("{:?}", reply.headers);
            self.captured.add(format!("head of {path}"), headers.replace("%20", " "));
            self.captured.add(path, reply.body);
        }
        for function in FUNCTIONS {
            let form: Vec<(&str, String)> = function
                .argument_names()
                .iter()
                // What may be left out is, but where it is what is asked for.
                .filter(|name| **name != "after" || !function.path.ends_with("/search"))
                .filter(|name| !matches!(**name, "offer" | "queue" | "agent" | "priority"))
                .filter(|name| !matches!(**name, "ticket_type" | "tags" | "fields" | "own"))
                .map(|name| (*name, scene.argument(name)))
                .collect();
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let post = world.client.post(function.path).json().form(&form).cookie(&self.cookie);
            let reply = post.send().await;
            self.captured.add(format!("{} ({})", function.path, reply.status), reply.body);
        }
    }
}

async fn change(world: &World, email: &str, sees: bool) {
    let changes = AgentChanges { sees_sensitive: Some(sees), ..AgentChanges::default() };
    world.desk().change_agent(email, &changes).await.unwrap();
}

/// What there is to ask for.
struct Scene {
    ticket: TicketId,
    chat: String,
    entry: String,
    file: String,
    mail: MailId,
}

impl Scene {
    /// A value for an argument of a server function, by its name.
    fn argument(&self, name: &str) -> String {
        match name {
            "ticket" => self.ticket.to_string(),
            "chat" => self.chat.clone(),
            "entry" => self.entry.clone(),
            "id" | "after" => self.mail.to_string(),
            "reason" => "Resuelto".into(),
            "state" => "away".into(),
            "field" => "email".into(),
            "email" => "otra@example.com".into(),
            "phone" => "ext. 12".into(),
            "question" => "vence".into(),
            "lang" => "es".into(),
            "name" | "text" | "note" | "subject" | "requirement" | "observations" => "Hola".into(),
            other => panic!("{other}: the test does not know what to put in"),
        }
    }
}

async fn request(world: &World) -> Started {
    let message = message();
    let fields = [
        ("name", NAME),
        ("email", ADDRESS),
        ("subject", SUBJECT),
        ("page", PAGE),
        ("message", &message),
    ];
    let files: [(&str, &str, &[u8]); 1] = [("files", FILE, b"hola")];
    let post = world.client.post("/w/tienda/requests").json().multipart(&fields, &files);
    started(&post.send().await)
}

async fn ticket_of(world: &World, agent: &Agent, number: &Started) -> TicketId {
    let page = world.desk().worklist(agent, WorkView::Open, None).await.unwrap();
    let row = page.items.iter().find(|row| row.number == number.number);
    row.expect("a row").ticket
}

/// Everything that a visitor does while both look at it.
async fn chat(world: &World, eva: &mut Person, lucia: &mut Person) -> (TicketId, String) {
    world.desk().set_agent_state(eva.agent.id, AgentState::Available).await.unwrap();
    world.until(|| world.is_open("tienda")).await;
    let message = message();
    let fields = [
        ("name", NAME),
        ("email", ADDRESS),
        ("subject", SUBJECT),
        ("page", PAGE),
        ("message", &message),
    ];
    let post = world.client.post("/w/tienda/chats").json().form(&fields);
    let begun = started(&post.send().await);
    let offer = eva.hear(|frame| frame.get("offer").is_some()).await;
    let chat = offer["offer"]["offer"]["chat"].as_str().expect("a chat").to_owned();
    let ticket = ticket_of(world, &lucia.agent, &begun).await;
    lucia.watch(ticket).await;
    let accept = world.client.post("/console/api/chats/accept").json();
    let accepted = accept.form(&[("chat", &chat)]).cookie(&eva.cookie).send().await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    eva.watch(ticket).await;
    let mut panel = Socket::talking(world, "tienda", &begun.token, Seq::START).await;
    let is_entry = |frame: &Value| frame.get("entry").is_some();
    let again = world.clock.new_entry_id();
    panel.message(again, &message).await;
    eva.hear(is_entry).await;
    let post = world.client.post("/w/tienda/files").json().bearer(&begun.token.0);
    let file = post.multipart(&[], &[("file", FILE, b"hola")]).send().await;
    let files = vec![file.value()["id"].as_str().unwrap().parse().unwrap()];
    let id = world.clock.new_entry_id();
    panel.say(&VisitorCommand::Say { id, text: String::new(), files }).await;
    eva.hear(is_entry).await;
    let id = world.clock.new_entry_id();
    eva.console
        .say_agent(AgentCommand::Say { ticket, id, text: ANSWER.into(), files: Vec::new() })
        .await;
    eva.hear(is_entry).await;
    let panel_heard = |event| match event {
        VisitorEvent::Entry { entry } => Some(serde_json::to_string(&entry).unwrap()),
        _ => None,
    };
    let told =
        panel.until(|event| panel_heard(event).filter(|entry| entry.contains("447966197542")));
    assert!(told.await.contains(ANSWER), "visitors read what was written");
    panel.say(&VisitorCommand::End).await;
    let ended = |frame: &Value| frame.to_string().contains("chat_ended");
    eva.hear(ended).await;
    panel.say(&VisitorCommand::Rate { score: 2, comment: Some(COMMENT.into()) }).await;
    let rated = |frame: &Value| frame.to_string().contains("rated");
    eva.hear(rated).await;
    lucia.hear(rated).await;
    (ticket, chat)
}

async fn no_byte_that_reaches_a_masked_agent_holds_a_raw_value(world: World) {
    world.apply("key = \"tienda\"\nmasking = true").await;
    let mut eva = Person::new(&world, MASKED, Role::Agent, false).await;
    let mut lucia = Person::new(&world, SEES, Role::Supervisor, true).await;
    let (ticket, chat) = chat(&world, &mut eva, &mut lucia).await;
    let asked = request(&world).await;
    let request = ticket_of(&world, &eva.agent, &asked).await;
    for person in [&mut eva, &mut lucia] {
        person.watch(request).await;
    }
    let observations = Given::Value(Observations::parse(NOTE).unwrap());
    let changes = Changes { observations, ..Changes::default() };
    world.desk().change_ticket(&lucia.agent, request, &changes).await.unwrap();
    for person in [&mut eva, &mut lucia] {
        person.hear(|frame| frame.to_string().contains("observations")).await;
    }
    let entries = world.desk().agent_entries(&lucia.agent, request, Seq::START).await.unwrap().0;
    let first = &entries[0];
    let AgentBody::Visitor { files, .. } = &first.body else { panic!("the visitor's message") };
    // What staff are mailed, as it is sent.
    for (address, masked) in [(MASKED, true), (SEES, false)] {
        let mail = eventually(async || {
            let mails = world.desk().mails(&lucia.agent, None).await.unwrap().mails;
            mails.into_iter().find(|mail| mail.to == address).map(|mail| mail.id)
        });
        let mail = mail.await;
        let (text, html) = eventually(async || {
            let id = mail.to_string();
            let stored = world.lines(&format!(
                "select coalesce(text, '') || '\u{1}' || coalesce(html, '') from mails where {}",
                if world.settings.database_url.is_some() {
                    format!("id = '{id}'")
                } else {
                    format!("id = x'{}'", id.replace('-', ""))
                }
            ));
            let stored = stored.join("\n");
            let (text, html) = stored.split_once('\u{1}')?;
            (!html.is_empty()).then(|| (text.to_owned(), html.to_owned()))
        })
        .await;
        let mut letter = Captured::default();
        letter.add("text", text);
        letter.add("html", html);
        if masked {
            assert_eq!(letter.find(&RAW), [], "mailed to who reads masked");
        } else {
            assert!(letter.find(&RAW).len() > 4, "mailed to who reads all");
        }
    }
    eventually(async || {
        let found = world.desk().search(&lucia.agent, "vence", None).await.unwrap();
        (found.rows.len() == 2).then_some(())
    })
    .await;
    let to_visitor = eventually(async || {
        let mails = world.desk().mails(&lucia.agent, None).await.unwrap().mails;
        mails.into_iter().find(|mail| mail.to == ADDRESS).map(|mail| mail.id)
    })
    .await;
    for (ticket, mail) in [(ticket, to_visitor), (request, to_visitor)] {
        let (chat, entry, file) = (chat.clone(), first.id.to_string(), files[0].id.to_string());
        let scene = Scene { ticket, chat, entry, file, mail };
        for person in [&mut eva, &mut lucia] {
            person.ask_everything(&world, &scene).await;
        }
    }
    for view in [WorkView::Open, WorkView::Closed, WorkView::Mine] {
        for person in [&mut eva, &mut lucia] {
            person.console.say_agent(AgentCommand::List { view }).await;
            person.hear(|frame| frame.get("listed").is_some()).await;
        }
    }
    eva.hear_all().await;
    lucia.hear_all().await;
    assert_eq!(eva.captured.find(&RAW), []);
    let reached = lucia.captured.find(&FOUND);
    for value in FOUND {
        assert!(reached.iter().any(|(found, _)| *found == value), "{value} reached nobody");
    }
}

async fn what_is_revealed_is_told_once_and_noted(world: World) {
    world.apply("key = \"tienda\"\nmasking = true").await;
    let mut sara = Person::new(&world, LEADS, Role::Supervisor, false).await;
    let eva = Person::new(&world, MASKED, Role::Agent, false).await;
    let asked = request(&world).await;
    let ticket = ticket_of(&world, &sara.agent, &asked).await;
    sara.watch(ticket).await;
    assert_eq!(sara.captured.find(&RAW), []);
    let entries = world.desk().agent_entries(&sara.agent, ticket, Seq::START).await.unwrap().0;
    let entry = entries[0].id.to_string();
    let id = ticket.to_string();
    let reveal = async |cookie: &str, field: &str| {
        let mut form = vec![("ticket", id.as_str()), ("field", field)];
        if field == "entry" {
            form.push(("entry", &entry));
        }
        let post = world.client.post("/console/api/tickets/reveal").json();
        post.form(&form).cookie(cookie).send().await
    };
    let refused = reveal(&eva.cookie, "email").await;
    assert_eq!((refused.status, refused.value()["code"].as_str()), (403, Some("forbidden")));
    for (field, raw) in [("name", NAME), ("email", ADDRESS), ("subject", SUBJECT), ("page", PAGE)] {
        let told = reveal(&sara.cookie, field).await;
        assert_eq!((told.status, told.value().as_str()), (200, Some(raw)), "{field}");
        let noted = sara.hear(|frame| frame.to_string().contains("revealed")).await;
        let noted = &noted["entry"]["entry"]["body"]["revealed"];
        assert_eq!(
            (noted["field"].as_str(), noted["name"].as_str()),
            (Some(field), Some("Agente"))
        );
    }
    let told = reveal(&sara.cookie, "entry").await;
    assert_eq!(told.value().as_str(), Some(format!("{}\n{FILE}", message()).as_str()));
    let noted = sara.hear(|frame| frame.to_string().contains("revealed")).await;
    assert_eq!(noted["entry"]["entry"]["body"]["revealed"]["seq"].as_i64(), Some(1));
    assert_eq!(sara.captured.find(&RAW), [], "what is noted is not what was read");
    // The visitor hears nothing of it.
    let mut panel = Socket::panel(&world, "tienda").await;
    let hello = VisitorCommand::Hello { token: Some(asked.token.clone()), after: Seq::START };
    panel.say(&hello).await;
    let seen = panel.until(|event| match event {
        VisitorEvent::Entries { entries, .. } => Some(serde_json::to_string(&entries).unwrap()),
        _ => None,
    });
    assert!(!seen.await.contains("Agente"));
}

async fn a_change_of_the_right_is_heard_at_once(world: World) {
    let is_sight = |frame: &Value| frame.get("sight_changed").is_some();
    let mut eva = Person::new(&world, MASKED, Role::Agent, false).await;
    let asked = request(&world).await;
    let ticket = ticket_of(&world, &eva.agent, &asked).await;
    // Its row comes a moment later: read after the change, it would be no other than what is told with that.
    eva.hear(|frame| frame.get("work").is_some()).await;
    eva.watch(ticket).await;
    eva.hear_all().await;
    assert!(!eva.captured.find(&FOUND).is_empty(), "the site does not mask yet");
    world.apply("key = \"tienda\"\nmasking = true").await;
    let told = eva.hear(is_sight).await;
    assert_eq!(told["sight_changed"]["masked"].as_array().map(Vec::len), Some(1), "{told}");
    eva.captured = Captured::default();
    eva.hear(|frame| frame.get("work").is_some()).await;
    eva.watch(ticket).await;
    assert_eq!(eva.captured.find(&RAW), []);
    // A console that comes back is told which sites it reads masked: it may have been away when that changed.
    let welcomed = eva.welcomed_again(&world).await;
    assert_eq!(welcomed["welcome"]["me"]["masked"], told["sight_changed"]["masked"]);
    change(&world, MASKED, true).await;
    eva.hear(is_sight).await;
    let welcomed = eva.welcomed_again(&world).await;
    assert_eq!(welcomed["welcome"]["me"].get("masked"), None, "none any more");
    eva.watch(ticket).await;
    assert!(!eva.captured.find(&FOUND).is_empty());
    let unknown = Code::NotFound;
    let event: Came<AgentEvent> = {
        let ticket = TicketId(uuid::Uuid::from_u128(7));
        eva.console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
        eva.console.next().await
    };
    let Came::Event(AgentEvent::Refused { refusal, .. }) = event else { panic!("{event:?}") };
    assert_eq!(refusal.code, unknown);
}

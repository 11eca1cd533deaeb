//! Every command of a console's socket by its name, as everybody.

use super::{
    expected::{Expected, expected_of_command},
    people::Who,
    walk::{Place, Walk, Wrong, has_canary},
};
use crate::world::{World, on_both, socket::Socket};
use protocol::{
    EntryId, Seq, TicketId,
    agent::{AgentCommand, AgentState, Draft, SUBPROTOCOL, WorkView},
};
use serde_json::Value;
use server::{AGENT_COMMANDS, DeclaredCommand};

on_both! {
    a_console_opens_for_agents_alone,
    a_command_serves_whom_it_names_and_tells_and_does_nothing_to_anybody_else,
}

async fn a_console_opens_for_agents_alone(world: World) {
    let walk = Walk::new(world).await;
    let origin = walk.world.origin();
    let visitors = [&walk.other_ticket, &walk.other_sites_ticket];
    let visitors = visitors.map(|started| format!("ayuda_ticket={}", started.token.0));
    for cookie in ["", "ayuda_session=x", &walk.disabled]
        .into_iter()
        .chain(visitors.iter().map(String::as_str))
    {
        let headers = [("origin", origin.as_str()), ("cookie", cookie)];
        let refused = Socket::connect(&walk.world, "/console/socket", SUBPROTOCOL, &headers).await;
        assert_eq!(refused.err(), Some(401), "{cookie:?}");
    }
}

async fn a_command_serves_whom_it_names_and_tells_and_does_nothing_to_anybody_else(world: World) {
    let walk = Walk::new(world).await;
    let mut wrong = Wrong::default();
    for command in AGENT_COMMANDS {
        for who in Who::agents() {
            let sent = Sent::new(&walk, command, who).await;
            let expected = expected_of_command(command.access, who);
            let sent_as = || format!("{} as {who:?}", command.name);
            let refusal = match expected {
                Expected::NotFound => Some("not_found"),
                Expected::Forbidden => Some("forbidden"),
                _ => None,
            };
            // Of a draft that cannot be sent nothing is left, without a word.
            let is_dropped = command.name == "draft" && refusal == Some("not_found");
            wrong.unless(!is_dropped || sent.draft().as_deref() == Some(""), || {
                format!("{}: {:?} is left", sent_as(), sent.draft())
            });
            // Typing has no answer: it is left out.
            let refusal = refusal.filter(|_| command.name != "typing" && !is_dropped);
            wrong.unless(sent.refusal().as_deref() == refusal, || {
                format!("{}: {:?}, not {refusal:?}", sent_as(), sent.refusal())
            });
            let is_told = has_canary(sent.console_text().as_bytes());
            wrong.unless(who.may_see_ticket() || !is_told, || {
                format!("{} is told of the ticket", sent_as())
            });
            if expected != Expected::Yes {
                let heard = sent.visitor_heard();
                wrong.unless(heard.is_none(), || format!("{}: {heard:?} heard", sent_as()));
                continue;
            }
            // Each command that the visitor hears of was heard of.
            let heard = match command.name {
                // A comment as an entry without anything in it.
                "say" | "comment" => Some("entry"),
                name @ ("typing" | "seen") => Some(name),
                _ => None,
            };
            wrong.unless(sent.visitor_heard() == heard, || {
                format!("{}: {:?} heard, not {heard:?}", sent_as(), sent.visitor_heard())
            });
            // Who has a chat has it on every view's first page. What pages hold is the matter of `lists.rs`.
            let is_listed = sent.listed().any(|rows| has_canary(rows.to_string().as_bytes()));
            wrong.unless(is_listed == (command.name == "list" && who.may_see_ticket()), || {
                format!("{}: whether the ticket is listed is wrong", sent_as())
            });
            let is_shown = sent.console.iter().any(|frame| frame.get("entries").is_some());
            wrong.unless(is_shown == (command.name == "watch"), || {
                format!("{}: whether the ticket is shown is wrong", sent_as())
            });
        }
    }
    wrong.tell();
}

/// A command that was sent, and everything that came of it.
struct Sent {
    /// What the console was sent, from the welcome on.
    console: Vec<Value>,
    /// What the ticket's panel was sent after the command.
    panel: Vec<Value>,
    /// The visitor's own message.
    own: EntryId,
}

impl Sent {
    async fn new(walk: &Walk, command: &DeclaredCommand, who: Who) -> Self {
        let world = &walk.world;
        let place = walk.active_chat(who).await;
        let signed_in = walk.signed_in(who);
        let mut panel = Socket::talking(world, "casa", &place.started.token, Seq::START).await;
        let mut console = Socket::console(world, &signed_in.cookie).await;
        console.say(&AgentCommand::Hello).await;
        let mut frames = console.frames_until(|frame| frame.get("welcome").is_some()).await;
        console.say(&frame(walk, command.name, &place)).await;
        // Answers come in the order of their commands.
        console.say(&AgentCommand::Ping).await;
        frames.extend(console.frames_until(|frame| frame == "pong").await);
        // What the ticket's subscribers hear, they hear before this.
        let own = world.clock.new_entry_id();
        panel.message(own, "El último canario").await;
        let panel = panel.frames_until(|frame| is_entry(frame, own)).await;
        // And the console hears what it is to hear of that before this.
        let desk = world.desk();
        desk.set_agent_state(signed_in.agent.id, AgentState::Available).await.unwrap();
        frames.extend(console.frames_until(|frame| frame.get("state").is_some()).await);
        desk.set_agent_state(signed_in.agent.id, AgentState::Away).await.unwrap();
        Self { console: frames, panel, own }
    }

    /// The code of the refusal.
    fn refusal(&self) -> Option<String> {
        let refused = self.console.iter().find_map(|frame| frame.get("refused"))?;
        refused["refusal"]["code"].as_str().map(str::to_owned)
    }

    /// What is typed for a ticket, as the console was told last.
    fn draft(&self) -> Option<String> {
        let told = self.console.iter().rev().find_map(|frame| frame.get("draft"))?;
        told["draft"]["text"].as_str().map(str::to_owned)
    }

    /// The pages of the list that were asked for.
    fn listed(&self) -> impl Iterator<Item = &Value> {
        self.console.iter().filter_map(|frame| frame.get("listed"))
    }

    fn console_text(&self) -> String {
        Value::from(self.console.clone()).to_string()
    }

    /// The frame by which the visitor heard of an agent, besides having one.
    fn visitor_heard(&self) -> Option<&'static str> {
        let has = |name: &str| self.panel.iter().any(|frame| frame.get(name).is_some());
        let entry = |frame: &&Value| frame.get("entry").is_some() && !is_entry(frame, self.own);
        if self.panel.iter().any(|frame| entry(&frame)) {
            return Some("entry");
        }
        ["typing", "seen"].into_iter().find(|name| has(name))
    }
}

fn is_entry(frame: &Value, id: EntryId) -> bool {
    frame["entry"]["entry"]["id"] == id.to_string()
}

/// The command of this name, about this ticket.
fn frame(walk: &Walk, name: &str, place: &Place) -> AgentCommand {
    let ticket: TicketId = place.ticket;
    match name {
        "hello" => AgentCommand::Hello,
        "watch" => AgentCommand::Watch { ticket, after: Seq::START },
        "unwatch" => AgentCommand::Unwatch { ticket },
        "say" => {
            let id = walk.world.clock.new_entry_id();
            AgentCommand::Say { ticket, id, text: "Aquí estoy".into(), files: Vec::new() }
        }
        "comment" => {
            let id = walk.world.clock.new_entry_id();
            let text = "Entre nosotros".into();
            AgentCommand::Comment { ticket, id, text, mentions: Vec::new(), files: Vec::new() }
        }
        "draft" => {
            let (text, at) = ("Aún no".into(), walk.world.desk().now());
            AgentCommand::Draft { draft: Draft { ticket, text, at } }
        }
        "typing" => AgentCommand::Typing { ticket },
        "seen" => AgentCommand::Seen { ticket, upto: Seq(1) },
        "list" => AgentCommand::List { view: WorkView::Open },
        "more" => AgentCommand::More,
        "ping" => AgentCommand::Ping,
        other => panic!("{other}: the walk does not know how to send it"),
    }
}

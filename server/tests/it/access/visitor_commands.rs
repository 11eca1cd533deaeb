//! Every command of a panel's socket by its name, as everybody: what a browser sends of a session changes nothing
//! there.

use super::{
    expected::{Expected, expected_of_command},
    people::{Who, cookie_of, token_of},
    walk::{Place, Walk, Wrong, has_canary},
};
use crate::world::{World, on_both, socket::Socket};
use protocol::{Seq, TicketToken, visitor::VisitorCommand};
use serde_json::Value;
use server::VISITOR_COMMANDS;

on_both! {
    a_command_wants_the_tickets_token_and_does_nothing_to_another_ticket,
}

async fn a_command_wants_the_tickets_token_and_does_nothing_to_another_ticket(world: World) {
    let walk = Walk::new(world).await;
    let mut wrong = Wrong::default();
    for command in VISITOR_COMMANDS {
        for who in Who::ALL {
            let place = walk.active_chat(Who::Agent).await;
            let other = match who {
                Who::OtherVisitor => Some(walk.active_chat(Who::Agent).await.started),
                _ => None,
            };
            let before = walk.look(&place).await;
            let token = other
                .as_ref()
                .map_or_else(|| token_of(&walk, who, &place.started), |other| Some(&other.token));
            let cookie = cookie_of(&walk, who, token);
            let mut socket = Socket::panel_with(&walk.world, "casa", cookie.as_deref()).await;
            let frames = send(&walk, &mut socket, command.name, token, &place).await;
            let sent_as = || format!("{} as {who:?}", command.name);
            let refused = frames.iter().rev().find_map(|frame| frame.get("refused"));
            let code = refused.and_then(|refused| refused["refusal"]["code"].as_str());
            let is_right = match expected_of_command(command.access, who) {
                Expected::Yes => !matches!(code, Some("not_found" | "forbidden")),
                _ => code == Some("not_found"),
            };
            wrong.unless(is_right, || format!("{}: {code:?}", sent_as()));
            if who != Who::Visitor {
                let frames = Value::from(frames).to_string();
                // Another visitor reads their own canary.
                let is_told = match who {
                    Who::OtherVisitor => {
                        frames.contains(&place.text) || frames.contains(&place.started.number.0)
                    }
                    _ => has_canary(frames.as_bytes()),
                };
                wrong.unless(!is_told, || format!("{} is told of the ticket", sent_as()));
                let is_untouched = walk.look(&place).await == before;
                wrong.unless(is_untouched, || format!("{} changed the ticket", sent_as()));
            }
        }
    }
    wrong.tell();
}

/// What a panel is sent, from its hello to the answer to its command.
async fn send(
    walk: &Walk,
    socket: &mut Socket,
    name: &str,
    token: Option<&TicketToken>,
    place: &Place,
) -> Vec<Value> {
    let hello = || VisitorCommand::Hello { token: token.cloned(), after: Seq::START };
    socket.say(&hello()).await;
    let command = match name {
        "hello" => hello(),
        "say" => {
            let id = walk.world.clock.new_entry_id();
            VisitorCommand::Say { id, text: "Sigo aquí".into(), files: Vec::new() }
        }
        "typing" => VisitorCommand::Typing,
        "seen" => VisitorCommand::Seen { upto: place.started.seq },
        "resume" => VisitorCommand::Resume { after: Seq::START },
        "end" => VisitorCommand::End,
        "leave_request" => VisitorCommand::LeaveRequest,
        "transcript" => VisitorCommand::Transcript { email: None },
        "contact" => VisitorCommand::Contact { email: "ana@example.com".into() },
        "rate" => VisitorCommand::Rate { score: 5, comment: None },
        "page" => VisitorCommand::Page { page: "https://tienda.example/es/".into() },
        "ping" => VisitorCommand::Ping,
        other => panic!("{other}: the walk does not know how to send it"),
    };
    if name == "rate" {
        // What has ended is rated.
        socket.say(&VisitorCommand::End).await;
        pong(socket).await;
    }
    socket.say(&command).await;
    pong(socket).await
}

/// What comes up to the answer to a ping: answers come in the order of their commands.
async fn pong(socket: &mut Socket) -> Vec<Value> {
    socket.say(&VisitorCommand::Ping).await;
    socket.frames_until(|frame| frame == "pong").await
}

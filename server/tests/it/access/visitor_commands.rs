//! Every command of a panel's socket by its name, as the ticket's visitor, another ticket's, another site's and nobody.

use super::{
    expected::{Expected, expected_of_command},
    people::Who,
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
        for who in [Who::Nobody, Who::OtherSitesVisitor, Who::OtherVisitor, Who::Visitor] {
            let place = walk.active_chat(Who::Agent).await;
            let other = walk.active_chat(Who::Agent).await;
            let before = walk.look(&place).await;
            let token = match who {
                Who::Visitor => Some(&place.started.token),
                Who::OtherVisitor => Some(&other.started.token),
                Who::OtherSitesVisitor => Some(&walk.other_sites_ticket.token),
                _ => None,
            };
            let frames = send(&walk, command.name, token, &place).await;
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
async fn send(walk: &Walk, name: &str, token: Option<&TicketToken>, place: &Place) -> Vec<Value> {
    let mut socket = Socket::panel(&walk.world, "casa").await;
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
        "transcript" => VisitorCommand::Transcript { email: None },
        "contact" => VisitorCommand::Contact { email: "ana@example.com".into() },
        "rate" => VisitorCommand::Rate { score: 5, comment: None },
        "ping" => VisitorCommand::Ping,
        other => panic!("{other}: the walk does not know how to send it"),
    };
    if name == "rate" {
        // What has ended is rated.
        socket.say(&VisitorCommand::End).await;
        pong(&mut socket).await;
    }
    socket.say(&command).await;
    pong(&mut socket).await
}

/// What comes up to the answer to a ping: answers come in the order of their commands.
async fn pong(socket: &mut Socket) -> Vec<Value> {
    socket.say(&VisitorCommand::Ping).await;
    socket.frames_until(|frame| frame == "pong").await
}

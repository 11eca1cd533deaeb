//! The views of a console's list on all of their pages, as every agent: each holds all that its reader may see, and
//! nothing else.

use super::{
    people::Who,
    walk::{Walk, Wrong, has_canary},
};
use crate::world::{World, on_both, socket::Socket};
use desk::console::ROWS_A_PAGE;
use protocol::{
    TicketId, TicketNumber,
    agent::{AgentCommand, AgentEvent, WorkView},
};
use serde_json::Value;
use std::collections::HashMap;

on_both! {
    a_view_shows_all_that_its_reader_may_see_and_nothing_else,
}

/// They take a page and the beginning of another.
const TICKETS: usize = ROWS_A_PAGE + 1;

async fn a_view_shows_all_that_its_reader_may_see_and_nothing_else(world: World) {
    let walk = Walk::new(world).await;
    let (desk, agent) = (walk.world.desk(), &walk.signed_in(Who::Agent).agent);
    let tickets = requests(&walk).await;
    let mut wrong = Wrong::default();
    look(&walk, &tickets, &[WorkView::Open], &mut wrong).await;
    for &ticket in tickets.values() {
        let id = walk.world.clock.new_entry_id();
        desk.post_agent_message(agent, ticket, id, "Aquí estoy", &[]).await.unwrap();
    }
    look(&walk, &tickets, &[WorkView::Waiting, WorkView::Mine], &mut wrong).await;
    for &ticket in tickets.values() {
        let reasons = desk.closing_reasons(agent, ticket).await.unwrap();
        desk.close_ticket(agent, ticket, &reasons[0]).await.unwrap();
    }
    look(&walk, &tickets, &[WorkView::Closed], &mut wrong).await;
    wrong.tell();
}

/// Help requests of the first queue, by number.
async fn requests(walk: &Walk) -> HashMap<TicketNumber, TicketId> {
    let mut numbers = Vec::new();
    for _ in 0..TICKETS {
        numbers.push(walk.world.ask("casa", "Un canario").await.number);
    }
    let (mut found, mut after) = (HashMap::new(), None);
    loop {
        let page = walk.world.desk().worklist(walk.owner(), WorkView::Open, after).await.unwrap();
        found.extend(page.items.into_iter().map(|row| (row.number.clone(), row.ticket)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.retain(|number, _| numbers.contains(number));
    assert_eq!(found.len(), TICKETS);
    found
}

/// Looks through every view as everybody: the tickets are in these of them alone. *Mías* is the agent's who answered.
async fn look(
    walk: &Walk,
    tickets: &HashMap<TicketNumber, TicketId>,
    are_in: &[WorkView],
    wrong: &mut Wrong,
) {
    for who in Who::agents() {
        let mut console = Socket::console(&walk.world, &walk.signed_in(who).cookie).await;
        console.say(&AgentCommand::Hello).await;
        console.frames_until(|frame| frame.get("welcome").is_some()).await;
        for view in WorkView::ALL {
            let (first, second, frames) = pages(&mut console, view).await;
            let seen = || format!("{view} as {who:?}");
            let is_shown = are_in.contains(&view)
                && who.may_see_ticket()
                && (view != WorkView::Mine || who == Who::Agent);
            let of_these =
                |page: &[TicketNumber]| page.iter().filter(|n| tickets.contains_key(n)).count();
            let all = (of_these(&first), of_these(&second));
            let is_right =
                if is_shown { all.0 + all.1 == TICKETS && all.1 > 0 } else { all == (0, 0) };
            wrong.unless(is_right, || format!("{}: {all:?} of {are_in:?}", seen()));
            let is_told = has_canary(frames.to_string().as_bytes());
            wrong.unless(who.may_see_ticket() || !is_told, || format!("{} tells", seen()));
        }
    }
}

/// The numbers on the first page and on the next, and everything that came meanwhile.
async fn pages(
    console: &mut Socket,
    view: WorkView,
) -> (Vec<TicketNumber>, Vec<TicketNumber>, Value) {
    console.say(&AgentCommand::List { view }).await;
    console.say(&AgentCommand::More).await;
    // Answers come in the order of their commands.
    console.say(&AgentCommand::Ping).await;
    let frames = console.frames_until(|frame| frame == "pong").await;
    let (mut on_first, mut on_second) = (Vec::new(), Vec::new());
    for frame in &frames {
        if let Ok(AgentEvent::Listed { first, items, .. }) = serde_json::from_value(frame.clone()) {
            let page = if first { &mut on_first } else { &mut on_second };
            page.extend(items.into_iter().map(|row| row.number.clone()));
        }
    }
    (on_first, on_second, frames.into())
}

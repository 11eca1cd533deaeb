//! What every process has in memory is what the rows say, as one finds them who has only just opened the database.

use super::{Console, Model, cut_off::cut_off};
use crate::{
    Desk,
    live::{Event, Subscription, counts},
    people::Agent,
    tickets::Visitor,
};
use protocol::{AgentId, ChatId, agent::WorkView};
use std::{collections::BTreeSet, fmt::Debug, time::Duration};
use tokio::time::{Instant, sleep};

/// Long enough for what one process tells another, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// Compares, and waits while callers who stopped polling left something under way.
async fn becomes_equal<T: PartialEq + Debug>(
    what: &str,
    mut compared: impl AsyncFnMut() -> (T, T),
) {
    let end = Instant::now() + PATIENCE;
    loop {
        let (in_memory, by_rows) = compared().await;
        if in_memory == by_rows {
            return;
        }
        if Instant::now() > end {
            assert_eq!(in_memory, by_rows, "{what}");
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Counts, buttons, who may what and see which row, and what rings at open consoles.
pub(super) async fn equals_rows(model: &mut Model) {
    for (n, desk) in model.processes.desks().enumerate() {
        becomes_equal(&format!("counts at {n}"), async || counts::compared(desk).await.unwrap())
            .await;
    }
    let rows = model.world.second_process().await;
    for (n, desk) in model.processes.desks().enumerate() {
        becomes_equal(&format!("buttons at {n}"), async || (buttons(desk), buttons(&rows))).await;
        for &agent in &model.agents {
            let person = |desk: &Desk| format!("{:?}", desk.find_agent(agent));
            becomes_equal(&format!("{agent} at {n}"), async || (person(desk), person(&rows))).await;
            becomes_equal(&format!("rows of {agent} at {n}"), async || {
                let here = shown(desk, agent, &model.visitors).await;
                (here, shown(&rows, agent, &model.visitors).await)
            })
            .await;
        }
    }
    for ((n, agent), console) in &mut model.consoles {
        let (desk, rings) = (model.processes.desk(*n), &mut console.rings);
        let line = &mut console.line;
        becomes_equal(&format!("what rings at {agent} at {n}"), async || {
            hear(desk, *agent, line, rings).await;
            (rings.clone(), ringing(&rows, *agent).await)
        })
        .await;
    }
    rows.close().await;
}

fn buttons(desk: &Desk) -> Vec<String> {
    let sites = desk.sites();
    sites.iter().map(|site| format!("{:?} {:?}", site.key, desk.availability(site.id))).collect()
}

/// The agent's list, and each row of it as a change shows it; that of who is let in nowhere is empty.
async fn shown(desk: &Desk, agent: AgentId, visitors: &[Visitor]) -> Vec<String> {
    let Some(agent) = desk.find_agent(agent) else { return Vec::new() };
    let mut shown = Vec::new();
    for view in [WorkView::Mine, WorkView::Open, WorkView::Waiting, WorkView::Closed] {
        let list = desk.worklist(&agent, view, None).await.unwrap();
        shown.extend(list.items.iter().map(|item| format!("{view:?} {item:?}")));
    }
    for visitor in visitors {
        let item = desk.find_worklist_item(&agent, visitor.ticket).await.unwrap();
        shown.push(format!("{:?} {item:?}", visitor.ticket));
    }
    shown
}

async fn ringing(desk: &Desk, agent: AgentId) -> BTreeSet<ChatId> {
    let Some(agent) = desk.find_agent(agent) else { return BTreeSet::new() };
    let offers = desk.offers(&agent).await.unwrap();
    offers.iter().map(|offer| offer.chat).collect()
}

impl Console {
    /// One of the agent's, at a process.
    pub(super) async fn open(desk: &Desk, agent: AgentId) -> Self {
        // First the line: what comes while the rest is read is not missed.
        let line = desk.hub().agent(agent);
        let guard = desk.console_connected(agent);
        Self { _guard: guard, line, rings: ringing(desk, agent).await }
    }
}

/// What has come, as the socket of a console takes it.
async fn hear(desk: &Desk, agent: AgentId, line: &mut Subscription, rings: &mut BTreeSet<ChatId>) {
    while let Some(event) = cut_off(line.next(), 1).await {
        match *event.expect("it keeps up") {
            Event::Offer { chat, .. } => {
                let found = match desk.find_agent(agent) {
                    Some(agent) => finds_offer(desk, &agent, chat).await,
                    None => false,
                };
                if found {
                    rings.insert(chat);
                }
            }
            Event::OfferGone { chat, .. } => _ = rings.remove(&chat),
            Event::ConsoleMissed { .. } => *rings = ringing(desk, agent).await,
            _ => {}
        }
    }
}

async fn finds_offer(desk: &Desk, agent: &Agent, chat: ChatId) -> bool {
    desk.find_offer(agent, chat).await.unwrap().is_some()
}

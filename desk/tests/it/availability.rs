//! What the button says.

use crate::world::{START, World, on_both, soon};
use protocol::{agent::AgentState, status::Reason};
use std::time::Duration;

const ON_MONDAYS: &str =
    "key = \"uno\"\n[schedule]\nzone = \"UTC\"\nweekly = { mon = [[\"09:00\", \"17:30\"]] }\n";

on_both! {
    the_button_follows_agents,
    the_button_flips_at_the_very_instant,
    an_agent_counts_for_the_sites_they_serve,
    a_site_that_is_gone_is_closed,
    the_running_desk_tells_watchers_by_itself,
}

async fn the_button_follows_agents(world: World) {
    let site = world.site("uno").await;
    let (agent, _) = world.owner().await;
    let mut button = world.desk.watch_availability(site.id);
    assert_eq!(button.borrow_and_update().reason, Reason::NoAgents);
    let console = world.desk.console_connected(agent.id);
    assert!(button.borrow_and_update().open);
    let second_tab = world.desk.console_connected(agent.id);
    drop(console);
    assert!(button.borrow_and_update().open);
    world.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    assert_eq!(button.borrow_and_update().reason, Reason::NoAgents);
    world.desk.set_agent_state(agent.id, AgentState::Available).await.unwrap();
    assert!(button.borrow_and_update().open);
    drop(second_tab);
    assert!(button.has_changed().unwrap());
    assert_eq!(button.borrow_and_update().reason, Reason::NoAgents);
}

async fn the_button_flips_at_the_very_instant(world: World) {
    let site = world.desk.apply_site(ON_MONDAYS).await.unwrap();
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let mut button = world.desk.watch_availability(site.id);
    assert!(button.borrow_and_update().open);
    world.pass(Duration::from_millis(30 * 60_000 - 1)).await;
    assert!(button.borrow_and_update().open);
    world.clock.advance(Duration::from_millis(1));
    // Without a tick: whoever asks is told what is.
    assert_eq!(world.desk.availability(site.id).reason, Reason::OutsideHours);
    assert_eq!(button.borrow_and_update().reason, Reason::OutsideHours);
    // The machine slept through the week.
    world.pass(Duration::from_hours(7 * 24 - 1)).await;
    assert!(button.borrow_and_update().open);
}

async fn an_agent_counts_for_the_sites_they_serve(world: World) {
    let one = world.site("uno").await;
    let two = world.site("dos").await;
    let eva = world.agent_of("eva", &["uno"]).await;
    let _console = world.desk.console_connected(eva.id);
    assert!(world.desk.availability(one.id).open);
    assert!(!world.desk.availability(two.id).open);
    assert_eq!(world.desk.agents_present(one.id), 1);
}

async fn a_site_that_is_gone_is_closed(world: World) {
    let site = world.site("uno").await;
    let mut button = world.desk.watch_availability(site.id);
    button.mark_unchanged();
    world.desk.remove_site(&site.key).await.unwrap();
    assert_eq!(button.borrow_and_update().reason, Reason::Override);
    assert!(button.changed().await.is_err());
    assert!(!world.desk.availability(site.id).open);
    assert!(!world.desk.availability_at(site.id, START, 3).open);
}

async fn the_running_desk_tells_watchers_by_itself(world: World) {
    let site = world.desk.apply_site(ON_MONDAYS).await.unwrap();
    let (agent, _) = world.owner().await;
    let _console = world.desk.console_connected(agent.id);
    let running = world.run().await;
    let mut button = world.desk.watch_availability(site.id);
    assert!(button.borrow_and_update().open);
    // The clock alone moves: nobody asks, and nobody ticks.
    world.clock.advance(Duration::from_mins(30));
    soon("the flip", button.changed()).await.unwrap();
    assert!(!button.borrow_and_update().open);
    running.stop().await;
}

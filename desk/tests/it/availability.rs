use crate::support::claims;
use protocol::{agent::AgentState, status::Reason};
use std::time::Duration;

claims! {
    async fn the_button_follows_agents(world: &mut World) {
        let site = world.site("uno").await;
        let (agent, _) = world.agent("lucia@example.com").await;
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

    async fn the_button_flips_at_the_very_instant(world: &mut World) {
        let file = "key = \"uno\"\n[schedule]\nzone = \"UTC\"\nweekly = { mon = [[\"09:00\", \"17:30\"]] }\n";
        let site = world.desk.apply_site(file).await.unwrap();
        let (agent, _) = world.agent("lucia@example.com").await;
        let _console = world.desk.console_connected(agent.id);
        let mut button = world.desk.watch_availability(site.id);
        assert!(button.borrow_and_update().open);
        world.pass(Duration::from_millis(30 * 60_000 - 1));
        world.desk.tick().await.unwrap();
        assert!(button.borrow_and_update().open);
        world.pass(Duration::from_millis(1));
        // Without a tick: whoever asks is told what is.
        assert_eq!(world.desk.availability(site.id).reason, Reason::OutsideHours);
        assert_eq!(button.borrow_and_update().reason, Reason::OutsideHours);
        // The machine slept through the week.
        world.pass(Duration::from_hours(7 * 24 - 1));
        world.desk.tick().await.unwrap();
        assert!(button.borrow_and_update().open);
    }

    async fn an_agent_counts_for_the_sites_they_serve(world: &mut World) {
        let one = world.site("uno").await;
        let two = world.site("dos").await;
        world.desk.create_agent(desk::people::NewAgent {
            email: "eva@example.com".into(),
            name: "Eva".into(),
            role: desk::people::Role::Agent,
            sites: vec!["uno".into()],
            queues: vec![],
            password: Some(crate::support::PASSWORD.into()),
        }).await.unwrap();
        let token = world.desk.sign_in("eva@example.com", crate::support::PASSWORD).await.unwrap();
        let eva = world.desk.find_session(&token.0).await.unwrap().unwrap();
        let _console = world.desk.console_connected(eva.id);
        assert!(world.desk.availability(one.id).open);
        assert!(!world.desk.availability(two.id).open);
        assert_eq!(world.desk.agents_present(one.id), 1);
    }

    async fn a_site_that_is_gone_is_closed(world: &mut World) {
        let site = world.site("uno").await;
        let mut button = world.desk.watch_availability(site.id);
        button.mark_unchanged();
        world.desk.remove_site(&site.key).await.unwrap();
        assert_eq!(button.borrow_and_update().reason, Reason::Override);
        assert!(button.changed().await.is_err());
        assert!(!world.desk.availability(site.id).open);
        assert!(!world.desk.availability_at(site.id, crate::support::NOW, 3).open);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_desk_tells_watchers_by_itself() {
    let world = crate::support::World::sqlite().await;
    let file =
        "key = \"uno\"\n[schedule]\nzone = \"UTC\"\nweekly = { mon = [[\"09:00\", \"17:30\"]] }\n";
    let site = world.desk.apply_site(file).await.unwrap();
    let (agent, _) = world.agent("lucia@example.com").await;
    let _console = world.desk.console_connected(agent.id);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn({
        let desk = world.desk.clone();
        async move { Box::pin(desk.run(stopped)).await }
    });
    let mut button = world.desk.watch_availability(site.id);
    assert!(button.borrow_and_update().open);
    world.pass(Duration::from_mins(30));
    // A second is promised; a busy test machine gets another.
    let told = tokio::time::timeout(Duration::from_secs(2), button.changed()).await;
    assert!(told.is_ok(), "within a second");
    assert!(!button.borrow_and_update().open);
    stop.send(true).unwrap();
    running.await.unwrap();
    world.end().await;
}

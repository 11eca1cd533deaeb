//! What an agent's list shows.

use crate::world::{Person, ROSA, World, on_both};
use desk::{
    console::Listing,
    people::{Agent, Role},
};
use protocol::{
    TicketId,
    agent::{Total, WorkKind, WorkView},
};
use std::{collections::BTreeSet, time::Duration};

on_both! {
    chats_come_before_requests_and_the_oldest_first,
    a_long_list_is_read_page_by_page_and_says_how_long_it_is,
    answered_and_closed_tickets_are_in_views_of_their_own,
    closed_tickets_go_on_newest_first_over_sites_and_instants,
    an_agent_of_a_quiet_queue_gets_to_the_end_of_a_busy_sites_history,
}

async fn chats_come_before_requests_and_the_oldest_first(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut expected = Vec::new();
    let second = Duration::from_secs(1);
    for _ in 0..2 {
        let started = world.desk.open_request(&site, world.new_request(ROSA)).await.unwrap();
        expected.push((WorkKind::Request, started.number));
        world.clock.advance(second);
    }
    for _ in 0..2 {
        let (started, _) = world.start(&site).await;
        expected.push((WorkKind::WaitingChat, started.number));
        world.clock.advance(second);
    }
    for _ in 0..2 {
        let visitor = world.chat_with(&site, &agent).await;
        let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
        expected.push((WorkKind::MyChat, ticket.number));
        world.clock.advance(second);
    }
    expected.sort_by_key(|(kind, _)| *kind);
    let items = world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items;
    let found: Vec<_> = items.iter().map(|item| (item.kind, item.number.clone())).collect();
    assert_eq!(found, expected);
    for item in items {
        assert_eq!(world.desk.find_worklist_item(&agent, item.ticket).await.unwrap(), Some(item));
    }
}

/// All pages of a view, each with its rows and total.
async fn pages(world: &World, agent: &Agent, view: WorkView) -> Vec<Listing> {
    let mut pages = vec![world.desk.worklist(agent, view, None).await.unwrap()];
    while let Some(after) = pages.last().unwrap().next {
        assert!(pages.len() < 50, "the list has no end");
        pages.push(world.desk.worklist(agent, view, Some(after)).await.unwrap());
    }
    pages
}

fn tickets(pages: &[Listing]) -> Vec<TicketId> {
    pages.iter().flat_map(|page| page.items.iter().map(|item| item.ticket)).collect()
}

async fn a_long_list_is_read_page_by_page_and_says_how_long_it_is(world: World) {
    // However soon the first of them ring: the desk stays open for the last.
    let site = world.site_with("a", "[limits]\nqueue_limit = 1000").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mine = world.chat_with(&site, &agent).await;
    let tasks: Vec<_> = (0..220)
        .map(|_| {
            let (desk, site, new) = (world.desk.clone(), site.clone(), world.new_chat());
            tokio::spawn(async move { desk.start_chat(&site, new).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let asked = world.ask(&site, ROSA).await;
    let pages = pages(&world, &agent, WorkView::Open).await;
    let lengths: Vec<_> = pages.iter().map(|page| page.items.len()).collect();
    assert_eq!(lengths, [101, 100, 21], "my chat beside the first hundred");
    let total = Some(Total { rows: 222, at_least: false });
    assert_eq!(pages.iter().map(|page| page.total).collect::<Vec<_>>(), [total, total, None]);
    let all = tickets(&pages);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 222, "each once");
    assert_eq!(all[0], mine.ticket);
    assert_eq!(pages[2].items.last().unwrap().number, asked.number, "requests at the end");
    let items: Vec<_> = pages.into_iter().flat_map(|page| page.items).collect();
    assert!(items.is_sorted_by_key(|item| item.place()));
}

async fn answered_and_closed_tickets_are_in_views_of_their_own(world: World) {
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let pedro = world.agent("pedro").await;
    let views = async |agent: &Agent, ticket: TicketId| {
        let mut found = Vec::new();
        for view in WorkView::ALL {
            if tickets(&pages(&world, agent, view).await).contains(&ticket) {
                found.push(view);
            }
        }
        found
    };
    let started = world.ask(&site, ROSA).await;
    let ticket = world.visitor(&site, &started).await.ticket;
    assert_eq!(views(&lucia, ticket).await, [WorkView::Open]);
    let id = world.new_id();
    world.desk.post_agent_message(&lucia, ticket, id, "Así", &[]).await.unwrap();
    assert_eq!(views(&lucia, ticket).await, [WorkView::Mine, WorkView::Waiting]);
    assert_eq!(views(&pedro, ticket).await, [WorkView::Waiting]);
    let reasons = world.desk.closing_reasons(&lucia, ticket).await.unwrap();
    world.desk.close_ticket(&lucia, ticket, &reasons[0]).await.unwrap();
    assert_eq!(views(&lucia, ticket).await, [WorkView::Closed]);
    world.desk.reopen_ticket(&pedro, ticket).await.unwrap();
    assert_eq!(views(&pedro, ticket).await, [WorkView::Mine, WorkView::Open]);
    assert_eq!(views(&lucia, ticket).await, [WorkView::Open]);

    // A chat that ended is closed, and mine while it goes on, in whichever view.
    let visitor = world.chat_with(&site, &lucia).await;
    assert_eq!(views(&lucia, visitor.ticket).await, WorkView::ALL);
    assert_eq!(views(&pedro, visitor.ticket).await, []);
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    for agent in [&lucia, &pedro] {
        assert_eq!(views(agent, visitor.ticket).await, [WorkView::Closed]);
    }
}

/// Copies of a ticket: one a millisecond, later than it. `or`: columns that are other than the ticket's, and their
/// values.
async fn copy(world: &World, ticket: TicketId, count: u32, or: &[(&str, String)]) {
    let is_postgres = world.options.database_url.is_some();
    let id = if is_postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let this = world.id_as_sql(ticket.0);
    let columns = "site_id, start_digest, queue_id, state_id, priority_id, contact_email, contact_verified, mail_stopped,
        transcript_asked, lang, created_at, closed_at, request_at, last_at, last_seq, visitor_seen, agent_seen, mailed_upto, unread,
        preview";
    let value = |column: &str| {
        let column = column.trim();
        match or.iter().find(|(name, _)| *name == column) {
            Some((_, value)) => value.clone(),
            None if column.ends_with("_at") => format!("t.{column} + n.i"),
            None => format!("t.{column}"),
        }
    };
    let values: Vec<String> = columns.split(',').map(value).collect();
    world
        .force(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {count})
             insert into tickets (id, start_id, number, {columns})
             select {id}, {id}, 'X-' || n.i, {} from tickets t, n where t.id = {this}",
            values.join(", ")
        ))
        .await;
}

async fn closed_tickets_go_on_newest_first_over_sites_and_instants(world: World) {
    let sites = [world.site("a").await, world.site("b").await];
    let (agent, _console) = world.at_console("lucia").await;
    for site in &sites {
        let (_, visitor) = world.start(site).await;
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        // Half of them closed at one instant.
        copy(&world, visitor.ticket, 70, &[]).await;
        copy(&world, visitor.ticket, 70, &[("closed_at", "t.closed_at".into())]).await;
    }
    let pages = pages(&world, &agent, WorkView::Closed).await;
    assert_eq!(pages[0].total, Some(Total { rows: 282, at_least: false }));
    let items: Vec<_> = pages.iter().flat_map(|page| &page.items).collect();
    assert!(items.is_sorted_by_key(|item| item.place()));
    assert_eq!(items.iter().map(|item| item.ticket).collect::<BTreeSet<_>>().len(), 282);
    assert_eq!(items.len(), 282);
}

async fn an_agent_of_a_quiet_queue_gets_to_the_end_of_a_busy_sites_history(world: World) {
    let site = world.site_with("a", "[[queues]]\nname = \"Ventas\"").await;
    let soporte = site.queues.iter().find(|queue| queue.name.as_str() == "Soporte").unwrap().id;
    let quiet = Person { name: "eva", role: Role::Agent, sites: &[], queues: &["Soporte"] };
    let (eva, _) = world.hire(quiet).await;
    let (owner, _) = world.owner().await;
    let started = world.ask(&site, ROSA).await;
    let ticket = world.visitor(&site, &started).await.ticket;
    let reasons = world.desk.closing_reasons(&owner, ticket).await.unwrap();
    world.desk.close_ticket(&owner, ticket, &reasons[0]).await.unwrap();
    let queue = world.id_as_sql(soporte.0);
    // Hers is the oldest.
    copy(&world, ticket, 1, &[("queue_id", queue), ("closed_at", "t.closed_at - 9".into())]).await;
    copy(&world, ticket, 2_300, &[]).await;
    let pages = pages(&world, &eva, WorkView::Closed).await;
    let lengths: Vec<_> = pages.iter().map(|page| page.items.len()).collect();
    assert_eq!(lengths, [0, 0, 1], "a look reads a thousand");
    assert!(pages[0].total.is_some_and(|total| total.at_least), "and so does counting");
    let page = world.desk.worklist(&owner, WorkView::Closed, None).await.unwrap();
    assert_eq!((page.items.len(), page.total), (100, Some(Total { rows: 1000, at_least: true })));
}

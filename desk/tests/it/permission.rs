//! Who may what, through every verb; and what ends when somebody may less.

use crate::world::{Person, ROSA, World, on_both, reason, refused, wait_for_event, wait_for_offer};
use desk::{
    Desk,
    live::{Event, Subscription},
    people::{Agent, Role},
    sites::Site,
    tickets::{Visitor, files::Uploader},
};
use protocol::{
    Code, FileId, MailId, Seq, TicketId,
    agent::{AgentState, WorkKind, WorkView},
    entry::VisitorBody,
    visitor::VisitorChat,
};
use std::sync::Arc;

on_both! {
    another_queue_and_another_site_are_not_there,
    a_colleagues_chat_is_read_and_not_touched,
    an_agent_at_whom_a_chat_rings_neither_ends_it_nor_writes,
    supervisors_have_their_whole_site_and_nobodys_chat,
    a_console_hears_of_no_row_that_it_may_not_see,
    a_queue_lost_in_another_process_ends_watches_and_chats_here,
    a_site_lost_in_another_process_ends_watches_and_chats_here,
    what_rings_moves_on_when_its_agent_loses_the_queue,
    who_is_disabled_is_signed_out_and_their_chats_go_back,
    a_supervisor_who_becomes_an_agent_sees_their_queues_alone,
    a_removed_site_takes_its_tickets_from_the_screen,
    what_was_lost_while_nobody_served_goes_back_at_the_first_tick,
    a_chat_taken_by_who_has_just_lost_its_queue_goes_back,
    no_mail_shows_staff_what_its_link_proves,
}

const LUCIA: Person<'static> =
    Person { name: "lucia", role: Role::Agent, sites: &["uno"], queues: &["Facturas"] };
const PEDRO: Person<'static> =
    Person { name: "pedro", role: Role::Agent, sites: &["uno"], queues: &["Soporte"] };

/// A site whose new tickets come into *Facturas*, the first of its queues.
async fn uno(world: &World) -> Arc<Site> {
    world.site_with("uno", "[[queues]]\nname = \"Facturas\"").await
}

/// A request with a file, and its ticket.
async fn request(world: &World, site: &Site) -> (Visitor, FileId) {
    let mut upload = world.desk.begin_upload(Uploader::Form(site.id), "nota.txt").await.unwrap();
    upload.write(b"hola").await.unwrap();
    let file = upload.finish().await.unwrap().id;
    let mut new = world.new_request(ROSA);
    new.files = vec![file];
    let started = world.desk.open_request(site, new).await.unwrap();
    (world.visitor(site, &started).await, file)
}

/// Everything that an agent can ask about a ticket, as the codes of its refusals.
async fn refusals(
    world: &World,
    agent: &Agent,
    ticket: TicketId,
    file: FileId,
    mail: MailId,
) -> Vec<Code> {
    let desk = &world.desk;
    let why = reason("Resuelto");
    vec![
        refused(desk.conversation(agent, ticket).await),
        refused(desk.agent_entries(agent, ticket, Seq::START).await),
        refused(desk.post_agent_message(agent, ticket, world.new_id(), "hola", &[]).await),
        refused(desk.post_agent_message(agent, ticket, world.new_id(), "", &[file]).await),
        refused(desk.agent_is_typing(agent, ticket).await),
        refused(desk.mark_read_by_agent(agent, ticket, Seq(1)).await),
        refused(desk.end_chat(agent, ticket, &why).await),
        refused(desk.close_ticket(agent, ticket, &why).await),
        refused(desk.reopen_ticket(agent, ticket).await),
        refused(desk.closing_reasons(agent, ticket).await),
        refused(desk.site_for_upload(agent, ticket).await),
        refused(desk.agent_file(agent, file).await),
        refused(desk.mail(agent, mail).await.map(drop)),
        refused(desk.retry_mail(agent, mail).await),
    ]
}

async fn another_queue_and_another_site_are_not_there(world: World) {
    let site = uno(&world).await;
    world.site("dos").await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let (pedro, _) = world.hire(PEDRO).await;
    let elsewhere = Person { name: "eva", role: Role::Owner, sites: &["dos"], queues: &[] };
    let (eva, _) = world.hire(elsewhere).await;
    let (visitor, file) = request(&world, &site).await;
    let mails = world.desk.mails(&lucia, None).await.unwrap().mails;
    let mail = mails.iter().find(|mail| mail.to == ROSA).unwrap().id;
    world.desk.agent_file(&lucia, file).await.unwrap();
    world.desk.mail(&lucia, mail).await.unwrap();
    assert_eq!(refused(world.desk.retry_mail(&lucia, mail).await), Code::Forbidden);
    let (_, waiting) = world.start(&site).await;
    let chat = world.desk.find_worklist_item(&lucia, waiting.ticket).await.unwrap().unwrap().chat;
    let mine = world.chat_with(&site, &lucia).await;
    let (answered, _) = request(&world, &site).await;
    let id = world.new_id();
    world.desk.post_agent_message(&lucia, answered.ticket, id, "Sí", &[]).await.unwrap();
    let (closed, _) = request(&world, &site).await;
    let why = &world.desk.closing_reasons(&lucia, closed.ticket).await.unwrap()[0];
    world.desk.close_ticket(&lucia, closed.ticket, why).await.unwrap();
    for (view, shows) in [
        (WorkView::Mine, answered),
        (WorkView::Open, visitor),
        (WorkView::Waiting, answered),
        (WorkView::Closed, closed),
    ] {
        let items = world.desk.worklist(&lucia, view, None).await.unwrap().items;
        assert!(items.iter().any(|item| item.ticket == shows.ticket), "{view}");
    }
    let tickets = [visitor, waiting, mine, answered, closed].map(|visitor| visitor.ticket);
    let nothing = TicketId(world.new_id().0);
    let (no_file, no_mail) = (FileId(world.new_id().0), MailId(world.new_id().0));
    for stranger in [&pedro, &eva] {
        for ticket in tickets {
            let codes = refusals(&world, stranger, ticket, file, mail).await;
            assert_eq!(codes, [Code::NotFound; 14]);
            let item = world.desk.find_worklist_item(stranger, ticket).await.unwrap();
            assert!(item.is_none());
        }
        let unknown = refusals(&world, stranger, nothing, no_file, no_mail).await;
        assert_eq!(unknown, [Code::NotFound; 14], "as what is not there");
        assert_eq!(refused(world.desk.accept(stranger, chat.unwrap()).await), Code::NotFound);
        assert_eq!(refused(world.desk.decline(stranger, chat.unwrap()).await), Code::NotFound);
        for view in WorkView::ALL {
            let items = world.desk.worklist(stranger, view, None).await.unwrap().items;
            assert!(items.is_empty(), "{view}: {items:?}");
        }
        assert!(world.desk.mails(stranger, None).await.unwrap().mails.is_empty());
    }
}

async fn a_colleagues_chat_is_read_and_not_touched(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let (colleague, _) = world.hire(Person { name: "eva", ..LUCIA }).await;
    let visitor = world.chat_with(&site, &lucia).await;
    let (desk, ticket, why) = (&world.desk, visitor.ticket, reason("Resuelto"));
    desk.conversation(&colleague, ticket).await.unwrap();
    let id = world.new_id();
    for code in [
        refused(desk.post_agent_message(&colleague, ticket, id, "hola", &[]).await),
        refused(desk.agent_is_typing(&colleague, ticket).await),
        refused(desk.mark_read_by_agent(&colleague, ticket, Seq(1)).await),
        refused(desk.end_chat(&colleague, ticket, &why).await),
        refused(desk.close_ticket(&colleague, ticket, &why).await),
    ] {
        assert_eq!(code, Code::Forbidden);
    }
    // What they upload comes onto a comment.
    desk.site_for_upload(&colleague, ticket).await.unwrap();
    desk.post_agent_message(&lucia, ticket, id, "hola", &[]).await.unwrap();
}

async fn an_agent_at_whom_a_chat_rings_neither_ends_it_nor_writes(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let mut line = world.desk.hub().agent(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut line).await;
    let (desk, ticket, why) = (&world.desk, visitor.ticket, reason("Resuelto"));
    assert_eq!(refused(desk.end_chat(&lucia, ticket, &why).await), Code::Forbidden);
    let post = desk.post_agent_message(&lucia, ticket, world.new_id(), "hola", &[]).await;
    assert_eq!(refused(post), Code::Forbidden);
    assert_eq!(desk.offers(&lucia).await.unwrap().len(), 1, "it rings on");
    desk.accept(&lucia, chat).await.unwrap();
    desk.end_chat(&lucia, ticket, &desk.closing_reasons(&lucia, ticket).await.unwrap()[0])
        .await
        .unwrap();
}

async fn supervisors_have_their_whole_site_and_nobodys_chat(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let (boss, _) = world.hire(Person { name: "eva", role: Role::Supervisor, ..PEDRO }).await;
    let (visitor, file) = request(&world, &site).await;
    let chat = world.chat_with(&site, &lucia).await;
    let desk = &world.desk;
    assert_eq!(desk.worklist(&boss, WorkView::Open, None).await.unwrap().items.len(), 1);
    desk.agent_file(&boss, file).await.unwrap();
    let mails = desk.mails(&boss, None).await.unwrap().mails;
    desk.mail(&boss, mails[0].id).await.unwrap();
    assert_eq!(refused(desk.retry_mail(&boss, mails[0].id).await), Code::NotFound, "not parked");
    desk.post_agent_message(&boss, visitor.ticket, world.new_id(), "Sí", &[]).await.unwrap();
    desk.conversation(&boss, chat.ticket).await.unwrap();
    let end = desk.end_chat(&boss, chat.ticket, &reason("Resuelto")).await;
    assert_eq!(refused(end), Code::Forbidden);
}

/// Whether a row of the ticket comes before the console's own state is.
async fn receives_row(
    world: &World,
    line: &mut Subscription,
    agent: &Agent,
    ticket: TicketId,
) -> bool {
    let state = world.desk.find_agent(agent.id).unwrap().state;
    let other = match state {
        AgentState::Available => AgentState::Away,
        AgentState::Away | AgentState::Rona => AgentState::Available,
    };
    world.desk.set_agent_state(agent.id, other).await.unwrap();
    let mut heard = false;
    wait_for_event(line, |event| {
        heard |= matches!(event, Event::Work { ticket: of, .. } if *of == ticket);
        matches!(event, Event::AgentState { .. }).then_some(())
    })
    .await;
    heard
}

async fn a_console_hears_of_no_row_that_it_may_not_see(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let (pedro, _) = world.hire(PEDRO).await;
    let (mut at_lucia, mut at_pedro) =
        (world.desk.hub().agent(lucia.id), world.desk.hub().agent(pedro.id));
    let visitor = world.chat_with(&site, &lucia).await;
    let mut check = async |what: &str| {
        assert!(receives_row(&world, &mut at_lucia, &lucia, visitor.ticket).await, "{what}");
        assert!(!receives_row(&world, &mut at_pedro, &pedro, visitor.ticket).await, "{what}");
    };
    check("a chat begins and is taken").await;
    for what in ["a message", "a message to a ticket that the writer knows"] {
        world.visitor_posts(visitor, "hola").await;
        check(what).await;
    }
    world.desk.mark_read_by_agent(&lucia, visitor.ticket, Seq(4)).await.unwrap();
    check("a read mark").await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    check("the end").await;
}

/// What a change by another process does at the first tick here.
async fn change(world: &World, change: impl AsyncFnOnce(&Desk)) {
    let other = world.second_process().await;
    change(&other).await;
    other.close().await;
    world.desk.tick().await.unwrap();
}

fn lost(event: &Event) -> Option<TicketId> {
    match event {
        Event::AccessLost { ticket, .. } => Some(*ticket),
        Event::Entry { .. } => panic!("heard of what may not be seen"),
        _ => None,
    }
}

/// Lucía has a chat and looks at it, and loses it by `becomes`; Pedro may go on.
async fn loses(world: World, becomes: Person<'static>, takes_over: Person<'static>) {
    let site = uno(&world).await;
    world.site("dos").await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    // Somebody stays: without, who waits becomes a request.
    let (next, _) = world.hire(takes_over).await;
    let _next = world.desk.console_connected(next.id);
    let visitor = world.chat_with(&site, &lucia).await;
    let (_, waiting) = world.start(&site).await;
    let mut line = world.desk.hub().agent(lucia.id);
    world.desk.hub().watch(&line, visitor.ticket);
    world.desk.hub().watch(&line, waiting.ticket);
    change(&world, async |other| _ = other.create_agent(becomes.account()).await.unwrap()).await;

    let both = [wait_for_event(&mut line, lost).await, wait_for_event(&mut line, lost).await];
    assert!(both.contains(&visitor.ticket) && both.contains(&waiting.ticket));
    wait_for_event(&mut line, |event| matches!(event, Event::AccessChanged { .. }).then_some(()))
        .await;
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::Requeued, "the visitor is told");
    let head = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(head.chat, VisitorChat::Waiting { position: 1 }, "before who came earlier");
    world.visitor_posts(visitor, "¿siguen ahí?").await;
    assert!(!receives_row(&world, &mut line, &lucia, visitor.ticket).await);
    let now = world.desk.find_agent(lucia.id).unwrap();
    assert!(world.desk.worklist(&now, WorkView::Open, None).await.unwrap().items.is_empty());
    let post = world.desk.post_agent_message(&now, visitor.ticket, world.new_id(), "sí", &[]);
    assert_eq!(refused(post.await), Code::NotFound);
    let item = world.desk.find_worklist_item(&next, visitor.ticket).await.unwrap().unwrap();
    assert_eq!(item.kind, WorkKind::WaitingChat);
    world.accept(&next, visitor).await;
}

async fn a_queue_lost_in_another_process_ends_watches_and_chats_here(world: World) {
    let queues = &["Soporte"];
    loses(world, Person { queues, ..LUCIA }, Person { name: "eva", ..LUCIA }).await;
}

async fn a_site_lost_in_another_process_ends_watches_and_chats_here(world: World) {
    let becomes = Person { sites: &["dos"], queues: &[], ..LUCIA };
    loses(world, becomes, Person { name: "eva", ..LUCIA }).await;
}

async fn what_rings_moves_on_when_its_agent_loses_the_queue(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _one = world.desk.console_connected(lucia.id);
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    let (eva, _) = world.hire(Person { name: "eva", ..LUCIA }).await;
    let _two = world.desk.console_connected(eva.id);
    let mut at_eva = world.desk.hub().agent(eva.id);
    world.desk.create_agent(Person { queues: &["Soporte"], ..LUCIA }.account()).await.unwrap();
    wait_for_event(&mut at_lucia, |event| matches!(event, Event::OfferGone { .. }).then_some(()))
        .await;
    assert_eq!(wait_for_offer(&mut at_eva).await, chat);
    assert_eq!(world.desk.accept(&eva, chat).await.unwrap(), visitor.ticket);
}

async fn who_is_disabled_is_signed_out_and_their_chats_go_back(world: World) {
    let site = uno(&world).await;
    let (lucia, token) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let (eva, _) = world.hire(Person { name: "eva", ..LUCIA }).await;
    let _eva = world.desk.console_connected(eva.id);
    let visitor = world.chat_with(&site, &lucia).await;
    let mut line = world.desk.hub().agent(lucia.id);
    world.desk.hub().watch(&line, visitor.ticket);
    world.force("update agents set disabled_at = 1 where name = 'lucia'").await;
    world.force("update revision set n = n + 1").await;
    world.desk.tick().await.unwrap();
    assert_eq!(wait_for_event(&mut line, lost).await, visitor.ticket);
    wait_for_event(&mut line, |event| matches!(event, Event::SignedOut { .. }).then_some(())).await;
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    let head = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(head.chat, VisitorChat::Waiting { position: 1 });
    // Let in again, they sign in again.
    world.force("update agents set disabled_at = null").await;
    world.force("update revision set n = n + 1").await;
    world.desk.tick().await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    assert!(world.desk.find_agent(lucia.id).is_some());
}

async fn a_supervisor_who_becomes_an_agent_sees_their_queues_alone(world: World) {
    let site = uno(&world).await;
    let boss = Person { role: Role::Supervisor, ..PEDRO };
    let (pedro, _) = world.hire(boss).await;
    let (visitor, _) = request(&world, &site).await;
    let mut line = world.desk.hub().agent(pedro.id);
    world.desk.hub().watch(&line, visitor.ticket);
    change(&world, async |other| _ = other.create_agent(PEDRO.account()).await.unwrap()).await;
    assert_eq!(wait_for_event(&mut line, lost).await, visitor.ticket);
    let now = world.desk.find_agent(pedro.id).unwrap();
    assert_eq!(refused(world.desk.conversation(&now, visitor.ticket).await), Code::NotFound);
}

async fn a_removed_site_takes_its_tickets_from_the_screen(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let (visitor, _) = request(&world, &site).await;
    let mut line = world.desk.hub().agent(lucia.id);
    world.desk.hub().watch(&line, visitor.ticket);
    change(&world, async |other| _ = other.remove_site(&site.key).await.unwrap()).await;
    assert_eq!(wait_for_event(&mut line, lost).await, visitor.ticket);
}

async fn what_was_lost_while_nobody_served_goes_back_at_the_first_tick(mut world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let visitor = world.chat_with(&site, &lucia).await;
    world.desk.create_agent(Person { queues: &["Soporte"], ..LUCIA }.account()).await.unwrap();
    world.restart().await;
    world.desk.tick().await.unwrap();
    let head = world.desk.visitor_ticket(visitor).await.unwrap();
    assert!(matches!(head.chat, VisitorChat::Waiting { .. }), "{:?}", head.chat);
}

async fn a_chat_taken_by_who_has_just_lost_its_queue_goes_back(world: World) {
    let site = uno(&world).await;
    let (lucia, _) = world.hire(LUCIA).await;
    let _console = world.desk.console_connected(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let item = world.desk.find_worklist_item(&lucia, visitor.ticket).await.unwrap().unwrap();
    let elsewhere = Person { queues: &["Soporte"], ..LUCIA };
    change(&world, async |other| _ = other.create_agent(elsewhere.account()).await.unwrap()).await;
    // Her request was let in before: it still goes by what she had.
    assert_eq!(refused(world.desk.accept(&lucia, item.chat.unwrap()).await), Code::NotFound);
    let head = world.desk.visitor_ticket(visitor).await.unwrap();
    assert!(matches!(head.chat, VisitorChat::Waiting { .. }), "{:?}", head.chat);
}

async fn no_mail_shows_staff_what_its_link_proves(world: World) {
    let site = uno(&world).await;
    let (owner, _) = world.owner().await;
    let _console = world.desk.console_connected(owner.id);
    let (asked, _) = request(&world, &site).await;
    // A link in somebody's own words opens as much as one in a button.
    let token = world.desk.ticket_token(asked).0;
    let mac = token.split_once('.').unwrap().1;
    let text = format!("Es https://help.example.com/t/UNO-1001?k={mac} y ya");
    world.desk.post_agent_message(&owner, asked.ticket, world.new_id(), &text, &[]).await.unwrap();
    let mut chat = world.new_chat();
    chat.email = Some(protocol::text::EmailAddress::parse(ROSA).unwrap());
    let started = world.desk.start_chat(&site, chat).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    world.accept(&owner, visitor).await;
    world.desk.send_transcript(visitor, None).await.unwrap();
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let check = async |state: &str| {
        let mails = world.desk.mails(&owner, None).await.unwrap().mails;
        assert!(mails.len() >= 4, "{state}: {}", mails.len());
        for mail in mails {
            let (_, text, html) = world.desk.mail(&owner, mail.id).await.unwrap();
            for body in [&text, &html] {
                assert!(!body.contains("?k=") && !body.contains(mac), "{state}, {}", mail.subject);
                let leads_somewhere = body.contains("/t/UNO-100") || mail.to != ROSA;
                assert!(leads_somewhere, "{state}: the address stays");
            }
        }
    };
    check("as they will be").await;
    world.desk.tick().await.unwrap();
    check("as they were kept").await;
    assert!(world.mailed_tokens().len() >= 3, "their readers have it");
    world.force("update mails set outcome = 'sent'").await;
    check("as they were sent").await;
    world.force("update mails set outcome = null, parked_at = 1").await;
    check("as they were given up").await;
}

//! A connection to PostgreSQL that is cut at COMMIT: what was done is answered and told as done, what was not done is
//! done now, and either is there once.

use crate::world::{
    Cut, Engine, PASSWORD, Proxy, ROSA, World, until, wait_for_event, wait_for_offer,
};
use desk::{
    live::{Event, Subscription},
    people::{AgentChanges, NewAgent, Role},
    tickets::Visitor,
};
use protocol::{
    Score, Seq, SiteKey,
    agent::{AgentState, ForAgent},
    entry::AgentEntry,
    text::{EmailAddress, FormText, RatingComment},
};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_without_an_answer_is_answered_and_told_as_done() {
    cut_everywhere(Cut::After).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_before_its_commit_is_done_once() {
    cut_everywhere(Cut::Before).await;
}

/// The verbs of visitors, agents, owners and the desk itself with every first COMMIT cut come to the same as without.
async fn cut_everywhere(cut: Cut) {
    if Engine::Postgres.is_here() {
        let whole = Day::begin(None).await.pass().await;
        let cut = Day::begin(Some(cut)).await.pass().await;
        assert_eq!(cut, whole);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_commit_is_asked_until_the_database_is_back() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut world = World::new(Engine::Postgres).await;
    let proxy = world.behind_proxy().await;
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    proxy.cut(Cut::AfterForLonger);
    let (desk, by) = (world.desk.clone(), agent.clone());
    let reason = site.closing_reasons[0].clone();
    let ending = tokio::spawn(async move { desk.end_chat(&by, visitor.ticket, &reason).await });
    until("the database is away", async || proxy.is_down()).await;
    proxy.set_down(false);
    ending.await.unwrap().unwrap();
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds[3..], ["chat_ended", "state_changed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_connection_that_falls_silent_has_committed_is_answered_and_others_go_on() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut world = World::new(Engine::Postgres).await;
    let proxy = world.behind_proxy().await;
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let reason = site.closing_reasons[0].clone();
    // One commit of the writer's, and one of a verb's that changes counts.
    proxy.cut(Cut::Silent);
    let message = world.new_id();
    world.desk.post_visitor_message(visitor, message, "¿Sigues ahí?", &[]).await.unwrap();
    assert_eq!(proxy.cuts_made(), 1);
    world.visitor_posts(visitor, "Hola").await;
    proxy.cut(Cut::Silent);
    let (desk, by) = (world.desk.clone(), agent.clone());
    let ending = tokio::spawn(async move { desk.end_chat(&by, visitor.ticket, &reason).await });
    until("it is silent", async || proxy.cuts_made() == 2).await;
    // Meanwhile others start chats, which are counted too.
    world.start(&site).await;
    ending.await.unwrap().unwrap();
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds[3..], ["visitor", "visitor", "chat_ended", "state_changed"]);
}

/// A day at a desk.
struct Day {
    world: World,
    proxy: Proxy,
    cut: Option<Cut>,
}

/// What a day comes to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    chat: Vec<String>,
    request: Vec<String>,
    mails: i64,
    jobs: i64,
    sessions: i64,
    agents: i64,
    sites: i64,
}

impl Day {
    async fn begin(cut: Option<Cut>) -> Self {
        let mut world = World::new(Engine::Postgres).await;
        let proxy = world.behind_proxy().await;
        Self { world, proxy, cut }
    }

    /// One verb, with its first COMMIT cut.
    async fn verb<T>(&self, verb: impl Future<Output = T>) -> T {
        let before = self.proxy.cuts_made();
        if let Some(cut) = self.cut {
            self.proxy.cut(cut);
        }
        let done = verb.await;
        assert_eq!(self.proxy.cuts_made(), before + usize::from(self.cut.is_some()));
        done
    }

    async fn pass(self) -> Outcome {
        let (world, desk) = (&self.world, &self.world.desk);
        let file = "key = \"a\"\nprefix = \"A\"\n[[queues]]\nname = \"Soporte\"\n";
        let site = self.verb(desk.apply_site(file)).await.unwrap();
        let account = NewAgent {
            email: "lucia@example.com".into(),
            name: "Lucía".into(),
            role: Role::Owner,
            sites: vec![],
            queues: vec![],
            password: Some(PASSWORD.into()),
        };
        self.verb(desk.create_agent(account)).await.unwrap();
        let changes = AgentChanges { sees_sensitive: Some(true), ..AgentChanges::default() };
        self.verb(desk.change_agent("lucia@example.com", &changes)).await.unwrap();
        let other = self.verb(desk.sign_in("lucia@example.com", PASSWORD)).await.unwrap();
        let token = desk.sign_in("lucia@example.com", PASSWORD).await.unwrap();
        self.verb(desk.sign_out(&other.0)).await.unwrap();
        let agent = desk.find_session(&token.0).await.unwrap().unwrap();
        for state in [AgentState::Away, AgentState::Available] {
            self.verb(desk.set_agent_state(agent.id, state)).await.unwrap();
        }
        let _console = desk.console_connected(agent.id);

        let mut offers = desk.hub().agent(agent.id);
        let started = self.verb(desk.start_chat(&site, world.new_chat())).await.unwrap();
        let visitor = world.visitor(&site, &started).await;
        let mut line = desk.hub().visitor(visitor.ticket);
        let chat = wait_for_offer(&mut offers).await;
        self.verb(desk.accept(&agent, chat)).await.unwrap();
        let id = world.new_id();
        let first = self.verb(desk.post_visitor_message(visitor, id, "uno", &[])).await.unwrap();
        assert_eq!((first.id, first.seq), (id, Seq(4)));
        self.verb(desk.mark_read_by_agent(&agent, visitor.ticket, Seq(4))).await.unwrap();
        let (id, ticket) = (world.new_id(), visitor.ticket);
        self.verb(desk.post_agent_message(&agent, ticket, id, "dos", &[])).await.unwrap();
        self.verb(desk.mark_read_by_visitor(visitor, Seq(4))).await.unwrap();
        let (id, text) = (world.new_id(), Some(FormText::parse("tres").unwrap()));
        self.verb(desk.post_visitor_reply(visitor, id, text, &[])).await.unwrap();
        self.verb(desk.end_chat(&agent, ticket, &site.closing_reasons[0])).await.unwrap();
        let comment = Some(RatingComment::parse("bien").unwrap());
        self.verb(desk.rate(visitor, Score::ALL[4], comment)).await.unwrap();
        let email = Some(EmailAddress::parse(ROSA).unwrap());
        self.verb(desk.send_transcript(visitor, email)).await.unwrap();

        let started = self.verb(desk.open_request(&site, world.new_request(ROSA))).await.unwrap();
        let asked = world.visitor(&site, &started).await;
        let id = world.new_id();
        self.verb(desk.post_agent_message(&agent, asked.ticket, id, "sí", &[])).await.unwrap();
        let id = world.new_id();
        self.verb(desk.post_visitor_message(asked, id, "gracias", &[])).await.unwrap();
        self.verb(desk.close_ticket(&agent, asked.ticket, &site.closing_reasons[0])).await.unwrap();
        let begun = self.verb(desk.start_chat(&site, world.new_chat())).await.unwrap();
        let left = world.visitor(&site, &begun).await;
        wait_for_offer(&mut offers).await;
        self.verb(desk.end_chat_as_visitor(left)).await.unwrap();
        let other = EmailAddress::parse("otra@example.com").unwrap();
        self.verb(desk.claim_email(left, other)).await.unwrap();

        desk.apply_site("key = \"b\"\nprefix = \"B\"\n").await.unwrap();
        self.verb(desk.remove_site(&SiteKey("b".into()))).await.unwrap();
        self.verb(desk.tick()).await.unwrap();
        world.clock.advance(Duration::from_hours(1));
        self.verb(desk.tick()).await.unwrap();
        let (entries, _) = desk.agent_entries(&agent, ticket, Seq::START).await.unwrap();
        let entries: Vec<_> = entries.into_iter().map(ForAgent::into_inner).collect();
        wait_for_entries(&mut line, visitor, &entries[2..]).await;
        Outcome {
            chat: world.kinds(&agent, ticket).await,
            request: world.kinds(&agent, asked.ticket).await,
            mails: world.count("select count(*) from mails").await,
            jobs: world.count("select count(*) from jobs").await,
            sessions: world.count("select count(*) from sessions").await,
            agents: world.count("select count(*) from agents").await,
            sites: world.count("select count(*) from sites").await,
        }
    }
}

/// Every entry came to those who listen, in order.
async fn wait_for_entries(line: &mut Subscription, visitor: Visitor, entries: &[AgentEntry]) {
    for wanted in entries {
        wait_for_event(line, |event| match event {
            Event::Entry { ticket, agent: entry, .. } if *ticket == visitor.ticket => {
                (entry.id == wanted.id).then_some(())
            }
            _ => None,
        })
        .await;
    }
}

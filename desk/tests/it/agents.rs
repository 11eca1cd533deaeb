//! People and their sessions.

use crate::world::{OWNER, PASSWORD, START, World, on_both, refused, wait_for_offer};
use desk::{Desk, live::Event, people::*};
use protocol::{
    Code, SiteKey,
    agent::AgentState,
    settings::{Capacity, Language, Picture},
    text::PersonName,
};
use std::time::Duration;

fn named(email: &str, password: Option<&str>) -> NewAgent {
    NewAgent {
        email: email.to_owned(),
        name: "Lucía Medina".to_owned(),
        role: Role::Agent,
        sites: vec![],
        queues: vec![],
        password: password.map(str::to_owned),
    }
}

/// The same as an owner.
fn owner(email: &str, password: Option<&str>) -> NewAgent {
    NewAgent { role: Role::Owner, ..named(email, password) }
}

fn capacity(chats: u64) -> AgentChanges {
    let capacity = Change::To(Capacity::new(chats).unwrap());
    AgentChanges { capacity, ..AgentChanges::default() }
}

fn role(role: Role) -> AgentChanges {
    AgentChanges { role: Some(role), ..AgentChanges::default() }
}

async fn account(desk: &Desk, email: &str) -> AgentAccount {
    desk.find_agent_account(email).await.unwrap().unwrap()
}

/// The token of a one-time link.
fn token_in(link: &str) -> &str {
    link.strip_prefix("https://help.example.com/console/password?k=").unwrap()
}

on_both! {
    a_wrong_password_and_an_unknown_address_are_answered_alike,
    who_was_created_by_another_process_signs_in_at_once,
    a_session_holds_for_fourteen_days_after_its_last_use,
    signing_out_ends_one_session_at_once,
    a_one_time_link_sets_a_password_once,
    a_link_that_anybody_asked_for_leaves_that_of_an_operator,
    creating_an_agent_again_changes_them_and_ends_their_sessions,
    a_password_changed_by_another_process_ends_sessions_here,
    an_agents_state_is_kept_and_told,
    what_is_not_given_stays_and_what_is_given_is_another,
    with_their_sites_agents_lose_the_queues_of_the_others,
    a_site_or_queue_that_is_not_there_is_named_with_those_there_are,
    the_last_owner_who_can_sign_in_stays_one,
    of_two_owners_who_disable_each_other_one_stays,
    who_is_disabled_is_let_in_by_nothing,
    who_is_enabled_again_begins_anew,
    an_agent_disabled_by_another_process_is_out_at_the_next_tick,
    a_capacity_of_their_own_comes_before_the_sites,
}

async fn a_wrong_password_and_an_unknown_address_are_answered_alike(world: World) {
    world.owner().await;
    let wrong = world.desk.sign_in(OWNER, "otra contraseña").await;
    let unknown = world.desk.sign_in("nadie@example.com", PASSWORD).await;
    assert_eq!(refused(wrong), Code::SignInFailed);
    assert_eq!(refused(unknown), Code::SignInFailed);
    assert_eq!(refused(world.desk.sign_in("", "").await), Code::SignInFailed);
    assert_eq!(refused(world.desk.sign_in("a\0b", &"x".repeat(5000)).await), Code::SignInFailed);
    world.desk.sign_in(" LUCIA@example.com ", PASSWORD).await.unwrap();
}

async fn who_was_created_by_another_process_signs_in_at_once(world: World) {
    let other = world.second_process().await;
    other.create_agent(named("ana@example.com", Some(PASSWORD))).await.unwrap();
    other.close().await;
    let token = world.desk.sign_in("ana@example.com", PASSWORD).await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
}

async fn a_session_holds_for_fourteen_days_after_its_last_use(mut world: World) {
    let (_, token) = world.owner().await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_hours(13 * 24));
        assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    }
    world.restart().await;
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    world.clock.advance(Duration::from_hours(14 * 24) + Duration::from_secs(1));
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    assert!(world.desk.find_session("").await.unwrap().is_none());
}

async fn signing_out_ends_one_session_at_once(world: World) {
    let (agent, token) = world.owner().await;
    let second = world.desk.sign_in(OWNER, PASSWORD).await.unwrap();
    let mut console = world.desk.hub().agent(agent.id);
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    world.desk.sign_out(&token.0).await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    assert!(world.desk.find_session(&second.0).await.unwrap().is_some());
    let heard = console.next().await.unwrap();
    assert!(matches!(*heard, Event::SignedOut { agent: who } if who == agent.id));
    world.desk.sign_out(&token.0).await.unwrap();
}

async fn a_one_time_link_sets_a_password_once(world: World) {
    let link = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    assert!(!world.desk.has_agents().await.unwrap());
    let token = token_in(&link);
    assert_eq!(
        refused(world.desk.set_password(token, "corta", Language::Spanish).await),
        Code::TooShort
    );
    let session = world.desk.set_password(token, PASSWORD, Language::English).await.unwrap();
    let agent = world.desk.find_session(&session.0).await.unwrap().unwrap();
    assert_eq!(agent.lang, "en", "that of whoever set the first password");
    assert_eq!(
        refused(world.desk.set_password(token, PASSWORD, Language::Spanish).await),
        Code::NotFound
    );
    world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
    assert!(world.desk.has_agents().await.unwrap());

    let again = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    world.desk.set_password(token_in(&again), PASSWORD, Language::Portuguese).await.unwrap();
    assert_eq!(world.desk.find_agent(agent.id).unwrap().lang, "en", "not of every later one");

    let late = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    world.clock.advance(Duration::from_hours(24));
    assert_eq!(
        refused(world.desk.set_password(token_in(&late), PASSWORD, Language::Spanish).await),
        Code::NotFound
    );
    world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
}

async fn a_link_that_anybody_asked_for_leaves_that_of_an_operator(world: World) {
    world.site("a").await;
    let link = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    for _ in 0..2 {
        world.desk.mail_password_link("eva@example.com").await.unwrap();
    }
    let links = "select count(*) from one_time_links";
    assert_eq!(world.count(links).await, 2, "the operator's, and the last one that was asked for");
    world.desk.set_password(token_in(&link), PASSWORD, Language::Spanish).await.unwrap();
    assert_eq!(world.count(links).await, 0, "one that was used ends the others");
}

async fn creating_an_agent_again_changes_them_and_ends_their_sessions(world: World) {
    world.site("uno").await;
    world.site("dos").await;
    let (agent, token) = world.owner().await;
    world.desk.create_agent(owner("eva@example.com", Some(PASSWORD))).await.unwrap();
    assert_eq!(agent.sites.len(), 2);
    let mut new = named("Lucia@Example.com", Some("otra contraseña larga"));
    new.sites = vec!["uno".to_owned()];
    new.queues = vec!["Soporte".to_owned()];
    assert!(world.desk.create_agent(new.clone()).await.unwrap().is_none());
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
    let token = world.desk.sign_in(OWNER, "otra contraseña larga").await.unwrap();
    let changed = world.desk.find_session(&token.0).await.unwrap().unwrap();
    assert_eq!((changed.id, changed.role, changed.sites.len()), (agent.id, Role::Agent, 1));
    "nadie".clone_into(&mut new.email);
    let Err(AgentError::Desk(error)) = world.desk.create_agent(new).await else {
        panic!("nobody writes to such an address")
    };
    assert_eq!(error.refusal().code, Code::EmailInvalid);
}

async fn a_password_changed_by_another_process_ends_sessions_here(world: World) {
    let (_, token) = world.owner().await;
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    let other = world.second_process().await;
    other.create_agent(owner(OWNER, Some("otra contraseña larga"))).await.unwrap();
    other.close().await;
    world.desk.tick().await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_none());
}

async fn an_agents_state_is_kept_and_told(mut world: World) {
    let (agent, token) = world.owner().await;
    assert_eq!(agent.state, AgentState::Available);
    world.clock.advance(Duration::from_mins(1));
    let mut console = world.desk.hub().agent(agent.id);
    world.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    let heard = console.next().await.unwrap();
    assert!(matches!(*heard, Event::AgentState { agent: who } if who == agent.id));
    world.restart().await;
    let agent = world.desk.find_session(&token.0).await.unwrap().unwrap();
    assert_eq!(agent.state, AgentState::Away);
    assert_eq!(agent.since, START + Duration::from_mins(1));
}

async fn what_is_not_given_stays_and_what_is_given_is_another(world: World) {
    world.site("uno").await;
    let new = NewAgent { sites: vec!["uno".into()], ..named("Eva@example.com", Some(PASSWORD)) };
    world.desk.create_agent(new).await.unwrap();
    let made = account(&world.desk, "eva@example.com").await;
    assert_eq!((made.email.as_str(), made.role), ("Eva@example.com", Role::Agent));
    assert_eq!((made.sites.clone(), made.queues.len()), (Some(vec![SiteKey("uno".into())]), 0));
    assert_eq!((made.capacity, made.picture.clone(), made.disabled_at), (None, None, None));
    assert!(!made.sees_sensitive && made.has_password && !made.signed_in);

    let changes = AgentChanges {
        name: Some(PersonName::parse("Eva Paz").unwrap()),
        ..AgentChanges::default()
    };
    world.desk.change_agent(" EVA@example.com", &changes).await.unwrap();
    let renamed = account(&world.desk, "eva@example.com").await;
    assert_eq!(renamed, AgentAccount { name: "Eva Paz".into(), ..made });

    let picture = Picture::parse("https://example.com/eva.jpg").unwrap();
    let changes = AgentChanges {
        name: None,
        role: Some(Role::Supervisor),
        sites: Some(vec![]),
        queues: Some(vec!["Soporte".into()]),
        capacity: Change::To(Capacity::new(1_000).unwrap()),
        picture: Change::To(picture.clone()),
        sees_sensitive: Some(true),
    };
    world.desk.change_agent("eva@example.com", &changes).await.unwrap();
    let after = account(&world.desk, "eva@example.com").await;
    let queue = world.desk.find_site(&SiteKey("uno".into())).unwrap().queues[0].name.clone();
    let expected = AgentAccount {
        role: Role::Supervisor,
        sites: None,
        queues: vec![(SiteKey("uno".into()), queue)],
        capacity: Some(Capacity::new(1_000).unwrap()),
        picture: Some(picture),
        sees_sensitive: true,
        ..renamed
    };
    assert_eq!(after, expected);
    let changes = AgentChanges { sees_sensitive: Some(true), ..AgentChanges::default() };
    world.desk.change_agent("eva@example.com", &changes).await.unwrap();
    assert_eq!(account(&world.desk, "eva@example.com").await, expected);

    let changes = AgentChanges {
        queues: Some(vec![]),
        capacity: Change::Clear,
        picture: Change::Clear,
        sees_sensitive: Some(false),
        ..AgentChanges::default()
    };
    world.desk.change_agent("eva@example.com", &changes).await.unwrap();
    let cleared = account(&world.desk, "eva@example.com").await;
    let expected = AgentAccount {
        queues: vec![],
        capacity: None,
        picture: None,
        sees_sensitive: false,
        ..expected
    };
    assert_eq!(cleared, expected);
}

async fn with_their_sites_agents_lose_the_queues_of_the_others(world: World) {
    for site in ["uno", "dos", "tres"] {
        world.site_with(site, "[[queues]]\nname = \"Ventas\"").await;
    }
    let sites = |keys: &[&str]| AgentChanges {
        sites: Some(keys.iter().map(|&key| key.to_owned()).collect()),
        ..AgentChanges::default()
    };
    let bound = async || {
        let account = account(&world.desk, "eva@example.com").await;
        let named = |(site, queue): &(SiteKey, _)| format!("{site}/{queue}");
        (
            account.sites.map(|sites| sites.len()),
            account.queues.iter().map(named).collect::<Vec<_>>(),
        )
    };
    let new = NewAgent {
        sites: vec!["uno".into(), "dos".into()],
        queues: vec!["Ventas".into()],
        ..named("eva@example.com", Some(PASSWORD))
    };
    world.desk.create_agent(new).await.unwrap();
    assert_eq!(bound().await, (Some(2), vec!["dos/Ventas".into(), "uno/Ventas".into()]));
    world.desk.change_agent("eva@example.com", &sites(&["tres", "uno"])).await.unwrap();
    assert_eq!(bound().await, (Some(2), vec!["uno/Ventas".into()]));
    world.desk.change_agent("eva@example.com", &sites(&[])).await.unwrap();
    assert_eq!(bound().await, (None, vec!["uno/Ventas".into()]));
    let queues = AgentChanges { queues: Some(vec!["Ventas".into()]), ..sites(&["tres"]) };
    world.desk.change_agent("eva@example.com", &queues).await.unwrap();
    assert_eq!(bound().await, (Some(1), vec!["tres/Ventas".into()]));

    // A site that is removed leaves its agents with nothing, not with everything.
    world.desk.remove_site(&SiteKey("tres".into())).await.unwrap();
    assert_eq!(bound().await, (Some(0), vec![]));
    let queues = AgentChanges { queues: queues.queues, ..AgentChanges::default() };
    let refused = world.desk.change_agent("eva@example.com", &queues).await.unwrap_err();
    assert!(matches!(refused, AgentError::NoQueue { known, .. } if known.is_empty()));
}

async fn a_site_or_queue_that_is_not_there_is_named_with_those_there_are(world: World) {
    world.site_with("uno", "[[queues]]\nname = \"Ventas\"").await;
    world.site("dos").await;
    world.desk.create_agent(named("eva@example.com", Some(PASSWORD))).await.unwrap();
    let before = account(&world.desk, "eva@example.com").await;
    let no_site = |refused: AgentError| match refused {
        AgentError::NoSite { key, known } => (key, known.iter().map(SiteKey::to_string).collect()),
        other => panic!("{other}"),
    };
    let no_queue = |refused: AgentError| match refused {
        AgentError::NoQueue { name, known } => {
            (name, known.iter().map(ToString::to_string).collect())
        }
        other => panic!("{other}"),
    };
    let two = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];

    let new = NewAgent { sites: two("uno", "tres"), ..named("ana@example.com", None) };
    let refused = world.desk.create_agent(new).await.unwrap_err();
    assert_eq!(no_site(refused), ("tres".to_owned(), two("dos", "uno")));
    let new = NewAgent { queues: two("Soporte", "Nada"), ..named("ana@example.com", None) };
    let refused = world.desk.create_agent(new).await.unwrap_err();
    assert_eq!(no_queue(refused).0, "Nada");
    assert!(world.desk.find_agent_account("ana@example.com").await.unwrap().is_none());

    let changes = AgentChanges { sites: Some(two("uno", "tres")), ..role(Role::Supervisor) };
    let refused = world.desk.change_agent("eva@example.com", &changes).await.unwrap_err();
    assert_eq!(no_site(refused), ("tres".to_owned(), two("dos", "uno")));
    let changes = AgentChanges {
        sites: Some(vec!["dos".into()]),
        queues: Some(vec!["Ventas".into()]),
        ..role(Role::Supervisor)
    };
    let refused = world.desk.change_agent("eva@example.com", &changes).await.unwrap_err();
    assert_eq!(no_queue(refused), ("Ventas".to_owned(), vec!["Soporte".to_owned()]));
    assert_eq!(account(&world.desk, "eva@example.com").await, before, "all or nothing");
    let nobody = world.desk.change_agent("nadie@example.com", &role(Role::Agent)).await;
    assert!(matches!(nobody, Err(AgentError::NoAgent)));
}

async fn the_last_owner_who_can_sign_in_stays_one(world: World) {
    let (_, token) = world.owner().await;
    // Neither of them can give the desk back to anybody.
    world.desk.create_agent(owner("sin@example.com", None)).await.unwrap();
    world.desk.create_agent(owner("fuera@example.com", Some(PASSWORD))).await.unwrap();
    world.desk.disable_agent("fuera@example.com").await.unwrap();
    let refused = [
        world.desk.disable_agent(OWNER).await,
        world.desk.change_agent(OWNER, &role(Role::Supervisor)).await,
        world.desk.create_agent(named(OWNER, Some(PASSWORD))).await.map(drop),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(AgentError::LastOwner)), "{refused:?}");
    }
    let agent = world.desk.find_session(&token.0).await.unwrap().expect("still signed in");
    assert_eq!((agent.role, agent.state), (Role::Owner, AgentState::Available));

    world.desk.enable_agent("fuera@example.com").await.unwrap();
    world.desk.change_agent(OWNER, &role(Role::Agent)).await.unwrap();
    world.desk.disable_agent(OWNER).await.unwrap();
    let last = world.desk.disable_agent("fuera@example.com").await;
    assert!(matches!(last, Err(AgentError::LastOwner)));
}

async fn of_two_owners_who_disable_each_other_one_stays(world: World) {
    let other = world.second_process().await;
    world.owner().await;
    world.desk.create_agent(owner("eva@example.com", Some(PASSWORD))).await.unwrap();
    let (one, two) =
        tokio::join!(world.desk.disable_agent("eva@example.com"), other.disable_agent(OWNER));
    assert!(
        matches!(
            (&one, &two),
            (Ok(()), Err(AgentError::LastOwner)) | (Err(AgentError::LastOwner), Ok(()))
        ),
        "{one:?} {two:?}"
    );
    other.close().await;
}

async fn who_is_disabled_is_let_in_by_nothing(world: World) {
    world.owner().await;
    let eva = world.agent("eva").await;
    let session = world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
    assert!(world.desk.find_session(&session.0).await.unwrap().is_some());
    let link = world.desk.create_agent(named("eva@example.com", None)).await.unwrap().unwrap();
    let mut console = world.desk.hub().agent(eva.id);
    world.clock.advance(Duration::from_mins(1));
    world.desk.disable_agent(" Eva@Example.com").await.unwrap();

    let heard = console.next().await.unwrap();
    assert!(matches!(*heard, Event::SignedOut { agent } if agent == eva.id));
    assert!(world.desk.find_session(&session.0).await.unwrap().is_none());
    let here = world.desk.sign_in("eva@example.com", PASSWORD).await;
    let nowhere = world.desk.sign_in("nadie@example.com", PASSWORD).await;
    assert_eq!(refused(here), refused(nowhere));
    let here = world.desk.set_password(token_in(&link), PASSWORD, Language::Spanish).await;
    let nowhere = world.desk.set_password("nadie", PASSWORD, Language::Spanish).await;
    assert_eq!(refused(here), refused(nowhere));
    let again = world.desk.create_agent(named("eva@example.com", None)).await;
    assert!(matches!(again, Err(AgentError::Disabled)));
    let back = world.desk.set_agent_state(eva.id, AgentState::Available).await;
    assert_eq!(refused(back), Code::NotFound);

    let at = START + Duration::from_mins(1);
    let out = account(&world.desk, "eva@example.com").await;
    assert_eq!((out.state, out.since, out.disabled_at), (AgentState::Away, at, Some(at)));
    assert!(!out.signed_in && out.has_password);
    world.clock.advance(Duration::from_mins(1));
    world.desk.disable_agent("eva@example.com").await.unwrap();
    assert_eq!(account(&world.desk, "eva@example.com").await, out, "since the first time");
    assert!(matches!(
        world.desk.disable_agent("nadie@example.com").await,
        Err(AgentError::NoAgent)
    ));
}

async fn who_is_enabled_again_begins_anew(world: World) {
    world.agent("eva").await;
    world.desk.create_agent(named("ana@example.com", None)).await.unwrap();
    world.desk.disable_agent("eva@example.com").await.unwrap();
    world.desk.disable_agent("ana@example.com").await.unwrap();
    assert_eq!(world.desk.enable_agent("eva@example.com").await.unwrap(), None);
    let session = world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
    let eva = world.desk.find_session(&session.0).await.unwrap().unwrap();
    assert_eq!(eva.state, AgentState::Away, "until they say otherwise");
    assert_eq!(world.desk.enable_agent("eva@example.com").await.unwrap(), None);
    assert!(world.desk.find_session(&session.0).await.unwrap().is_some(), "nothing to enable");

    let link = world.desk.enable_agent("ana@example.com").await.unwrap().expect("a link");
    world.desk.set_password(token_in(&link), PASSWORD, Language::Spanish).await.unwrap();
    assert_eq!(account(&world.desk, "ana@example.com").await.disabled_at, None);
    assert!(matches!(world.desk.enable_agent("nadie@example.com").await, Err(AgentError::NoAgent)));
}

async fn an_agent_disabled_by_another_process_is_out_at_the_next_tick(world: World) {
    let site = world.site("uno").await;
    let (eva, _console) = world.at_console("eva").await;
    let session = world.desk.sign_in("eva@example.com", PASSWORD).await.unwrap();
    assert!(world.desk.find_session(&session.0).await.unwrap().is_some());
    assert_eq!(world.desk.agents_present(site.id), 1);
    let other = world.second_process().await;
    other.disable_agent("eva@example.com").await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(world.desk.find_session(&session.0).await.unwrap().is_none());
    assert!(!world.desk.availability(site.id).open);
    other.enable_agent("eva@example.com").await.unwrap();
    other.close().await;
    world.desk.tick().await.unwrap();
    assert!(world.desk.find_session(&session.0).await.unwrap().is_none());
    world.desk.set_agent_state(eva.id, AgentState::Available).await.unwrap();
    assert!(world.desk.availability(site.id).open);
}

async fn a_capacity_of_their_own_comes_before_the_sites(world: World) {
    let site = world.site_with("uno", "[limits]\ncapacity = 1").await;
    let (lucia, _one) = world.at_console("lucia").await;
    world.clock.advance(Duration::from_secs(1));
    let (pedro, _two) = world.at_console("pedro").await;
    world.desk.change_agent("pedro@example.com", &capacity(3)).await.unwrap();
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.start(&site).await;
    wait_for_offer(&mut at_lucia).await;
    for _ in 0..3 {
        world.start(&site).await;
        wait_for_offer(&mut at_pedro).await;
    }
    world.start(&site).await;
    let other = world.second_process().await;
    other.change_agent("lucia@example.com", &capacity(2)).await.unwrap();
    other.close().await;
    world.desk.tick().await.unwrap();
    wait_for_offer(&mut at_lucia).await;
    assert_eq!(world.desk.offers(&pedro).await.unwrap().len(), 3);

    // And where the site allows more: Lucía has fewer chats, Pedro has room.
    let site = world.site_with("dos", "[limits]\ncapacity = 9").await;
    world.desk.change_agent("pedro@example.com", &capacity(9)).await.unwrap();
    world.start(&site).await;
    wait_for_offer(&mut at_pedro).await;
}

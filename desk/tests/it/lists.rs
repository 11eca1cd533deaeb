//! The owner's lists in a site's file: states, priorities, types and tags.

use crate::world::{ROSA, World, on_both};
use desk::{
    console::Changes,
    sites::{Site, SiteFileError},
};
use protocol::{
    SiteKey, StateId, TagId, TicketId, TypeId,
    entry::{Category, Priority},
    properties::{Given, Ids},
};

on_both! {
    a_site_begins_with_lists_in_its_language,
    the_order_is_the_files_and_what_it_leaves_out_follows,
    a_name_is_changed_with_all_tickets_that_have_it,
    what_is_retired_stays_on_old_tickets_and_is_chosen_no_more,
    a_list_that_no_rule_could_go_by_is_refused_at_its_line,
    what_is_shown_makes_the_same_lists_elsewhere,
}

/// A help request.
async fn asked(world: &World, site: &Site) -> TicketId {
    let started = world.ask(site, ROSA).await;
    world.visitor(site, &started).await.ticket
}

fn key() -> SiteKey {
    SiteKey("a".into())
}

/// The names of a list in use, as the site's file shows them.
fn shown(world: &World, list: &str) -> Vec<String> {
    let file: toml::Table = world.desk.show_site(&key()).unwrap().parse().unwrap();
    let items = file.get(list).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let name = |item: &toml::Value| item.get("name").unwrap_or(item).as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

async fn refused(world: &World, file: &str) -> (&'static str, Option<usize>, String) {
    match world.desk.apply_site(file).await {
        Err(SiteFileError::Refused { code, line, message }) => (code, line, message),
        other => panic!("{other:?}"),
    }
}

async fn a_site_begins_with_lists_in_its_language(world: World) {
    for (lang, types) in [
        ("es", ["Facturación", "Técnico", "Consulta"]),
        ("en", ["Billing", "Technical", "Question"]),
        ("pt", ["Faturamento", "Técnico", "Consulta"]),
    ] {
        let site =
            world.desk.apply_site(&format!("key = \"{lang}\"\nlang = \"{lang}\"")).await.unwrap();
        let names: Vec<_> = site.lists.types.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(names, types);
        // Everybody reads these in their own language.
        let states: Vec<_> =
            site.lists.states.iter().map(|one| (one.name.as_str(), one.of)).collect();
        assert_eq!(
            states,
            [
                ("pendiente", Category::Open),
                ("atendido", Category::Waiting),
                ("finalizado", Category::Closed)
            ]
        );
        let levels: Vec<_> =
            site.lists.priorities.iter().map(|one| (one.name.as_str(), one.of)).collect();
        assert_eq!(
            levels,
            [
                ("muy urgente", Priority::Urgent),
                ("alta", Priority::High),
                ("media", Priority::Medium),
                ("baja", Priority::Low)
            ]
        );
        assert!(site.lists.tags.is_empty());
    }
}

async fn the_order_is_the_files_and_what_it_leaves_out_follows(world: World) {
    world.site("a").await;
    world.desk.apply_site("key = \"a\"\ntags = [\"vip\", \"migración\"]\n[[types]]\nname = \"Consulta\"\n[[types]]\nname = \"Ventas\"\nqueue = \"Soporte\"\n[[states]]\nname = \"en curso\"\ncategory = \"open\"").await.unwrap();
    assert_eq!(shown(&world, "types"), ["Consulta", "Ventas", "Facturación", "Técnico"]);
    assert_eq!(shown(&world, "tags"), ["vip", "migración"]);
    // A new ticket is in the first open state.
    assert_eq!(shown(&world, "states"), ["en curso", "pendiente", "atendido", "finalizado"]);
    let agent = world.agent("lucia").await;
    let site = world.desk.find_site(&key()).unwrap();
    let ticket = asked(&world, &site).await;
    let head = world.desk.conversation(&agent, ticket).await.unwrap();
    assert_eq!(head.state.name, "en curso");
    assert_eq!(head.priority.as_ref().unwrap().name, "media");
    // Of the tags the list is all there are; of the others it is not.
    world.desk.apply_site("key = \"a\"\ntags = [\"migración\"]").await.unwrap();
    assert_eq!(shown(&world, "tags"), ["migración"]);
    assert_eq!(shown(&world, "types").len(), 4);
    world.desk.apply_site("key = \"a\"\ntags = [\"vip\"]").await.unwrap();
    assert_eq!(world.count("select count(*) from tags").await, 2, "rows come back");
}

async fn a_name_is_changed_with_all_tickets_that_have_it(world: World) {
    let site = world.site_with("a", "tags = [\"vip\"]").await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await;
    let (kind, tag) = (site.lists.types[1].id, site.lists.tags[0].id);
    let changes = Changes {
        ticket_type: Given::Value(TypeId(kind)),
        tags: Given::Value(Ids(vec![TagId(tag)])),
        ..Changes::default()
    };
    world.desk.change_ticket(&agent, ticket, &changes).await.unwrap();
    let renamed = "key = \"a\"\ntags = [{ name = \"importante\", was = \"vip\" }]\n[[states]]\nname = \"nuevo\"\nwas = \"pendiente\"\n[[priorities]]\nname = \"normal\"\nwas = \"media\"\n[[types]]\nname = \"Técnica\"\nwas = \"Técnico\"";
    // Twice is once.
    for _ in 0..2 {
        world.desk.apply_site(renamed).await.unwrap();
        let head = world.desk.conversation(&agent, ticket).await.unwrap();
        assert_eq!((head.state.name.as_str(), head.state.category), ("nuevo", Category::Open));
        assert_eq!(head.priority.as_ref().unwrap().name, "normal");
        assert_eq!(head.ticket_type.as_deref(), Some("Técnica"));
        assert_eq!(head.tags, ["importante"]);
        let row = world.desk.find_worklist_item(&agent, ticket).await.unwrap().unwrap();
        assert_eq!(
            (row.ticket_type.as_deref(), &row.tags[..]),
            (Some("Técnica"), &["importante".to_owned()][..])
        );
    }
    assert_eq!(shown(&world, "types"), ["Técnica", "Facturación", "Consulta"]);
    let (code, line, message) =
        refused(&world, "key = \"a\"\n[[types]]\nname = \"x\"\nwas = \"Tecnico\"").await;
    assert_eq!((code, line), ("not_found", Some(3)));
    assert_eq!(message, "`types`: the site has no type \"Tecnico\"");
}

async fn what_is_retired_stays_on_old_tickets_and_is_chosen_no_more(world: World) {
    let site = world.site_with("a", "tags = [\"vip\"]").await;
    let agent = world.agent("lucia").await;
    let ticket = asked(&world, &site).await;
    let lists = &site.lists;
    let (kind, tag) = (lists.types[0].id, lists.tags[0].id);
    let has = Changes {
        ticket_type: Given::Value(TypeId(kind)),
        tags: Given::Value(Ids(vec![TagId(tag)])),
        ..Changes::default()
    };
    world.desk.change_ticket(&agent, ticket, &has).await.unwrap();
    let open = "[[states]]\nname = \"nuevo\"\ncategory = \"open\"\n[[states]]\nname = \"pendiente\"\nretired = true";
    let retired = format!(
        "key = \"a\"\ntags = []\n{open}\n[[types]]\nname = \"Facturación\"\nretired = true"
    );
    world.desk.apply_site(&retired).await.unwrap();
    let head = world.desk.conversation(&agent, ticket).await.unwrap();
    assert_eq!(head.state.name, "pendiente");
    assert_eq!(
        (head.ticket_type.as_deref(), &head.tags[..]),
        (Some("Facturación"), &["vip".to_owned()][..])
    );
    // It may keep what it has, and no other ticket gets it.
    let other = asked(&world, &site).await;
    assert_eq!(world.desk.conversation(&agent, other).await.unwrap().state.name, "nuevo");
    let choices = |properties: &[protocol::properties::Choice]| {
        properties.iter().map(|choice| choice.name.clone()).collect::<Vec<_>>()
    };
    let here = world.desk.properties(&agent, ticket).await.unwrap();
    assert_eq!(choices(&here.types), ["Facturación", "Técnico", "Consulta"]);
    assert_eq!(choices(&here.states), ["nuevo", "pendiente", "atendido", "finalizado"]);
    assert_eq!(choices(&here.all_tags), ["vip"]);
    let there = world.desk.properties(&agent, other).await.unwrap();
    assert_eq!(choices(&there.types), ["Técnico", "Consulta"]);
    assert_eq!(choices(&there.states), ["nuevo", "atendido", "finalizado"]);
    assert_eq!(choices(&there.all_tags), [""; 0]);
    world.desk.change_ticket(&agent, ticket, &has).await.unwrap();
    let field = |changes: Changes| {
        let (desk, agent) = (world.desk.clone(), agent.clone());
        async move {
            let refusal = desk.change_ticket(&agent, other, &changes).await.unwrap_err().refusal();
            format!("{refusal}")
        }
    };
    assert_eq!(field(has).await, "invalid (ticket_type)");
    let pending = lists.states[0].id;
    let old = Changes { state: Some(StateId(pending)), ..Changes::default() };
    assert_eq!(field(old).await, "invalid (state)");
    // Named again, it is back.
    world.desk.apply_site("key = \"a\"\n[[types]]\nname = \"Facturación\"").await.unwrap();
    let there = world.desk.properties(&agent, other).await.unwrap();
    assert_eq!(choices(&there.types), ["Facturación", "Técnico", "Consulta"]);
}

async fn a_list_that_no_rule_could_go_by_is_refused_at_its_line(world: World) {
    world.site("a").await;
    let before = world.desk.show_site(&key());
    for (file, code, line, message) in [
        (
            "key = \"a\"\n[[states]]\nname = \"finalizado\"\nretired = true",
            "required",
            3,
            "`states`: one of each category (open, waiting, closed) has to be in use",
        ),
        (
            "key = \"a\"\n[[priorities]]\nname = \"media\"\nlevel = \"high\"",
            "required",
            3,
            "`priorities`: one of level medium has to be in use: new tickets have it",
        ),
        (
            "key = \"a\"\n[[states]]\nname = \"en curso\"",
            "key_missing",
            3,
            "`states`: a new state needs a `category`",
        ),
        (
            "key = \"a\"\n[[priorities]]\nname = \"altísima\"",
            "key_missing",
            3,
            "`priorities`: a new priority needs a `level`",
        ),
        (
            "key = \"a\"\n[[types]]\n\nname = \"Ventas\"\nqueue = \"Ventas\"",
            "not_found",
            4,
            "`types`: the site has no queue \"Ventas\" in use",
        ),
        (
            "key = \"a\"\n[[types]]\nname = \"Ventas\"\nretired = true",
            "not_found",
            3,
            "`types`: the site has no type \"Ventas\"",
        ),
    ] {
        assert_eq!(refused(&world, file).await, (code, Some(line), message.to_owned()), "{file}");
    }
    let many: Vec<String> = (0..101).map(|n| format!("\"e{n}\"")).collect();
    let (code, line, message) =
        refused(&world, &format!("key = \"a\"\ntags = [{}]", many.join(", "))).await;
    assert_eq!((code, line), ("too_many", Some(2)));
    assert!(message.starts_with("`tags`: “Tags”") && message.contains("100"), "{message}");
    // A new site has the lists of its file, and needs them whole.
    let (code, ..) =
        refused(&world, "key = \"b\"\n[[states]]\nname = \"abierto\"\ncategory = \"open\"").await;
    assert_eq!(code, "required");
    assert_eq!(world.desk.show_site(&key()), before);
    assert!(world.desk.find_site(&SiteKey("b".into())).is_none());
}

async fn what_is_shown_makes_the_same_lists_elsewhere(world: World) {
    world.site_with("a", "tags = [\"vip\", \"x\"]\n[[types]]\nname = \"Ventas\"\nqueue = \"Soporte\"\n[[states]]\nname = \"nuevo\"\ncategory = \"open\"\n[[states]]\nname = \"en curso\"\ncategory = \"open\"\n[[states]]\nname = \"listo\"\ncategory = \"waiting\"\n[[states]]\nname = \"cerrado\"\ncategory = \"closed\"").await;
    let shown = world.desk.show_site(&key()).unwrap();
    let other = shown.replacen("key = \"a\"", "key = \"b\"", 1);
    world.desk.apply_site(&other).await.unwrap();
    assert_eq!(world.desk.show_site(&SiteKey("b".into())).unwrap(), other);
}

//! What agents find, on both engines the same.

use crate::world::{Person, World, on_both};
use desk::{
    people::{Agent, AgentChanges, Role},
    sites::Site,
    tickets::NewRequest,
};
use protocol::{
    TicketNumber,
    agent::WorkView,
    text::{EmailAddress, FormText, PersonName, Subject},
};
use std::time::Duration;

on_both! {
    a_ticket_is_found_by_number_name_address_subject_and_text,
    accents_case_and_the_end_of_the_last_word_make_no_difference,
    nobody_finds_what_they_may_not_see,
    who_reads_masked_finds_no_raw_number_not_even_digit_by_digit,
    what_was_found_goes_on_page_by_page_newest_first,
    what_is_said_later_and_another_name_are_found,
    what_is_removed_is_found_no_more,
}

/// A request of Rosa Muñoz' with this text; its number.
async fn request(world: &World, site: &Site, text: &str) -> TicketNumber {
    let new = NewRequest {
        name: Some(PersonName::parse("Rosa Muñoz").unwrap()),
        subject: Some(Subject::parse("Conciliación bancaria").unwrap()),
        email: EmailAddress::parse("rosa.m@correo.example").unwrap(),
        text: FormText::parse(text).unwrap(),
        ..world.new_request("rosa.m@correo.example")
    };
    let number = world.desk.open_request(site, new).await.unwrap().number;
    world.pass(Duration::from_secs(1)).await;
    number
}

async fn found(world: &World, agent: &Agent, question: &str) -> Vec<TicketNumber> {
    let page = world.desk.search(agent, question, None).await.unwrap();
    assert_eq!(page.next, None, "{question}");
    page.rows.iter().map(|row| row.number.clone()).collect()
}

async fn a_ticket_is_found_by_number_name_address_subject_and_text(world: World) {
    let site = world.site("co").await;
    let agent = world.agent("lucia").await;
    let first = request(&world, &site, "Cobraron dos veces la factura 77").await;
    let second = request(&world, &site, "No puedo entrar").await;
    for (question, expected) in [
        (first.0.as_str(), vec![&first]),
        ("1002", vec![&second]),
        ("muñoz", vec![&second, &first]),
        ("rosa.m@correo.example", vec![&second, &first]),
        ("conciliación", vec![&second, &first]),
        ("factura", vec![&first]),
        ("factura rosa 77", vec![&first]),
        ("factura entrar", vec![]),
        ("", vec![]),
        ("¿? «»", vec![]),
        ("' | 'x:*", vec![]),
        ("\" OR \"rosa", vec![]),
        ("!rosa", vec![&second, &first]),
    ] {
        let found = found(&world, &agent, question).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{question}");
    }
}

async fn accents_case_and_the_end_of_the_last_word_make_no_difference(world: World) {
    let site = world.site("co").await;
    let agent = world.agent("lucia").await;
    let number = request(&world, &site, "El AÑO de la Straße, ｆｕｌｌ").await;
    let same = ["ano", "AÑO", "an\u{303}o", "strasse", "STRAßE", "stra", "full", "conciliacion ba"];
    for question in same {
        assert_eq!(
            found(&world, &agent, question).await,
            std::slice::from_ref(&number),
            "{question}"
        );
    }
    for question in ["stra conciliacion", "tra", "anos"] {
        assert!(found(&world, &agent, question).await.is_empty(), "{question}");
    }
}

async fn nobody_finds_what_they_may_not_see(world: World) {
    let site = world.site_with("co", "").await;
    world.site("otra").await;
    let number = request(&world, &site, "Un secreto").await;
    let person = |name, role, sites| Person { name, role, sites, queues: &[] };
    let (there, _) = world.hire(person("eva", Role::Agent, &["co"])).await;
    let (elsewhere, _) = world.hire(person("ana", Role::Owner, &["otra"])).await;
    assert_eq!(found(&world, &there, "secreto").await, [number]);
    assert!(found(&world, &elsewhere, "secreto").await.is_empty());
}

async fn who_reads_masked_finds_no_raw_number_not_even_digit_by_digit(world: World) {
    let site = world.site_with("co", "masking = true").await;
    let open = world.site("abierto").await;
    let agent = world.agent("lucia").await;
    let text = "Mi tarjeta es 4111-2222-3333-4444, digo 4242 4242 4242 4242";
    let number = request(&world, &site, text).await;
    let elsewhere = request(&world, &open, text).await;
    for question in ["tarjeta", "4444", "4242"] {
        let all = found(&world, &agent, question).await;
        assert_eq!(all, [elsewhere.clone(), number.clone()], "{question}: what is on screen");
    }
    let card = "5500000000000004";
    let hidden = request(&world, &site, &format!("La otra: {card}")).await;
    for length in 2..=card.len() {
        let question = &card[..length];
        assert!(!found(&world, &agent, question).await.contains(&hidden), "{question}");
    }
    assert!(!found(&world, &agent, "rosa.m@correo.example").await.contains(&number));
    assert_eq!(found(&world, &agent, "0004").await, std::slice::from_ref(&hidden));
    let page = world.desk.search(&agent, "otra", None).await.unwrap();
    let shown = serde_json::to_string(&page).unwrap();
    assert!(shown.contains("************0004") && !shown.contains("5500"), "{shown}");
    let sees = AgentChanges { sees_sensitive: Some(true), ..AgentChanges::default() };
    world.desk.change_agent(&agent.email, &sees).await.unwrap();
    let agent = world.desk.find_agent(agent.id).unwrap();
    assert_eq!(found(&world, &agent, card).await, [hidden]);
    assert!(found(&world, &agent, "rosa.m@correo.example").await.contains(&number));
}

async fn what_was_found_goes_on_page_by_page_newest_first(world: World) {
    let site = world.site("co").await;
    let agent = world.agent("lucia").await;
    let mut numbers = Vec::new();
    for n in 0..120 {
        let new = NewRequest {
            text: FormText::parse(&format!("Pedido {n}")).unwrap(),
            ..world.new_request(&format!("v{n}@example.com"))
        };
        numbers.push(world.desk.open_request(&site, new).await.unwrap().number);
        world.clock.advance(Duration::from_secs(1));
    }
    world.pass(Duration::from_secs(1)).await;
    let (mut read, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = world.desk.search(&agent, "pedido", after).await.unwrap();
        assert!(page.rows.len() <= 50);
        read.extend(page.rows.iter().map(|row| row.number.clone()));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    numbers.reverse();
    assert_eq!((read, pages), (numbers, 3));
}

async fn what_is_said_later_and_another_name_are_found(world: World) {
    let site = world.site("co").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    for n in 0..70 {
        world.visitor_posts(visitor, &format!("línea {n}")).await;
    }
    world.visitor_posts(visitor, "y al final: caléndula").await;
    world.pass(Duration::from_secs(1)).await;
    let page = world.desk.search(&agent, "calendula", None).await.unwrap();
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    let marked = row.text.iter().filter(|piece| piece.found);
    let marked: Vec<&str> = marked.map(|piece| piece.text.as_str()).collect();
    assert_eq!((row.ticket, marked), (visitor.ticket, vec!["caléndula"]));
    // In several of its blocks, and one row.
    assert_eq!(world.desk.search(&agent, "linea", None).await.unwrap().rows.len(), 1);
    assert_eq!(world.desk.search(&agent, "rosa", None).await.unwrap().rows.len(), 1);
}

async fn what_is_removed_is_found_no_more(world: World) {
    let site = world.site("co").await;
    let stays = world.site("b").await;
    let agent = world.agent("lucia").await;
    request(&world, &site, "Se va").await;
    let number = request(&world, &stays, "Se queda").await;
    assert_eq!(found(&world, &agent, "se").await.len(), 2);
    world.desk.remove_site(&site.key).await.unwrap();
    world.pass(Duration::from_secs(1)).await;
    let agent = world.desk.find_agent(agent.id).unwrap();
    assert_eq!(found(&world, &agent, "se").await, [number]);
    let open = world.desk.worklist(&agent, WorkView::Open, None).await.unwrap();
    assert_eq!(open.items.len(), 1);
}

//! The list of mails, page by page.

use crate::world::{Person, ROSA, World, on_both};
use desk::{
    mail::MailListing,
    people::{Agent, Role},
};
use std::collections::BTreeSet;

on_both! {
    the_list_goes_on_to_the_oldest_mail_also_for_an_agent_of_a_quiet_queue,
    a_mail_with_a_one_time_link_is_read_without_it_and_tried_again,
}

async fn pages(world: &World, agent: &Agent) -> Vec<MailListing> {
    let mut pages = vec![world.desk.mails(agent, None).await.unwrap()];
    while let Some(after) = pages.last().unwrap().next {
        assert!(pages.len() < 50, "the list has no end");
        pages.push(world.desk.mails(agent, Some(after)).await.unwrap());
    }
    pages
}

fn ids(pages: &[MailListing]) -> BTreeSet<protocol::MailId> {
    pages.iter().flat_map(|page| &page.mails).map(|mail| mail.id).collect()
}

async fn a_mail_with_a_one_time_link_is_read_without_it_and_tried_again(world: World) {
    world.site("a").await;
    let (owner, _) = world.owner().await;
    world.desk.mail_password_link(&owner.email).await.unwrap();
    let id = world.desk.mails(&owner, None).await.unwrap().mails[0].id;
    let (_, text, html) = world.desk.mail(&owner, id).await.unwrap();
    for shown in [text, html] {
        assert!(shown.contains("Enlace de un solo uso; no se muestra."), "{shown}");
        assert!(!shown.contains("/console/password"), "{shown}");
    }
    world.force("update mails set parked_at = 1, outcome = null").await;
    world.desk.retry_mail(&owner, id).await.unwrap();
}

async fn the_list_goes_on_to_the_oldest_mail_also_for_an_agent_of_a_quiet_queue(world: World) {
    let site = world.site_with("a", "[[queues]]\nname = \"Ventas\"").await;
    let quiet = Person { name: "eva", role: Role::Agent, sites: &[], queues: &["Soporte"] };
    let (eva, _) = world.hire(quiet).await;
    let (owner, _) = world.owner().await;
    let hers = world.ask(&site, ROSA).await;
    world
        .force(&format!(
            "update tickets set queue_id = (select id from queues where name = 'Soporte')
             where number = '{}'",
            hers.number
        ))
        .await;
    world.ask(&site, "otra@example.com").await;
    let id =
        if world.options.database_url.is_some() { "gen_random_uuid()" } else { "randomblob(16)" };
    world
        .force(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2300)
             insert into mails (id, site_id, ticket_id, kind, details, to_address, to_key, lang, subject, message_id, capped,
               attempts, uncertain_sends, outcome, created_at)
             select {id}, m.site_id, m.ticket_id, m.kind, m.details, m.to_address, m.to_key, m.lang, m.subject, 'c' || n.i,
               m.capped, 0, 0, 'sent', m.created_at + n.i
             from mails m, n where m.to_address = 'otra@example.com'"
        ))
        .await;
    let hers = pages(&world, &eva).await;
    let to: Vec<_> =
        hers.iter().flat_map(|page| &page.mails).map(|mail| mail.to.as_str()).collect();
    assert!(to.contains(&ROSA) && !to.contains(&"otra@example.com"), "{to:?}");
    assert_eq!(hers.len(), 3, "a look reads a thousand");
    let all = pages(&world, &owner).await;
    assert!(all.iter().all(|page| page.mails.len() <= 200));
    let count = world.count("select count(*) from mails").await;
    assert_eq!(ids(&all).len(), usize::try_from(count).unwrap(), "each once");
    assert_eq!(all.iter().map(|page| page.mails.len()).sum::<usize>(), ids(&all).len());
}

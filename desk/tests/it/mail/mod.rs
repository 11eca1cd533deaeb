//! Mail: what is sent to whom, and what becomes of it.

mod addresses;
mod letters;
mod list;
mod mentions;
mod notices;
mod outbox;
mod unseen;
mod words;

use crate::world::World;
use desk::{mail::KeptMail, people::Agent, sites::Site, tickets::Visitor};
use protocol::{Seq, agent::ForAgent, entry::AgentBody};
use std::{sync::Arc, time::Duration};

pub const MINUTE: Duration = Duration::from_mins(1);

/// The site that mails are about.
pub async fn cuentas_ok(world: &World) -> Arc<Site> {
    let file = "key = \"uno\"\nname = \"CuentasOK\"\nprefix = \"CO\"\nlang = \"es\"\n\
                [limits]\nidle_limit = \"1d\"\n";
    world.desk.apply_site(file).await.unwrap()
}

pub async fn mails_to(world: &World, agent: &Agent, address: &str) -> Vec<ForAgent<KeptMail>> {
    let mut mails = world.desk.mails(agent, None).await.unwrap().mails;
    mails.retain(|mail| mail.to == address);
    mails.reverse();
    mails
}

pub async fn text_of(world: &World, agent: &Agent, mail: &KeptMail) -> String {
    world.desk.mail(agent, mail.id).await.unwrap().1.into_inner()
}

/// What the ticket's history says of mails.
pub async fn mail_entries(world: &World, agent: &Agent, visitor: Visitor) -> Vec<AgentBody> {
    let (entries, _) = world.desk.agent_entries(agent, visitor.ticket, Seq::START).await.unwrap();
    entries
        .into_iter()
        .map(|entry| entry.into_inner().body)
        .filter(|body| matches!(body, AgentBody::MailQueued { .. } | AgentBody::MailHeld { .. }))
        .collect()
}

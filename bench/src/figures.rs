//! The figures: how each group is measured, and what it is held against.

use crate::{
    plan::{Group, Plan},
    reading::Reading,
    server::Subject,
};
use anyhow::Result;

mod asking;
mod bodies;
mod browser;
mod chats;
mod delivery;
mod desktop;
mod mail;
mod memory;
mod messages;
mod million;
mod nodes;
mod postgres;
mod search;
mod sizes;
mod startup;

/// Measures a group once.
pub async fn measure(group: Group, plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    match group {
        Group::Messages => messages::measure(plan, subject).await,
        Group::Delivery => delivery::measure(plan, subject).await,
        Group::Chats => chats::measure(plan, subject).await,
        Group::Desktop => desktop::measure(plan, subject).await,
        Group::Postgres => postgres::measure(plan, subject).await,
        Group::Nodes => nodes::measure(plan, subject).await,
        Group::Memory => memory::measure(plan, subject).await,
        Group::Asking => asking::measure(subject).await,
        Group::Bodies => bodies::measure(subject).await,
        Group::Mail => mail::measure(subject).await,
        Group::Startup => startup::measure(subject).await,
        Group::Million => million::measure(plan, subject).await,
        Group::Search => search::measure(plan, subject).await,
        Group::Sizes => sizes::measure(subject).await,
        Group::Browser => browser::measure(plan, subject).await,
        Group::Console => browser::console(plan, subject),
    }
}

/// Measures once what a group is held against, under the same names.
pub async fn floor(group: Group, plan: &Plan) -> Result<Vec<Reading>> {
    match group {
        Group::Postgres => postgres::floor(plan),
        Group::Million => million::floor(plan).await,
        Group::Sizes | Group::Nodes | Group::Desktop | Group::Search | Group::Console => {
            Ok(Vec::new())
        }
        _ => measure(group, plan, &Subject::Floor).await,
    }
}

/// How often a group is measured beside its floor.
pub fn runs(group: Group, plan: &Plan) -> usize {
    match group {
        // Their figures do not vary, or were made of many times.
        Group::Memory
        | Group::Asking
        | Group::Bodies
        | Group::Search
        | Group::Sizes
        | Group::Browser
        | Group::Console => 1,
        Group::Startup => plan.runs.max(5),
        _ => plan.runs,
    }
}

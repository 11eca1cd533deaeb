//! The desk through its front door, on SQLite and, with `AYUDA_TEST_POSTGRES`, on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod world;

mod across;
mod agents;
mod aids;
mod availability;
mod availability_flips;
mod backup;
mod chats;
mod clock;
mod contact;
mod delivery;
mod files;
mod handover;
mod hub;
mod identity;
mod idle;
mod keeper;
mod links;
mod lists;
mod lost_answers;
mod mail;
mod nodes;
mod offers;
mod on_the_page;
mod order;
mod own_sign_in;
mod permission;
mod postgres;
mod properties;
mod removal;
mod requests;
mod schema;
mod search;
mod sign_ins;
mod sites;
mod ticket_files;
mod visitors;
mod waiting;
mod work;

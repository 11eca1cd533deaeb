//! The server through its front door: real sockets on a real port, on both engines.

#![expect(clippy::unwrap_used, reason = "in a test a surprise is a failure")]

#[path = "../../../testing/postgres.rs"]
#[expect(dead_code, reason = "nothing here restarts a server")]
mod postgres_server;
mod world;

mod access;
mod bad_inputs;
mod bucket;
mod budgets;
mod commands;
mod console_socket;
mod cross_origin;
mod database_tls;
mod forms;
mod given_back;
mod headers;
mod identity;
mod masking;
mod operators;
mod order;
mod own_tickets;
mod proxies;
mod rates;
mod readme;
mod relay;
mod shutdown;
mod sign_in;
mod signers;
mod status;
mod ticket_live;
mod ticket_page;
mod uploads;
mod visitor_socket;

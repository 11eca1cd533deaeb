//! Several nodes on one PostgreSQL: three processes of the real binary behind a balancer, with visitors and agents who
//! keep the clients' end of the contract, while nodes are killed, frozen and restarted and the database with them.

#[path = "../it/world/http.rs"]
#[expect(dead_code, reason = "visitors and agents need less of it than the other tests")]
mod http;
#[path = "../../../testing/postgres.rs"]
mod postgres;
#[cfg(target_os = "linux")]
#[path = "../crash/shim.rs"]
mod shim;

mod agent;
mod balancer;
mod checks;
#[cfg(target_os = "linux")]
mod clocks;
mod cluster;
mod database;
mod door;
mod frozen;
mod kills;
mod listener;
mod node;
mod offers;
mod pace;
mod page;
mod rolling;
mod smtp;
mod storm;
mod talk;
mod thread;
mod visitor;
mod wait;

//! What is measured, and for how long.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What is measured, and for how long.
#[derive(Clone, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub struct Plan {
    #[command(subcommand)]
    pub floor: Option<Command>,
    /// Only these figures, such as `--only messages,delivery`.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Group>,
    /// The figures of so many nodes on one PostgreSQL, such as `--nodes 1,2,3`, and nothing else. With `--against`,
    /// what telling other nodes costs: one node's messages on PostgreSQL, the older binary's and the newer one's in
    /// turn.
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", conflicts_with = "only")]
    pub nodes: Vec<usize>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Measurements of each figure beside its floor; the median is shown.
    #[arg(long, default_value_t = 3)]
    pub runs: usize,
    /// Idle sockets for the memory row; fewer when the descriptor limit is lower.
    #[arg(long, default_value_t = 10_000)]
    pub idle: usize,
    /// The binary that is measured.
    #[arg(long, env = "AYUDA_BINARY", default_value = "target/release/ayuda")]
    pub binary: PathBuf,
    /// An older binary to measure in turn with it, instead of the floors.
    #[arg(long, value_name = "BINARY")]
    pub against: Option<PathBuf>,
    /// Pairs of measurements, the older binary's and the newer one's.
    #[arg(long, default_value_t = 7, requires = "against")]
    pub pairs: usize,
}

#[derive(Clone, Subcommand)]
pub enum Command {
    /// The bare server; the bench starts it by itself.
    #[command(hide = true)]
    Floor { port: u16, data: PathBuf },
}

/// Figures that come out of one measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Durable messages a second, the wait for the acknowledgement, processor time a message.
    Messages,
    /// From the visitor's socket to the agent's.
    Delivery,
    /// Chats started a second.
    Chats,
    /// Two hundred consoles with fifty chats each: offers, and rows of the list.
    Desktop,
    /// Durable messages a second on PostgreSQL.
    Postgres,
    /// Messages, delivery, flips and offers over several nodes on one PostgreSQL.
    Nodes,
    /// Resident memory, idle and with thousands of sockets.
    Memory,
    /// Memory while sockets ask for all of a long ticket.
    Asking,
    /// Memory while forms come that do not end.
    Bodies,
    /// From a request to its mail at the relay, also while other mails hang.
    Mail,
    /// From the start of the process to its first answer.
    Startup,
    /// Durable messages a second with a million stored.
    Million,
    /// From a question to what was found, in a million entries.
    Search,
    /// Bytes that browsers download, and those of the binary.
    Sizes,
    /// What people wait for, in Chromium.
    Browser,
    /// Frames of a console with a thousand rows and five chats, in Chromium.
    Console,
}

impl Plan {
    /// The figures to measure, in their order.
    pub fn groups(&self) -> Vec<Group> {
        if !self.nodes.is_empty() {
            // An older binary may be one that runs alone.
            return vec![if self.against.is_some() { Group::Postgres } else { Group::Nodes }];
        }
        let all = Group::value_variants().iter().copied();
        all.filter(|group| self.only.is_empty() || self.only.contains(group)).collect()
    }

    /// How many nodes are measured, one row each.
    pub fn numbers_of_nodes(&self) -> &[usize] {
        if self.nodes.is_empty() { &[1, 2, 3] } else { &self.nodes }
    }
}

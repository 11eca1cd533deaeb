//! SECURITY.md's tables of who may what: made from the declarations.

use super::{
    expected::{Expected, expected, expected_of_command},
    people::Who,
};
use crate::world::{Engine, World};
use protocol::Role;
use server::{AGENT_COMMANDS, Access, VISITOR_COMMANDS};
use std::{env, fmt::Write, fs, path::Path};

const BEGIN: &str =
    "<!-- Made by `AYUDA_TEST_WRITE=1 cargo test -p server --test it -- access::document`. -->\n";
const END: &str = "<!-- The end of what is made. -->\n";

/// A column, and whoever is answered alike in it.
const COLUMNS: [(&str, &[Who]); 7] = [
    ("nobody, disabled agent", &[Who::Nobody, Who::DisabledAgent]),
    ("its visitor", &[Who::Visitor]),
    ("another visitor", &[Who::OtherVisitor]),
    ("agent of its queue", &[Who::Agent]),
    ("agent of another queue or site", &[Who::OtherQueuesAgent, Who::OtherSitesAgent]),
    ("supervisor", &[Who::Supervisor]),
    ("owner", &[Who::Owner]),
];

#[tokio::test]
async fn security_md_says_who_may_what() {
    let world = World::new(Engine::Sqlite).await;
    let mut made = String::from("\n");
    let routes = world.running().routes().iter();
    let routes = routes.map(|row| (format!("{} {}", row.method, row.path), row.access));
    table(&mut made, "address", routes, expected);
    let commands = VISITOR_COMMANDS.iter().map(|row| ("panel", row));
    let commands = commands.chain(AGENT_COMMANDS.iter().map(|row| ("console", row)));
    let commands = commands.map(|(of, row)| (format!("{of}: {}", row.name), row.access));
    table(&mut made, "command", commands, expected_of_command);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../SECURITY.md");
    let security = fs::read_to_string(&path).expect("SECURITY.md");
    let (before, rest) = security.split_once(BEGIN).expect("where the tables begin");
    let (written, after) = rest.split_once(END).expect("where the tables end");
    if env::var_os("AYUDA_TEST_WRITE").is_some() {
        fs::write(&path, [before, BEGIN, &made, END, after].concat()).expect("SECURITY.md");
    } else {
        assert!(
            written == made,
            "SECURITY.md says otherwise than the declarations; write it anew with\n{BEGIN}"
        );
    }
}

fn table(
    made: &mut String,
    what: &str,
    rows: impl Iterator<Item = (String, Access)>,
    expected: fn(Access, Who) -> Expected,
) {
    let names = COLUMNS.map(|(name, _)| name).join(" | ");
    let _ = writeln!(made, "| {what} | least | {names} |");
    let _ = writeln!(made, "|---|---|{}", "---|".repeat(COLUMNS.len()));
    for (name, access) in rows {
        let _ = write!(made, "| `{name}` | {} |", least(access));
        for (column, people) in COLUMNS {
            // An operator is known by what is shown, and not by who they are.
            let answer = |who: &Who| match access {
                Access::Operator => "if shown",
                access => expected(access, *who).words(),
            };
            let mut answers = people.iter().map(answer);
            let first = answers.next().expect("somebody");
            assert!(answers.all(|other| other == first), "{name}: {column} is not one");
            let _ = write!(made, " {first} |");
        }
        made.push('\n');
    }
    made.push('\n');
}

/// The least that somebody has to be or to show.
fn least(access: Access) -> &'static str {
    match access {
        Access::Public => "anybody",
        Access::Operator => "this machine, or the token",
        Access::Visitor(_) => "a ticket's token",
        Access::TicketLink => "the ticket's link",
        Access::Ticket => "the link's cookie",
        Access::OwnTickets => "signed in to own tickets",
        Access::Agent(Role::Agent, _) | Access::AgentPage(Role::Agent, _) => "agent",
        Access::Agent(Role::Supervisor, _) | Access::AgentPage(Role::Supervisor, _) => "supervisor",
        Access::Agent(Role::Owner, _) | Access::AgentPage(Role::Owner, _) => "owner",
    }
}

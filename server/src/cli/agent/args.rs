//! What the commands about agents take.

use crate::cli::open::sentence;
use clap::{Args, Subcommand, ValueEnum};
use desk::people::{AgentChanges, Change, Role};
use protocol::{
    Refusal,
    settings::{Capacity, Limits, Picture},
    text::{EmailAddress, PersonName},
};

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Make an agent, or change the one with this address
    Create(Create),
    /// One agent a line: role, state, and what they serve
    List {
        /// Print one JSON object a line instead
        #[arg(long)]
        json: bool,
    },
    /// Everything about one agent
    Show {
        /// Their address
        email: String,
        /// Print one JSON object instead
        #[arg(long)]
        json: bool,
    },
    /// Change an agent; what is not given stays
    Set {
        /// Their address
        email: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Let an agent in nowhere: ends their sessions and one-time links, and no chat rings at them
    Disable {
        /// Their address
        email: String,
    },
    /// Remove an agent for good: as disabled, and forgotten but for the name. Chats they have can only be ended
    Remove {
        /// Their address
        email: String,
    },
    /// Let a disabled agent in again; prints a one-time link when they have no password
    Enable {
        /// Their address
        email: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Create {
    /// The address to sign in with
    #[arg(long, value_parser = email)]
    pub(super) email: EmailAddress,
    /// The name that visitors see
    #[arg(long, value_parser = name)]
    pub(super) name: PersonName,
    #[arg(long, value_enum, default_value_t = RoleName::Owner)]
    pub(super) role: RoleName,
    /// Key of a site to serve; may be repeated [default: every site]
    #[arg(long = "site", value_name = "KEY")]
    pub(super) sites: Vec<String>,
    /// Name of a queue to serve; may be repeated [default: every queue]
    #[arg(long = "queue", value_name = "NAME")]
    pub(super) queues: Vec<String>,
    /// Read the password from standard input; without it a one-time link is printed
    #[arg(long)]
    pub(super) password_stdin: bool,
}

/// At least one of them.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(crate) struct Changes {
    /// The name that visitors see
    #[arg(long, value_parser = name)]
    name: Option<PersonName>,
    #[arg(long, value_enum)]
    role: Option<RoleName>,
    /// Key of a site to serve, instead of those before; may be repeated
    #[arg(long = "site", value_name = "KEY", conflicts_with = "every_site")]
    sites: Vec<String>,
    /// Serve every site, also those made later
    #[arg(long)]
    every_site: bool,
    /// Name of a queue to serve, instead of those before; may be repeated
    #[arg(long = "queue", value_name = "NAME", conflicts_with = "every_queue")]
    queues: Vec<String>,
    /// Serve every queue of their sites
    #[arg(long, visible_alias = "no-queues")]
    every_queue: bool,
    /// Chats at a time, 1 to 1000, or `default`: each site's own limit
    #[arg(long, value_name = "N|default", value_parser = capacity)]
    capacity: Option<Change<Capacity>>,
    /// Address of their picture, https; or `none`. The browsers of whoever sees it fetch it from there
    #[arg(long, value_name = "URL|none", value_parser = picture)]
    picture: Option<Change<Picture>>,
    /// Whether masking leaves them e-mail addresses, telephone and card numbers
    #[arg(long, value_enum, value_name = "yes|no")]
    sees_sensitive: Option<YesNo>,
}

impl From<Changes> for AgentChanges {
    fn from(given: Changes) -> Self {
        let instead = |given: Vec<String>, all: bool| (all || !given.is_empty()).then_some(given);
        Self {
            name: given.name,
            role: given.role.map(Role::from),
            sites: instead(given.sites, given.every_site),
            queues: instead(given.queues, given.every_queue),
            capacity: given.capacity.unwrap_or_default(),
            picture: given.picture.unwrap_or_default(),
            sees_sensitive: given.sees_sensitive.map(|answer| matches!(answer, YesNo::Yes)),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleName {
    Owner,
    Supervisor,
    Agent,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Supervisor => Self::Supervisor,
            RoleName::Agent => Self::Agent,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

fn email(given: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(given).map_err(in_a_sentence)
}

fn name(given: &str) -> Result<PersonName, String> {
    PersonName::parse(given).map_err(in_a_sentence)
}

fn capacity(given: &str) -> Result<Change<Capacity>, String> {
    if given == "default" {
        return Ok(Change::Clear);
    }
    let chats: u64 = given.parse().map_err(|_| {
        let bounds = Limits::CAPACITY;
        format!("a whole number from {} to {}, or `default`", bounds.least, bounds.most)
    })?;
    Capacity::new(chats).map(Change::To).map_err(in_a_sentence)
}

fn picture(given: &str) -> Result<Change<Picture>, String> {
    if given == "none" {
        return Ok(Change::Clear);
    }
    Picture::parse(given).map(Change::To).map_err(in_a_sentence)
}

fn in_a_sentence(refusal: Refusal) -> String {
    sentence(&refusal)
}

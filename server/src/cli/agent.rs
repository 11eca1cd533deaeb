//! `ayuda agent create`.

use super::open::{in_words, open};
use crate::settings::Settings;
use clap::{Args, Subcommand, ValueEnum};
use desk::people::{NewAgent, Role};
use std::io::BufRead;

#[derive(Debug, Subcommand)]
pub(super) enum AgentCommand {
    /// Make an agent, or change the one with this address
    Create(Create),
}

#[derive(Args, Debug)]
pub(super) struct Create {
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// The name that visitors see
    #[arg(long)]
    name: String,
    #[arg(long, value_enum, default_value_t = RoleName::Owner)]
    role: RoleName,
    /// Key of a site to serve; may be repeated [default: every site]
    #[arg(long = "site", value_name = "KEY")]
    sites: Vec<String>,
    /// Name of a queue to serve; may be repeated [default: every queue]
    #[arg(long = "queue", value_name = "NAME")]
    queues: Vec<String>,
    /// Read the password from standard input; without it a one-time link is printed
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
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

pub(super) async fn run(command: AgentCommand, settings: &Settings) -> anyhow::Result<()> {
    let AgentCommand::Create(create) = command;
    let password = create.password_stdin.then(read_password).transpose()?;
    let desk = open(settings).await?;
    let new = NewAgent {
        email: create.email.clone(),
        name: create.name,
        role: create.role.into(),
        sites: create.sites,
        queues: create.queues,
        password,
    };
    let made = desk.create_agent(new).await.map_err(in_words);
    let console = format!("{}/console", desk.options().public_url);
    desk.close().await;
    match made? {
        Some(link) => {
            println!(
                "{} sets a password with this link, once, within a day:\n{link}",
                create.email
            );
        }
        None => println!("{} signs in at {console}", create.email),
    }
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

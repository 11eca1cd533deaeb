//! `ayuda agent create | list | show | set | disable | enable | remove`.

mod args;
mod print;
#[cfg(test)]
mod tests;

pub(super) use args::AgentCommand;

use super::open::{in_words, open};
use crate::settings::Settings;
use anyhow::anyhow;
use args::Create;
use desk::{
    Desk,
    people::{AgentAccount, AgentError, NewAgent},
};
use std::io::{BufRead, Write};

pub(super) async fn run(
    command: AgentCommand,
    settings: &Settings,
    input: impl BufRead,
    out: impl Write,
) -> anyhow::Result<()> {
    let desk = open(settings).await?;
    let outcome = act(command, &desk, input, out).await;
    desk.close().await;
    outcome
}

async fn act(
    command: AgentCommand,
    desk: &Desk,
    input: impl BufRead,
    mut out: impl Write,
) -> anyhow::Result<()> {
    match command {
        AgentCommand::Create(create) => self::create(create, desk, input, &mut out).await?,
        AgentCommand::List { json } => {
            let accounts = desk.agent_accounts().await?;
            if json {
                for account in &accounts {
                    print::json(&mut out, account)?;
                }
            } else if accounts.is_empty() {
                writeln!(out, "There are no agents yet; `ayuda agent create` makes one.")?;
            } else {
                print::table(&mut out, &accounts)?;
            }
        }
        AgentCommand::Show { email, json } => {
            let account = find(desk, &email).await?;
            if json {
                print::json(&mut out, &account)?;
            } else {
                print::card(&mut out, &account)?;
            }
        }
        AgentCommand::Set { email, changes } => {
            let changed = desk.change_agent(&email, &changes.into()).await;
            changed.map_err(|error| explained(error, &email))?;
            print::card(&mut out, &find(desk, &email).await?)?;
        }
        AgentCommand::Disable { email } => {
            desk.disable_agent(&email).await.map_err(|error| explained(error, &email))?;
            writeln!(
                out,
                "{email} is disabled: signed out everywhere, and let in by no password and no link."
            )?;
        }
        AgentCommand::Remove { email } => {
            desk.remove_agent(&email).await.map_err(|error| explained(error, &email))?;
            writeln!(
                out,
                "{email} is removed. Whoever is in a chat of theirs is told, and can only end it."
            )?;
        }
        AgentCommand::Enable { email } => {
            let link = desk.enable_agent(&email).await.map_err(|error| explained(error, &email))?;
            match link {
                Some(link) => writeln!(out, "{}", sets_a_password(&email, &link))?,
                None => writeln!(out, "{email} signs in at {}", console(desk))?,
            }
        }
    }
    Ok(())
}

async fn create(
    create: Create,
    desk: &Desk,
    input: impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let email = String::from(create.email);
    let new = NewAgent {
        email: email.clone(),
        name: create.name.into(),
        role: create.role.into(),
        sites: create.sites,
        queues: create.queues,
        password: create.password_stdin.then(|| read_password(input)).transpose()?,
    };
    let made = desk.create_agent(new).await.map_err(|error| explained(error, &email))?;
    match made {
        Some(link) => writeln!(out, "{}", sets_a_password(&email, &link))?,
        None => writeln!(out, "{email} signs in at {}", console(desk))?,
    }
    Ok(())
}

fn read_password(mut input: impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn sets_a_password(email: &str, link: &str) -> String {
    format!("{email} sets a password with this link, once, within a day:\n{link}")
}

fn console(desk: &Desk) -> String {
    format!("{}/console", desk.options().public_url)
}

async fn find(desk: &Desk, email: &str) -> anyhow::Result<AgentAccount> {
    let found = desk.find_agent_account(email).await.map_err(in_words)?;
    found.ok_or_else(|| explained(AgentError::NoAgent, email))
}

/// Why it was not done, and what to do.
fn explained(error: AgentError, email: &str) -> anyhow::Error {
    match error {
        AgentError::NoAgent => {
            anyhow!("there is no agent `{email}`; `ayuda agent list` shows those there are")
        }
        AgentError::NoSite { key, known } => {
            anyhow!("--site: there is no site `{key}`{}", those(&known))
        }
        AgentError::NoQueue { name, known } => {
            anyhow!("--queue: no queue of the agent's sites is called `{name}`{}", those(&known))
        }
        AgentError::Disabled => {
            anyhow!("`{email}` is disabled; `ayuda agent enable {email}` lets them in again")
        }
        AgentError::LastOwner => anyhow!(
            "`{email}` is the last owner who can sign in; make another owner first, who sets a password"
        ),
        AgentError::Desk(error) => in_words(error),
    }
}

fn those(known: &[impl ToString]) -> String {
    if known.is_empty() {
        return "; there are none".to_owned();
    }
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    format!("; there are: {}", known.join(", "))
}

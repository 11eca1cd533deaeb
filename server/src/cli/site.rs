//! `ayuda site list | show | apply | secret | remove`.

use super::{
    open::{in_words, open, public_url},
    out::{self, complain, say},
};
use crate::settings::{PublicUrl, Settings};
use anyhow::{Context, bail};
use clap::Subcommand;
use desk::{Desk, Removal};
use protocol::SiteKey;
use std::{io::Read, process::ExitCode};

#[derive(Debug, Subcommand)]
pub(super) enum SiteCommand {
    /// One site a line: key, prefix, name, and whether it is removed
    List,
    /// Print a site as the file that `apply` takes
    Show {
        /// Key of the site
        key: String,
    },
    /// Make or change a site; what the file leaves out stays
    Apply {
        /// A TOML file, or - for standard input
        file: String,
    },
    /// Print what the site's own server signs identities with (docs/identity.md); made the first time
    Secret {
        /// Key of the site
        key: String,
        /// Make another one: what was signed by the one before proves nothing any more
        #[arg(long)]
        rotate: bool,
    },
    /// Remove a site with everything in it
    Remove {
        /// Key of the site
        key: String,
    },
}

pub(super) async fn run(command: SiteCommand, settings: &Settings) -> anyhow::Result<ExitCode> {
    let desk = open(settings).await?;
    let outcome = act(command, &desk).await;
    desk.close().await;
    outcome
}

async fn act(command: SiteCommand, desk: &Desk) -> anyhow::Result<ExitCode> {
    match command {
        SiteCommand::List => {
            for site in desk.sites() {
                let removed = if site.removed_at.is_some() { "\tremoved" } else { "" };
                say!("{}\t{}\t{}{removed}", site.key, site.prefix, site.name);
            }
        }
        SiteCommand::Show { key } => {
            let shown = desk.show_site(&SiteKey(key.clone())).with_context(|| unknown(&key))?;
            out::to_stdout(format_args!("{shown}"));
        }
        SiteCommand::Apply { file } => {
            let text = read(&file)?;
            let known = |error| match error {
                desk::sites::SiteFileError::Desk(error) => in_words(error),
                refused @ desk::sites::SiteFileError::Refused { .. } => {
                    anyhow::anyhow!("{file}: {refused}")
                }
            };
            let site = desk.apply_site(&text).await.map_err(known)?;
            say!("Site `{}` is set. The tag to paste:", site.key);
            say!("{}", public_url(desk)?.tag(&site.key));
            say!("For calls of `ayuda(…)` before its script is there, in front of it:");
            say!("{}", PublicUrl::STUB);
        }
        SiteCommand::Secret { key, rotate } => {
            let site = SiteKey(key.clone());
            let secret = if rotate {
                desk.rotate_site_secret(&site).await
            } else {
                desk.site_secret(&site).await
            };
            match secret.map_err(in_words)? {
                Some(secret) => say!("{secret}"),
                // A script that takes the output for a secret is to notice.
                None => {
                    complain!("ayuda: {}", unknown(&key));
                    return Ok(ExitCode::from(2));
                }
            }
        }
        SiteCommand::Remove { key } => {
            match desk.remove_site(&SiteKey(key.clone())).await.map_err(in_words)? {
                Removal::NotThere => bail!(unknown(&key)),
                Removal::Gone => say!("Site `{key}` is gone, with its tickets."),
                Removal::Closing { chats: 1 } => say!("{}", closing(&key, "1 chat is")),
                Removal::Closing { chats } => {
                    say!("{}", closing(&key, &format!("{chats} chats are")));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn closing(key: &str, chats: &str) -> String {
    format!(
        "Site `{key}` is removed: nobody can write there any more. {chats} still under way; the server ends what is left after \
         its `idle_limit`, and then deletes the site with its tickets."
    )
}

fn unknown(key: &str) -> String {
    format!("there is no site `{key}`; `ayuda site list` shows those there are")
}

fn read(file: &str) -> anyhow::Result<String> {
    if file == "-" {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))
}

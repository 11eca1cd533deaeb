//! The demonstration: a site that never closes, somebody to answer, a few tickets. Where it is, is kept in
//! `<data_dir>/demo.toml`, so that `serve` can say again how to sign in.

use desk::{
    Desk,
    people::{NewAgent, Role},
    tickets::NewRequest,
};
use protocol::{
    EntryId, PageUrl, SiteKey,
    text::{EmailAddress, FormText, PersonName},
};
use serde::{Deserialize, Serialize};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// The site's key.
pub(crate) const SITE: &str = "demo";
const EMAIL: &str = "admin@example.com";
const NAME: &str = "Lucía Medina";
const SITE_FILE: &str = include_str!("demo/site.toml");
const REQUESTS: &str = include_str!("demo/requests.toml");

/// How to sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Demo {
    /// The owner's address.
    pub email: String,
    /// The owner's password, made when the demonstration was.
    pub password: String,
}

/// What `ayuda demo` did.
pub(crate) enum Filled {
    /// The demonstration is there, now or already.
    Demo(Demo),
    /// The database holds something else and was left alone.
    LeftAlone,
}

#[derive(Deserialize)]
struct Requests {
    request: Vec<SampleRequest>,
}

#[derive(Deserialize)]
struct SampleRequest {
    id: EntryId,
    name: PersonName,
    email: EmailAddress,
    text: FormText,
    lang: String,
}

impl Demo {
    /// The one made in this data folder, if there is one.
    pub(crate) fn find(data_dir: &Path) -> Option<Self> {
        toml::from_str(&std::fs::read_to_string(file(data_dir)).ok()?).ok()
    }

    /// Fills an empty database; does nothing a second time.
    pub(crate) async fn fill(desk: &Desk) -> anyhow::Result<Filled> {
        let data_dir = desk.options().data_dir.clone();
        if let Some(demo) = Self::find(&data_dir)
            && desk.find_site(&site_key()).is_some()
        {
            return Ok(Filled::Demo(demo));
        }
        if !desk.sites().is_empty() || desk.has_agents().await? {
            return Ok(Filled::LeftAlone);
        }
        let site = desk.apply_site(SITE_FILE).await?;
        let demo = Self { email: EMAIL.into(), password: new_password() };
        desk.create_agent(NewAgent {
            email: demo.email.clone(),
            name: NAME.into(),
            role: Role::Owner,
            sites: Vec::new(),
            queues: Vec::new(),
            password: Some(demo.password.clone()),
        })
        .await?;
        // With a relay the samples would go out as mail to people who do not exist.
        if desk.options().smtp_url.is_none() {
            let samples: Requests = toml::from_str(REQUESTS)?;
            for sample in samples.request {
                let SampleRequest { id, name, email, text, lang } = sample;
                let name = Some(name);
                let page = PageUrl::parse("https://cuentasok.example/precios");
                let files = Vec::new();
                let zone = Some("America/Mexico_City".to_owned());
                desk.open_request(
                    &site,
                    NewRequest {
                        id,
                        name,
                        email,
                        subject: None,
                        queue: None,
                        text,
                        files,
                        page,
                        lang,
                        zone,
                        client: None,
                        identity: None,
                    },
                )
                .await?;
            }
        }
        demo.keep(&data_dir)?;
        Ok(Filled::Demo(demo))
    }

    fn keep(&self, data_dir: &Path) -> anyhow::Result<()> {
        let mut options = desk::private::file_options();
        options.write(true).create(true).truncate(true);
        options.open(file(data_dir))?.write_all(toml::to_string(self)?.as_bytes())?;
        Ok(())
    }
}

pub(crate) fn site_key() -> SiteKey {
    SiteKey(SITE.into())
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("demo.toml")
}

/// Four groups of four that are easy to copy: 77 bits.
fn new_password() -> String {
    const LETTERS: &[u8; 28] = b"abcdefghjkmnpqrstuvwxyz23456";
    let groups: Vec<String> = (0..4)
        .map(|_| {
            (0..4).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
        })
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_what_a_visitor_may_send() {
        let samples: Requests = toml::from_str(REQUESTS).unwrap();
        assert_eq!(samples.request.len(), 3);
    }

    #[test]
    fn passwords_differ_and_are_long_enough() {
        assert_ne!(new_password(), new_password());
        assert!(new_password().len() >= desk::people::PASSWORD_LEAST);
    }
}

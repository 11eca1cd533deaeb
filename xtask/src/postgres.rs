//! The PostgreSQL server that tests and figures make their databases on.

use anyhow::Result;

use crate::postgres_server::PostgresServer;
use crate::{install, run};

/// A server to make databases on. One that was started here is stopped and removed when this is dropped.
pub struct Postgres {
    url: String,
    _running: Option<PostgresServer>,
}

impl Postgres {
    /// The one that `AYUDA_TEST_POSTGRES` names, else one that is started without fsync: a power cut may lose its data.
    pub fn for_tests() -> Result<Self> {
        match std::env::var("AYUDA_TEST_POSTGRES") {
            Ok(url) => Ok(Self { url, _running: None }),
            Err(_) => Self::start(&["fsync=off"]),
        }
    }

    /// One with fsync, as people run it.
    pub fn durable() -> Result<Self> {
        Self::start(&[])
    }

    fn start(settings: &[&str]) -> Result<Self> {
        let programs = install::postgres()?;
        run::announce("Starting a PostgreSQL of our own, in a temporary folder");
        let server = PostgresServer::start(programs, settings)?;
        Ok(Self { url: server.url(), _running: Some(server) })
    }

    /// The URL of a database from which others can be created.
    pub fn url(&self) -> &str {
        &self.url
    }
}

//! The PostgreSQL server that figures make their databases on; `cargo xtask bench` starts one.

use anyhow::Result;
use std::{env, process::Command};

const DATABASE: &str = "ayuda_bench";

/// A server to make databases on, and the folder of PostgreSQL's programs.
pub struct Postgres {
    pub url: String,
    pub bin: String,
}

impl Postgres {
    /// None, and it is said so, where there is none.
    pub fn find() -> Option<Self> {
        let found = env::var("AYUDA_BENCH_POSTGRES").ok().zip(env::var("AYUDA_BENCH_PGBIN").ok());
        let found = found.map(|(url, bin)| Self { url, bin });
        if found.is_none() {
            eprintln!("  no PostgreSQL here");
        }
        found
    }

    /// The URL of an empty database.
    pub fn new_database(&self) -> Result<String> {
        self.run(&format!("drop database if exists {DATABASE} with (force)"))?;
        self.run(&format!("create database {DATABASE}"))?;
        Ok(self.url.replace("/postgres?", &format!("/{DATABASE}?")))
    }

    pub fn run(&self, statement: &str) -> Result<()> {
        let status = Command::new(format!("{}/psql", self.bin))
            .args(["--quiet", "--command", statement])
            .arg(&self.url)
            // Whether something was there to drop is no news.
            .env("PGOPTIONS", "-c client_min_messages=error")
            .status()?;
        anyhow::ensure!(status.success(), "psql: {statement}");
        Ok(())
    }
}

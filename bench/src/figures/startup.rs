//! From the start of the process to its first answer.

use crate::{
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::Result;
use std::time::{Duration, Instant};

const MIGRATED: &str = "start to first answer, migrated database";
const EMPTY: &str = "start to first answer, empty database";

pub async fn measure(subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else {
        let start = Instant::now();
        drop(Server::floor().await?);
        let time = start.elapsed();
        return Ok(vec![reading(MIGRATED, time, 100.0), reading(EMPTY, time, 500.0)]);
    };
    let mut server = Server::ayuda(binary, &[]).await?;
    let migrated = server.restart().await?;
    server.stop()?;
    for file in std::fs::read_dir(server.data())? {
        let file = file?.path();
        if file.is_file() {
            std::fs::remove_file(file)?;
        }
    }
    let empty = server.restart().await?;
    Ok(vec![reading(MIGRATED, migrated, 100.0), reading(EMPTY, empty, 500.0)])
}

fn reading(figure: &str, time: Duration, most: f64) -> Reading {
    Reading::new(figure, time.as_secs_f64() * 1000.0, Unit::Milliseconds)
        .with_target(Target::AtMost(most))
}

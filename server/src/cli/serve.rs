//! `ayuda serve`.

use super::out::say;
use crate::{
    Running,
    ops::demo::{self, Demo},
    settings::Settings,
};
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    let data_dir = settings.data_dir.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let running = crate::start(settings).await?;
    print_addresses(&running, &data_dir).await?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Prints where the server is and what to do next.
async fn print_addresses(running: &Running, data_dir: &Path) -> anyhow::Result<()> {
    let public = running.public_url();
    say!("Ayuda {} is at {}", env!("CARGO_PKG_VERSION"), public.as_str());
    if running.address().port().to_string()
        != public.as_str().rsplit(':').next().unwrap_or_default()
    {
        say!("  listening on  {}", running.address());
    }
    let demo =
        Demo::find(data_dir).filter(|_| running.desk().find_site(&demo::site_key()).is_some());
    if let Some(demo) = demo {
        say!("  try it        {}/demo", public.as_str());
        say!("  console       {}/console", public.as_str());
        say!("  sign in       {}  {}", demo.email, demo.password);
        say!("  tag to paste  {}", public.tag(&demo::site_key()));
    } else if !running.desk().has_agents().await? {
        say!("  Nobody can sign in yet. Make the first agent:");
        say!("    ayuda agent create --email ana@example.com --name \"Ana Ruiz\"");
        say!("  or fill the database with a demonstration:");
        say!("    ayuda demo");
    } else {
        say!("  console       {}/console", public.as_str());
        for site in running.desk().sites() {
            say!("  tag to paste  {}", public.tag(&site.key));
        }
    }
    Ok(())
}

//! `ayuda demo`.

use super::open::open;
use crate::{
    ops::demo::{self, Demo, Filled},
    settings::{PublicUrl, Settings},
};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let desk = open(settings).await?;
    let filled = Demo::fill(&desk).await;
    desk.close().await;
    match filled? {
        Filled::Demo(demo) => {
            let public = settings.public_url_on(settings.listen.port());
            println!("The demonstration is ready: site `{}`.", demo::SITE);
            println!("  sign in       {}  {}", demo.email, demo.password);
            println!("  tag to paste  {}", public.tag(&demo::site_key()));
            println!(
                "  before it     {}  (for calls that come before its script)",
                PublicUrl::STUB
            );
        }
        Filled::LeftAlone => println!("The database already holds something: it was left alone."),
    }
    Ok(())
}

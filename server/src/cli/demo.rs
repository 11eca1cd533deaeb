//! `ayuda demo`.

use super::{
    open::{open, public_url},
    out::say,
};
use crate::{
    ops::demo::{self, Demo, Filled},
    settings::{PublicUrl, Settings},
};

pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let desk = open(settings).await?;
    let public = public_url(&desk);
    let filled = Demo::fill(&desk).await;
    desk.close().await;
    match filled? {
        Filled::Demo(demo) => {
            let public = public?;
            say!("The demonstration is ready: site `{}`.", demo::SITE);
            say!("  sign in       {}  {}", demo.email, demo.password);
            say!("  tag to paste  {}", public.tag(&demo::site_key()));
            say!("  before it     {}  (for calls that come before its script)", PublicUrl::STUB);
        }
        Filled::LeftAlone => say!("The database already holds something: it was left alone."),
    }
    Ok(())
}

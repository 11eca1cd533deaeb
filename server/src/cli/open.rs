//! The desk as a command uses it, and its refusals in words.

use crate::settings::Settings;
use desk::Desk;

/// The desk, without its own work: for commands beside a server that may run.
pub(super) async fn open(settings: &Settings) -> anyhow::Result<Desk> {
    let public = settings.public_url_on(settings.listen.port());
    Ok(Desk::open(settings.desk_options(&public)).await?)
}

/// A refusal of the desk's in words.
pub(super) fn in_words(error: desk::Error) -> anyhow::Error {
    match error {
        desk::Error::Refused(refusal) => {
            let strings = desk::locales::strings("en", &["error", "field", "settings"]);
            anyhow::anyhow!("{}", strings.refusal(&refusal))
        }
        error => error.into(),
    }
}

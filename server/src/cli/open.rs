//! The desk as a command uses it, and its refusals in words.

use crate::settings::{PublicUrl, Settings};
use desk::Desk;
use protocol::Refusal;

/// The desk, without its own work: for commands beside a server that may run. Its links begin as the settings say, else
/// as the server's that served it last.
pub(super) async fn open(settings: &Settings) -> anyhow::Result<Desk> {
    let options = settings.desk_options(&settings.public_url_on(settings.listen.port()));
    Ok(match settings.public_url {
        Some(_) => Desk::open(options).await?,
        None => Desk::open_as_served(options).await?,
    })
}

/// Where people reach what this desk's links lead to.
pub(super) fn public_url(desk: &Desk) -> anyhow::Result<PublicUrl> {
    Ok(PublicUrl::parse(&desk.options().public_url)?)
}

/// A refusal of the desk's in words.
pub(super) fn in_words(error: desk::Error) -> anyhow::Error {
    match error {
        desk::Error::Refused(refusal) => anyhow::anyhow!("{}", sentence(&refusal)),
        error => error.into(),
    }
}

/// An error with its causes, each said once: libraries put theirs into their own text too.
pub(super) fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for text in error.chain().map(ToString::to_string).filter(|text| !text.is_empty()) {
        if !line.ends_with(&text) {
            line = if line.is_empty() { text } else { [&*line, ": ", &*text].concat() };
        }
    }
    line
}

/// A refusal as a sentence that names field and limit.
pub(super) fn sentence(refusal: &Refusal) -> String {
    desk::locales::strings("en", &["error", "field", "settings"]).refusal(refusal)
}

//! What the handlers share, and what they expect of the server around them.

use desk::Desk;
use std::sync::Arc;

/// The addresses of the console's built files (hashed names); empty strings when there are none, and pages then go
/// without.
#[derive(Clone, Debug, Default)]
pub struct ConsoleAssets {
    /// `console.css`.
    pub css_url: String,
    /// `console.js`, the module that loads the wasm.
    pub script_url: String,
    /// `console.wasm`.
    pub wasm_url: String,
    /// The text font, asked for early: `fonts/atkinson-hyperlegible-next-latin.woff2`.
    pub font_url: String,
}

/// The value for this answer's Content-Security-Policy, as a request extension; scripts and serialized state carry it.
#[derive(Clone, Debug)]
pub struct Nonce(pub String);

/// The language of a page that is shown before anybody is signed in, one of [`desk::locales::LANGUAGES`]; a request
/// extension.
#[derive(Clone, Copy, Debug)]
pub struct Language(pub &'static str);

/// The name of the zone in which the agent's browser said to be on an earlier page, a request extension; it may name
/// none.
#[derive(Clone, Debug)]
pub struct ZoneName(pub String);

/// What the handlers share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) desk: Desk,
    pub(super) assets: Arc<ConsoleAssets>,
}

//! A form that was posted: its texts, its files, and what is wrong with them.

use crate::edge::form_room::Held;
use desk::{Desk, tickets::files::shown_name};
use protocol::{
    Code, EntryId, Field, FileId, PageUrl, QueueId, Refusal, identity::SignedIdentity,
    text::is_blank,
};
use std::collections::BTreeMap;

/// Refusals that are noted of one form; people read the first.
pub(super) const REFUSALS: usize = 16;

/// A signed identity as JSON is never longer: each of its fields has a bound, and JSON may write a byte as six.
const IDENTITY_BYTES: usize = 8 * 1024;

/// What came.
#[derive(Default)]
pub(crate) struct Posted {
    fields: BTreeMap<&'static str, String>,
    pub(crate) files: Vec<FileId>,
    pub(crate) refusals: Vec<Refusal>,
    /// Files that were refused, by the name that they are shown under.
    pub(crate) refused_files: Vec<(String, Refusal)>,
    /// The room that its texts take.
    pub(super) held: Held,
}

impl Posted {
    /// Nothing yet, and the room for it.
    pub(super) fn new(held: Held) -> Self {
        Self { held, ..Self::default() }
    }

    /// The text of a field as it was typed; empty when it was left out.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Every field that came, as it was typed.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// The text of a field, none when there is nothing to be seen in it.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !is_blank(text))
    }

    /// A field parsed, or its refusal noted.
    pub(crate) fn parse<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        match parse(self.text(name)) {
            Ok(value) => Some(value),
            Err(refusal) => {
                // A field that could not be read was refused for that already.
                if !self.refusals.iter().any(|known| known.field == refusal.field) {
                    self.refusals.push(refusal);
                }
                None
            }
        }
    }

    /// The same where the field may be left out.
    pub(crate) fn parse_optional<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        self.find(name).is_some().then(|| self.parse(name, parse)).flatten()
    }

    /// Notes a refusal, once.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.len() < REFUSALS && !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    /// Notes the refusal of a file. One that is not the file's own fault is the form's.
    pub(super) fn refuse_file(&mut self, name: &str, refusal: Refusal) {
        if refusal.known_field() == Some(Field::Files) && self.refused_files.len() < REFUSALS {
            self.refused_files.push((shown_name(name), refusal));
        }
        self.refuse(refusal);
    }

    /// Files that came with an earlier try of the form, as its page gave them back (`kept`, ids between spaces), before
    /// those of this one.
    pub(crate) fn take_kept(&mut self) {
        let kept: Vec<FileId> = self
            .text("kept")
            .split_ascii_whitespace()
            .filter_map(|id| id.parse().ok())
            .filter(|id| !self.files.contains(id))
            .collect();
        self.files.splice(0..0, kept);
    }

    /// The queue that was chosen, where one was.
    pub(crate) fn queue(&mut self) -> Option<QueueId> {
        self.parse_optional("queue", |id| {
            id.trim().parse().map_err(|_| Refusal::of(Field::Queue, Code::Invalid))
        })
    }

    /// What was parsed, where nothing was refused.
    pub(crate) fn complete<T>(&self, parsed: Option<T>) -> Result<T, Refusal> {
        match (self.refusals.first(), parsed) {
            (Some(refusal), _) => Err(*refusal),
            (None, Some(parsed)) => Ok(parsed),
            (None, None) => Err(Refusal::new(Code::BodyInvalid)),
        }
    }

    /// Once it is clear what became of the form: a browser sends its files anew with the next try, so those that came
    /// onto no message are nobody's.
    pub(crate) async fn let_go(&self, desk: &Desk) {
        if let Err(error) = desk.discard_uploads(&self.files).await {
            tracing::warn!(%error, "the files of a form wait to be swept");
        }
    }

    /// The id that makes sending twice harmless; a fresh one where the form has none.
    pub(crate) fn entry_id(&mut self, desk: &Desk) -> EntryId {
        self.parse_optional("id", |text| {
            text.trim()
                .parse::<EntryId>()
                .ok()
                .filter(|id| !id.0.is_nil())
                .ok_or(Refusal::of(Field::Id, Code::Invalid))
        })
        .unwrap_or_else(|| desk.clock().new_entry_id())
    }

    /// The host page's address, where it is one of http or https; only a hint, so never refused.
    pub(crate) fn page(&self) -> Option<PageUrl> {
        PageUrl::parse(self.text("page"))
    }

    /// The browser's zone, where it looks like one; only a hint, so never refused.
    pub(crate) fn zone(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        self.find("zone")
            .map(str::trim)
            .filter(|z| z.len() <= 64 && z.chars().all(plain))
            .map(Into::into)
    }

    /// Who the host page says that it is, where it looks like that; nobody typed it, so it is never refused.
    pub(crate) fn signed_identity(&self) -> Option<SignedIdentity> {
        let text = self.find("identity").filter(|text| text.len() <= IDENTITY_BYTES)?;
        serde_json::from_str(text).ok()
    }

    pub(super) fn put(&mut self, name: &'static str, text: Result<String, Refusal>) {
        match text {
            Ok(_) if self.fields.contains_key(name) => {
                self.refuse(Refusal::named(name, Code::FieldRepeated));
            }
            Ok(text) => {
                self.fields.insert(name, text);
            }
            // What nobody typed is left out where it cannot be read.
            Err(_) if matches!(name, "page" | "zone" | "lang" | "identity") => {}
            Err(refusal) => self.refuse(refusal),
        }
    }
}

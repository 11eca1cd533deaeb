//! Whose turn it is to have a page drawn, and which files nobody needs to try again.

use super::{
    page::{Page, Undrawn},
    process::{self, Outcome},
    queue::Queue,
};
use desk::{Desk, tickets::files::StoredFile};
use protocol::FileId;
use std::{
    collections::VecDeque,
    num::NonZeroU32,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// So many files are remembered that cannot be drawn.
const REMEMBERED: usize = 1_000;

/// Who wants a page. Each audience has a process of its own: what visitors send keeps no agent waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Visitor,
    Agent,
}

/// Draws pages.
pub(crate) struct Pages {
    program: PathBuf,
    visitors: Queue,
    agents: Queue,
    /// Files that cannot be drawn, the newest last: nobody waits for them twice.
    refused: Mutex<VecDeque<(FileId, Refused)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Protected,
    NotShown,
}

impl From<Refused> for Undrawn {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Protected => Self::Protected,
            Refused::NotShown => Self::NotShown,
        }
    }
}

impl Pages {
    /// `program`: what is called to draw a page.
    pub(crate) fn new(program: PathBuf) -> Self {
        Self { program, visitors: Queue::new(), agents: Queue::new(), refused: Mutex::default() }
    }

    /// Draws a page, counted from 1. Whoever drops it kills the process.
    pub(crate) async fn draw(
        &self,
        desk: &Desk,
        file: &StoredFile,
        page: NonZeroU32,
        reader: Reader,
    ) -> Result<Page, Undrawn> {
        if !file.attachment.has_pages() {
            return Err(Undrawn::NotShown);
        }
        let id = file.attachment.id;
        self.check(id)?;
        let queue = match reader {
            Reader::Visitor => &self.visitors,
            Reader::Agent => &self.agents,
        };
        let _turn = queue.turn().await.ok_or(Undrawn::Busy)?;
        // Somebody before may have found out.
        self.check(id)?;
        let content = desk.file_content(file).await.map_err(Undrawn::File)?;
        match process::draw(&self.program, content, page).await? {
            Outcome::Drawn(page) => Ok(page),
            Outcome::NoSuchPage => Err(Undrawn::NoSuchPage),
            Outcome::OutOfTime => Err(Undrawn::Busy),
            Outcome::Protected => Err(self.refuse(id, Refused::Protected)),
            Outcome::Unreadable => Err(self.refuse(id, Refused::NotShown)),
            Outcome::Died(how) => {
                tracing::info!(file = %id, %page, %how, "a page could not be drawn within its limits");
                Err(self.refuse(id, Refused::NotShown))
            }
        }
    }

    fn check(&self, id: FileId) -> Result<(), Undrawn> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let found = refused.iter().find(|(known, _)| *known == id);
        found.map_or(Ok(()), |(_, why)| Err((*why).into()))
    }

    /// A file that cost a process its life is refused as a whole: with a thousand such pages it would cost a thousand.
    fn refuse(&self, id: FileId, why: Refused) -> Undrawn {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= REMEMBERED {
            refused.pop_front();
        }
        refused.push_back((id, why));
        why.into()
    }
}

//! A row of the list as it is stored.

use crate::{Result, tickets::ChatState};
use protocol::{agent::WorkKind, entry::Category};
use uuid::Uuid;

#[derive(Clone, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) site_id: Uuid,
    pub(super) queue_id: Option<Uuid>,
    pub(super) number: String,
    pub(super) contact_name: Option<String>,
    pub(super) contact_email: Option<String>,
    pub(super) contact_verified: bool,
    pub(super) subject: Option<String>,
    pub(super) preview: String,
    pub(super) preview_by: Option<Uuid>,
    pub(super) preview_masked: Option<String>,
    pub(super) state_name: String,
    #[sqlx(try_from = "String")]
    pub(super) category: Category,
    pub(super) priority_id: Uuid,
    pub(super) type_id: Option<Uuid>,
    pub(super) last_at: i64,
    pub(super) unread: i64,
    pub(super) request_at: Option<i64>,
    pub(super) waiting_at: Option<i64>,
    pub(super) closed_at: Option<i64>,
    pub(super) attended_by: Option<Uuid>,
    pub(super) chat_state: Option<String>,
    pub(super) chat_id: Option<Uuid>,
    pub(super) started_at: Option<i64>,
}

impl Row {
    pub(super) fn kind(&self) -> Result<WorkKind> {
        let chat = self.chat_state.as_deref().map(ChatState::from_text).transpose()?;
        Ok(match chat {
            Some(ChatState::Active) => WorkKind::MyChat,
            Some(ChatState::Waiting | ChatState::Ringing) => WorkKind::WaitingChat,
            Some(ChatState::Ended | ChatState::Request) | None => match self.category {
                Category::Open => WorkKind::Request,
                Category::Waiting => WorkKind::Answered,
                Category::Closed => WorkKind::Closed,
            },
        })
    }

    /// Since when it is of this kind.
    pub(super) fn since(&self, kind: WorkKind) -> i64 {
        let since = match kind {
            WorkKind::MyChat | WorkKind::WaitingChat => self.started_at,
            WorkKind::Request => self.request_at,
            WorkKind::Answered => self.waiting_at,
            WorkKind::Closed => self.closed_at,
        };
        since.unwrap_or(self.last_at)
    }
}

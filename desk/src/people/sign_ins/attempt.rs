//! One attempt, and how it is taken off again.

use super::{
    counted::{AttemptError, Counted, Who},
    rows,
};
use crate::{Desk, Moment};
use uuid::Uuid;

/// An attempt that counts unless it succeeds, or fails for another reason than a wrong password or link.
pub struct SignInAttempt {
    desk: Desk,
    counted: Vec<Counted>,
    at: Moment,
    /// None: it is in this process's memory alone.
    row: Option<Uuid>,
}

impl SignInAttempt {
    /// Takes it off again. Where that cannot be stored it wears off.
    pub async fn does_not_count(self) {
        let Self { desk, counted, at, row } = self;
        desk.0.sign_ins.take_off(&counted, at);
        if let Some(row) = row
            && let Err(error) = rows::take_off(&desk, row).await
        {
            tracing::debug!(%error, "an attempt to sign in stays counted");
        }
    }
}

/// One attempt, counted before anything is looked at.
pub(crate) async fn attempt(desk: &Desk, who: Who) -> Result<SignInAttempt, AttemptError> {
    let (counted, at) = (who.counted(), desk.moment());
    desk.0.sign_ins.add(&counted, at)?;
    let mut row = None;
    if desk.db().is_postgres() && !counted.is_empty() {
        match rows::add(desk, &who).await {
            Ok(added) => row = Some(added),
            // Signing in goes on while nothing can be stored.
            Err(AttemptError::Desk(_)) if desk.0.storage.find_fault().is_some() => {}
            Err(error) => {
                desk.0.sign_ins.take_off(&counted, at);
                return Err(error);
            }
        }
    }
    Ok(SignInAttempt { desk: desk.clone(), counted, at, row })
}

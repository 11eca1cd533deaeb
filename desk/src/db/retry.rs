//! Transactions that are run again, and those that finish although nobody waits for them.

use crate::{Error, Result};
use protocol::{Code, Refusal};
use std::time::Duration;

/// Runs a transaction again when the database could not do it just now: `retry!({ … })` with the whole transaction as a
/// block that ends in a [`Result`]; `return` and `?` leave the block. Its ids and instants are made outside.
// Not a function that takes an async closure: a future with one in it is not `Send` to the compiler.
macro_rules! retry {
    ($transaction:block) => {{
        let mut attempts = $crate::db::Attempts::default();
        loop {
            let done: $crate::Result<_> = async $transaction.await;
            match done {
                Err(error) if attempts.again(&error).await => {}
                done => break done,
            }
        }
    }};
}

pub(crate) use retry;

/// Runs a transaction as a task of its own, for callers who may stop polling in the middle of it.
pub(crate) async fn run_detached<T: Send + 'static>(
    transaction: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    // Cut off by a panic or the end of the runtime: nothing was written, and the sender may try again.
    let cut_off = |_| Err(Refusal::new(Code::TryAgain).into());
    tokio::spawn(transaction).await.unwrap_or_else(cut_off)
}

/// How often a transaction was tried.
#[derive(Default)]
pub(crate) struct Attempts(u32);

impl Attempts {
    /// Whether to try again, after a pause.
    pub(crate) async fn again(&mut self, error: &Error) -> bool {
        const MAX_ATTEMPTS: u32 = 5;
        self.0 += 1;
        let again = self.0 < MAX_ATTEMPTS && error.is_transient();
        if again {
            tokio::time::sleep(Duration::from_millis(5 * 4_u64.pow(self.0 - 1))).await;
        }
        again
    }
}

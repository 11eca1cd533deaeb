//! A caller who stops polling, as a browser does that goes away in the middle of a request.

use std::{
    future::poll_fn,
    pin::pin,
    task::Poll::{Pending, Ready},
};

/// The answer, if it comes within so many polls; else the rest is never done.
pub(super) async fn cut_off<T>(work: impl Future<Output = T>, polls: u8) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Ready(None);
        }
        left -= 1;
        match work.as_mut().poll(context) {
            Ready(done) => Ready(Some(done)),
            Pending if left == 0 => Ready(None),
            Pending => Pending,
        }
    })
    .await
}

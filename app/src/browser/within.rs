//! Work that may never end.

use leptos::prelude::set_timeout_with_handle;
use std::{
    cell::Cell,
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

/// What the work comes to; none: it takes longer than this.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let is_over = Rc::new(Cell::new(false));
    let waker = Rc::new(Cell::new(None::<Waker>));
    let (over, wake) = (Rc::clone(&is_over), Rc::clone(&waker));
    let end = move || {
        over.set(true);
        if let Some(waker) = wake.take() {
            waker.wake();
        }
    };
    let timer = set_timeout_with_handle(end, limit).ok();
    let outcome = poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        if is_over.get() {
            return Poll::Ready(None);
        }
        waker.set(Some(context.waker().clone()));
        Poll::Pending
    })
    .await;
    if let Some(timer) = timer {
        timer.clear();
    }
    outcome
}

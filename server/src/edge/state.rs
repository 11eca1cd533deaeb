//! What every handler and socket shares.

use crate::{
    edge::{counters::Counters, open_sockets::Sockets, rates::Rates},
    ops::demo::Demo,
    settings::{Network, PublicUrl},
};
use desk::Desk;
use std::{ops::Deref, sync::Arc};
use tokio::sync::watch;

/// The running server; clones share it.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

pub struct Inner {
    pub(crate) desk: Desk,
    pub(crate) public: PublicUrl,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) metrics_token: Option<String>,
    pub(crate) rates: Rates,
    pub(crate) counters: Counters,
    pub(crate) sockets: Sockets,
    pub(crate) demo: Option<Demo>,
    /// The console's pages and server functions.
    pub(crate) console: axum::Router,
    /// Turns true once, when the server goes away.
    pub(crate) stop: watch::Receiver<bool>,
}

impl Server {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

/// Resolves when the server goes away.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever could say so is gone, which says so.
    let _ = stop.wait_for(|stop| *stop).await;
}

impl Deref for Server {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

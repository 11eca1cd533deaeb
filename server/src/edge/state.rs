//! What every handler and socket shares.

use super::{
    counters::Counters, form_room::Room, open_sockets::OpenSockets, rates::Rates,
    ticket_streams::TicketStreams, undeclared_proxy::UndeclaredProxy,
};
use crate::{
    pdf::Pages,
    settings::{Network, PublicUrl},
};
use desk::{Desk, Stop};
use std::{ops::Deref, sync::Arc};

/// The running server; clones share it.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

pub struct Shared {
    pub(crate) desk: Desk,
    pub(crate) public: PublicUrl,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) undeclared_proxy: UndeclaredProxy,
    pub(crate) metrics_token: Option<String>,
    pub(crate) rates: Rates,
    pub(crate) counters: Counters,
    pub(crate) sockets: OpenSockets,
    pub(crate) ticket_streams: TicketStreams,
    /// Where the texts of forms have room while they are read.
    pub(crate) form_room: Arc<Room>,
    /// Draws pages of PDFs.
    pub(crate) pages: Pages,
    /// Whether the data folder has a demonstration, whose page is then shown.
    pub(crate) has_demo: bool,
    /// The built files of the panel and the ticket page.
    pub(crate) panel_assets: widget::ssr::Assets,
    /// The console's pages and server functions.
    pub(crate) console: axum::Router,
    pub(crate) stop: Stop,
}

impl Server {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for Server {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

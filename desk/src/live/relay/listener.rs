//! The connection that hears the other processes.
//!
//! sqlx's listener connects again by itself after some faults, without a word of what was said meanwhile, and fails
//! with others: here every end of a connection is the end of its listener.

use super::{notice::Notice, text};
use crate::{
    Desk, OpenError,
    db::{CHANNEL, is_postgres_url},
    live::NodeId,
};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::{str::FromStr, time::Duration};

/// How long a server that is away is waited for.
const CONNECT: Duration = Duration::from_secs(10);

/// What the names of such connections begin with; the process's id follows.
pub(crate) const NAMED: &str = "ayuda node ";

/// A connection that listens, made once and dropped at its end.
pub(crate) struct Listener {
    listener: PgListener,
    node: NodeId,
}

/// What a process said.
pub(crate) enum Message {
    /// This one itself: the number of its sign of life, if that was in it.
    Own(Option<i64>),
    Other(NodeId, Vec<Notice>),
    /// This version does not understand it.
    Unknown,
}

impl Listener {
    /// The name that the server knows the connection of a process by: once it is gone there, nobody hears in that
    /// process.
    pub(crate) fn name(node: NodeId) -> String {
        format!("{NAMED}{node}")
    }

    /// Connects and listens: what is said from now on is heard.
    pub(crate) async fn open(desk: &Desk) -> Result<Self, OpenError> {
        let url = desk.options().listen_url();
        if !is_postgres_url(&url) {
            return Err(OpenError::DatabaseUrl);
        }
        let options = PgConnectOptions::from_str(&url)?
            .application_name(&Self::name(desk.node()))
            // A host that loses its power says nothing; the server asks after this long, in seconds.
            .options([
                ("tcp_keepalives_idle", "10"),
                ("tcp_keepalives_interval", "5"),
                ("tcp_keepalives_count", "3"),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Self { listener, node: desk.node() })
    }

    /// The next message. None: the connection has ended, and everything said since is lost. Safe to drop before it is
    /// done.
    pub(crate) async fn next(&mut self) -> Result<Option<Message>, sqlx::Error> {
        let Some(notification) = self.listener.try_recv().await? else { return Ok(None) };
        let text = notification.payload();
        if text::is_from(text, self.node) {
            return Ok(Some(Message::Own(text::find_beat(text))));
        }
        let read = text::read(text);
        Ok(Some(read.map_or(Message::Unknown, |(from, said)| Message::Other(from, said))))
    }
}

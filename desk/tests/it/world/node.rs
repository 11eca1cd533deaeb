//! A process among several that serve one PostgreSQL.

use super::{Engine, Proxy, World, until};
use desk::{Desk, Options};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A desk that hears the other processes of its database; deaf when it is dropped.
pub struct Node {
    pub desk: Desk,
    hears: JoinHandle<()>,
}

impl Node {
    /// Hears from now on.
    async fn begin(desk: Desk) -> Self {
        let hears = {
            let desk = desk.clone();
            tokio::spawn(async move { desk.relay().await })
        };
        let node = Self { desk, hears };
        until("the other processes are heard", async || node.desk.relay_lag().is_some()).await;
        node
    }

    /// The name of the connection that listens.
    pub fn listener(&self) -> String {
        format!("ayuda node {}", self.desk.node())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.hears.abort();
    }
}

impl World {
    /// A world on PostgreSQL; none where that is not.
    pub async fn on_postgres() -> Option<Self> {
        if Engine::Postgres.is_here() { Some(Self::new(Engine::Postgres).await) } else { None }
    }

    /// The world's desk, which offers chats, and another process; each hears the other.
    pub async fn nodes(&self) -> (Node, Node) {
        let second = self.second_process().await;
        (Node::begin(self.desk.clone()).await, Node::begin(second).await)
    }

    /// Another process, with signs of life in quick succession, whose connection that listens goes through a proxy.
    pub async fn node_behind_proxy(&self) -> (Node, Proxy) {
        let url = self.options.database_url.as_deref().expect("PostgreSQL");
        let proxy = Proxy::start(url).await;
        let listen_url = Some(proxy.url().to_owned());
        let node_lease = Duration::from_millis(300);
        let options = Options { listen_url, node_lease, ..self.options.clone() };
        let desk = Desk::open(options).await.unwrap();
        (Node::begin(desk).await, proxy)
    }
}

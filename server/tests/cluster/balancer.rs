//! A tiny balancer: every connection goes to the next node that takes it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// A node on this machine takes a connection within this, or does not.
const CONNECTS_WITHIN: Duration = Duration::from_secs(1);

/// It ends when it is dropped.
pub struct Balancer {
    pub address: SocketAddr,
    nodes: Arc<Vec<Backend>>,
    task: JoinHandle<()>,
}

struct Backend {
    address: SocketAddr,
    /// Whether it is in the round.
    is_in: AtomicBool,
    connections: AtomicUsize,
}

impl Balancer {
    pub async fn start(nodes: &[SocketAddr]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let backend = |address: &SocketAddr| Backend {
            address: *address,
            is_in: AtomicBool::new(true),
            connections: AtomicUsize::new(0),
        };
        let nodes: Arc<Vec<Backend>> = Arc::new(nodes.iter().map(backend).collect());
        let task = tokio::spawn(balance(listener, Arc::clone(&nodes)));
        Self { address, nodes, task }
    }

    /// Sends nobody there any more, as when a check of its health failed. What is connected stays so.
    pub fn take_out(&self, node: usize) {
        self.nodes[node].is_in.store(false, Ordering::Relaxed);
    }

    pub fn put_back(&self, node: usize) {
        self.nodes[node].is_in.store(true, Ordering::Relaxed);
    }

    /// How many connections each node was given.
    pub fn connections(&self) -> Vec<usize> {
        self.nodes.iter().map(|node| node.connections.load(Ordering::Relaxed)).collect()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn balance(listener: TcpListener, nodes: Arc<Vec<Backend>>) {
    for turn in 0.. {
        let Ok((mut client, _)) = listener.accept().await else { continue };
        let nodes = Arc::clone(&nodes);
        tokio::spawn(async move {
            for step in 0..nodes.len() {
                let node = &nodes[(turn + step) % nodes.len()];
                if !node.is_in.load(Ordering::Relaxed) {
                    continue;
                }
                let connect = timeout(CONNECTS_WITHIN, TcpStream::connect(node.address));
                if let Ok(Ok(mut stream)) = connect.await {
                    node.connections.fetch_add(1, Ordering::Relaxed);
                    // Whichever end goes, the other one hears of it.
                    let _ = copy_bidirectional(&mut client, &mut stream).await;
                    return;
                }
            }
        });
    }
}

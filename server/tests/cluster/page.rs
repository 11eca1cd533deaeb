//! A page of the owner's that listens to its button.

use crate::{
    http::{Client, next_chunk},
    wait::PATIENCE,
};
use std::net::SocketAddr;
use tokio::{io::BufReader, net::TcpStream, time::timeout};

pub struct Page(BufReader<TcpStream>);

impl Page {
    pub async fn open(node: SocketAddr) -> Self {
        let (reply, stream) = Client(node).get("/w/tienda/events").open().await;
        assert_eq!(reply.status, 200);
        Self(stream)
    }

    /// Waits until the button says Chat, or Ayuda.
    pub async fn until(&mut self, label: &str) {
        let says = async {
            loop {
                let chunk = next_chunk(&mut self.0).await.expect("a stream that goes on");
                let text = String::from_utf8(chunk).expect("text");
                let data = text.lines().find_map(|line| line.strip_prefix("data: "));
                let status = data.map(|data| serde_json::from_str(data).expect("JSON"));
                if status.is_some_and(|status: serde_json::Value| status["label"] == label) {
                    return;
                }
            }
        };
        let says = timeout(PATIENCE, says).await;
        says.unwrap_or_else(|_| panic!("the button never said {label}"));
    }
}

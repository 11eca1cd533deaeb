//! The way in for clients: a node of their choice while it takes connections, else whichever the balancer gives them.

use crate::http::{Ask, Client, Reply};
use futures_util::{SinkExt, StreamExt};
use serde::{Serialize, de::DeserializeOwned};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A server that does not answer within this is given up, and asked again elsewhere.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

pub type Socket = WebSocketStream<TcpStream>;

/// Where a client comes in.
#[derive(Clone, Debug)]
pub struct Door {
    pub node: Option<SocketAddr>,
    pub balancer: SocketAddr,
    /// Of the pages that the nodes serve.
    pub origin: String,
}

impl Door {
    /// The node first, then the balancer: a node that is frozen takes connections and answers none.
    fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.node.into_iter().chain([self.balancer])
    }

    /// None where nobody answers.
    pub async fn socket(&self, path: &str, name: &str, cookie: &str) -> Option<Socket> {
        for address in self.addresses() {
            let url = format!("ws://localhost:{}{path}", address.port());
            let mut request = url.into_client_request().expect("a request");
            for (header, value) in [
                ("origin", self.origin.as_str()),
                ("sec-websocket-protocol", name),
                ("cookie", cookie),
            ] {
                request.headers_mut().insert(header, value.parse().expect("a value"));
            }
            let open = async {
                let stream = TcpStream::connect(address).await.ok()?;
                Some(client_async(request, stream).await.ok()?.0)
            };
            if let Ok(Some(socket)) = timeout(ANSWERS_WITHIN, open).await {
                return Some(socket);
            }
        }
        None
    }

    /// None where nobody answers.
    pub async fn send(&self, ask: impl Fn(Client) -> Ask) -> Option<Reply> {
        for address in self.addresses() {
            if let Ok(Ok(reply)) = timeout(ANSWERS_WITHIN, ask(Client(address)).try_send()).await {
                return Some(reply);
            }
        }
        None
    }
}

/// The next frame; none when the server is gone.
pub async fn receive<T: DeserializeOwned>(socket: &mut Socket) -> Option<T> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => {
                let frame = serde_json::from_str(text.as_str());
                return Some(frame.unwrap_or_else(|error| panic!("{error}: {text}")));
            }
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

/// None when the server is gone.
pub async fn say(socket: &mut Socket, frame: &impl Serialize) -> Option<()> {
    socket.send(Message::text(serde_json::to_string(frame).expect("JSON"))).await.ok()
}

//! The client's end of a socket.

use super::{PATIENCE, World, soon};
use futures_util::{SinkExt, StreamExt};
use protocol::{
    EntryId, Seq, TicketToken,
    agent::{self, AgentCommand, AgentEvent},
    visitor::{self, VisitorCommand, VisitorEvent},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Debug;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, protocol::frame::coding::CloseCode},
};

pub struct Socket(pub WebSocketStream<TcpStream>);

/// What came.
#[derive(Debug)]
pub enum Came<T> {
    Event(T),
    /// A close frame with its code, or 1006 for none.
    Closed(u16),
}

impl Socket {
    /// The status of the refusal, where it was refused.
    pub async fn connect(
        world: &World,
        path: &str,
        subprotocol: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let url = format!("ws://localhost:{}{path}", world.client.0.port());
        let mut request = url.into_client_request().expect("a request");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", subprotocol.parse().expect("a name"));
        for (name, value) in headers {
            let name: tokio_tungstenite::tungstenite::http::HeaderName =
                name.parse().expect("a name");
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        let stream = TcpStream::connect(world.client.0).await.expect("the server listens");
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A panel, not yet greeted.
    pub async fn panel(world: &World, site: &str) -> Self {
        Self::panel_with(world, site, None).await
    }

    /// The same in a browser that has this cookie.
    pub async fn panel_with(world: &World, site: &str, cookie: Option<&str>) -> Self {
        let path = format!("/w/{site}/socket");
        let origin = world.origin();
        let mut headers = vec![("origin", origin.as_str())];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        Self::connect(world, &path, visitor::SUBPROTOCOL, &headers).await.expect("an upgrade")
    }

    /// A panel that has shown its token; what it was told of Welcome and Entries is read.
    pub async fn talking(world: &World, site: &str, token: &TicketToken, after: Seq) -> Self {
        let mut socket = Self::panel(world, site).await;
        socket.say(&VisitorCommand::Hello { token: Some(token.clone()), after }).await;
        assert!(matches!(socket.event().await, VisitorEvent::Welcome { .. }));
        assert!(matches!(socket.event().await, VisitorEvent::Entries { .. }));
        socket
    }

    /// A console, not yet greeted.
    pub async fn console(world: &World, cookie: &str) -> Self {
        let origin = world.origin();
        let headers = [("origin", origin.as_str()), ("cookie", cookie)];
        Self::connect(world, "/console/socket", agent::SUBPROTOCOL, &headers)
            .await
            .expect("an upgrade")
    }

    pub async fn say(&mut self, frame: &impl Serialize) {
        self.raw(Message::text(serde_json::to_string(frame).expect("JSON"))).await;
    }

    pub async fn say_agent(&mut self, frame: AgentCommand) {
        self.say(&frame).await;
    }

    pub async fn message(&mut self, id: EntryId, text: &str) {
        self.say(&VisitorCommand::Say { id, text: text.into(), files: Vec::new() }).await;
    }

    pub async fn raw(&mut self, message: Message) {
        // The server may have closed: what it said is read by the caller.
        let _ = self.0.send(message).await;
    }

    pub async fn next<T: DeserializeOwned>(&mut self) -> Came<T> {
        soon("a frame", self.comes()).await
    }

    /// What comes next, however long it takes.
    async fn comes<T: DeserializeOwned>(&mut self) -> Came<T> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    let event = serde_json::from_str(text.as_str());
                    return Came::Event(event.unwrap_or_else(|error| panic!("{error}: {text}")));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Came::Closed(frame.map_or(1005, |frame| u16::from(frame.code)));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Came::Closed(u16::from(CloseCode::Abnormal)),
            }
        }
    }

    /// Reads on to the first frame that is wanted, for a patience in all: pings, and frames of what else happens, never
    /// end.
    async fn find<T: DeserializeOwned + Debug, F>(
        &mut self,
        mut wanted: impl FnMut(&T) -> Option<F>,
    ) -> (F, Vec<T>) {
        let mut frames = Vec::new();
        let found = timeout(PATIENCE, async {
            loop {
                match self.comes::<T>().await {
                    Came::Event(frame) => {
                        let found = wanted(&frame);
                        frames.push(frame);
                        if let Some(found) = found {
                            return found;
                        }
                    }
                    Came::Closed(code) => panic!("closed with {code} after {frames:?}"),
                }
            }
        });
        let Ok(found) = found.await else {
            panic!("what was waited for never came, but {frames:?}");
        };
        (found, frames)
    }

    /// The frames up to the first that is wanted, as they came.
    pub async fn frames_until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.find(|frame| wanted(frame).then_some(())).await.1
    }

    pub async fn event(&mut self) -> VisitorEvent {
        match self.next().await {
            Came::Event(event) => event,
            Came::Closed(code) => panic!("closed with {code}"),
        }
    }

    pub async fn agent_event(&mut self) -> AgentEvent {
        match self.next().await {
            Came::Event(event) => event,
            Came::Closed(code) => panic!("closed with {code}"),
        }
    }

    /// Reads on to the first event that is wanted.
    pub async fn until<T>(&mut self, wanted: impl Fn(VisitorEvent) -> Option<T>) -> T {
        self.find(|event: &VisitorEvent| wanted(event.clone())).await.0
    }

    pub async fn until_agent<T>(&mut self, wanted: impl Fn(AgentEvent) -> Option<T>) -> T {
        self.find(|event: &AgentEvent| wanted(event.clone())).await.0
    }

    /// Reads on until each of these has come, in any order.
    pub async fn until_agent_has<const N: usize>(
        &mut self,
        wanted: [&dyn Fn(&AgentEvent) -> bool; N],
    ) {
        let mut missing = wanted.to_vec();
        self.find(|event: &AgentEvent| {
            missing.retain(|is_one| !is_one(event));
            missing.is_empty().then_some(())
        })
        .await;
    }

    /// The close code, after whatever else comes.
    pub async fn closed(&mut self) -> u16 {
        soon("a close frame", async {
            loop {
                if let Came::Closed(code) = self.comes::<Value>().await {
                    return code;
                }
            }
        })
        .await
    }
}

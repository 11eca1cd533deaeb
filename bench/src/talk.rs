//! A client's end of a socket, as light as it goes.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::server::Server;

/// A frame that takes longer is not coming.
const PATIENCE: Duration = Duration::from_secs(30);

/// One socket.
pub struct Talk {
    socket: WebSocketStream<TcpStream>,
}

impl Talk {
    /// Connects; `headers` are whole lines, as in HTTP.
    pub async fn open(server: &Server, path: &str, protocol: &str, headers: &str) -> Result<Self> {
        let mut request = format!("ws://localhost:{}{path}", server.port).into_client_request()?;
        request.headers_mut().insert("origin", server.origin().parse()?);
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse()?);
        if let Some((name, value)) = headers.trim_end().split_once(": ") {
            let name: tokio_tungstenite::tungstenite::http::HeaderName = name.parse()?;
            request.headers_mut().insert(name, value.parse()?);
        }
        let stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let (socket, _) =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self { socket })
    }

    pub async fn send(&mut self, frame: String) -> Result<()> {
        Ok(self.socket.send(Message::text(frame)).await?)
    }

    /// The next text frame.
    pub async fn hear(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.socket.next().await.context("the socket ended")?? {
                Message::Text(text) => return Ok(text),
                Message::Close(close) => bail!("the server closed the socket: {close:?}"),
                _ => {}
            }
        }
    }

    /// Hears on until a frame is the one; not for ever.
    pub async fn until(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Utf8Bytes> {
        let end = tokio::time::Instant::now() + PATIENCE;
        let mut last = None;
        loop {
            let heard = tokio::time::timeout_at(end, self.hear()).await;
            let frame = heard
                .map_err(|_| anyhow!("what was waited for did not come; last: {last:?}"))??;
            if wanted(&frame) {
                return Ok(frame);
            }
            if frame.starts_with(r#"{"refused":"#) {
                bail!("refused: {frame}");
            }
            last = Some(frame);
        }
    }

    /// Says something and waits until it is committed.
    pub async fn say(&mut self, text: &str) -> Result<()> {
        let id = id();
        self.send(say(&id, text)).await?;
        self.until(|frame| frame.starts_with(r#"{"ack":"#) && frame.contains(&id)).await?;
        Ok(())
    }
}

/// The frame that carries a message.
pub fn say(id: &str, text: &str) -> String {
    format!(r#"{{"say":{{"id":"{id}","text":"{text}"}}}}"#)
}

/// A new message's id.
#[expect(clippy::disallowed_methods, reason = "the bench is a client with a clock of its own")]
pub fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The text of a field, wherever it is in a flat frame.
pub fn text<'a>(frame: &'a str, field: &str) -> Option<&'a str> {
    let (_, rest) = frame.split_once(&format!("\"{field}\":\""))?;
    rest.split('"').next()
}

/// What visitors say, again and again.
pub const LINE: &str = "Hola, tengo una pregunta sobre mi factura de marzo.";

//! A client's end of a WebSocket.

use super::frames;
use anyhow::{Context, Result, anyhow, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Message, Utf8Bytes, client::IntoClientRequest as _, http::HeaderName,
        protocol::WebSocketConfig,
    },
};

/// A frame that takes longer is not coming.
const PATIENCE: Duration = Duration::from_secs(30);

/// One socket.
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Connects to a server on this machine; `header` is empty or one whole line, as in HTTP.
    pub async fn open(port: u16, path: &str, protocol: &str, header: &str) -> Result<Self> {
        let mut request = format!("ws://localhost:{port}{path}").into_client_request()?;
        request.headers_mut().insert("origin", format!("http://localhost:{port}").parse()?);
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse()?);
        if let Some((name, value)) = header.trim_end().split_once(": ") {
            request.headers_mut().insert(name.parse::<HeaderName>()?, value.parse()?);
        }
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self(socket))
    }

    pub async fn send(&mut self, frame: String) -> Result<()> {
        Ok(self.0.send(Message::text(frame)).await?)
    }

    /// The next text frame.
    pub async fn receive(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.0.next().await.context("the socket ended")?? {
                Message::Text(text) => return Ok(text),
                Message::Close(close) => bail!("the server closed the socket: {close:?}"),
                _ => {}
            }
        }
    }

    /// Reads on until a frame is the wanted one; not for ever.
    pub async fn until(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Utf8Bytes> {
        let end = tokio::time::Instant::now() + PATIENCE;
        let mut last = None;
        loop {
            let received = tokio::time::timeout_at(end, self.receive()).await;
            let frame = received
                .map_err(|_| anyhow!("the wanted frame did not come; last: {last:?}"))??;
            if wanted(&frame) {
                return Ok(frame);
            }
            if frames::is_refusal(&frame) {
                bail!("refused: {frame}");
            }
            last = Some(frame);
        }
    }

    /// Sends a message and waits until it is committed.
    pub async fn send_message(&mut self, text: &str) -> Result<()> {
        let id = frames::new_id();
        self.send(frames::message(&id, text)).await?;
        self.until(|frame| frames::is_acknowledgement(frame) && frame.contains(&id)).await?;
        Ok(())
    }
}

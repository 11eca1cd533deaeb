//! A bare HTTP/1.1 client on one connection that is kept.

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// One connection.
pub struct Http {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
    /// The body's length on the wire.
    pub bytes: usize,
}

impl Answer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Http {
    pub async fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: format!("localhost:{port}"), buffer: Vec::new() })
    }

    pub async fn get(&mut self, path: &str, headers: &str) -> Result<Answer> {
        self.request(&format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.host)).await
    }

    /// A form, as a page of the same origin would send it.
    pub async fn post(&mut self, path: &str, headers: &str, form: &str) -> Result<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nsec-fetch-site: same-origin\r\n\
             accept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             {headers}content-length: {length}\r\n\r\n{form}",
            host = self.host,
            length = form.len(),
        );
        self.request(&request).await
    }

    async fn request(&mut self, request: &str) -> Result<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let end = loop {
            self.read().await?;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut answer = Answer {
            status: status.context("no HTTP answer")?,
            head,
            body: String::new(),
            bytes: 0,
        };
        let mut body = self.buffer.split_off(end + 4);
        if let Some(length) = answer.header("content-length").and_then(|n| n.parse().ok()) {
            while body.len() < length {
                self.buffer.clear();
                self.read().await?;
                body.extend_from_slice(&self.buffer);
            }
        } else if answer.header("transfer-encoding").is_some() {
            while !body.ends_with(b"0\r\n\r\n") {
                self.buffer.clear();
                self.read().await?;
                body.extend_from_slice(&self.buffer);
            }
        }
        answer.bytes = body.len();
        answer.body = String::from_utf8_lossy(&body).into_owned();
        Ok(answer)
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

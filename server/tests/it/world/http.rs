//! A small HTTP client that sends exactly what a test says: no cookie, redirect or header of its own but `Host`.

use std::{fmt::Write, io, net::SocketAddr};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Ask {
    server: SocketAddr,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Where a test asks.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub SocketAddr);

impl Client {
    pub fn get(&self, path: impl Into<String>) -> Ask {
        self.ask("GET", path)
    }

    pub fn post(&self, path: impl Into<String>) -> Ask {
        self.ask("POST", path)
    }

    pub fn ask(&self, method: &'static str, path: impl Into<String>) -> Ask {
        Ask { server: self.0, method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }
}

impl Ask {
    /// The same with this after its path, `?` and all.
    pub fn query(mut self, query: &str) -> Self {
        self.path.push_str(query);
        self
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn json(self) -> Self {
        self.header("accept", "application/json")
    }

    pub fn page(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml")
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", kind)
    }

    /// An urlencoded form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut body = String::new();
        for (name, value) in fields {
            let _ = write!(body, "{}{name}=", if body.is_empty() { "" } else { "&" });
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() {
                    body.push(byte.into());
                } else {
                    let _ = write!(body, "%{byte:02X}");
                }
            }
        }
        self.body("application/x-www-form-urlencoded", body)
    }

    /// A multipart form: fields, then files as (field, file name, bytes).
    pub fn multipart(self, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Self {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head =
                format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        for (field, name, bytes) in files {
            let head = format!(
                "--{EDGE}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 content-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        self.body(&format!("multipart/form-data; boundary={EDGE}"), body)
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self) -> Reply {
        self.try_send().await.expect("the server answers")
    }

    /// The same where the server may be cut off.
    pub async fn try_send(self) -> io::Result<Reply> {
        let (mut reply, mut stream) = self.try_open().await?;
        let length = reply.find("content-length").and_then(|n| n.parse::<usize>().ok());
        if reply.find("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            while let Some(chunk) = next_chunk(&mut stream).await {
                reply.body.extend_from_slice(&chunk);
            }
        } else if let Some(length) = length {
            reply.body = vec![0; length];
            stream.read_exact(&mut reply.body).await?;
        }
        Ok(reply)
    }

    /// Sends it and reads the head: for what does not end.
    pub async fn open(self) -> (Reply, BufReader<TcpStream>) {
        self.try_open().await.expect("the server answers")
    }

    async fn try_open(self) -> io::Result<(Reply, BufReader<TcpStream>)> {
        let mut stream = TcpStream::connect(self.server).await?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| name == "host") {
            let _ = write!(head, "host: localhost:{}\r\n", self.server.port());
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.method != "GET" || !self.body.is_empty() {
            let _ = write!(head, "content-length: {}\r\n", self.body.len());
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await?;
        // A server that refuses early may close before it has read everything: its answer still counts.
        let _ = stream.write_all(&self.body).await;
        let mut stream = BufReader::new(stream);
        let status = line(&mut stream).await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status line"))?;
        let mut reply = Reply { status, headers: Vec::new(), body: Vec::new() };
        loop {
            let line = line(&mut stream).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            reply.headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        Ok((reply, stream))
    }
}

impl Reply {
    pub fn find(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a body of text")
    }

    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("JSON in {}", self.text()))
    }

    /// The cookie that is set, `name=value`.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let prefix = format!("{name}=");
        self.headers
            .iter()
            .filter(|(known, _)| known == "set-cookie")
            .find_map(|(_, value)| value.starts_with(&prefix).then(|| value.split(';').next()))
            .flatten()
            .map(str::to_owned)
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}

/// The next chunk of a chunked body; none at its end.
pub async fn next_chunk(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let size = line(stream).await.ok()?;
    let size = usize::from_str_radix(&size, 16).ok().filter(|size| *size > 0)?;
    let mut chunk = vec![0; size + 2];
    stream.read_exact(&mut chunk).await.ok()?;
    chunk.truncate(size);
    Some(chunk)
}

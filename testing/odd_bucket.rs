//! A server that speaks S3 badly, in ways that a real one cannot be made to: it takes whatever is put, refuses the
//! second part of a long file, and sends the beginning of what is asked for and then nothing.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Runs until the test's runtime ends.
pub struct OddBucket {
    pub endpoint: String,
    /// What was asked, as `PUT` or `PUT ?partNumber`, and `left` for each client that went away from an answer.
    seen: Arc<Mutex<Vec<String>>>,
}

impl OddBucket {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let noted = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(BufReader::new(stream), noted.clone()));
            }
        });
        Self { endpoint, seen }
    }

    pub fn has_seen(&self, what: &str) -> bool {
        self.times_seen(what) > 0
    }

    pub fn times_seen(&self, what: &str) -> usize {
        let seen = self.seen.lock().expect("no panic while it is held");
        seen.iter().filter(|seen| *seen == what).count()
    }
}

/// Answers one request after the other; none once the client is gone.
async fn serve(mut stream: BufReader<TcpStream>, seen: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let note = |what: String| seen.lock().expect("no panic while it is held").push(what);
    loop {
        let (asked, length) = head(&mut stream).await?;
        tokio::io::copy(&mut (&mut stream).take(length), &mut tokio::io::sink()).await.ok()?;
        note(asked.clone());
        let answer = match &*asked {
            "GET" => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 4000000\r\nlast-modified: Mon, 23 Nov 2026 16:00:00 GMT\r\netag: \"1\"\r\n\r\n";
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(&vec![b'a'; 100_000]).await.ok()?;
                // Nothing more is asked on this connection: it ends when the client goes.
                let _ = stream.read_u8().await;
                note("left".to_owned());
                return None;
            }
            "POST ?uploads" => answer(
                "200 OK",
                "<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>",
            ),
            "PUT ?partNumber=2" => answer(
                "403 Forbidden",
                "<Error><Code>AccessDenied</Code><Message>No</Message></Error>",
            ),
            _ => answer("200 OK", ""),
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\netag: \"1\"\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// The method with the first part of the query, and the length of the body.
async fn head(stream: &mut BufReader<TcpStream>) -> Option<(String, u64)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.to_ascii_lowercase());
    }
    let first = lines.first()?;
    let (method, target) = first.split_once(' ')?;
    let target = target.split(' ').next()?;
    let query = target.split_once('?').map(|(_, query)| query.replace("partnumber", "partNumber"));
    let query =
        query.and_then(|query| Some(query.split('&').next()?.trim_end_matches('=').to_owned()));
    let asked = [Some(method.to_ascii_uppercase()), query.map(|query| format!("?{query}"))];
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or_default();
    Some((asked.into_iter().flatten().collect::<Vec<_>>().join(" "), length))
}

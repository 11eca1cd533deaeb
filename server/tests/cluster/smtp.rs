//! A relay that takes every mail and counts it: enough of RFC 5321 to be sent to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How often each Message-ID was taken.
type Counts = Arc<Mutex<BTreeMap<String, usize>>>;

/// It ends when it is dropped.
pub struct MailSink {
    port: u16,
    counts: Counts,
    task: JoinHandle<()>,
}

impl MailSink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let counts = Counts::default();
        let counted = Arc::clone(&counts);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&counted)));
            }
        });
        Self { port, counts, task }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// How often the mail of this Message-ID was taken.
    pub fn taken(&self, message_id: &str) -> usize {
        let id = message_id.trim_matches(['<', '>']);
        self.counts.lock().expect("nobody panics with it").get(id).copied().unwrap_or(0)
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection; it ends when the other end goes.
async fn talk(stream: TcpStream, counts: Counts) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await.ok()?;
    loop {
        let line = line(&mut stream).await?;
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let id = message(&mut stream).await?;
                // From here on it is ours, whether the sender hears so or not.
                *counts.lock().expect("nobody panics with it").entry(id).or_default() += 1;
                b"250 kept\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await.ok()?;
    }
}

/// Reads a mail to its end; its Message-ID.
async fn message(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut id = String::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(id);
        }
        if let Some(value) = line.strip_prefix("Message-ID:")
            && id.is_empty()
        {
            value.trim().trim_matches(['<', '>']).clone_into(&mut id);
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = Vec::new();
    let read = stream.read_until(b'\n', &mut line).await.ok()?;
    (read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
}

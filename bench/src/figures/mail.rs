//! How long a mail takes to the relay when all is well, and while mails to slow places hang.

use crate::{
    client::http::Http,
    reading::{Reading, Target, Unit},
    server::{SITE, Server, Subject},
};
use anyhow::{Context, Result};
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{Instant, timeout},
};

/// Mails that hang at once, each at a place of its own: what a busy desk never has.
const HANGING: usize = 40;
/// A mail that is not there by then will not come.
const COMES_WITHIN: Duration = Duration::from_mins(3);
/// The recipients of this place hang: the relay takes the address and never answers to the text.
const SLOW: &str = "slow.example";

pub async fn measure(subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { return Ok(Vec::new()) };
    let mut relay = Relay::listen().await?;
    let url = format!("smtp://127.0.0.1:{}", relay.port);
    let server = Server::ayuda(binary, &[("AYUDA_SMTP_URL", &url)]).await?;
    let mut http = Http::connect(server.port).await?;
    let alone = relay.time_of_one(&mut http, "ana@quick.example").await?;
    for n in 0..HANGING {
        ask(&mut http, &format!("a@{n}.{SLOW}")).await?;
    }
    // All of those that the server works on at once hang by now.
    let beside = relay.time_of_one(&mut http, "eva@quick.example").await?;
    let reading = |figure: String, wait: Duration| {
        Reading::new(figure, wait.as_secs_f64() * 1000.0, Unit::Milliseconds)
    };
    Ok(vec![
        reading("request to its mail at the relay".into(), alone),
        reading(format!("  beside {HANGING} mails that hang"), beside)
            .with_target(Target::AtMost(5000.0)),
    ])
}

/// A help request, whose visitor gets a mail.
async fn ask(http: &mut Http, email: &str) -> Result<()> {
    let email = email.replace('@', "%40");
    let form = format!("email={email}&message=Hola");
    let asked = http.post(&format!("/w/{SITE}/requests"), "", &form).await?;
    anyhow::ensure!(asked.status == 201, "a request: {} {}", asked.status, asked.body);
    Ok(())
}

/// A relay that takes mail at once, but for slow places.
struct Relay {
    port: u16,
    /// The recipient of each mail that it took.
    taken: mpsc::UnboundedReceiver<String>,
}

impl Relay {
    async fn listen() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (sender, taken) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sender.clone()));
            }
        });
        Ok(Self { port, taken })
    }

    /// From the request to the moment at which the relay has its mail.
    async fn time_of_one(&mut self, http: &mut Http, email: &str) -> Result<Duration> {
        let start = Instant::now();
        ask(http, email).await?;
        let comes = async {
            while let Some(recipient) = self.taken.recv().await {
                if recipient.contains(email) {
                    return Some(());
                }
            }
            None
        };
        let came = timeout(COMES_WITHIN, comes).await;
        came.ok().flatten().with_context(|| format!("no mail to {email} in {COMES_WITHIN:?}"))?;
        Ok(start.elapsed())
    }
}

/// One connection; mails may follow each other on it.
async fn serve(stream: TcpStream, taken: mpsc::UnboundedSender<String>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 relay\r\n").await?;
    let mut recipient = String::new();
    let mut line = String::new();
    while read_line(&mut stream, &mut line).await? {
        let command = line.trim_end().to_ascii_uppercase();
        let answer = match command.split([' ', ':']).next().unwrap_or_default() {
            "RCPT" => {
                recipient = line.to_ascii_lowercase();
                "250 ok"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                while read_line(&mut stream, &mut line).await? && line != ".\r\n" {}
                if recipient.contains(SLOW) {
                    std::future::pending::<()>().await;
                }
                let _ = taken.send(recipient.clone());
                "250 taken"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// The next line with its end; false when the peer is gone.
async fn read_line(stream: &mut BufReader<TcpStream>, line: &mut String) -> Result<bool> {
    line.clear();
    Ok(stream.read_line(line).await? > 0)
}

//! A relay that tests hold in their hand: it takes mail, refuses it, falls silent, or is not there.

use data_encoding::BASE64;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What happens to a mail for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Take,
    /// At RCPT, for now.
    Later,
    /// At RCPT, for good.
    Refuse,
    /// Takes the text and says so when it is told to.
    TakeWhenTold,
    /// Takes the text and says that it is to come later.
    PutOffAfterText,
    /// Takes the text and says nothing any more.
    TakeAndFallSilent,
    /// Takes the text and hangs up without a word.
    TakeAndHangUp,
    /// Says nothing at RCPT.
    Stall,
    /// Says nothing at RCPT until it is told to, and takes it.
    StallUntilTold,
}

#[derive(Default)]
struct State {
    /// Without which it takes nothing.
    password: Option<String>,
    manners: HashMap<String, Manner>,
    taken: Vec<String>,
    tries: HashMap<String, u32>,
    told: Arc<Notify>,
}

#[derive(Clone)]
pub struct Relay {
    /// For a desk that waits for its answers as long as it does by itself: longer than this machine stands still.
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Relay {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let relay = Self { url, state: Arc::default() };
        let serving = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, serving.state.clone()));
            }
        });
        relay
    }

    /// It takes mail from now on only from those who know the password.
    pub fn want(&self, password: &str) {
        self.state.lock().expect("lock").password = Some(password.to_owned());
    }

    /// Its address, for somebody who signs in.
    pub fn url_with(&self, password: &str) -> String {
        self.url.replace("smtp://", &format!("smtp://ana:{password}@"))
    }

    /// Its address, for a desk that waits so many seconds for each of its answers.
    pub fn url_for_patience_of(&self, seconds: u16) -> String {
        format!("{}?timeout={seconds}", self.url)
    }

    pub fn treat(&self, address: &str, manner: Manner) {
        self.state.lock().expect("lock").manners.insert(address.to_owned(), manner);
    }

    /// It says what it waits with.
    pub fn say(&self) {
        self.state.lock().expect("lock").told.notify_one();
    }

    /// What arrived whole, in order, also what was taken without a word.
    pub fn taken(&self) -> Vec<String> {
        self.state.lock().expect("lock").taken.clone()
    }

    /// How often a mail to the address was begun.
    pub fn tries(&self, address: &str) -> u32 {
        self.state.lock().expect("lock").tries.get(address).copied().unwrap_or(0)
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 sink").await?;
    let mut manner = Manner::Take;
    let wanted = state.lock().expect("lock").password.clone();
    let mut is_known = wanted.is_none();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" | "HELO" => {
                say(&mut stream, "250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME").await?;
            }
            "AUTH" => {
                let shown = line.rsplit(' ').next().unwrap_or_default();
                let shown = BASE64.decode(shown.as_bytes()).unwrap_or_default();
                let expected = format!("\0ana\0{}", wanted.clone().unwrap_or_default());
                is_known = shown == expected.as_bytes();
                let answer = if is_known { "235 welcome" } else { "535 5.7.8 wrong password" };
                say(&mut stream, answer).await?;
            }
            "MAIL" if !is_known => say(&mut stream, "530 5.7.0 who are you?").await?,
            "RCPT" => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                manner = {
                    let mut state = state.lock().expect("lock");
                    *state.tries.entry(address.clone()).or_default() += 1;
                    state.manners.get(&address).copied().unwrap_or(Manner::Take)
                };
                match manner {
                    Manner::Later => say(&mut stream, "451 4.7.1 greylisted, come back").await?,
                    Manner::Refuse => say(&mut stream, "550 5.1.1 no such user").await?,
                    Manner::Stall => std::future::pending().await,
                    Manner::StallUntilTold => {
                        let told = state.lock().expect("lock").told.clone();
                        told.notified().await;
                        say(&mut stream, "250 ok").await?;
                    }
                    _ => say(&mut stream, "250 ok").await?,
                }
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let mut text = Vec::new();
                while !text.ends_with(b"\r\n.\r\n") {
                    text.push(stream.read_u8().await.ok()?);
                }
                state.lock().expect("lock").taken.push(String::from_utf8_lossy(&text).into_owned());
                let told = state.lock().expect("lock").told.clone();
                match manner {
                    Manner::TakeWhenTold => {
                        told.notified().await;
                        say(&mut stream, "250 taken").await?;
                    }
                    Manner::PutOffAfterText => say(&mut stream, "451 4.3.0 later").await?,
                    Manner::TakeAndFallSilent => std::future::pending().await,
                    Manner::TakeAndHangUp => return None,
                    _ => say(&mut stream, "250 taken").await?,
                }
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return None;
            }
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

/// One header of a mail, unfolded.
pub fn header(mail: &str, name: &str) -> Option<String> {
    let head = mail.split("\r\n\r\n").next()?.replace("\r\n ", " ");
    let prefix = format!("{}:", name.to_ascii_lowercase());
    head.lines()
        .find(|line| line.to_ascii_lowercase().starts_with(&prefix))
        .map(|line| line[prefix.len()..].trim().to_owned())
}

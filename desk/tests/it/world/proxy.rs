//! What stands between the desk and PostgreSQL, and cuts connections at COMMIT or all of them.

use super::World;
use sqlx::postgres::PgConnectOptions;
use std::{
    collections::VecDeque,
    io,
    str::FromStr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the COMMIT.
    Before,
    /// The server has committed, and nobody hears of it.
    After,
    /// The same, and then the database is away.
    AfterForLonger,
    /// The server has committed, and the connection neither says so nor ends.
    Silent,
}

pub struct Proxy {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    cuts: Mutex<VecDeque<Cut>>,
    made: AtomicUsize,
    is_down: AtomicBool,
    is_silent: AtomicBool,
    connections: AtomicUsize,
    /// Connections of an older time are cut.
    time: watch::Sender<u32>,
}

impl Proxy {
    /// In front of the database at this URL.
    pub(super) async fn start(url: &str) -> Self {
        let options = PgConnectOptions::from_str(url).expect("a URL");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let user = url.split("://").nth(1).and_then(|rest| rest.split_once('@'));
        let user = user.map_or("", |(user, _)| user);
        let name = options.get_database().expect("a database");
        let address = format!("postgres://{user}@{address}/{name}?sslmode=disable");
        let proxy = Self { address, state: Arc::default() };
        let state = proxy.state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, options.clone(), state.clone()));
            }
        });
        proxy
    }

    /// The URL of the database behind it.
    pub fn url(&self) -> &str {
        &self.address
    }

    /// Nothing that the server says arrives any more, while no connection ends.
    pub fn fall_silent(&self) {
        self.state.is_silent.store(true, SeqCst);
    }

    /// Silent connections end; what is said on new ones arrives.
    pub fn end_silence(&self) {
        self.state.is_silent.store(false, SeqCst);
        self.state.set_down(false);
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.state.connections.load(SeqCst)
    }

    /// Cuts the next COMMIT.
    pub fn cut(&self, cut: Cut) {
        self.state.cuts.lock().expect("lock").push_back(cut);
    }

    /// How many were cut.
    pub fn cuts_made(&self) -> usize {
        self.state.made.load(SeqCst)
    }

    pub fn is_down(&self) -> bool {
        self.state.is_down.load(SeqCst)
    }

    /// The database is away, or back.
    pub fn set_down(&self, is_down: bool) {
        self.state.set_down(is_down);
    }
}

impl State {
    fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, SeqCst);
        self.time.send_modify(|time| *time += 1);
    }
}

impl World {
    /// Puts a proxy before the desk's PostgreSQL.
    pub async fn behind_proxy(&mut self) -> Proxy {
        let proxy = Proxy::start(self.options.database_url.as_deref().expect("PostgreSQL")).await;
        self.options.database_url = Some(proxy.address.clone());
        self.restart().await;
        proxy
    }
}

/// Passes messages on until one side ends or the connection is cut.
async fn serve(client: TcpStream, options: PgConnectOptions, state: Arc<State>) -> io::Result<()> {
    state.connections.fetch_add(1, SeqCst);
    if state.is_down.load(SeqCst) {
        return Ok(());
    }
    let mut time = state.time.subscribe();
    client.set_nodelay(true)?;
    let (client_reads, client_writes) = client.into_split();
    let cut = async { _ = time.changed().await };
    let pass = async {
        if let Some(folder) = options.get_socket() {
            let path = folder.join(format!(".s.PGSQL.{}", options.get_port()));
            let (reads, writes) = UnixStream::connect(path).await?.into_split();
            pass((client_reads, client_writes), (reads, writes), &state).await
        } else {
            let server = TcpStream::connect((options.get_host(), options.get_port())).await?;
            server.set_nodelay(true)?;
            pass((client_reads, client_writes), server.into_split(), &state).await
        }
    };
    tokio::select! {
        () = cut => Ok(()),
        passed = pass => passed,
    }
}

async fn pass(
    (mut from_client, mut to_client): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    (mut from_server, mut to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    state: &State,
) -> io::Result<()> {
    let (is_muted, for_longer) = (AtomicBool::new(false), AtomicBool::new(false));
    let is_silent = AtomicBool::new(false);
    let up = async {
        // The first has no type.
        let mut message = read(&mut from_client, 0).await?;
        loop {
            if message.starts_with(b"Q") && message[5..].starts_with(b"COMMIT") {
                let cut = state.cuts.lock().expect("lock").pop_front();
                state.made.fetch_add(usize::from(cut.is_some()), SeqCst);
                match cut {
                    Some(Cut::Before) => return Ok(()),
                    Some(Cut::Silent) => is_silent.store(true, SeqCst),
                    Some(cut) => {
                        for_longer.store(cut == Cut::AfterForLonger, SeqCst);
                        is_muted.store(true, SeqCst);
                    }
                    None => {}
                }
            }
            to_server.write_all(&message).await?;
            message = read(&mut from_client, 1).await?;
        }
    };
    let down = async {
        loop {
            let message = read(&mut from_server, 1).await?;
            match is_muted.load(SeqCst) {
                // Ready for the next: it has committed.
                true if message.starts_with(b"Z") => {
                    if for_longer.load(SeqCst) {
                        state.set_down(true);
                    }
                    return Ok(());
                }
                true => {}
                false if is_silent.load(SeqCst) || state.is_silent.load(SeqCst) => {}
                false => to_client.write_all(&message).await?,
            }
        }
    };
    tokio::select! {
        done = up => done,
        done = down => done,
    }
}

/// A message with its length, after so many bytes of its type.
async fn read(from: &mut (impl AsyncRead + Unpin), kind: usize) -> io::Result<Vec<u8>> {
    let mut message = vec![0; kind + 4];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[kind..].try_into().expect("four bytes"));
    message.resize(kind + usize::try_from(length).expect("a size"), 0);
    from.read_exact(&mut message[kind + 4..]).await?;
    Ok(message)
}

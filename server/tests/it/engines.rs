//! The two engines. SQLite always; PostgreSQL when `AYUDA_TEST_POSTGRES` is the URL of a server where databases can be made;
//! with `AYUDA_TEST_ENGINES=both` an absent URL is a failure.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    sync::atomic::{AtomicU32, Ordering},
};

/// Where a test's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Those that this run has.
pub fn engines() -> Vec<Engine> {
    let postgres = std::env::var("AYUDA_TEST_POSTGRES").is_ok();
    let both = std::env::var("AYUDA_TEST_ENGINES").is_ok_and(|engines| engines == "both");
    assert!(postgres || !both, "AYUDA_TEST_ENGINES=both needs AYUDA_TEST_POSTGRES");
    if postgres { vec![Engine::Sqlite, Engine::Postgres] } else { vec![Engine::Sqlite] }
}

/// A new, empty database; none for SQLite, which has its own in the data folder.
pub fn new_database(engine: Engine) -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if engine == Engine::Sqlite {
        return None;
    }
    let url = std::env::var("AYUDA_TEST_POSTGRES").expect("engines() looked");
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("ayuda_server_{}_{number}", std::process::id());
    let server = Address::parse(&url);
    server.run(&format!("drop database if exists {name}"));
    server.run(&format!("create database {name}"));
    Some(server.url_of(&name))
}

/// `postgres://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?host=FOLDER]`
struct Address {
    user: String,
    password: String,
    authority: String,
    database: String,
    folder: Option<String>,
    query: String,
}

impl Address {
    fn parse(url: &str) -> Self {
        let rest = url.split_once("://").expect("a URL").1;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, "postgres"));
        let (credentials, _) = authority.split_once('@').unwrap_or(("postgres", ""));
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let folder = query.split('&').find_map(|pair| pair.strip_prefix("host="));
        Self {
            user: user.into(),
            password: password.into(),
            authority: authority.into(),
            database: database.into(),
            folder: folder.map(|folder| folder.replace("%2F", "/")),
            query: query.into(),
        }
    }

    fn url_of(&self, database: &str) -> String {
        let mut url = format!("postgres://{}/{database}", self.authority);
        if !self.query.is_empty() {
            let _ = write!(url, "?{}", self.query);
        }
        url
    }

    /// One statement in the plain protocol: this crate has no SQL, and two statements need no library.
    fn run(&self, sql: &str) {
        let host = self.authority.rsplit('@').next().unwrap_or("localhost");
        let (host, port) = host.split_once(':').unwrap_or((host, "5432"));
        if let Some(folder) = &self.folder {
            let socket = format!("{folder}/.s.PGSQL.{port}");
            talk(UnixStream::connect(socket).expect("PostgreSQL's socket"), self, sql);
        } else {
            let port = port.parse().expect("a port");
            talk(TcpStream::connect((host, port)).expect("PostgreSQL"), self, sql);
        }
    }
}

fn talk(mut server: impl Read + Write, address: &Address, sql: &str) {
    let hello = format!("user\0{}\0database\0{}\0\0", address.user, address.database);
    let mut packet = vec![0, 3, 0, 0];
    packet.extend_from_slice(hello.as_bytes());
    send(&mut server, None, &packet);
    let mut asked = false;
    loop {
        let (kind, body) = receive(&mut server);
        match kind {
            b'R' if body[..4] == [0, 0, 0, 0] => {}
            b'R' if body[..4] == [0, 0, 0, 3] => {
                send(&mut server, Some(b'p'), format!("{}\0", address.password).as_bytes());
            }
            b'R' => panic!("AYUDA_TEST_POSTGRES needs trust or password authentication"),
            b'E' => panic!("PostgreSQL: {}", String::from_utf8_lossy(&body)),
            b'Z' if asked => return,
            b'Z' => {
                asked = true;
                send(&mut server, Some(b'Q'), format!("{sql}\0").as_bytes());
            }
            _ => {}
        }
    }
}

fn send(server: &mut impl Write, kind: Option<u8>, body: &[u8]) {
    let length = u32::try_from(body.len() + 4).expect("a short packet").to_be_bytes();
    let packet: Vec<u8> = kind.into_iter().chain(length).chain(body.iter().copied()).collect();
    server.write_all(&packet).expect("PostgreSQL listens");
}

fn receive(server: &mut impl Read) -> (u8, Vec<u8>) {
    let mut head = [0; 5];
    server.read_exact(&mut head).expect("PostgreSQL answers");
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize - 4;
    let mut body = vec![0; length];
    server.read_exact(&mut body).expect("PostgreSQL answers");
    (head[0], body)
}

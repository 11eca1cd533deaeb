//! The samples of `docs/proxies`, each run as it is but for its addresses and where it writes, in front of a server.
//! `cargo xtask test` installs the three proxies and sets `AYUDA_TEST_PROXIES=all`; without that, a proxy that is not
//! there is said to be left out.

use crate::world::{
    EMAIL, Engine, SITE, World, behind_a_proxy, eventually, free_port,
    http::{Client, next_chunk},
    socket::Socket,
    soon,
};
use protocol::{
    Seq,
    agent::AgentState,
    visitor::{VisitorCommand, VisitorEvent},
};
use server::settings::{Flags, Settings};
use std::{
    env, fs,
    io::{self, Write},
    net::{IpAddr, SocketAddr, UdpSocket},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;
use tokio::net::TcpSocket;

#[derive(Clone, Copy, Debug)]
enum Sample {
    Nginx,
    Caddy,
    Haproxy,
}

impl Sample {
    fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Haproxy => "haproxy",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::Caddy => "Caddyfile",
            Self::Haproxy => "haproxy.cfg",
        }
    }

    /// What its sample says of the address, and what a test says.
    fn door(self, port: u16) -> (&'static str, String) {
        match self {
            Self::Nginx => ("listen 80;", format!("listen {port};")),
            Self::Caddy => ("\nhelp.example.com {", format!("\nhttp://:{port} {{")),
            Self::Haproxy => ("bind :80\n", format!("bind :{port}\n")),
        }
    }

    /// The sample, and where it writes: beside a proxy that runs on this machine already.
    fn writing_into(self, text: &str, folder: &Path) -> String {
        let folder = folder.display();
        match self {
            Self::Nginx => {
                let parts = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
                let kept = parts.map(|part| format!("{part}_temp_path {folder}/{part};\n"));
                text.replacen("http {", &format!("http {{\naccess_log off;\n{}", kept.concat()), 1)
            }
            Self::Caddy => text.replacen("\n{\n", "\n{\n\tadmin off\n", 1),
            Self::Haproxy => text.to_owned(),
        }
    }

    fn command(self, program: &Path, file: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        match self {
            Self::Nginx => {
                // One process, which a test can end.
                let one = "daemon off; master_process off; error_log stderr;";
                let one = format!("{one} pid {}/pid;", folder.display());
                command.arg("-p").arg(folder).arg("-c").arg(file).args(["-g", &one]);
            }
            Self::Caddy => {
                command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
                command.env("HOME", folder).env("XDG_DATA_HOME", folder);
                command.env("XDG_CONFIG_HOME", folder);
            }
            Self::Haproxy => {
                command.arg("-db").arg("-f").arg(file);
            }
        }
        command
    }

    /// Where the program is; none: it is left out.
    fn find(self) -> Option<PathBuf> {
        let name = self.program();
        let path = env::var_os("PATH").unwrap_or_default();
        // Debian keeps servers off the PATH of people.
        let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
        if found.is_none() {
            let all = env::var("AYUDA_TEST_PROXIES").is_ok_and(|proxies| proxies == "all");
            assert!(!all, "AYUDA_TEST_PROXIES=all needs {name}");
            // Written past the harness, which keeps back what a test that passes prints.
            let _ = writeln!(io::stderr(), "skipped, {name} is not installed");
        }
        found
    }
}

/// A proxy that runs until it is dropped, also by a test that fails.
struct Proxy {
    process: Child,
    _folder: TempDir,
}

impl Proxy {
    /// From its sample, in front of these nodes.
    fn start(sample: Sample, program: &Path, port: u16, nodes: [SocketAddr; 3]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // nginx gives its folders to the user that it works as.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proxies").join(sample.file());
        let mut text = fs::read_to_string(&path).expect("the sample");
        let named = ["10.0.0.11:3000", "10.0.0.12:3000", "10.0.0.13:3000"];
        let (from, to) = sample.door(port);
        let addresses = named.into_iter().zip(nodes.map(|node| node.to_string()));
        for (from, to) in addresses.chain([(from, to)]) {
            assert_eq!(text.matches(from).count(), 1, "{from} in {}", path.display());
            text = text.replace(from, &to);
        }
        let file = folder.path().join(sample.file());
        fs::write(&file, sample.writing_into(&text, folder.path())).expect("its file");
        let log = fs::File::create(folder.path().join("log")).expect("its log");
        let mut command = sample.command(program, &file, folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("its log")).stderr(log);
        Self { process: command.spawn().expect("it starts"), _folder: folder }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A node that is down: nobody else gets its port while the socket lives.
fn node_that_is_down() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().unwrap()).expect("a port");
    let address = socket.local_addr().expect("an address");
    (socket, address)
}

/// An address of this machine that is not its own name for itself. Nothing is sent to find it.
fn outer_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("203.0.113.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_as_its_sample_has_it_stands_in_front_of_nodes() {
    stands_in_front_of_nodes(Sample::Nginx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_as_its_sample_has_it_stands_in_front_of_nodes() {
    stands_in_front_of_nodes(Sample::Caddy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn haproxy_as_its_sample_has_it_stands_in_front_of_nodes() {
    stands_in_front_of_nodes(Sample::Haproxy).await;
}

async fn stands_in_front_of_nodes(sample: Sample) {
    let Some(program) = sample.find() else { return };
    let port = free_port();
    let mut world = World::with(Engine::Sqlite, |settings| {
        behind_a_proxy(settings);
        settings.public_url = public_url(port);
    })
    .await;
    let ((_kept, first), (_kept_too, third)) = (node_that_is_down(), node_that_is_down());
    let _proxy = Proxy::start(sample, &program, port, [first, world.client.0, third]);
    // From here on everybody comes through it.
    world.client = Client(SocketAddr::from(([127, 0, 0, 1], port)));
    eventually(async || {
        let reply = world.client.get("/readyz").try_send().await.ok()?;
        (reply.status == 200).then_some(())
    })
    .await;
    whoever_asks_gets_to_a_node_that_lives(&world).await;
    a_panel_talks_and_hears(&world).await;
    an_event_comes_at_once(&world).await;
    a_large_file_arrives(&world).await;
    the_client_is_told_apart(&world).await;
}

fn public_url(port: u16) -> Option<server::settings::PublicUrl> {
    let public = Some(format!("http://localhost:{port}"));
    Settings::load(Flags { public_url: public, ..Flags::default() }).expect("settings").public_url
}

async fn whoever_asks_gets_to_a_node_that_lives(world: &World) {
    for _ in 0..12 {
        let panel = world.client.get("/w/tienda").page().send().await;
        assert!(panel.status == 200 && panel.text().contains("La Tienda"), "{}", panel.status);
    }
    // Also who sends something.
    for n in 0..6 {
        world.ask("tienda", &format!("Hola {n}")).await;
    }
}

async fn a_panel_talks_and_hears(world: &World) {
    let (agent, _there) = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut socket = Socket::talking(world, "tienda", &chat.token, Seq(9)).await;
    let id = world.clock.new_entry_id();
    socket.message(id, "Uno más").await;
    let acknowledged = |event| match event {
        VisitorEvent::Ack { id: of, .. } => Some(of),
        _ => None,
    };
    assert_eq!(socket.until(acknowledged).await, id);
    // What the server says by itself.
    let mut listener = Socket::panel(world, "tienda").await;
    listener.say(&VisitorCommand::Hello { token: None, after: Seq::START }).await;
    let status = |event| match event {
        VisitorEvent::Status { status } => Some(status.open),
        _ => None,
    };
    assert!(listener.until(status).await);
    world.desk().set_agent_state(agent.id, AgentState::Away).await.expect("a state");
    assert!(!listener.until(status).await);
}

/// Nothing follows the event that could push it out of a buffer.
async fn an_event_comes_at_once(world: &World) {
    let ask = world.client.get("/w/tienda/events").header("origin", "https://tienda.example");
    let (reply, mut stream) = ask.open().await;
    assert_eq!((reply.status, reply.find("content-type")), (200, Some("text/event-stream")));
    let mut label = async || {
        // For a patience in all: what keeps the stream alive never ends.
        soon("an event", async {
            loop {
                let chunk = next_chunk(&mut stream).await.expect("a stream");
                let text = String::from_utf8(chunk).expect("text");
                if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                    let status: serde_json::Value = serde_json::from_str(data).expect("JSON");
                    return status["label"].as_str().expect("a label").to_owned();
                }
            }
        })
        .await
    };
    assert_eq!(label().await, "Ayuda");
    let agent = world.desk().find_agent_account(EMAIL).await.expect("an answer").expect("somebody");
    let _there = world.desk().console_connected(agent.id);
    world.desk().set_agent_state(agent.id, AgentState::Available).await.expect("a state");
    assert_eq!(label().await, "Chat");
}

async fn a_large_file_arrives(world: &World) {
    let token = world.ask("tienda", "Con un archivo").await.token.0;
    let bytes = vec![b'a'; 10 * 1024 * 1024];
    let post = world.client.post("/w/tienda/files").json().bearer(&token);
    let reply = post.multipart(&[], &[("file", "largo.txt", &bytes)]).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.value()["bytes"], bytes.len());
}

/// Whatever it says of itself.
async fn the_client_is_told_apart(world: &World) {
    let Some(address) = outer_address() else {
        let _ = writeln!(io::stderr(), "skipped, this machine has no address but its own: clients");
        return;
    };
    world.apply(&format!("{SITE}[limits]\ntickets_per_hour = 1\n")).await;
    let ask = async |client: Client, said: &str| {
        let fields = [("email", "a@example.com"), ("message", "Hola")];
        let post = client.post("/w/tienda/requests").json().header("x-forwarded-for", said);
        post.form(&fields).send().await.status
    };
    let outside = Client(SocketAddr::from((address, world.client.0.port())));
    assert_eq!(ask(outside, "203.0.113.1").await, 201);
    assert_eq!(ask(outside, "203.0.113.2").await, 429);
    // This machine is not counted.
    for _ in 0..3 {
        assert_eq!(ask(world.client, "127.0.0.1").await, 201);
    }
}

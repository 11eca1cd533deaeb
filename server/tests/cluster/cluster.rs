//! One PostgreSQL, its nodes and a balancer before them, with a site and somebody to answer.

use crate::{
    agent::{Agent, PASSWORD},
    balancer::Balancer,
    door::Door,
    node::{Node, command},
    postgres::{PostgresServer, Stop, find_programs},
    smtp::MailSink,
    visitor::Visitor,
    wait::{PATIENCE, eventually},
};
use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::Stdio,
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// The lease of a node in tests: no node is gone because this machine stood still.
pub const LEASE: Duration = Duration::from_secs(10);

const NODES: usize = 3;
/// The database's instant, as its rows have it.
pub const NOW: &str = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
/// Clusters at a time: each is four servers.
static PLACES: Semaphore = Semaphore::const_new(3);

/// What a test changes of the cluster before it starts.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Lines of the site's `[limits]`.
    pub limits: &'static str,
    /// Settings of each node besides the usual.
    pub of_nodes: [Vec<(&'static str, String)>; NODES],
}

/// Its processes go when this is dropped, also by a test that fails; then the folders.
pub struct Cluster {
    pub nodes: Vec<Node>,
    pub balancer: Balancer,
    pub mail: MailSink,
    database: PostgresServer,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
    _place: SemaphorePermit<'static>,
}

impl Cluster {
    /// Three nodes that are ready; none where there is no PostgreSQL.
    pub async fn start(setup: Setup) -> Option<Self> {
        let mut cluster = Self::prepare(setup).await?;
        // One after the other: the first one does what nobody asks for.
        for node in 0..NODES {
            cluster.start_node(node).await;
        }
        Some(cluster)
    }

    /// Not yet started.
    async fn prepare(setup: Setup) -> Option<Self> {
        let Some(programs) = find_programs() else {
            let both = std::env::var("AYUDA_TEST_ENGINES").is_ok_and(|engines| engines == "both");
            assert!(!both, "AYUDA_TEST_ENGINES=both needs PostgreSQL's initdb and postgres");
            let thread = thread::current();
            let test = thread.name().unwrap_or("a test");
            // Written past the harness, which keeps back what a test that passes prints.
            let said = format!("skipped, PostgreSQL is not installed: {test}\n");
            let _ = std::io::stderr().write_all(said.as_bytes());
            return None;
        };
        let place = PLACES.acquire().await.expect("it is never closed");
        let started =
            tokio::task::spawn_blocking(|| PostgresServer::start(programs, &["fsync=off"]));
        let database = started.await.expect("no panic").expect("PostgreSQL starts");
        let folder = tempfile::tempdir().expect("a folder");
        let addresses: Vec<SocketAddr> = free_addresses();
        let balancer = Balancer::start(&addresses).await;
        let mail = MailSink::start().await;
        let settings = vec![
            ("AYUDA_PUBLIC_URL", format!("http://localhost:{}", balancer.address.port())),
            ("AYUDA_DATABASE_URL", database.url()),
            ("AYUDA_SMTP_URL", mail.url()),
            ("AYUDA_NODE_LEASE", format!("{}s", LEASE.as_secs())),
            ("AYUDA_LOG", std::env::var("AYUDA_LOG").unwrap_or_else(|_| "warn".into())),
        ];
        let mut nodes = Vec::new();
        for (n, (address, more)) in addresses.iter().zip(setup.of_nodes).enumerate() {
            let of_node = folder.path().join(format!("node-{n}"));
            std::fs::create_dir(&of_node).expect("a folder");
            let mut node = Node::new(*address, of_node);
            node.settings.clone_from(&settings);
            node.settings.push(("AYUDA_LISTEN", address.to_string()));
            node.settings.push(("AYUDA_DATA_DIR", "data".into()));
            node.settings.extend(more);
            nodes.push(node);
        }
        let cluster = Self { nodes, balancer, mail, database, settings, folder, _place: place };
        let site = cluster.folder.path().join("site.toml");
        std::fs::write(&site, site_file(setup.limits)).expect("a file");
        cluster.run(&["site", "apply", &site.display().to_string()], "").await;
        Some(cluster)
    }

    /// Starts a node and waits until it serves; nobody else may start meanwhile.
    pub async fn start_node(&mut self, node: usize) {
        // Also of those that were killed before anybody knew them.
        let former = self.rows("select id from nodes").await;
        self.nodes[node].start().await;
        // It may serve before its row is there.
        let newest = "select id from nodes order by started_at desc limit 1";
        let id = eventually("a row of the node", async || {
            self.try_rows(newest)?.into_iter().next().filter(|id| !former.contains(id))
        });
        self.nodes[node].id = Some(id.await);
    }

    /// The node that does what nobody asks for.
    pub async fn keeper(&self) -> usize {
        let keeper = "select node_id from keeper where node_id is not null and until > ";
        let keeper = format!("{keeper} {NOW}");
        eventually("a keeper", async || {
            let id = self.try_rows(&keeper)?.into_iter().next()?;
            self.nodes.iter().position(|node| node.id.as_ref() == Some(&id))
        })
        .await
    }

    /// Waits until a node has given no sign for so long.
    pub async fn until_node_is_gone(&self, node: usize, time: Duration) {
        let id = self.nodes[node].id.as_ref().expect("it was ready");
        let silent = format!(
            "select count(*) from nodes where id = '{id}' and seen_at < {NOW} - {}",
            time.as_millis()
        );
        self.until_count(&silent, |n| n == 1).await;
    }

    /// Waits until a node has given a sign after this.
    pub async fn until_node_is_back(&self, node: usize) {
        let id = self.nodes[node].id.as_ref().expect("it was ready");
        let now = self.rows(&format!("select {NOW}")).await.remove(0);
        let signs = format!("select count(*) from nodes where id = '{id}' and seen_at > {now}");
        self.until_count(&signs, |n| n == 1).await;
    }

    /// A command that an owner types, on a machine of its own.
    async fn run(&self, arguments: &[&str], input: &str) {
        let mut child = command(self.folder.path(), &self.settings)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).await.expect("it reads");
        drop(stdin);
        let output = timeout(PATIENCE, child.wait_with_output()).await.expect("it ends");
        let output = output.expect("it is waited for");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ayuda {}: {said}", arguments.join(" "));
    }

    /// The way in by a node, and by the balancer where that one is away.
    pub fn door(&self, node: usize) -> Door {
        Door { node: Some(self.nodes[node].address), ..self.any_door() }
    }

    /// By way of this node and no other: where it is slow to answer, it is waited for.
    pub fn only_door(&self, node: usize) -> Door {
        Door { node: None, balancer: self.nodes[node].address, ..self.any_door() }
    }

    /// The way in by the balancer.
    pub fn any_door(&self) -> Door {
        let address = self.balancer.address;
        let origin = format!("http://localhost:{}", address.port());
        Door { node: None, balancer: address, origin }
    }

    /// Somebody who answers, Disponible, with a console that comes in by this door.
    pub async fn agent(&self, name: &str, door: Door) -> Agent {
        let email = format!("{}@example.com", name.to_lowercase());
        self.run(
            &[
                "agent",
                "create",
                "--email",
                &email,
                "--name",
                name,
                "--role",
                "agent",
                "--password-stdin",
            ],
            &format!("{PASSWORD}\n"),
        )
        .await;
        Agent::sign_in(name, &email, door).await
    }

    /// A visitor whose chat has started.
    pub async fn visitor(&self, door: Door) -> Visitor {
        let mut visitor = Visitor::arrive(door);
        visitor.until("the chat has started", |seen| seen.ticket.is_some()).await;
        visitor
    }

    /// The lines of an answer of the database, columns separated by `|`.
    pub async fn rows(&self, question: &str) -> Vec<String> {
        eventually(question, async || self.try_rows(question)).await
    }

    /// None while the database is away.
    pub fn try_rows(&self, question: &str) -> Option<Vec<String>> {
        tokio::task::block_in_place(|| self.database.ask(question).ok())
    }

    /// The answer to a question for one number.
    pub async fn count(&self, question: &str) -> usize {
        let rows = self.rows(question).await;
        rows[0].parse().unwrap_or_else(|_| panic!("{question}: {rows:?}"))
    }

    /// Waits until the answer to a question for one number is such a one.
    pub async fn until_count(&self, question: &str, wanted: impl Fn(usize) -> bool) {
        eventually(question, async || {
            let rows = self.try_rows(question)?;
            rows.first()?.parse().ok().filter(|count| wanted(*count))
        })
        .await;
    }

    pub fn restart_database(&mut self, how: Stop) {
        tokio::task::block_in_place(|| self.database.restart(how).expect("PostgreSQL restarts"));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if thread::panicking() {
            for (n, node) in self.nodes.iter().enumerate() {
                eprintln!("--- the end of node {n}'s log\n{}", node.end_of_log());
            }
        }
    }
}

/// For nodes that come, go and come back: on an address of the cluster's own nobody takes a port while its node is
/// away. Taken all at once, so that no two are the same.
fn free_addresses() -> Vec<SocketAddr> {
    let own = own_loopback_address();
    let listeners: Vec<TcpListener> =
        (0..NODES).map(|_| TcpListener::bind((own, 0)).expect("a port")).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("an address")).collect()
}

/// Each time another one, where a machine has more than one as Linux does.
fn own_loopback_address() -> Ipv4Addr {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    let own = Ipv4Addr::new(127, COUNT.fetch_add(1, Ordering::Relaxed), high, low);
    TcpListener::bind((own, 0)).map_or(Ipv4Addr::LOCALHOST, |_| own)
}

fn site_file(limits: &str) -> String {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekly = days.map(|day| format!("{day} = [[\"00:00\", \"24:00\"]]")).join(", ");
    format!(
        "key = \"tienda\"\nname = \"La Tienda\"\nprefix = \"LT\"\nlang = \"es\"\n\
         closing_reasons = [\"Resuelto\"]\n\
         [schedule]\nzone = \"UTC\"\nweekly = {{ {weekly} }}\n\
         [limits]\nframes_per_second = 0\ntickets_per_hour = 0\nmessages_per_minute = 0\n\
         wait_limit = \"24h\"\nidle_limit = \"24h\"\n{limits}\n\
         [[queues]]\nname = \"Soporte\"\n"
    )
}

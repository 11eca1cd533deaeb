//! The `ayuda` binary's inside: settings, router, sign-in, sockets, uploads, embedded assets, commands.
//!
//! Everything that is decided is decided in `desk`; here is HTTP. [`start`] is the way in for the binary and for tests.

pub mod cli;
mod console;
mod edge;
mod ops;
mod pdf;
mod router;
pub mod settings;
mod visitor;
mod ws;

pub use edge::access::{Access, Reach};
pub use router::Declared;
pub use ws::{
    agent::may::COMMANDS as AGENT_COMMANDS, declared::DeclaredCommand,
    visitor::may::COMMANDS as VISITOR_COMMANDS,
};

use desk::{Desk, Lock, LockError};
use edge::{
    counters::Counters,
    open_sockets::OpenSockets,
    rates::Rates,
    state::{Server, Shared},
    ticket_streams::TicketStreams,
    undeclared_proxy::UndeclaredProxy,
};
use ops::{assets, demo::Demo, descriptors, listener};
use pdf::Pages;
use settings::{PublicUrl, Settings};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

/// From the signal to the end, sockets and requests have this long to finish.
const FINISH_WITHIN: Duration = Duration::from_secs(6);
/// The desk's own work has this long after them.
const DESK_WITHIN: Duration = Duration::from_secs(2);
/// And the database has this long to answer the last word: no word of anybody's depends on it.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// How often old counts of clients are forgotten.
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// Why the server did not start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {}", advice(source))]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another server works on the same SQLite database.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The desk cannot be opened.
    #[error(transparent)]
    Desk(#[from] desk::OpenError),
}

fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this address; stop it, or choose another with --listen"
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need permission; choose a higher one with --listen, or grant CAP_NET_BIND_SERVICE"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have this address; 0.0.0.0 listens on all that it has"
        }
        _ => "choose another address with --listen",
    }
}

/// A server that runs, until [`Running::stop`].
pub struct Running {
    address: SocketAddr,
    server: Server,
    declared: Vec<Declared>,
    stop: watch::Sender<bool>,
    listening: JoinHandle<()>,
    /// Gives the lock back.
    working: JoinHandle<Lock>,
}

/// Listens, takes the database's lock where it has one, opens the desk, and serves.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    let bind = |source| StartError::Bind { address: settings.listen, source };
    let listener = TcpListener::bind(settings.listen).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let public = settings.public_url_on(address.port());
    let options = settings.desk_options(&public);
    // Before anything is written: the schema too is left alone.
    let lock = Lock::take(&options)?;
    let desk = Desk::open(options).await?;
    if let Err(error) = desk.keep_public_url().await {
        tracing::warn!(%error, "the public URL could not be kept for commands");
    }
    let (stop, stopped) = watch::channel(false);
    let server = Server::new(Shared {
        rates: Rates::new(settings.clock.clone()),
        panel_assets: assets::of_panel(),
        console: app::ssr::router(desk.clone(), assets::of_console()),
        has_demo: Demo::find(&settings.data_dir).is_some(),
        desk,
        public,
        trusted_proxies: settings.trusted_proxies,
        undeclared_proxy: UndeclaredProxy::default(),
        metrics_token: settings.metrics_token,
        counters: Counters::default(),
        sockets: OpenSockets::default(),
        ticket_streams: TicketStreams::default(),
        form_room: Arc::default(),
        pages: Pages::new(settings.page_program),
        stop: stopped.into(),
    });
    let (router, declared) = router::build(&server);
    let most = descriptors::connections();
    let listening = tokio::spawn(listener::listen(listener, router, most, server.stop.clone()));
    let working = tokio::spawn(work(server.clone(), lock));
    Ok(Running { address, server, declared, stop, listening, working })
}

/// The desk's own work, and ours.
async fn work(server: Server, lock: Lock) -> Lock {
    let tidy = async {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            server.rates.forget_old();
        }
    };
    tokio::select! {
        () = tidy => {}
        () = server.desk.run(&lock, server.stop.clone()) => {}
    }
    lock
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it.
    pub fn public_url(&self) -> &PublicUrl {
        &self.server.public
    }

    /// The desk behind it.
    pub fn desk(&self) -> &Desk {
        &self.server.desk
    }

    /// Every address there is, and who may call it.
    pub fn routes(&self) -> &[Declared] {
        &self.declared
    }

    /// Stops accepting, answers what was asked, sends sockets away, and closes the desk: within ten seconds.
    pub async fn stop(self) {
        let Self { server, stop, listening, working, .. } = self;
        stop.send_replace(true);
        let finished = async {
            server.sockets.all_closed().await;
            // It ends when its last connection does.
            let _ = listening.await;
        };
        if timeout(FINISH_WITHIN, finished).await.is_err() {
            tracing::warn!(sockets = server.sockets.count(), "connections were cut");
        }
        let lock = timeout(DESK_WITHIN, working).await;
        if lock.is_err() {
            tracing::warn!("work of the desk was cut");
        }
        // A database that does not answer holds nobody up: the others find that this process is gone.
        if timeout(CLOSE_WITHIN, server.desk.close()).await.is_err() {
            tracing::warn!("the database did not answer the last word");
        }
        // The lock is the last to go.
        drop(lock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, http::Request};
    use desk::people::NewAgent;
    use protocol::Role;
    use settings::Flags;
    use tower::ServiceExt;

    /// A session of somebody with this role.
    async fn cookie(desk: &Desk, role: Role) -> String {
        let email = format!("{role}@example.com");
        let password = "una clave muy larga";
        let new = NewAgent {
            email: email.clone(),
            name: "Lucía Medina".into(),
            role,
            sites: Vec::new(),
            queues: Vec::new(),
            password: Some(password.into()),
        };
        desk.create_agent(new).await.unwrap();
        format!("ayuda_session={}", desk.sign_in(&email, password).await.unwrap().0)
    }

    #[tokio::test]
    async fn a_route_refuses_whoever_is_less_than_its_least_role() {
        let folder = tempfile::tempdir().unwrap();
        let flags = Flags { listen: Some("127.0.0.1:0".into()), ..Flags::default() };
        let mut settings = Settings::load(flags).unwrap();
        settings.data_dir = folder.path().to_owned();
        let running = start(settings).await.unwrap();
        for role in Role::ALL {
            let cookie = cookie(running.desk(), role).await;
            for least in Role::ALL {
                let table = router::Table::new(running.server.clone())
                    .get(Access::Agent(least, Reach::Own), "/function", async || "done")
                    .get(Access::AgentPage(least, Reach::Own), "/page", async || "done");
                let router = table.router.with_state(running.server.clone());
                for path in ["/function", "/page"] {
                    let request = Request::get(path).header("cookie", &cookie);
                    let request = request.body(Body::empty()).unwrap();
                    let status = router.clone().oneshot(request).await.unwrap().status();
                    let expected = if role < least { 403 } else { 200 };
                    assert_eq!(status, expected, "{role} at {path} for {least}");
                }
            }
        }
        running.stop().await;
    }
}

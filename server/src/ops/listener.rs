//! The listener: accepts, hands each connection its router, and lets them finish when the server stops.

use super::lingering::Lingering;
use crate::edge::client::Peer;
use axum::{Router, body::Body, extract::Request};
use desk::Stop;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::limits;
use std::{net::SocketAddr, pin::pin, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tower::ServiceExt;

/// A client that sends no whole head for this long, in a request or between two, is disconnected.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// A connection's read buffer, at its longest: room for a head that is too long, so that it is refused in words. Of one
/// that is longer still, hyper says no more than the status.
const READ_BYTES: usize = 2 * limits::HEAD_BYTES;
/// The pause after the system refused a connection, when it has no descriptors left for example.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Serves until `stop`, and then until the last connection is done: at most so many at once. Who comes then waits until
/// one ends, and is not refused by what lacks a descriptor.
pub(crate) async fn listen(listener: TcpListener, router: Router, most: usize, mut stop: Stop) {
    let mut connections = JoinSet::new();
    let mut is_told = false;
    loop {
        let is_full = connections.len() >= most;
        if is_full && !is_told {
            tracing::warn!(most, "as many connections as there may be; the next ones wait");
            is_told = true;
        }
        tokio::select! {
            accepted = listener.accept(), if !is_full => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(serve(stream, peer, router.clone(), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = stop.wait() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: TcpStream, peer: SocketAddr, router: Router, mut stop: Stop) {
    // Answers are small and wanted at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(READ_BYTES)
        .serve_connection(TokioIo::new(Lingering::new(stream)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = stop.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended badly");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::{Semaphore, watch},
    };

    #[tokio::test]
    async fn who_comes_when_there_are_as_many_connections_as_may_be_waits_and_is_served() {
        let (inside, most_inside) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (entered, may_leave) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let handler = {
            let (inside, most_inside) = (inside.clone(), most_inside.clone());
            let (entered, may_leave) = (entered.clone(), may_leave.clone());
            async move || {
                most_inside.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                entered.add_permits(1);
                may_leave.acquire().await.unwrap().forget();
                inside.fetch_sub(1, SeqCst);
                "done"
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (_keep, stop) = watch::channel(false);
        let router = Router::new().route("/", get(handler));
        tokio::spawn(listen(listener, router, 2, stop.into()));
        let clients: Vec<_> = (0..5)
            .map(|_| {
                tokio::spawn(async move {
                    let mut stream = TcpStream::connect(address).await.unwrap();
                    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
                    stream.write_all(request).await.unwrap();
                    let mut answer = String::new();
                    stream.read_to_string(&mut answer).await.unwrap();
                    answer
                })
            })
            .collect();
        for _ in 0..5 {
            entered.acquire().await.unwrap().forget();
            // Whoever else is let in comes in meanwhile.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            may_leave.add_permits(1);
        }
        for client in clients {
            assert!(client.await.unwrap().ends_with("done"));
        }
        assert_eq!(most_inside.load(SeqCst), 2);
    }
}

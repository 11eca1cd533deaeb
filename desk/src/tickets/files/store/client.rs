//! How a bucket is spoken to: HTTP by hyper over the TLS of everything else, and nothing waits for ever.

use super::place::is_plain;
use bytes::Bytes;
use futures_util::FutureExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector as Tcp},
    rt::{TokioExecutor, TokioTimer},
};
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
        HttpResponse, HttpResponseBody, HttpService,
    },
};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep, timeout};

/// A connection is there within this, or it is tried anew.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// From a request to the head of its answer. A part of a file (5 MiB) is sent within it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// From one piece of an answer to the next.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
/// Connections that nobody uses are closed after this.
const IDLE: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS: usize = 8;

type Connections = Client<HttpsConnector<Tcp>, HttpRequestBody>;

/// Makes the client for an endpoint.
#[derive(Debug)]
pub(super) struct Connector(Connections);

impl Connector {
    pub(super) fn to(endpoint: Option<&str>) -> Self {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECTED_WITHIN));
        tcp.set_nodelay(true);
        // As for relays: whom this machine trusts, and where it has no list (a bare container) whom Mozilla does.
        let tls = match HttpsConnectorBuilder::new().with_native_roots() {
            Ok(trusting) => trusting,
            Err(_) => HttpsConnectorBuilder::new().with_webpki_roots(),
        };
        let tls =
            if endpoint.is_some_and(is_plain) { tls.https_or_http() } else { tls.https_only() };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(tls.enable_http1().wrap_connector(tcp));
        Self(client)
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Caller(self.0.clone())))
    }
}

#[derive(Debug)]
struct Caller(Connections);

impl HttpService for Caller {
    // As the trait's macro writes it.
    fn call<'caller, 'answer>(
        &'caller self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'answer>>
    where
        'caller: 'answer,
        Self: 'answer,
    {
        let answer = self.0.request(request);
        Box::pin(async move {
            match timeout(ANSWERED_WITHIN, answer).await {
                Ok(Ok(answer)) => Ok(answer.map(|body| HttpResponseBody::new(Pieces::of(body)))),
                Ok(Err(error)) if error.is_connect() => {
                    Err(HttpError::new(HttpErrorKind::Connect, error))
                }
                Ok(Err(error)) => Err(HttpError::new(HttpErrorKind::Interrupted, error)),
                Err(_) => Err(silent()),
            }
        })
    }
}

fn silent() -> HttpError {
    HttpError::new(HttpErrorKind::Timeout, io::Error::new(io::ErrorKind::TimedOut, "no answer"))
}

/// The body of an answer, which must not pause for longer than [`PIECE_WITHIN`].
struct Pieces {
    body: Incoming,
    pause: Pin<Box<Sleep>>,
}

impl Pieces {
    fn of(body: Incoming) -> Self {
        Self { body, pause: Box::pin(sleep(PIECE_WITHIN)) }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                self.pause.as_mut().reset(Instant::now() + PIECE_WITHIN);
                let broken = |error| HttpError::new(HttpErrorKind::Interrupted, error);
                Poll::Ready(frame.map(|frame| frame.map_err(broken)))
            }
            Poll::Pending => {
                ready!(self.pause.poll_unpin(cx));
                Poll::Ready(Some(Err(silent())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

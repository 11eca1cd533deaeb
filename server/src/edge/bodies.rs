//! Bodies on their way in: what says that it is too long is refused before it is read, and what only drips is cut.

use super::{client::Client, failure::Failure, form_room::FormRoom, state::Server};
use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONNECTION, CONTENT_LENGTH},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use protocol::{Code, Refusal};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// A body has this long, and up to this long again for what has come.
const GRACE: Duration = Duration::from_secs(20);
/// What comes has to come this fast: slower than any line that people still have.
const BYTES_PER_SECOND: u64 = 1024;

/// The most bytes that a route's body may have.
pub(crate) trait MostBytes: Clone + Send + Sync + 'static {
    fn most_bytes(&self) -> u64;
}

impl MostBytes for u64 {
    fn most_bytes(&self) -> u64 {
        *self
    }
}

/// The middleware of every route that takes a body.
pub(crate) async fn guard<M: MostBytes>(
    State(most): State<M>,
    request: Request,
    next: Next,
) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length: Option<u64> = length.and_then(|length| length.parse().ok());
    let most = most.most_bytes();
    if length.is_some_and(|length| length > most) {
        let mut refused =
            Failure::from(Refusal::new(Code::BodyTooLarge).limit(most)).into_response();
        // The body is not read, so nothing else can come behind it; whoever keeps connections is told.
        refused.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return refused;
    }
    let is_too_slow = Arc::<AtomicBool>::default();
    let in_time = |body| in_time(body, is_too_slow.clone());
    let response = next.run(request.map(in_time)).await;
    // Whoever read it knows only that it broke off.
    if is_too_slow.load(Relaxed) { StatusCode::REQUEST_TIMEOUT.into_response() } else { response }
}

/// The middleware that hands every post its place in the room.
pub(crate) async fn give_room(
    State(server): State<Server>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::POST {
        request.extensions_mut().insert(FormRoom::new(server.form_room.form(client.0)));
    }
    next.run(request).await
}

/// The body as it comes, up to the moment at which it is too slow.
fn in_time(body: Body, is_too_slow: Arc<AtomicBool>) -> Body {
    let now = Instant::now();
    let body = body.into_data_stream();
    let coming = Coming { body, until: now + GRACE, handed_on: now, is_too_slow };
    Body::from_stream(stream::unfold(Some(coming), async |coming| {
        let mut coming = coming?;
        match coming.next().await? {
            Ok(chunk) => Some((Ok(chunk), Some(coming))),
            Err(error) => Some((Err(error), None)),
        }
    }))
}

struct Coming {
    body: BodyDataStream,
    until: Instant,
    /// From here on nobody waits for the body, but it for us.
    handed_on: Instant,
    is_too_slow: Arc<AtomicBool>,
}

impl Coming {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        self.until += self.handed_on.elapsed();
        let Ok(next) = timeout_at(self.until, self.body.next()).await else {
            self.is_too_slow.store(true, Relaxed);
            return Some(Err(io::ErrorKind::TimedOut.into()));
        };
        let chunk = next?.map_err(io::Error::other);
        if let Ok(chunk) = &chunk {
            let earned = Duration::from_secs(1) * u32::try_from(chunk.len()).unwrap_or(u32::MAX)
                / u32::try_from(BYTES_PER_SECOND).unwrap_or(u32::MAX);
            // What came fast buys no silence.
            self.until = (self.until + earned).min(Instant::now() + GRACE);
        }
        self.handed_on = Instant::now();
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, middleware::from_fn_with_state, routing::post};
    use std::convert::Infallible;
    use tokio::time::{interval, sleep};
    use tower::ServiceExt;

    const LONGEST_BODY: u64 = 10_000_000;

    /// Answers with how many bytes came.
    fn router() -> Router {
        let count = async |body: Bytes| body.len().to_string();
        Router::new().route("/", post(count)).layer(from_fn_with_state(LONGEST_BODY, guard::<u64>))
    }

    /// So many chunks of this size, one a second.
    fn body(chunks: usize, bytes: usize) -> Body {
        let every = interval(Duration::from_secs(1));
        let chunks = stream::unfold((0, every), move |(n, mut every)| async move {
            every.tick().await;
            let chunk = Ok::<_, Infallible>(Bytes::from(vec![b'x'; bytes]));
            (n < chunks).then(|| (chunk, (n + 1, every)))
        });
        Body::from_stream(chunks)
    }

    async fn answer(request: Request) -> StatusCode {
        router().oneshot(request).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_cut_and_a_slow_one_is_not() {
        let begin = Instant::now();
        let dripping = Request::post("/").body(body(10_000, 1)).unwrap();
        assert_eq!(answer(dripping).await, StatusCode::REQUEST_TIMEOUT);
        assert!(begin.elapsed() < Duration::from_secs(30));
        let silent = Body::from_stream(stream::once(async {
            sleep(Duration::from_hours(1)).await;
            Ok::<_, Infallible>(Bytes::new())
        }));
        assert_eq!(
            answer(Request::post("/").body(silent).unwrap()).await,
            StatusCode::REQUEST_TIMEOUT
        );
        let slow = Request::post("/").body(body(100, 2_000)).unwrap();
        assert_eq!(answer(slow).await, StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_us_long_is_not_the_senders_fault() {
        let slow = async |body: Body| {
            let mut chunks = body.into_data_stream();
            let mut read = 0;
            while let Some(chunk) = chunks.next().await {
                read += chunk.map_or(0, |chunk| chunk.len());
                sleep(Duration::from_mins(1)).await;
            }
            read.to_string()
        };
        let router = Router::new().route("/", post(slow));
        let router = router.layer(from_fn_with_state(LONGEST_BODY, guard::<u64>));
        // A chunk is there a moment after it is asked for.
        let chunks = stream::unfold(3, async |left| {
            sleep(Duration::from_millis(5)).await;
            (left > 0).then(|| (Ok::<_, Infallible>(Bytes::from_static(b"hola")), left - 1))
        });
        let request = Request::post("/").body(Body::from_stream(chunks)).unwrap();
        assert_eq!(router.oneshot(request).await.unwrap().status(), StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_says_that_it_is_too_long_is_refused_before_it_is_read() {
        let begin = Instant::now();
        let huge = Request::post("/").header(CONTENT_LENGTH, "10000000000");
        let status = answer(huge.body(body(usize::MAX, 2_000)).unwrap()).await;
        assert_eq!((status, begin.elapsed()), (StatusCode::PAYLOAD_TOO_LARGE, Duration::ZERO));
    }
}

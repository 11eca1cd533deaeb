//! The button's answer: once, and as it changes.

use crate::edge::{
    failure::Answer,
    in_path::SiteInPath,
    origin,
    site_status::{Status, words},
    state::Server,
};
use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL},
    },
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
};
use desk::Stop;
use futures_util::{Stream, stream};
use protocol::{limits, settings::Hue, status::Availability, strings::Strings};
use std::{convert::Infallible, sync::Arc};
use tokio::sync::watch;
use tracing::instrument;

/// `GET /w/{site}/status`
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn status(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    if let Err(failure) = origin::check(&site, &server.public, &headers) {
        // Readable to the page that is refused: its loader would take it for a broken connection and try again for
        // ever.
        return Ok(([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], failure).into_response());
    }
    let strings = words(&uri, &headers, site.lang.as_text());
    let status = Json(Status::new(&server.desk.availability(site.id), site.hue, &strings));
    let mut response = ([(CACHE_CONTROL, "public, max-age=5")], status).into_response();
    origin::allow_reading(&site, &headers, response.headers_mut());
    Ok(response)
}

/// `GET /w/{site}/events`: the same as server-sent events, the first at once.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn events(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    origin::check(&site, &server.public, &headers)?;
    let follow = Follow {
        availability: server.desk.watch_availability(site.id),
        stop: server.stop.clone(),
        hue: site.hue,
        strings: words(&uri, &headers, site.lang.as_text()),
        sent: None,
        _counted: Counted::new(server),
    };
    let mut response = stream_of(follow).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx buffers an answer unless this header forbids it.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    origin::allow_reading(&site, &headers, response.headers_mut());
    Ok(response)
}

struct Follow {
    availability: watch::Receiver<Availability>,
    stop: Stop,
    hue: Option<Hue>,
    strings: Arc<Strings>,
    sent: Option<Availability>,
    _counted: Counted,
}

fn stream_of(follow: Follow) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = stream::unfold(follow, async |mut follow| {
        loop {
            let now = *follow.availability.borrow_and_update();
            if follow.sent != Some(now) {
                follow.sent = Some(now);
                let status = Status::new(&now, follow.hue, &follow.strings);
                let data = serde_json::to_string(&status).expect("a status is JSON");
                return Some((Ok(Event::default().event("status").data(data)), follow));
            }
            tokio::select! {
                changed = follow.availability.changed() => changed.ok()?,
                () = follow.stop.wait() => return None,
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(limits::PING_EVERY).text(""))
}

/// Counted while it lives.
pub(super) struct Counted(Server);

impl Counted {
    pub(super) fn new(server: Server) -> Self {
        server.counters.event_streams.up();
        Self(server)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.counters.event_streams.down();
    }
}

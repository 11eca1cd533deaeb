//! `GET /t/{number}/events`: that something is new on the page, as server-sent events. What it is, the page itself says:
//! its script reads it again. The stream ends with `gone` once the link that the page came by was renewed.

use super::status::Counted;
use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    request_info::query,
    state::Server,
    ticket_streams::TicketStream,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header::CACHE_CONTROL},
    response::{
        IntoResponse, Sse,
        sse::{Event as Sent, KeepAlive},
    },
};
use desk::{
    Stop,
    live::{Event, Subscription},
    tickets::Visitor,
};
use futures_util::{Stream, stream};
use protocol::{Code, Seq, limits, status::Availability};
use std::convert::Infallible;
use tokio::sync::watch;
use tracing::instrument;

/// The entry that a page that comes back had last (HTML standard, "Server-sent events").
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// `after`: the last entry that the page has.
#[instrument(skip_all, fields(ticket = %visitor.ticket))]
pub(crate) async fn events(
    State(server): State<Server>,
    Extension(visitor): Extension<Visitor>,
    client: Client,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    let room = server.ticket_streams.open(visitor.ticket, client.0)?;
    let desk = &server.desk;
    // It subscribes before it reads, so that nothing falls between.
    let events = desk.hub().visitor(visitor.ticket);
    let (availability, stop) = (desk.watch_availability(visitor.site), server.stop.clone());
    let after = last_of(&uri, &headers);
    let (_, last) = desk.visitor_entries(visitor, after).await?;
    desk.hub().has_read(visitor.ticket, last);
    let is_new = last > after;
    let counted = Counted::new(server.clone());
    let follow = Follow {
        server,
        visitor,
        events,
        availability,
        stop,
        last,
        is_new,
        _room: room,
        _counted: counted,
    };
    let mut response = stream_of(follow).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx buffers an answer unless this header forbids it.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// What the browser says that it has goes before what the page had when it began to listen.
fn last_of(uri: &Uri, headers: &HeaderMap) -> Seq {
    let number = |text: &str| text.parse::<i64>().ok().filter(|seq| *seq >= 0);
    let header = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let after = header.and_then(number).or_else(|| number(&query(uri, "after")?));
    Seq(after.unwrap_or(0))
}

struct Follow {
    server: Server,
    visitor: Visitor,
    events: Subscription,
    availability: watch::Receiver<Availability>,
    stop: Stop,
    /// The ticket's last entry.
    last: Seq,
    /// The page has not been told of something.
    is_new: bool,
    _room: TicketStream,
    _counted: Counted,
}

impl Follow {
    /// Takes down what an event changes on the page.
    fn note(&mut self, event: &Event) {
        match event {
            Event::Entry { visitor: entry, .. } => {
                self.last = self.last.max(entry.seq);
                self.is_new = true;
            }
            Event::Ticket { .. }
            | Event::TicketMissed { .. }
            | Event::Seen { by_visitor: false, .. } => self.is_new = true,
            _ => {}
        }
    }
}

fn stream_of(follow: Follow) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let events = stream::unfold(Some(follow), async |follow| {
        let mut follow = follow?;
        while !follow.is_new {
            tokio::select! {
                event = follow.events.next() => follow.note(&*event.ok()?),
                changed = follow.availability.changed() => {
                    changed.ok()?;
                    follow.is_new = true;
                }
                () = follow.stop.wait() => return None,
            }
        }
        follow.is_new = false;
        match follow.server.desk.visitor_ticket(follow.visitor).await.map_err(Failure::from) {
            Ok(_) => {
                let last = follow.last.0.to_string();
                let sent = Sent::default().event("new").id(&last).data(last);
                Some((Ok(sent), Some(follow)))
            }
            Err(failure) if failure.refusal.code == Code::NotFound => {
                Some((Ok(Sent::default().event("gone").data("link")), None))
            }
            // The browser comes back.
            Err(_) => None,
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(limits::PING_EVERY).text(""))
}

//! What the ticket page's forms do: reply, transcript, rating. Done is a 303 back to the page; refused is the page with what was typed.

use crate::{
    edge::{
        client::Client,
        failure::{Answer, Failure},
        form::{self, Posted, Uploads},
        request_info,
        state::Server,
    },
    visitor::ticket::{self, Reader},
};
use axum::{
    Extension, Json,
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use desk::{live::Receipt, sites::Site, tickets::Visitor};
use protocol::{
    Code, EntryId, Field, Refusal,
    text::{EmailAddress, FormText, RatingComment},
};
use std::sync::Arc;
use widget::ssr::TicketAnswer;

/// A post from the page of one ticket.
struct Post {
    server: Server,
    site: Arc<Site>,
    visitor: Visitor,
    number: String,
    reader: Reader,
    wants_json: bool,
    id: EntryId,
}

impl Post {
    fn new(
        server: Server,
        site: Arc<Site>,
        visitor: Visitor,
        number: String,
        request: &Request,
    ) -> Self {
        let id = server.desk.options().clock.new_entry_id();
        let reader = Reader::of(request, &site);
        let wants_json = request_info::wants_json(request.headers());
        Self { server, site, visitor, number, reader, wants_json, id }
    }

    async fn answer(
        &self,
        outcome: Answer<serde_json::Value>,
        done: &str,
        refused: impl FnOnce(Refusal) -> TicketAnswer,
    ) -> Answer {
        match outcome {
            Ok(body) if self.wants_json => Ok((StatusCode::CREATED, Json(body)).into_response()),
            Ok(_) => ticket::see_other(&format!("/t/{}?done={done}", self.number), None),
            Err(failure) if self.wants_json || failure.status().is_server_error() => Err(failure),
            Err(failure) => {
                let answer = Some(refused(failure.refusal));
                let status = failure.form_status();
                let Self { server, site, visitor, id, .. } = self;
                self.reader.show(server, site, *visitor, *id, answer, status).await
            }
        }
    }
}

/// `POST /t/{number}`: `id`, `message`, `files`.
pub(crate) async fn reply(
    State(server): State<Server>,
    Path(number): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Extension(site): Extension<Arc<Site>>,
    client: Client,
    request: Request,
) -> Answer {
    let mut post = Post::new(server, site, visitor, number, &request);
    let allowed = post.server.rates.message(&post.site, client.0);
    let uploads = Uploads { desk: &post.server.desk, site: &post.site };
    let uploads = allowed.is_ok().then_some(uploads);
    let mut posted = form::read(request, &["id", "message"], uploads).await?;
    post.id = posted.entry_id(&post.server.desk);
    let outcome = match allowed {
        Err(too_often) => {
            posted.refusals.clear();
            Err(Failure::from(too_often))
        }
        Ok(()) => send_reply(&post, &mut posted).await,
    };
    let Posted { refusals, .. } = &posted;
    let (refusals, message) = (refusals.clone(), posted.text("message").to_owned());
    let receipt = outcome.map(
        |receipt| serde_json::json!({ "id": receipt.id, "seq": receipt.seq, "at": receipt.at }),
    );
    post.answer(receipt, "reply", |refusal| TicketAnswer::ReplyRefused {
        refusals: with(refusals, refusal),
        message,
    })
    .await
}

async fn send_reply(post: &Post, posted: &mut Posted) -> Answer<Receipt> {
    let text = posted.parse_optional("message", FormText::parse);
    if let Some(refusal) = posted.refusals.first() {
        return Err((*refusal).into());
    }
    if text.is_none() && posted.files.is_empty() {
        return Err(Refusal::of(Field::Message, Code::Required).into());
    }
    let desk = &post.server.desk;
    let receipt = desk.visitor_replies(post.visitor, post.id, text, &posted.files).await?;
    post.server.counters.visitor_messages.up();
    Ok(receipt)
}

/// `POST /t/{number}/transcript`: `email`, where the ticket has none.
pub(crate) async fn transcript(
    State(server): State<Server>,
    Path(number): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Extension(site): Extension<Arc<Site>>,
    client: Client,
    request: Request,
) -> Answer {
    let post = Post::new(server, site, visitor, number, &request);
    let mut posted = form::read(request, &["email"], None).await?;
    let email = posted.parse_optional("email", EmailAddress::parse);
    let outcome = async {
        if let Some(refusal) = posted.refusals.first() {
            return Err((*refusal).into());
        }
        post.server.rates.message(&post.site, client.0)?;
        post.server.desk.send_transcript(visitor, email).await?;
        Ok(serde_json::json!({ "done": "transcript" }))
    };
    let outcome = outcome.await;
    let email = posted.text("email").to_owned();
    post.answer(outcome, "transcript", |refusal| TicketAnswer::TranscriptRefused {
        refusals: vec![refusal],
        email,
    })
    .await
}

/// `POST /t/{number}/rating`: `score`, `comment`.
pub(crate) async fn rate(
    State(server): State<Server>,
    Path(number): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Extension(site): Extension<Arc<Site>>,
    client: Client,
    request: Request,
) -> Answer {
    let post = Post::new(server, site, visitor, number, &request);
    let mut posted = form::read(request, &["score", "comment"], None).await?;
    let score = posted.parse("score", score);
    let comment = posted.parse_optional("comment", RatingComment::parse);
    let outcome = async {
        let (Some(score), None) = (score, posted.refusals.first()) else {
            return Err(posted.refusals[0].into());
        };
        post.server.rates.message(&post.site, client.0)?;
        post.server.desk.rate(visitor, score, comment).await?;
        Ok(serde_json::json!({ "done": "rating" }))
    };
    let outcome = outcome.await;
    let (refusals, comment) = (posted.refusals.clone(), posted.text("comment").to_owned());
    post.answer(outcome, "rating", |refusal| TicketAnswer::RatingRefused {
        refusals: with(refusals, refusal),
        score,
        comment,
    })
    .await
}

fn score(text: &str) -> Result<u8, Refusal> {
    match text.trim() {
        "" => Err(Refusal::of(Field::Score, Code::Required)),
        text => text
            .parse()
            .ok()
            .filter(|score| (1..=5).contains(score))
            .ok_or(Refusal::of(Field::Score, Code::Invalid)),
    }
}

fn with(mut refusals: Vec<Refusal>, refusal: Refusal) -> Vec<Refusal> {
    if !refusals.contains(&refusal) {
        refusals.push(refusal);
    }
    refusals
}

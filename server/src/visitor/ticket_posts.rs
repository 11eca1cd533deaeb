//! What the ticket page's forms do: reply, transcript, rating. Done is a 303 back to the page; refused is the page with what
//! was typed.

use super::ticket_page;
use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    form::{self, Uploads},
    page::Reader,
    request_info::wants_json,
    respond::{created, see_other},
    state::Server,
};
use axum::{
    Extension, RequestPartsExt,
    extract::{FromRequestParts, Path, Request},
    http::request::Parts,
};
use desk::{
    live::Receipt,
    sites::Site,
    tickets::{Visitor, files::Uploader},
};
use protocol::{
    Code, EntryId, Field, Refusal, Score, TicketNumber,
    text::{EmailAddress, FormText, RatingComment},
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use tracing::instrument;
use widget::ssr::TicketAnswer;

/// A post from the page of one ticket, behind `Access::Ticket`.
pub(crate) struct Post {
    server: Server,
    site: Arc<Site>,
    visitor: Visitor,
    number: TicketNumber,
    client: Client,
    reader: Reader,
    wants_json: bool,
    /// The entry that the page's reply form makes next.
    id: EntryId,
}

impl FromRequestParts<Server> for Post {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Failure> {
        let unguarded = |_| Failure::of(Code::NotFound);
        let Extension(site): Extension<Arc<Site>> = parts.extract().await.map_err(unguarded)?;
        let Extension(visitor): Extension<Visitor> = parts.extract().await.map_err(unguarded)?;
        let params = parts.extract::<Path<HashMap<String, String>>>().await;
        let Path(mut params) = params.map_err(|_| Failure::of(Code::NotFound))?;
        let Ok(client) = Client::from_request_parts(parts, server).await;
        Ok(Self {
            server: server.clone(),
            reader: Reader::in_parts(parts, site.lang.as_text()),
            wants_json: wants_json(&parts.headers),
            id: server.desk.clock().new_entry_id(),
            number: TicketNumber(params.remove("number").unwrap_or_default()),
            site,
            visitor,
            client,
        })
    }
}

impl Post {
    async fn answer(
        &self,
        outcome: Answer<Value>,
        done: &str,
        refused: impl FnOnce(Refusal) -> TicketAnswer,
    ) -> Answer {
        match outcome {
            Ok(body) if self.wants_json => Ok(created(body)),
            Ok(_) => see_other(&format!("/t/{}?done={done}", self.number), []),
            Err(failure) if self.wants_json || failure.status().is_server_error() => Err(failure),
            Err(failure) => {
                let Self { server, site, visitor, reader, .. } = self;
                let answer = Some(refused(failure.refusal));
                let id = failure.next_form_id(self.id, &server.desk);
                let page = ticket_page::show(server, site, *visitor, reader, id, answer).await?;
                Ok(failure.on_page(page))
            }
        }
    }
}

/// `POST /t/{number}`: `id`, `message`, `files`.
#[instrument(skip_all, fields(ticket = %post.visitor.ticket))]
pub(crate) async fn reply(mut post: Post, request: Request) -> Answer {
    let allowed = post.server.rates.message(&post.site, post.client.0);
    let uploads = Uploads { desk: &post.server.desk, by: Uploader::Visitor(post.visitor) };
    let uploads = allowed.is_ok().then_some(uploads);
    let mut posted = form::read(request, &["id", "message"], uploads).await?;
    post.id = posted.entry_id(&post.server.desk);
    let outcome = match allowed {
        Err(limited) => {
            posted.refusals.clear();
            Err(Failure::from(limited))
        }
        Ok(()) => send_reply(&post, &mut posted).await,
    };
    let message = posted.text("message").to_owned();
    let receipt =
        outcome.map(|receipt| json!({ "id": receipt.id, "seq": receipt.seq, "at": receipt.at }));
    post.answer(receipt, "reply", |refusal| {
        posted.refuse(refusal);
        TicketAnswer::ReplyRefused { refusals: posted.refusals, message }
    })
    .await
}

async fn send_reply(post: &Post, posted: &mut form::Posted) -> Answer<Receipt> {
    let text = posted.parse_optional("message", FormText::parse);
    posted.complete(Some(()))?;
    if text.is_none() && posted.files.is_empty() {
        return Err(Refusal::of(Field::Message, Code::Required).into());
    }
    let desk = &post.server.desk;
    let receipt = desk.post_visitor_reply(post.visitor, post.id, text, &posted.files).await?;
    post.server.counters.visitor_messages.up();
    Ok(receipt)
}

/// `POST /t/{number}/transcript`: `email`, where the ticket has none.
#[instrument(skip_all, fields(ticket = %post.visitor.ticket))]
pub(crate) async fn transcript(post: Post, request: Request) -> Answer {
    let mut posted = form::read(request, &["email"], None).await?;
    let email = posted.parse_optional("email", EmailAddress::parse);
    let outcome = async {
        posted.complete(Some(()))?;
        post.server.rates.message(&post.site, post.client.0)?;
        post.server.desk.send_transcript(post.visitor, email).await?;
        Ok(json!({ "done": "transcript" }))
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
#[instrument(skip_all, fields(ticket = %post.visitor.ticket))]
pub(crate) async fn rate(post: Post, request: Request) -> Answer {
    let mut posted = form::read(request, &["score", "comment"], None).await?;
    let score = posted.parse("score", Score::parse);
    let comment = posted.parse_optional("comment", RatingComment::parse);
    let outcome = async {
        let score = posted.complete(score)?;
        post.server.rates.message(&post.site, post.client.0)?;
        post.server.desk.rate(post.visitor, score, comment).await?;
        Ok(json!({ "done": "rating" }))
    };
    let outcome = outcome.await;
    let comment = posted.text("comment").to_owned();
    post.answer(outcome, "rating", |refusal| {
        posted.refuse(refusal);
        TicketAnswer::RatingRefused { refusals: posted.refusals, score, comment }
    })
    .await
}

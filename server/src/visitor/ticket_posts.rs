//! What the ticket page's forms do: reply, transcript, rating, the button that confirms an address, another
//! address, and the button that stops mail. Done is a 303 back to the page; refused is the page with what was typed.

use super::{not_me_page::NOT_ME, ticket_page::TicketRequest};
use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    form::{self, Posted, Uploads},
    in_path::NumberInPath,
    request_info::wants_json,
    respond::{created, see_other},
    state::Server,
};
use axum::{
    extract::{FromRequestParts, Request},
    http::request::Parts,
};
use desk::{
    live::Receipt,
    mail::{EmailConfirmed, TranscriptAsked},
    tickets::files::Uploader,
};
use protocol::{
    Code, EntryId, Field, Refusal, Score,
    file::Attachment,
    text::{EmailAddress, FormText, RatingComment},
};
use serde_json::{Value, json};
use tracing::instrument;
use widget::ssr::TicketAnswer;

/// A post from the page of one ticket, behind `Access::Ticket`.
pub(crate) struct Post {
    pub(crate) asked: TicketRequest,
    client: Client,
    /// Where it was posted to.
    path: String,
    wants_json: bool,
    /// The entry that the page's reply form makes next.
    id: EntryId,
}

impl FromRequestParts<Server> for Post {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Failure> {
        let NumberInPath(number) = NumberInPath::from_request_parts(parts, server).await?;
        let Ok(client) = Client::from_request_parts(parts, server).await;
        Ok(Self {
            asked: TicketRequest::in_parts(server, number, parts)?,
            client,
            path: parts.uri.path().to_owned(),
            wants_json: wants_json(&parts.headers),
            id: server.desk.clock().new_entry_id(),
        })
    }
}

impl Post {
    /// One of this client's messages.
    pub(super) fn check_rate(&self) -> Answer<()> {
        let TicketRequest { server, site, .. } = &self.asked;
        Ok(server.rates.message(site, self.client.0)?)
    }

    /// What rings at agents counts as a new ticket of this client.
    pub(super) fn check_ticket_rate(&self) -> Answer<()> {
        let TicketRequest { server, site, .. } = &self.asked;
        Ok(server.rates.ticket(site, self.client.0)?)
    }

    /// The same of a button without fields.
    pub(super) async fn answer_button(&self, outcome: Answer<(&str, Value)>) -> Answer {
        let refusals = outcome.as_ref().err().map(|failure: &Failure| failure.refusal);
        let refused = |_| TicketAnswer::ButtonRefused { refusals: refusals.into_iter().collect() };
        self.answer(outcome, Posted::default(), refused).await
    }

    async fn answer(
        &self,
        outcome: Answer<(&str, Value)>,
        posted: Posted,
        refused: impl FnOnce(Posted) -> TicketAnswer,
    ) -> Answer {
        let failure = match outcome {
            Ok((_, body)) if self.wants_json => return Ok(created(body)),
            Ok((done, _)) => {
                return see_other(&format!("/t/{}?done={done}", self.asked.number), []);
            }
            Err(failure) if self.wants_json => return Err(failure),
            Err(failure) => failure,
        };
        // The page is read from the database, which may be what failed.
        let again = form::again(failure, &self.asked.reader, &self.path, &posted);
        let id = failure.next_form_id(self.id, &self.asked.server.desk);
        match self.asked.show(id, Some(refused(posted))).await {
            Ok(page) => Ok(failure.on_page(page)),
            Err(_) => Ok(again),
        }
    }
}

/// `POST /t/{number}`: `id`, `message`, `files`, and `kept`, the files of an earlier try.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn reply(mut post: Post, request: Request) -> Answer {
    let allowed = post.check_rate();
    let desk = post.asked.server.desk.clone();
    let uploads = Uploads { desk: &desk, by: Uploader::Visitor(post.asked.visitor) };
    let uploads = allowed.is_ok().then_some(uploads);
    let mut posted = form::read(request, &["id", "message", "kept"], uploads).await?;
    post.id = posted.entry_id(&desk);
    posted.take_kept();
    let outcome = match allowed {
        Err(limited) => {
            posted.refusals.clear();
            Err(limited)
        }
        Ok(()) => send_reply(&post, &mut posted).await,
    };
    // A page gives files back, as it does with what was typed.
    let kept_files = match &outcome {
        Err(_) if !post.wants_json => keep(&post, &mut posted).await,
        _ => Vec::new(),
    };
    posted.let_go(&desk).await;
    if let Err(failure) = &outcome {
        posted.refuse(failure.refusal);
    }
    let receipt = outcome.map(|receipt| {
        ("reply", json!({ "id": receipt.id, "seq": receipt.seq, "at": receipt.at }))
    });
    post.answer(receipt, posted, |posted| TicketAnswer::ReplyRefused {
        message: posted.text("message").to_owned(),
        refusals: posted.refusals,
        refused_files: posted.refused_files,
        kept_files,
    })
    .await
}

/// Takes out of the form what a message can hold of its files that are stored and on none.
async fn keep(post: &Post, posted: &mut Posted) -> Vec<Attachment> {
    let TicketRequest { server, visitor, .. } = &post.asked;
    let by = Uploader::Visitor(*visitor);
    let kept = match server.desk.find_uploads(by, &posted.files).await {
        Ok(kept) => kept,
        Err(error) => {
            tracing::warn!(%error, "the files of a refused reply are not given back");
            Vec::new()
        }
    };
    posted.files.retain(|id| kept.iter().all(|file| file.id != *id));
    kept
}

async fn send_reply(post: &Post, posted: &mut Posted) -> Answer<Receipt> {
    let text = posted.parse_optional("message", FormText::parse);
    posted.complete(Some(()))?;
    if text.is_none() && posted.files.is_empty() {
        return Err(Refusal::of(Field::Message, Code::Required).into());
    }
    let TicketRequest { server, visitor, .. } = &post.asked;
    let receipt = server.desk.post_visitor_reply(*visitor, post.id, text, &posted.files).await?;
    server.counters.visitor_messages.up();
    Ok(receipt)
}

/// `POST /t/{number}/transcript`: `email`, where the ticket has none.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn transcript(post: Post, request: Request) -> Answer {
    let mut posted = form::read(request, &["email"], None).await?;
    let email = posted.parse_optional("email", EmailAddress::parse);
    let outcome = async {
        posted.complete(Some(()))?;
        post.check_rate()?;
        let TicketRequest { server, visitor, .. } = &post.asked;
        let done = match server.desk.send_transcript(*visitor, email).await? {
            TranscriptAsked::Sent => "transcript",
            TranscriptAsked::OnceConfirmed => "transcript_once_confirmed",
        };
        Ok((done, json!({ "done": done })))
    };
    let outcome = outcome.await;
    let refusals = outcome.as_ref().err().map(|failure: &Failure| failure.refusal);
    post.answer(outcome, posted, |posted| TicketAnswer::TranscriptRefused {
        refusals: refusals.into_iter().collect(),
        email: posted.text("email").to_owned(),
    })
    .await
}

/// `POST /t/{number}/rating`: `score`, `comment`.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn rate(post: Post, request: Request) -> Answer {
    let mut posted = form::read(request, &["score", "comment"], None).await?;
    let score = posted.parse("score", Score::parse);
    let comment = posted.parse_optional("comment", RatingComment::parse);
    let outcome = async {
        let score = posted.complete(score)?;
        post.check_rate()?;
        post.asked.server.desk.rate(post.asked.visitor, score, comment).await?;
        Ok(("rating", json!({ "done": "rating" })))
    };
    let outcome: Answer<_> = outcome.await;
    if let Err(failure) = &outcome {
        posted.refuse(failure.refusal);
    }
    post.answer(outcome, posted, |posted| TicketAnswer::RatingRefused {
        comment: posted.text("comment").to_owned(),
        refusals: posted.refusals,
        score,
    })
    .await
}

/// `POST /t/{number}/confirm`: the address that the mail of the followed link went to is its reader's. Without such
/// a mail it is the way back to the page.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn confirm(post: Post) -> Answer {
    let TicketRequest { server, visitor, number, proof, .. } = &post.asked;
    let confirmed = match proof {
        Some(proof) => server.desk.confirm_email(*visitor, proof).await?,
        None => None,
    };
    let done = match confirmed {
        Some(EmailConfirmed { sends_transcript: true }) => "?done=confirmed_transcript",
        Some(_) => "?done=confirmed",
        None => "",
    };
    // The proof stays with the reader: with it the address may be changed.
    see_other(&format!("/t/{number}{done}"), [])
}

/// `POST /t/{number}/email`: `email` takes the place of the ticket's address, for whoever has the mail of that one.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn change_email(post: Post, request: Request) -> Answer {
    let mut posted = form::read(request, &["email"], None).await?;
    let email = posted.parse("email", EmailAddress::parse);
    let outcome = async {
        let email = posted.complete(email)?;
        post.check_rate()?;
        let TicketRequest { server, visitor, proof, .. } = &post.asked;
        let proof = proof.as_deref().unwrap_or_default();
        server.desk.change_email(*visitor, proof, email).await?;
        Ok(("email", json!({ "done": "email" })))
    };
    let outcome = outcome.await;
    let refusals = outcome.as_ref().err().map(|failure: &Failure| failure.refusal);
    post.answer(outcome, posted, |posted| TicketAnswer::EmailRefused {
        refusals: refusals.into_iter().collect(),
        email: posted.text("email").to_owned(),
    })
    .await
}

/// `POST /t/{number}/not-me`: no mail about the ticket goes to its visitor's address any more.
#[instrument(skip_all, fields(ticket = %post.asked.visitor.ticket))]
pub(crate) async fn stop_mail(post: Post) -> Answer {
    let TicketRequest { server, visitor, number, proof, .. } = &post.asked;
    server.desk.stop_mail(*visitor, proof.as_deref()).await?;
    see_other(&format!("/t/{number}{NOT_ME}?done=stopped"), [])
}

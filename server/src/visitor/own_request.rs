//! `/w/{site}/tickets/new`: a new ticket of whoever is signed in: title, type, description, files.

use super::{own_page::OwnPage, own_sign_in};
use crate::edge::{
    client::Client,
    failure::Answer,
    form::{self, Posted, Uploads},
    in_path::SiteInPath,
    page::Reader,
    request_info::wants_json,
    respond::{created, see_other},
    state::Server,
};
use axum::{
    Extension,
    extract::{Request, State},
};
use desk::{
    people::Identity,
    sites::Site,
    tickets::{NewRequest, files::Uploader},
};
use protocol::{
    Code, EntryId, Field, Refusal, TypeId,
    form::Started,
    html::escape,
    limits,
    text::{EmailAddress, FormText, Subject},
};
use std::fmt::Write;
use tracing::instrument;

const FIELDS: [&str; 4] = ["id", "subject", "type", "message"];

/// `GET /w/{site}/tickets/new`
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn page(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    request: Request,
) -> Answer {
    let page = OwnPage::new(&site, Reader::of(&request, site.lang.as_text()));
    let id = server.desk.clock().new_entry_id();
    Ok(page.show(&form(&page, id, &Posted::default())))
}

/// `POST /w/{site}/tickets/new`: `id`, `subject`, `type`, `message`, `files`.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn send(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    Extension(who): Extension<Identity>,
    client: Client,
    request: Request,
) -> Answer {
    let reader = Reader::of(&request, site.lang.as_text());
    let wants_json = wants_json(request.headers());
    // Counted before the files are read: over the limit nothing is stored.
    let allowed = server.rates.ticket(&site, client.0);
    let uploads =
        allowed.is_ok().then_some(Uploads { desk: &server.desk, by: Uploader::Form(site.id) });
    let mut posted = form::read(request, &FIELDS, uploads).await?;
    let id = posted.entry_id(&server.desk);
    let outcome = match (allowed, new_request(&mut posted, id, reader.lang, client, who)) {
        (Err(limited), _) => {
            posted.refusals.clear();
            Err(limited.into())
        }
        (Ok(()), Ok((new, kind))) => open(&server, &site, new, kind).await,
        (Ok(()), Err(refusal)) => Err(refusal.into()),
    };
    posted.let_go(&server.desk).await;
    match outcome {
        Ok(started) if wants_json => Ok(created(started)),
        Ok(_) => see_other(&own_sign_in::list(&site), []),
        Err(failure) if wants_json => Err(failure),
        Err(failure) => {
            posted.refuse(failure.refusal);
            let page = OwnPage::new(&site, reader);
            let id = failure.next_form_id(id, &server.desk);
            Ok(failure.on_page(page.show(&form(&page, id, &posted))))
        }
    }
}

async fn open(
    server: &Server,
    site: &Site,
    new: NewRequest,
    kind: Option<TypeId>,
) -> Answer<Started> {
    let started = server.desk.open_request_of(site, new, kind).await?;
    server.counters.requests.up();
    Ok(started)
}

fn new_request(
    posted: &mut Posted,
    id: EntryId,
    lang: &str,
    client: Client,
    who: Identity,
) -> Result<(NewRequest, Option<TypeId>), Refusal> {
    let subject = posted.parse("subject", Subject::parse);
    let kind = posted.parse_optional("type", |id| {
        id.trim().parse().map(TypeId).map_err(|_| Refusal::of(Field::Type, Code::Invalid))
    });
    let text = posted.parse("message", FormText::parse);
    let (subject, text) = posted.complete(subject.zip(text))?;
    let new = NewRequest {
        id,
        name: None,
        email: EmailAddress::parse(who.email())?,
        subject: Some(subject),
        queue: None,
        text,
        files: posted.files.clone(),
        page: None,
        lang: lang.into(),
        zone: None,
        client: client.network(),
        identity: Some(who),
    };
    Ok((new, kind))
}

/// The form, with what was typed and why it was refused.
fn form(page: &OwnPage<'_>, id: EntryId, posted: &Posted) -> String {
    let error = |field: Field| {
        let refusal = posted.refusals.iter().find(|refusal| refusal.known_field() == Some(field));
        Error { id: field.as_text(), words: refusal.map(|refusal| page.refusal(refusal)) }
    };
    let general = posted.refusals.iter().find(|refusal| {
        let shown = [Field::Subject, Field::Type, Field::Message, Field::Files];
        !refusal.known_field().is_some_and(|field| shown.contains(&field))
    });
    let general = general.map(|refusal| format!("<p role=\"alert\">{}</p>", page.refusal(refusal)));
    let [subject, kind, message, files] =
        [Field::Subject, Field::Type, Field::Message, Field::Files].map(error);
    let limit = protocol::file::file_size(page.site.limits.file_bytes);
    let hint = page.fill("files_hint", &[("n", &limits::FILES.to_string()), ("size", &limit)]);
    let mut html = String::new();
    let _ = write!(
        html,
        "<h2>{}</h2>{}<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\" novalidate>\
         <input type=\"hidden\" name=\"id\" value=\"{id}\">\
         <p><label>{}<br><input name=\"subject\" value=\"{}\"{}></label></p>{}{}\
         <p><label>{}<br><textarea name=\"message\" rows=\"8\"{}>\n{}</textarea></label></p>{}\
         <p><label>{}<br><input type=\"file\" name=\"files\" multiple{}></label></p><p class=\"small\">{hint}</p>{}\
         <p><button class=\"button\">{}</button> <a href=\"{}\">{}</a></p></form>",
        page.text("new"),
        general.unwrap_or_default(),
        page.address("/new"),
        page.text("subject"),
        escape(posted.text("subject")),
        subject.attributes(),
        subject.line(),
        types(page, posted.text("type"), &kind),
        page.text("message"),
        message.attributes(),
        escape(posted.text("message")),
        message.line(),
        page.text("files"),
        files.attributes(),
        files.line(),
        page.text("send"),
        page.address(""),
        page.text("back"),
    );
    html
}

/// The types to choose from; nothing where the site has none.
fn types(page: &OwnPage<'_>, chosen: &str, error: &Error) -> String {
    let mut options = String::new();
    for (id, name) in page.site.lists.types_in_use() {
        let id = id.0.to_string();
        let selected = if id == chosen { " selected" } else { "" };
        let _ = write!(options, "<option value=\"{id}\"{selected}>{}</option>", escape(name));
    }
    if options.is_empty() {
        return String::new();
    }
    format!(
        "<p><label>{}<br><select name=\"type\"{}><option value=\"\">{}</option>{options}</select></label></p>{}",
        page.text("type"),
        error.attributes(),
        page.text("no_type"),
        error.line(),
    )
}

/// What is wrong with a field, in HTML.
struct Error {
    id: &'static str,
    words: Option<String>,
}

impl Error {
    fn attributes(&self) -> String {
        match &self.words {
            Some(_) => {
                format!(" aria-invalid=\"true\" aria-describedby=\"e-{}\" autofocus", self.id)
            }
            None => String::new(),
        }
    }

    fn line(&self) -> String {
        match &self.words {
            Some(words) => format!("<p role=\"alert\" id=\"e-{}\">{words}</p>", self.id),
            None => String::new(),
        }
    }
}

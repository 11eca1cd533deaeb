//! `/w/{site}/tickets/…`: signing in to one's own tickets, by a mailed link or the site's signature, and out again. A
//! mailed link is followed by programs that look through mail, too: it shows a button, and the button uses it up.

use super::{identity, own_page::OwnPage};
use crate::edge::{
    client::Client,
    cookies,
    failure::{Answer, Failure},
    form,
    in_path::SiteInPath,
    page::Reader,
    request_info::{query, wants_json},
    respond::{created, see_other},
    state::Server,
};
use axum::extract::{Request, State};
use desk::sites::Site;
use protocol::{Code, Field, Refusal, html::escape, text::EmailAddress};
use serde_json::json;
use tracing::instrument;

/// `POST /w/{site}/tickets/link`: `email`. Every address is answered alike, and at once: what is done for one that has
/// tickets is done afterwards.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn ask(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    request: Request,
) -> Answer {
    let reader = Reader::of(&request, site.lang.as_text());
    let wants_json = wants_json(request.headers());
    let mut posted = form::read(request, &["email"], None).await?;
    let email = posted.parse("email", EmailAddress::parse);
    let outcome = posted.complete(email).map_err(Failure::from);
    let outcome = outcome.and_then(|email| Ok(server.rates.link(client.0).map(|()| email)?));
    match outcome {
        Ok(email) => {
            let (desk, lang) = (server.desk.clone(), reader.lang);
            let (of, network) = (site.clone(), client.network());
            tokio::spawn(async move {
                let mailed = desk.mail_own_tickets_link(&of, &email, lang, network.as_ref()).await;
                if let Err(error) = mailed {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "no link to a visitor's own tickets was mailed");
                }
            });
            if wants_json {
                return Ok(created(json!({ "done": "link" })));
            }
            let page = OwnPage::new(&site, reader);
            Ok(page.show(&format!("<p role=\"status\">{}</p>", page.text("link_sent"))))
        }
        Err(failure) if wants_json => Err(failure),
        Err(failure) => {
            let page = OwnPage::new(&site, reader);
            Ok(failure.on_page(page.show(&form(
                &page,
                posted.text("email"),
                Some(&failure.refusal),
            ))))
        }
    }
}

/// The form that asks for the address. `typed`: what was refused.
pub(super) fn form(page: &OwnPage<'_>, typed: &str, refusal: Option<&Refusal>) -> String {
    let error = refusal
        .map(|refusal| format!("<p role=\"alert\" id=\"e-email\">{}</p>", page.refusal(refusal)));
    let described = match error {
        Some(_) => " aria-invalid=\"true\" aria-describedby=\"e-email\" autofocus",
        None => "",
    };
    format!(
        "<p>{}</p><form method=\"post\" action=\"{}\" novalidate><p><label>{}<br><input name=\"email\" type=\"email\" \
         autocomplete=\"email\" required value=\"{}\"{described}></label></p>{}<p><button class=\"button\">{}</button></p></form>",
        page.text("ask"),
        page.address("/link"),
        page.text("email"),
        escape(typed),
        error.unwrap_or_default(),
        page.text("send_link"),
    )
}

/// `GET /w/{site}/tickets/enter`, with `?k=` from a mail: the button that signs in.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn follow(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    request: Request,
) -> Answer {
    let cookie = cookies::own_tickets_link(&site.key);
    if let Some(k) = query(request.uri(), "k") {
        let path = format!("/w/{}/tickets/enter", site.key);
        return see_other(&path, [cookie.set(&clean(&k), &server.public)]);
    }
    let k = cookie.read(request.headers(), &server.public).map(clean).unwrap_or_default();
    let email = server.desk.find_own_tickets_link(site.id, &k).await?;
    let page = OwnPage::new(&site, Reader::of(&request, site.lang.as_text()));
    let Some(email) = email else { return Ok(used_up(&page)) };
    Ok(page.show(&format!(
        "<p>{}</p><form method=\"post\" action=\"{}\"><p><button class=\"button\">{}</button></p></form>",
        page.fill("enter_as", &[("email", &email)]),
        page.address("/enter"),
        page.text("enter"),
    )))
}

/// A link that holds no more, and the form for another.
fn used_up(page: &OwnPage<'_>) -> axum::response::Response {
    let body = format!("<p role=\"alert\">{}</p>{}", page.text("link_used"), form(page, "", None));
    Failure::of(Code::NotFound).on_page(page.show(&body))
}

/// `POST /w/{site}/tickets/enter`: the link that was followed is used up, or `identity`, under the site's signature.
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn enter(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    request: Request,
) -> Answer {
    server.rates.message(&site, client.0)?;
    let reader = Reader::of(&request, site.lang.as_text());
    let wants_json = wants_json(request.headers());
    let link = cookies::own_tickets_link(&site.key);
    let k = link.read(request.headers(), &server.public).map(clean).unwrap_or_default();
    let posted = form::read(request, &["identity"], None).await?;
    posted.complete(Some(()))?;
    let session = match identity::find(&server, &site, &posted).await? {
        Some(who) => Some(server.desk.sign_in_to_own_tickets(site.id, &who).await?),
        None => server.desk.use_own_tickets_link(site.id, &k).await?,
    };
    match session {
        Some(session) => {
            let cookie = cookies::own_tickets(&site.key).set(&session.0, &server.public);
            see_other(&list(&site), [cookie, link.clear(&server.public)])
        }
        None if wants_json => Err(Refusal::of(Field::Id, Code::NotFound).into()),
        None => Ok(used_up(&OwnPage::new(&site, reader))),
    }
}

/// `POST /w/{site}/tickets/leave`
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn leave(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    request: Request,
) -> Answer {
    let cookie = cookies::own_tickets(&site.key);
    if let Some(token) = cookie.read(request.headers(), &server.public) {
        server.desk.end_own_session(site.id, token).await?;
    }
    see_other(&list(&site), [cookie.clear(&server.public)])
}

/// The address of the list.
pub(super) fn list(site: &Site) -> String {
    format!("/w/{}/tickets", site.key)
}

/// The characters that a token is made of; anything else was not ours.
fn clean(k: &str) -> String {
    k.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(200).collect()
}

//! What a refusal has to have.

use crate::world::http::Reply;
use protocol::{Code, html::escape, problem};

/// What is wrong with an answer; none when nothing is.
pub fn fault(reply: &Reply) -> Option<String> {
    match reply.status {
        200..400 => None,
        400..500 => of_refusal(reply).err(),
        other => Some(format!("status {other}: {}", String::from_utf8_lossy(&reply.body))),
    }
}

/// The code of a problem document.
pub fn code(reply: &Reply) -> Option<Code> {
    let value: serde_json::Value = serde_json::from_slice(&reply.body).ok()?;
    Code::from_text(value["code"].as_str()?).ok()
}

/// The field that a problem document names.
pub fn field(reply: &Reply) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(&reply.body).ok()?;
    value["field"].as_str().map(str::to_owned)
}

fn of_refusal(reply: &Reply) -> Result<(), String> {
    let kind = reply.find("content-type").unwrap_or_default();
    let text = String::from_utf8(reply.body.clone()).map_err(|_| "no text")?;
    if names_nothing(&text) {
        return Err(format!("an empty name: {text}"));
    }
    if kind.starts_with("text/html") {
        return of_page(&text);
    }
    if kind != "application/problem+json" {
        return Err(format!("{kind:?} is no problem document: {text}"));
    }
    let lang = reply.find("content-language").ok_or("no language")?;
    let strings = desk::locales::strings(lang, &["error", "field", "settings", "request"]);
    let problem: problem::Problem =
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
    if problem.status != reply.status {
        return Err(format!("says {} under {}", problem.status, reply.status));
    }
    if problem.title != strings.get("error.title") {
        return Err(format!("{lang}: the title is {:?}", problem.title));
    }
    if problem.detail == problem.code.as_text()
        || problem.detail != strings.refusal(&problem.refusal())
    {
        return Err(format!("{lang}: the detail is {:?}", problem.detail));
    }
    Ok(())
}

fn of_page(html: &str) -> Result<(), String> {
    let has = |before: &str, after: &str| {
        let rest = html.split_once(before).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split_once(after))
            .is_some_and(|(text, _)| !text.trim().is_empty())
    };
    match () {
        () if !has("<html lang=\"", "\"") => Err(format!("no language: {html}")),
        () if !has("<title>", "</title>") => Err(format!("no title: {html}")),
        () => Ok(()),
    }
}

/// Quotation marks around nothing, as pages and documents have them.
pub fn names_nothing(text: &str) -> bool {
    ["«»", "“”"].iter().any(|empty| text.contains(empty) || text.contains(&*escape(empty)))
}

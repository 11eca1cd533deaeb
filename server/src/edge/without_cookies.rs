//! The way to a ticket for a browser that keeps no cookie: the mailed link goes into a form, so that no address holds
//! it. Nothing of the form depends on whether there is such a ticket.

use protocol::{html::escape, strings::Strings};

/// The address that the form of a ticket's page is posted to; none for an address that is no ticket's.
pub(crate) fn address(path: &str) -> Option<String> {
    let number = path.strip_prefix("/t/")?.split('/').next()?;
    Some(format!("/t/{number}/open"))
}

/// The form that asks for another link by mail.
pub(crate) fn new_link_form(strings: &Strings, path: &str) -> Option<String> {
    let number = path.strip_prefix("/t/")?.split('/').next()?;
    let text = |key: &str| escape(&strings.get(&["page.new_link", key].concat()));
    Some(format!(
        "<h2>{}</h2><p>{}</p><form method=\"post\" action=\"/t/{}/link\"><p><label>{}<br>\
         <input name=\"email\" type=\"email\" autocomplete=\"email\" required></label></p>\
         <p><button class=\"button\">{}</button></p></form>",
        text("_title"),
        text(""),
        escape(number),
        text("_email"),
        text("_button"),
    ))
}

/// Why a link may open nothing, and the form. `link` is what was pasted before; `refusal` says what is wrong with it.
pub(crate) fn form(strings: &Strings, address: &str, link: &str, refusal: Option<&str>) -> String {
    let text = |key: &str| escape(&strings.get(&["page.", key].concat()));
    let error =
        refusal.map(|words| format!("<p role=\"alert\" id=\"e-link\">{}</p>", escape(words)));
    let described = if error.is_some() {
        " aria-invalid=\"true\" aria-describedby=\"e-link\" autofocus"
    } else {
        ""
    };
    format!(
        "<p>{}</p><form method=\"post\" action=\"{}\"><p><label>{}<br>\
         <input name=\"link\" inputmode=\"url\" autocomplete=\"off\" required value=\"{}\"{described}></label></p>{}\
         <p><button class=\"button\">{}</button></p></form>",
        text("without_cookies"),
        escape(address),
        text("without_cookies_link"),
        escape(link),
        error.unwrap_or_default(),
        text("without_cookies_open"),
    )
}

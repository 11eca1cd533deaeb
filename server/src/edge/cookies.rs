//! Our cookies: named and read here alone, and but for [`zone`] set and cleared here too. Scripts read none of them.

use crate::settings::PublicUrl;
use axum::http::{HeaderMap, header::COOKIE};
use protocol::{SiteKey, TicketNumber};
use std::{borrow::Cow, time::Duration};

/// A cookie and where a browser sends it back to.
#[derive(Clone, Debug)]
pub(crate) struct Cookie {
    name: &'static str,
    path: Cow<'static, str>,
    /// How long a browser keeps it.
    kept_for: Duration,
}

const A_MONTH: Duration = Duration::from_hours(30 * 24);

/// An agent's session. The desk may end the session before.
pub(crate) const SESSION: Cookie = Cookie::new("ayuda_session", "/", A_MONTH);

/// Where somebody was going before they were asked to sign in; short, so that no address carries another.
pub(crate) const NEXT_PAGE: Cookie = Cookie::new("ayuda_next", "/console", Duration::from_mins(15));

/// The token of a one-time link, once the link was followed.
pub(crate) const PASSWORD_LINK: Cookie =
    Cookie::new("ayuda_link", "/console/password", Duration::from_hours(1));

/// The token of one ticket, for its page alone. The mailed link makes a new one.
pub(crate) fn ticket(number: &TicketNumber) -> Cookie {
    Cookie { name: "ayuda_ticket", path: format!("/t/{number}").into(), kept_for: A_MONTH }
}

/// What the link of a mail carried beside the token: with it a person confirms the ticket's address, or changes it.
pub(crate) fn mailed_proof(number: &TicketNumber) -> Cookie {
    Cookie { name: "ayuda_proof", ..ticket(number) }
}

/// The token of the ticket on which a chat goes on in the site's panel: *Seguir en chat* gives it, and the panel's page
/// takes it away.
pub(crate) fn continued(site: &SiteKey) -> Cookie {
    Cookie {
        name: "ayuda_continued",
        path: format!("/w/{}", site.0).into(),
        kept_for: Duration::from_mins(1),
    }
}

/// Who is signed in to their own tickets at a site.
pub(crate) fn own_tickets(site: &SiteKey) -> Cookie {
    Cookie { name: "ayuda_own", path: format!("/w/{}/tickets", site.0).into(), kept_for: A_MONTH }
}

/// The token of a mailed link to a visitor's own tickets, once the link was followed.
pub(crate) fn own_tickets_link(site: &SiteKey) -> Cookie {
    Cookie { name: "ayuda_own_link", kept_for: Duration::from_mins(30), ..own_tickets(site) }
}

/// The name of the agent's zone, which the console's script stores (`app/src/browser.rs`). It may be any text.
pub(crate) fn zone(headers: &HeaderMap) -> Option<&str> {
    find(headers, "ayuda_zone")
}

/// The value of the cookie with this whole name in a request.
fn find<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

impl Cookie {
    const fn new(name: &'static str, path: &'static str, kept_for: Duration) -> Self {
        Self { name, path: Cow::Borrowed(path), kept_for }
    }

    /// Its name. Over https it begins with what keeps a browser from taking it from a neighbour that is not ours, or
    /// without TLS (RFC 6265bis, 4.1.3): `__Host-` where it goes to the whole host, `__Secure-` where its path is
    /// narrower.
    fn name(&self, public: &PublicUrl) -> String {
        let prefix = match (public.is_https(), &*self.path) {
            (false, _) => "",
            (true, "/") => "__Host-",
            (true, _) => "__Secure-",
        };
        [prefix, self.name].concat()
    }

    /// Its value in a request.
    pub(crate) fn read<'a>(&self, headers: &'a HeaderMap, public: &PublicUrl) -> Option<&'a str> {
        find(headers, &self.name(public))
    }

    /// The `Set-Cookie` that gives it a value.
    pub(crate) fn set(&self, value: &str, public: &PublicUrl) -> String {
        self.header(value, self.kept_for, public)
    }

    /// The `Set-Cookie` that takes it away.
    pub(crate) fn clear(&self, public: &PublicUrl) -> String {
        self.header("", Duration::ZERO, public)
    }

    fn header(&self, value: &str, kept_for: Duration, public: &PublicUrl) -> String {
        let (name, path) = (self.name(public), &self.path);
        let seconds = kept_for.as_secs();
        let secure = if public.is_https() { "; Secure" } else { "" };
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "not_ayuda_link=1; ayuda_link=2;ayuda_session=a=b".parse().unwrap());
        let public = PublicUrl::local(3000);
        assert_eq!(PASSWORD_LINK.read(&headers, &public), Some("2"));
        assert_eq!(SESSION.read(&headers, &public), Some("a=b"));
        assert_eq!(NEXT_PAGE.read(&headers, &public), None);
        assert_eq!(zone(&headers), None);
        headers
            .append(COOKIE, "my_ayuda_zone=Asia/Tokyo; ayuda_zone=Europe/Madrid".parse().unwrap());
        assert_eq!(zone(&headers), Some("Europe/Madrid"));
    }

    #[test]
    fn over_https_a_cookie_has_a_name_that_only_this_host_can_set() {
        let public = PublicUrl::parse("https://help.example.com").unwrap();
        assert_eq!(
            SESSION.set("t", &public),
            "__Host-ayuda_session=t; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
        );
        let link = PASSWORD_LINK.set("t", &public);
        assert!(link.starts_with("__Secure-ayuda_link=t; Path=/console/password;"), "{link}");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "ayuda_session=theirs; ayuda_link=theirs".parse().unwrap());
        assert_eq!(SESSION.read(&headers, &public), None);
        headers
            .append(COOKIE, "__Host-ayuda_session=ours; __Secure-ayuda_link=ours".parse().unwrap());
        assert_eq!(SESSION.read(&headers, &public), Some("ours"));
        assert_eq!(PASSWORD_LINK.read(&headers, &public), Some("ours"));
    }

    #[test]
    fn a_cookie_says_how_long_and_where_it_goes() {
        let public = PublicUrl::local(3000);
        assert_eq!(
            ticket(&TicketNumber("LT-1".into())).set("t", &public),
            "ayuda_ticket=t; Path=/t/LT-1; Max-Age=2592000; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            SESSION.clear(&public),
            "ayuda_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}

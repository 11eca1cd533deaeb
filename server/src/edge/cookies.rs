//! Our cookies: named, read, set and cleared here alone. Scripts read none of them.

use crate::settings::PublicUrl;
use axum::http::{HeaderMap, header::COOKIE};
use protocol::TicketNumber;
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

/// What the link of a mail carried beside the token, until a person presses the button on the ticket's page.
pub(crate) fn mailed_proof(number: &TicketNumber) -> Cookie {
    Cookie { name: "ayuda_proof", ..ticket(number) }
}

impl Cookie {
    const fn new(name: &'static str, path: &'static str, kept_for: Duration) -> Self {
        Self { name, path: Cow::Borrowed(path), kept_for }
    }

    /// Its value in a request.
    pub(crate) fn read<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
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
        let Self { name, path, .. } = self;
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
        assert_eq!(PASSWORD_LINK.read(&headers), Some("2"));
        assert_eq!(SESSION.read(&headers), Some("a=b"));
        assert_eq!(NEXT_PAGE.read(&headers), None);
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

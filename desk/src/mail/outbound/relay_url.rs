//! The address of the relay: `smtp://USER:PASSWORD@HOST:PORT?tls=required&timeout=30`, `smtps://…`.
//!
//! `smtps` is TLS from the first byte (port 465). `smtp` (port 587 with a user, else 25) uses STARTTLS: required when a
//! password is to be sent to another machine, else where the relay offers it; `tls=required`, `tls=opportunistic` or
//! `tls=none` says so explicitly. `timeout` is in seconds.

use crate::OpenError;
use std::time::Duration;

/// How the connection is made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// STARTTLS where it is offered.
    Opportunistic,
    None,
}

/// A relay's address, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RelayUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) user: Option<(String, String)>,
    pub(super) timeout: Duration,
}

impl std::fmt::Debug for RelayUrl {
    // The password stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.security)
    }
}

impl RelayUrl {
    pub(super) fn parse(text: &str) -> Result<Self, OpenError> {
        read(text)
            .map_err(|message| OpenError::Mail { setting: "smtp-url", message: message.to_owned() })
    }
}

fn read(text: &str) -> Result<RelayUrl, &'static str> {
    let (scheme, rest) =
        text.trim().split_once("://").ok_or("must begin with smtp:// or smtps://")?;
    let wrapped = match scheme {
        "smtp" => false,
        "smtps" => true,
        _ => return Err("must begin with smtp:// or smtps://"),
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let rest = rest.trim_end_matches('/');
    let (login, place) = match rest.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, rest),
    };
    let user = match login {
        None => None,
        Some(login) => {
            let (user, password) = login
                .split_once(':')
                .ok_or("a user needs a password: smtp://USER:PASSWORD@HOST")?;
            Some((decoded(user)?, decoded(password)?))
        }
    };
    let (host, port) = match place.rsplit_once(':') {
        // Colons inside brackets are an IPv6 address.
        Some((host, port)) if !port.contains(']') => {
            (host, Some(port.parse::<u16>().map_err(|_| "the port must be a number")?))
        }
        _ => (place, None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/') {
        return Err("the relay's host is missing");
    }
    let mut security = if wrapped {
        Security::Tls
    } else if user.is_some() && !is_this_machine(host) {
        Security::StartTls
    } else {
        Security::Opportunistic
    };
    let mut timeout = Duration::from_mins(1);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("tls", "required")) if !wrapped => security = Security::StartTls,
            Some(("tls", "opportunistic")) if !wrapped => security = Security::Opportunistic,
            Some(("tls", "none")) if !wrapped => security = Security::None,
            Some(("timeout", seconds)) => {
                let seconds = seconds.parse().ok().filter(|n| (1..=600).contains(n));
                timeout = Duration::from_secs(seconds.ok_or("timeout must be 1 to 600 seconds")?);
            }
            _ => return Err("after ? are known: tls=required|opportunistic|none, timeout=SECONDS"),
        }
    }
    let port = port.unwrap_or(match (wrapped, &user) {
        (true, _) => 465,
        (false, Some(_)) => 587,
        (false, None) => 25,
    });
    Ok(RelayUrl { host: host.to_owned(), port, security, user, timeout })
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let wrong = "user and password may hold %XX only for bytes of UTF-8 text";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().ok_or(wrong)?, rest.next().ok_or(wrong)?];
            let digits = std::str::from_utf8(&digits).map_err(|_| wrong)?;
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays() {
        let url = read("smtp://localhost:2525").unwrap();
        assert_eq!(
            (url.host.as_str(), url.port, url.security),
            ("localhost", 2525, Security::Opportunistic)
        );
        let url = read("smtps://ana%40example.com:p%3Aw@mail.example.com").unwrap();
        assert_eq!((url.port, url.security), (465, Security::Tls));
        assert_eq!(url.user, Some(("ana@example.com".into(), "p:w".into())));
        let url = read("smtp://u:p@mail.example.com/?timeout=5").unwrap();
        assert_eq!(
            (url.port, url.security, url.timeout),
            (587, Security::StartTls, Duration::from_secs(5))
        );
        assert_eq!(read("smtp://u:p@[::1]:25?tls=none").unwrap().security, Security::None);
        assert_eq!(read("smtp://u:p@[::1]").unwrap().host, "::1");
        assert!(!format!("{:?}", read("smtp://u:secret@h").unwrap()).contains("secret"));
        for wrong in [
            "",
            "localhost",
            "http://x",
            "smtp://",
            "smtp://u@h",
            "smtp://h:x",
            "smtp://h?tls=maybe",
            "smtps://h?tls=none",
            "smtp://h?timeout=0",
            "smtp://%zz:p@h",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

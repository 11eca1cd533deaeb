//! Where people reach this server.

use super::names::{PUBLIC_URL, SettingError};
use protocol::{SiteKey, settings::Origin};

/// An origin, as browsers write it: lower case, no default port, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, SettingError> {
        Origin::parse(text).map(|origin| Self(origin.into())).map_err(|_| {
            PUBLIC_URL.refuse(format!(
                "`{text}` is not an origin such as https://help.example.com: http or https, a host, perhaps a port, and nothing behind them"
            ))
        })
    }

    /// `http://localhost:{port}`.
    pub fn local(port: u16) -> Self {
        Self(if port == 80 {
            "http://localhost".into()
        } else {
            format!("http://localhost:{port}")
        })
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In the domain's own letters, where those are others than ASCII's.
    pub fn readable(&self) -> Option<String> {
        Origin::parse(&self.0).ok()?.readable()
    }

    /// Whether browsers speak TLS to it.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// The same origin for sockets, `ws:` or `wss:`.
    pub fn socket_origin(&self) -> String {
        self.0.replacen("http", "ws", 1)
    }

    /// Host and port, as a `Host` header has them.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, host)| host)
    }

    /// The tag that an owner pastes to have the site's button.
    pub fn tag(&self, site: &SiteKey) -> String {
        format!("<script async src=\"{}/widget.js\" data-site=\"{site}\"></script>", self.0)
    }

    /// What makes room for calls that come before the tag's script.
    pub const STUB: &str = "<script>window.ayuda=window.ayuda||function(){(ayuda.q=ayuda.q||[]).push(arguments)}</script>";

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(self.host())
    }
}

/// Whether a `Host` header's value names this machine to itself.
pub fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let parse = |text| PublicUrl::parse(text).unwrap();
        assert_eq!(parse("HTTPS://Help.Example.com:443/").as_str(), "https://help.example.com");
        assert_eq!(parse("http://localhost:8080").as_str(), "http://localhost:8080");
        assert_eq!(parse("https://a.example").socket_origin(), "wss://a.example");
        assert_eq!(parse("https://niño.example").as_str(), "https://xn--nio-8ma.example");
        for wrong in [
            "",
            "x",
            "https://",
            "https://:3000",
            "ftp://a.example",
            "https://a.example/help",
            "https://a.example?x",
            "https://a.example#x",
            "https://ana@a.example",
            "https://a.example:99999",
            "https://a.example:0",
            "https://a.example:x",
            "https://a b.example",
            "https://*.example",
        ] {
            let refused = PublicUrl::parse(wrong).expect_err(wrong).to_string();
            assert!(refused.contains(&format!("`{wrong}` is not an origin")), "{refused}");
        }
        assert!(PublicUrl::local(3000).is_loopback() && !parse("https://a.example").is_loopback());
    }
}

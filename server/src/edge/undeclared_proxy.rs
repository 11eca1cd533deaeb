//! A proxy that nobody declared: everybody who comes through it has its address, so that no limit can tell them apart.

use crate::settings::Network;
use axum::http::HeaderMap;
use std::{net::IpAddr, sync::OnceLock};

/// The first that was seen.
#[derive(Default)]
pub(crate) struct UndeclaredProxy(OnceLock<IpAddr>);

impl UndeclaredProxy {
    /// Looks whether a request was passed on by one. Only by this machine or a private network: whoever comes over the
    /// internet may have made the header up.
    pub(crate) fn look_at(&self, peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) {
        if self.0.get().is_some() || !is_passed_on(headers) {
            return;
        }
        let peer = peer.to_canonical();
        if !is_near(peer) || trusted.iter().any(|network| network.contains(peer)) {
            return;
        }
        self.0.get_or_init(|| {
            tracing::warn!(
                proxy = %peer,
                "requests come through a proxy that is not declared, and limits cannot tell its clients apart: set --trusted-proxy"
            );
            peer
        });
    }

    /// Its address, where there is one.
    pub(crate) fn find(&self) -> Option<IpAddr> {
        self.0.get().copied()
    }
}

/// Whether a request says that somebody passed it on.
pub(crate) fn is_passed_on(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let name = name.as_str();
        name.starts_with("x-forwarded-") || matches!(name, "forwarded" | "x-real-ip" | "via")
    })
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, header: &str, trusted: &[&str]) -> Option<String> {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        headers.insert("accept", "*/*".parse().unwrap());
        let name: axum::http::HeaderName = header.parse().unwrap();
        headers.insert(name, "198.51.100.1".parse().unwrap());
        let proxy = UndeclaredProxy::default();
        proxy.look_at(peer.parse().unwrap(), &headers, &trusted);
        proxy.find().map(|address| address.to_string())
    }

    #[test]
    fn a_near_proxy_is_seen_until_it_is_declared() {
        for (peer, address) in [
            ("127.0.0.1", "127.0.0.1"),
            ("172.17.0.1", "172.17.0.1"),
            ("::ffff:10.0.0.2", "10.0.0.2"),
            ("fd00::2", "fd00::2"),
        ] {
            assert_eq!(seen(peer, "x-forwarded-for", &[]).as_deref(), Some(address));
            assert_eq!(seen(peer, "via", &["192.0.2.1"]).as_deref(), Some(address));
            assert_eq!(seen(peer, "x-forwarded-for", &[address]), None);
            assert_eq!(seen(peer, "user-agent", &[]), None);
        }
        assert_eq!(seen("203.0.113.9", "x-forwarded-for", &[]), None, "anybody can say so");
    }
}

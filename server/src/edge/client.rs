//! The client: who is really asking, behind declared proxies only.

use crate::{edge::state::Server, settings::Network};
use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, request::Parts},
};
use desk::people::ClientNetwork;
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

/// The peer of the connection, put into every request by the listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The client that rates are counted by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client(pub(crate) Network);

impl Client {
    /// The network that its mails and sign-ins are counted by; none for this machine, which tells no clients apart.
    pub(crate) fn network(self) -> Option<ClientNetwork> {
        (!self.0.is_loopback()).then(|| ClientNetwork(self.0.to_string()))
    }
}

impl FromRequestParts<Server> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Infallible> {
        let peer = peer(&parts.extensions);
        let address = address(peer, &parts.headers, &server.trusted_proxies);
        Ok(Self(Network::of_client(address)))
    }
}

/// The other end of the connection. Without a listener in front (a test that calls the router) it is this machine.
pub(crate) fn peer(extensions: &Extensions) -> SocketAddr {
    extensions.get::<Peer>().map_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)), |peer| peer.0)
}

/// The address of the client: the peer, or, as long as the sender is a trusted proxy, the one that it forwards for.
fn address(peer: SocketAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.ip().to_canonical();
    if !is_trusted(client) {
        return client;
    }
    let mut forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    // The nearest proxy wrote the last one. Anybody could have made up what stands before the first untrusted one.
    while let Some(forwarded_for) = forwarded.pop() {
        let Ok(address) = forwarded_for.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_declared_proxy_is_believed() {
        assert_eq!(client_of("203.0.113.9:1", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(client_of("10.0.0.2:1", "198.51.100.1", &["10.0.0.0/8"]), "198.51.100.1");
    }

    #[test]
    fn what_a_client_made_up_is_not_believed() {
        let seen = client_of("10.0.0.2:1", "1.2.3.4, 198.51.100.1, 10.0.0.7", &["10.0.0.0/8"]);
        assert_eq!(seen, "198.51.100.1");
        assert_eq!(client_of("10.0.0.2:1", "rubbish", &["10.0.0.2"]), "10.0.0.2");
    }
}

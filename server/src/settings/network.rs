//! Addresses and blocks of addresses, as operators name proxies and as clients are told apart.

use ipnet::{IpNet, Ipv6Net};
use std::{fmt, net::IpAddr, str::FromStr};

/// An address or a block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Whether it holds the address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The block that one client is told apart by: an IPv4 address, or an IPv6 /64, since whoever has one address
    /// of it has all.
    pub fn of_client(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address).into(),
            IpAddr::V6(address) => Ipv6Net::new_assert(address, 64).trunc().into(),
        })
    }

    /// Whether it is this machine itself: an address that tells no visitors apart.
    pub fn is_loopback(&self) -> bool {
        match self.0 {
            IpNet::V4(network) => network.addr().is_loopback(),
            // The block of `::1`.
            IpNet::V6(network) => network.network().is_unspecified(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Network {
    type Err = ipnet::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = match text.parse::<IpAddr>() {
            Ok(address) => address.into(),
            Err(_) => text.parse::<IpNet>()?.trunc(),
        };
        Ok(Self(network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_is_its_block_of_64() {
        let block = |text: &str| Network::of_client(text.parse().unwrap());
        assert_eq!(block("2001:db8:1:2::1"), block("2001:db8:1:2:ffff::9"));
        assert_ne!(block("2001:db8:1:2::1"), block("2001:db8:1:3::1"));
        assert_eq!(block("::ffff:192.0.2.1"), block("192.0.2.1"));
        assert!(block("::1").is_loopback() && block("127.0.0.1").is_loopback());
    }

    #[test]
    fn networks_are_read_strictly() {
        for text in ["10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "ten", ""] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("9.9.9.9".parse().unwrap()));
    }
}

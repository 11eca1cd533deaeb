//! Addresses and blocks of addresses, as operators name proxies and as clients are told apart.

use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

/// An address or a block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether it holds the address.
    pub fn contains(&self, address: IpAddr) -> bool {
        mask(address.to_canonical(), self.prefix) == Some(self.address)
    }

    /// The block that one client is told apart by: an IPv4 address, or an IPv6 /64, since whoever has one address of it has all.
    pub fn of_client(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() { 32 } else { 64 };
        Self { address: mask(address, prefix).unwrap_or(address), prefix }
    }

    /// Whether it is this machine itself: an address that tells no visitors apart.
    pub fn is_loopback(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => address.is_loopback(),
            // The block of `::1`.
            IpAddr::V6(address) => address == Ipv6Addr::UNSPECIFIED,
        }
    }
}

/// The address with all but its first `prefix` bits cleared; none when it has not as many.
fn mask(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => {
            let gone = 32_u32.checked_sub(prefix.into())?;
            IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(gone).unwrap_or(0)).into())
        }
        IpAddr::V6(address) => {
            let gone = 128_u32.checked_sub(prefix.into())?;
            IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(gone).unwrap_or(0)).into())
        }
    })
}

impl FromStr for Network {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let prefix = prefix.unwrap_or(if address.is_ipv4() { 32 } else { 128 });
        Ok(Self { address: mask(address, prefix).ok_or(())?, prefix })
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
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("ten".parse::<Network>().is_err());
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("9.9.9.9".parse().unwrap()));
    }
}

//! The other end of a server, as light as it goes: the load must cost less than what it loads.

pub mod frames;
pub mod http;
pub mod socket;

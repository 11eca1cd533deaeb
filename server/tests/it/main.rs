//! The server through its front door: real sockets on a real port, on both engines.

mod engines;
mod house;
mod http;
mod socket;

mod access;
mod console_socket;
mod cross_origin;
mod forms;
mod headers;
mod operators;
mod rates;
mod shutdown;
mod sign_in;
mod status;
mod ticket_page;
mod uploads;
mod visitor_socket;

//! Where HTTP meets the desk: who may call, what is read from requests, how answers look, and what all handlers share.

pub(crate) mod access;
pub(crate) mod bodies;
pub(crate) mod client;
pub(crate) mod compression;
pub(crate) mod cookies;
pub(crate) mod counters;
pub(crate) mod error_responses;
pub(crate) mod failure;
pub(crate) mod files;
pub(crate) mod form;
pub(crate) mod form_room;
pub(crate) mod head;
pub(crate) mod in_path;
pub(crate) mod open_sockets;
pub(crate) mod operator;
pub(crate) mod origin;
pub(crate) mod page;
pub(crate) mod rates;
pub(crate) mod request_info;
pub(crate) mod respond;
pub(crate) mod security;
pub(crate) mod site_status;
pub(crate) mod state;
pub(crate) mod ticket_streams;
pub(crate) mod undeclared_proxy;
pub(crate) mod without_cookies;

//! Handlers for agents: signing in, the console's pages, its files and mails.

pub(crate) mod files;
pub(crate) mod forgotten;
pub(crate) mod mail;
pub(crate) mod pages;
pub(crate) mod password;
pub(crate) mod sign_in;

//! Handlers, one noun a file. They read the request, call one verb of the desk, and say what came of it.

pub(crate) mod chats;
pub(crate) mod console;
pub(crate) mod console_files;
pub(crate) mod files;
pub(crate) mod form;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod mail;
pub(crate) mod panel;
pub(crate) mod password;
pub(crate) mod requests;
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod ticket;
pub(crate) mod ticket_posts;
pub(crate) mod visitor_files;

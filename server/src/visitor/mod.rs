//! Handlers for visitors, one noun a file: they read the request, call one verb of the desk, and answer with what
//! came of it.

pub(crate) mod chats;
pub(crate) mod files;
pub(crate) mod identity;
mod not_me_page;
mod own_page;
pub(crate) mod own_request;
pub(crate) mod own_sign_in;
pub(crate) mod own_tickets;
pub(crate) mod panel;
pub(crate) mod requests;
mod sent_form;
pub(crate) mod status;
pub(crate) mod ticket;
pub(crate) mod ticket_buttons;
pub(crate) mod ticket_events;
pub(crate) mod ticket_link;
pub(crate) mod ticket_open;
mod ticket_page;
pub(crate) mod ticket_posts;

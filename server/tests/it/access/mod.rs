//! Who may what: every route, server function and command of a socket, by name, as everybody there is. What is
//! expected comes from the declarations and from where the ticket lies; SECURITY.md shows the same table.

mod agent_commands;
mod document;
mod expected;
mod functions;
mod lists;
mod methods;
mod people;
mod reading;
mod routes;
mod visitor_commands;
pub(crate) mod walk;

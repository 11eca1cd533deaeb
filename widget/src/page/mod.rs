//! What a page is made from: plain data. The server fills it in; the browser's half reads it as JSON.

mod panel;
mod ticket;

pub use panel::{Answer, Form, PanelPage, Position, Typed};
pub use ticket::{ProvedEmail, TicketAnswer, TicketPage};

//! What a page is made from: plain data. The server fills it in; the browser's half reads it as JSON.

mod panel;
mod ticket;

pub use panel::{Answer, Choice, Form, PanelPage, Position, Theme, Typed};
pub use ticket::{ProvedEmail, TicketAnswer, TicketPage};

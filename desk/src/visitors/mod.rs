//! What a visitor does.

mod chat;
mod email;
mod links;
mod messages;
mod moved;
mod new_link;
mod own;
mod own_sign_in;
mod presence;
mod reads;
mod request;
mod settled;
mod times;

pub use own::ListedTicket;

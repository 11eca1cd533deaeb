//! What a visitor does.

mod chat;
mod email;
mod links;
mod messages;
mod moved;
mod new_link;
mod own;
mod presence;
mod reads;
mod request;
mod settled;
mod times;

//! What a visitor does.

mod chat;
mod email;
mod links;
mod messages;
mod moved;
mod own;
mod presence;
mod reads;
mod request;
mod times;

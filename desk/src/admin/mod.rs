//! What those who run the desk do.

mod agents;
mod backup;
mod mails;
mod sites;

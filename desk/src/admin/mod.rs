//! What those who run the desk do.

mod backup;

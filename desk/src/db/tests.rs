//! What is asked of all statements at once.

mod plans;

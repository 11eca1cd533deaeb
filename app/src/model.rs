//! What the console knows and how it changes, without a browser: pure, and tested beside the code.

pub mod clock;
pub mod keys;
pub mod lines;
pub mod offers;
pub mod reasons;
pub mod work;

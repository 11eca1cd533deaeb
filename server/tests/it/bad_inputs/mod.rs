//! Bad inputs against every entry point, on both engines: each route, server function, socket command and command of
//! the binary, by its name. What is declared and not in the tables here fails the test until somebody has said what it
//! takes.
//!
//! Wrong is an answer of 500 and more, a refusal without its title, language or code, one that names an empty field, a
//! socket that goes away, and a line of level ERROR.

mod answers;
mod commands;
mod errors;
mod frames;
mod heads;
mod place;
mod requests;
mod takes;

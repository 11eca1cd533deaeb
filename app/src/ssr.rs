//! The server's side of the console: pages rendered before any script runs, and the routes of the server functions.

mod arguments;
mod document;
mod forgotten;
mod functions;
pub(crate) mod load;
mod page;
mod password;
mod plain_page;
mod router;
mod shared;
mod sign_in;
mod zone;

pub use functions::{FUNCTIONS, Function, Reach};
pub use password::PasswordProblem;
pub use router::router;
pub use shared::{ConsoleAssets, Language, Nonce, ZoneName};
pub use sign_in::SignInProblem;

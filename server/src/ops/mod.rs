//! What operators need and what the process is made of: health, metrics, the demonstration, embedded files, the listener.

pub mod assets;
pub(crate) mod demo;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod listener;
pub(crate) mod telemetry;

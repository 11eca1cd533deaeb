//! What operators need and what the process is made of: health, metrics, the demonstration, embedded files, the
//! listener.

pub(crate) mod assets;
pub(crate) mod demo;
pub(crate) mod demo_page;
pub(crate) mod descriptors;
pub(crate) mod health;
pub(crate) mod home;
mod lingering;
pub(crate) mod listener;
pub(crate) mod loader;
pub(crate) mod metrics;
pub(crate) mod telemetry;

//! Small parts without meaning: they take data and callbacks, and know words, but not the console.

pub mod dialog;
pub mod erase;
pub mod favicon;
pub mod files;
pub mod icon;
pub mod later;
pub mod menu;
pub mod more;
pub mod not_there;
pub mod priority;
pub mod state;
pub mod tabs;
pub mod toasts;
pub mod viewer;
pub mod viewing;

//! Whom a waiting chat rings at.

pub(crate) mod offers;

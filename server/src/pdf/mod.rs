//! Pages of PDFs as pictures, drawn by a process of their own that may be killed at any time: what a stranger sent is
//! never read in the server's. The process is this program again, with the hidden command `draw-page`: it is given the
//! file on its standard input, holds itself to limits of memory and time ([`child`]), and answers with a PNG. It has
//! none of the server's environment, and none of its descriptors.

pub(crate) mod child;
mod draw;
mod page;
mod pages;
mod process;
mod queue;

pub(crate) use draw::DRAW_PAGE;
pub(crate) use page::Undrawn;
pub(crate) use pages::{Pages, Reader};

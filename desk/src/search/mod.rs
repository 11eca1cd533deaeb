//! Search: by number, name, address, subject and text, whatever the accents and the case.
//!
//! Words are folded by us ([`fold`]), before they are stored and before they are asked for, so that both engines find
//! the same. A follower of the talk ([`index`]) keeps the words of each ticket, in blocks of its entries: nothing is
//! done where a message is written, and what was written is found a second later. Every word that is asked for has to
//! be in one block, or on the ticket's head; the last one may be the beginning of a word.
//!
//! A word that only those read who may see sensitive data is stored with a mark before it. Whoever reads masked asks
//! for words without the mark alone, so that nobody finds out a card's number digit by digit, and finds what is left
//! of it on screen.

mod find;
mod fold;
mod index;

pub(crate) use find::{Match, ORDER, find};
pub(crate) use fold::{FoldedWord, words};
pub(crate) use index::{SearchIndex, forget};

/// The mark before a word that is sensitive. No folded word has it.
const HIDDEN: char = '!';

/// Entries of a block.
const BLOCK: i64 = 32;
/// A row's number is its ticket's, shifted by this, and the block's: a ticket's rows lie together, and a later ticket's
/// after them.
const BLOCK_BITS: u32 = 16;

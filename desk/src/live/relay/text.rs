//! Notices as the texts that PostgreSQL carries: JSON, the sender's id, a table of ids, and a row of numbers for each
//! notice, in which an id is its place in the table: `["Afx…",["Agp…"],[[1,0,12,14],[2,0]]]`.

use super::notice::{Fields, MaybeId, Notice, Row};
use crate::live::NodeId;
use data_encoding::BASE64URL_NOPAD;
use std::{collections::HashMap, fmt::Write, slice};
use uuid::Uuid;

/// Bytes of a text at the most; PostgreSQL takes fewer than 8 000.
pub(super) const LONGEST: usize = 7_900;
/// What stands around the two tables, and around an id in its own.
const AROUND: usize = "[\"1234567890123456789012\",[],[]]".len();
const ID: usize = "\"1234567890123456789012\",".len();
/// Bytes of an id.
const ID_TEXT: usize = "1234567890123456789012".len();
/// In the place of an id: there is none.
const NO_ID: i64 = -1;
/// How the row of [`Notice::Beat`] begins.
const BEAT: &str = "[21,";

/// Writes notices, in their order, into as few texts as hold them.
pub(super) fn write(from: NodeId, notices: &[Notice]) -> Vec<String> {
    let mut texts = Vec::with_capacity(1);
    let mut page = Page::default();
    for notice in notices {
        let row = page.row(notice);
        if page.bytes_with(&row) > LONGEST {
            texts.push(std::mem::take(&mut page).text(from));
            let row = page.row(notice);
            page.add(row);
        } else {
            page.add(row);
        }
    }
    if !page.rows.is_empty() {
        texts.push(page.text(from));
    }
    texts
}

/// Whether it is a text of this process.
pub(super) fn is_from(text: &str, node: NodeId) -> bool {
    let id = text.strip_prefix("[\"").and_then(|rest| rest.get(..ID_TEXT));
    id.is_some_and(|id| read_id(id) == Some(node.0))
}

/// The number of the last sign of life in a text of one's own: the rest of it is no news.
pub(super) fn find_beat(text: &str) -> Option<i64> {
    let (_, row) = text.rsplit_once(BEAT)?;
    row.split(']').next()?.parse().ok()
}

/// Reads a text: its sender, and what it says. None: this version does not understand it.
pub(super) fn read(text: &str) -> Option<(NodeId, Vec<Notice>)> {
    let (from, ids, rows): (String, Vec<String>, Vec<Vec<i64>>) =
        serde_json::from_str(text).ok()?;
    let ids: Vec<Uuid> = ids.iter().map(|id| read_id(id)).collect::<Option<_>>()?;
    let notice = |row: &Vec<i64>| {
        let mut numbers = Numbers { numbers: row.iter(), ids: &ids };
        Notice::read(&mut numbers).filter(|_| numbers.numbers.next().is_none())
    };
    let notices = rows.iter().map(notice).collect::<Option<_>>()?;
    Some((NodeId(read_id(&from)?), notices))
}

fn read_id(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()
}

/// A text that is being written.
#[derive(Default)]
struct Page {
    /// The table of ids, without its brackets.
    ids: String,
    places: HashMap<Uuid, usize>,
    rows: String,
}

/// A row that is about to be added, and the ids that it brings.
struct NewRow<'a> {
    places: &'a HashMap<Uuid, usize>,
    new: Vec<Uuid>,
    text: String,
}

impl Row for NewRow<'_> {
    fn number(&mut self, n: i64) {
        let comma = if self.text.is_empty() { "" } else { "," };
        write!(self.text, "{comma}{n}").expect("a string takes everything");
    }

    fn id(&mut self, id: Option<Uuid>) {
        let place = id.map(|id| {
            let known = self.places.get(&id).copied();
            known.unwrap_or_else(|| {
                let here = self.new.iter().position(|new| *new == id).unwrap_or_else(|| {
                    self.new.push(id);
                    self.new.len() - 1
                });
                self.places.len() + here
            })
        });
        let place = place.map(|place| i64::try_from(place).expect("a text is short"));
        self.number(place.unwrap_or(NO_ID));
    }
}

impl Page {
    /// The row of a notice, as it would be here.
    fn row(&self, notice: &Notice) -> (Vec<Uuid>, String) {
        let mut row = NewRow { places: &self.places, new: Vec::new(), text: String::new() };
        notice.write(&mut row);
        (row.new, row.text)
    }

    fn bytes_with(&self, (new, text): &(Vec<Uuid>, String)) -> usize {
        AROUND + self.ids.len() + ID * new.len() + self.rows.len() + text.len() + "[],".len()
    }

    fn add(&mut self, (new, text): (Vec<Uuid>, String)) {
        for id in new {
            let comma = if self.ids.is_empty() { "" } else { "," };
            let id_text = BASE64URL_NOPAD.encode(id.as_bytes());
            write!(self.ids, "{comma}\"{id_text}\"").expect("a string takes everything");
            self.places.insert(id, self.places.len());
        }
        let comma = if self.rows.is_empty() { "" } else { "," };
        write!(self.rows, "{comma}[{text}]").expect("a string takes everything");
    }

    fn text(self, from: NodeId) -> String {
        let from = BASE64URL_NOPAD.encode(from.0.as_bytes());
        format!("[\"{from}\",[{}],[{}]]", self.ids, self.rows)
    }
}

/// The numbers of a row that are still to be read.
struct Numbers<'a> {
    numbers: slice::Iter<'a, i64>,
    ids: &'a [Uuid],
}

impl Fields for Numbers<'_> {
    fn number(&mut self) -> Option<i64> {
        self.numbers.next().copied()
    }

    fn id(&mut self) -> Option<MaybeId> {
        match self.number()? {
            NO_ID => Some(MaybeId::Without),
            place => self.ids.get(usize::try_from(place).ok()?).copied().map(MaybeId::Id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{On, Party};
    use proptest::prelude::*;
    use protocol::{AgentId, ChatId, HandoverId, QueueId, Seq, SiteId, TicketId};

    const NODE: NodeId = NodeId(Uuid::from_u128(7));

    /// One of few, so that ids come again.
    fn id() -> impl Strategy<Value = Uuid> {
        prop_oneof![(0..40_u128).prop_map(Uuid::from_u128), any::<u128>().prop_map(Uuid::from_u128)]
    }

    fn notice() -> impl Strategy<Value = Notice> {
        let things = (id(), id(), id(), any::<i64>(), any::<i64>(), any::<bool>(), any::<bool>());
        (0..26_u8, things).prop_map(|(kind, (a, b, c, n, m, yes, there))| {
            let (ticket, agent, site, chat) = (TicketId(a), AgentId(b), SiteId(c), ChatId(c));
            let found = there.then_some(agent);
            match kind {
                0 => Notice::Entries { ticket, first: Seq(n), last: Seq(m) },
                1 => Notice::Ticket { ticket },
                2 => {
                    let (queue, party) = (
                        yes.then_some(QueueId(b)),
                        Party { owner: found, asked: found, ..Party::default() },
                    );
                    Notice::Work { ticket, on: On { site, queue, party }, is_message: yes }
                }
                3 => Notice::Seen { ticket, by_visitor: yes, upto: Seq(n) },
                4 => Notice::Typing { ticket, agent: found },
                5 => Notice::Panel { ticket, present: yes },
                6 => Notice::AskPanel { ticket },
                7 => Notice::Offer { agent, chat, ticket },
                8 => Notice::OfferGone { agent, chat },
                9 => Notice::AgentState { agent },
                10 => Notice::SignedOut { agent },
                11 => Notice::Freed { agent },
                12 => Notice::HasRoom { agent },
                13 => Notice::Line { site },
                14 => Notice::Counts,
                15 => Notice::Sites,
                16 => Notice::Jobs,
                17 => Notice::Consoles { agent },
                18 => Notice::Nodes,
                19 => Notice::Keeper,
                20 => Notice::Handover { agent, handover: HandoverId(c), ticket },
                21 => Notice::Party { agent, ticket },
                22 => Notice::Mentioned { agent, ticket, by: AgentId(c) },
                23 => Notice::Draft { agent, ticket },
                24 => Notice::Watching { ticket, agent, present: yes },
                _ => Notice::Beat { number: n },
            }
        })
    }

    proptest! {
        #[test]
        fn notices_are_read_as_they_were_written_in_texts_that_postgresql_takes(
            notices in proptest::collection::vec(notice(), 0..400)
        ) {
            let texts = write(NODE, &notices);
            prop_assert_eq!(texts.is_empty(), notices.is_empty());
            let mut read_again = Vec::new();
            for text in texts {
                prop_assert!(text.len() <= LONGEST, "{} bytes", text.len());
                let (from, notices) = read(&text).expect("what was written is read");
                prop_assert_eq!(from, NODE);
                read_again.extend(notices);
            }
            prop_assert_eq!(read_again, notices);
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in ".*") {
            _ = read(&text);
        }
    }

    #[test]
    fn messages_of_a_full_batch_go_into_few_texts() {
        let site = SiteId(Uuid::from_u128(1 << 100));
        let notices: Vec<Notice> = (1_u128..=512)
            .flat_map(|n| {
                let (ticket, last) = (TicketId(Uuid::from_u128(n << 64)), Seq(1000));
                let owner = Some(AgentId(Uuid::from_u128(n % 20 + 1)));
                let party = Party { owner, ..Party::default() };
                let on = On { site, queue: Some(QueueId(Uuid::from_u128(2))), party };
                [
                    Notice::Entries { ticket, first: last, last },
                    Notice::Work { ticket, on, is_message: true },
                ]
            })
            .collect();
        assert!(write(NODE, &notices).len() <= 6);
    }

    #[test]
    fn a_process_knows_its_own_texts_and_finds_its_signs_in_them() {
        let ticket = TicketId(Uuid::from_u128(21));
        let beat = Notice::Beat { number: 21_000 };
        let text = |notices: &[Notice]| write(NODE, notices).pop().unwrap();
        let with = text(&[Notice::Ticket { ticket }, beat, Notice::Sites]);
        assert!(is_from(&with, NODE) && !is_from(&with, NodeId(Uuid::from_u128(8))));
        assert_eq!(find_beat(&with), Some(21_000));
        let seen = Notice::Seen { ticket, by_visitor: true, upto: Seq(21) };
        assert_eq!(find_beat(&text(&[seen])), None);
        for other in ["", "[\"", "[\"é", "[\"AAAA"] {
            assert!(!is_from(other, NODE), "{other}");
        }
    }

    #[test]
    fn what_another_version_says_is_not_understood_and_not_guessed() {
        let from = "AAAAAAAAAAAAAAAAAAAABw";
        for rows in ["[[99]]", "[[2,0]]", "[[16,1]]", "[[]]", "[[6,0,2]]", "{}"] {
            assert_eq!(read(&format!("[\"{from}\",[],{rows}]")), None, "{rows}");
        }
        assert_eq!(read(&format!("[\"{from}\",[],[[16]]]")), Some((NODE, vec![Notice::Sites])));
    }
}

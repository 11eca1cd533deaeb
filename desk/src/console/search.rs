//! The agent looks for tickets.

use super::worklist::names;
use crate::{
    Desk, Result,
    db::pages::merge,
    people::Agent,
    search::{self, FoldedWord, Match},
};
use protocol::{
    QueueId, SiteId, TicketId, TicketNumber, Timestamp,
    agent::{ForAgent, Sensitive, Sight},
    entry::TicketState,
    masking::{Preview, mask_line},
    search::{Found, Piece, QUESTION, SearchPage, SearchPlace},
    text::one_line,
};
use std::{collections::BTreeSet, ops::Range};
use tracing::instrument;

/// Rows of a page.
const ROWS: usize = 50;
/// Words of a question; others are not looked for.
const WORDS: usize = 12;
/// Characters of what was said around what was found.
const AROUND: usize = 140;

impl Desk {
    /// The tickets with all words of a question, of those that the agent sees: by number, name, address, subject and
    /// text, whatever the accents and the case; the last word may go on. The newest tickets first, after a place. What
    /// they read masked they find by what they read.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn search(
        &self,
        agent: &Agent,
        question: &str,
        after: Option<SearchPlace>,
    ) -> Result<SearchPage> {
        let question: String = question.chars().take(QUESTION).collect();
        let words = search::words(&question).into_iter().map(|word| word.text);
        let words: Vec<String> = words.take(WORDS).collect();
        if words.is_empty() {
            return Ok(SearchPage::default());
        }
        let sights: BTreeSet<bool> =
            agent.sites.keys().map(|site| self.sight(agent, *site) == Sight::Masked).collect();
        let mut parts = Vec::new();
        for masked in sights {
            let sight = if masked { Sight::Masked } else { Sight::Everything };
            parts.push(
                search::find(self, agent, sight, &words, after.map(|after| after.0), ROWS).await?,
            );
        }
        let page = merge(parts, search::ORDER, ROWS);
        let mut rows = Vec::with_capacity(page.rows.len());
        for (_, found) in page.rows {
            rows.push(self.found(agent, found, &words).await?);
        }
        Ok(SearchPage { rows, next: page.end.map(|end| SearchPlace(end.at)) })
    }

    async fn found(&self, agent: &Agent, row: Match, words: &[String]) -> Result<ForAgent<Found>> {
        let site_id = SiteId(row.site_id);
        let (site, queue) = names(self, site_id, row.queue_id.map(QueueId));
        let mut said = Vec::new();
        for mut body in row.bodies(self).await? {
            body.each_text(&mut |text| said.push(text.clone()));
        }
        let preview = Preview { text: row.preview, masked: row.preview_masked };
        let texts = Texts {
            contact: [row.contact_name, row.contact_email].into_iter().flatten().collect(),
            subject: row.subject,
            said,
            preview: self.show_preview(agent, site_id, &preview).into_inner(),
        };
        let head = (TicketId(row.id), TicketNumber(row.number), Timestamp(row.last_at));
        let state = TicketState { name: row.state_name, category: row.category };
        Ok(self.show(agent, site_id, texts).map(|texts| Found {
            ticket: head.0,
            number: head.1,
            site,
            queue,
            contact: pieces(&texts.contact.join(" · "), words),
            subject: texts.subject.map(|text| pieces(&text, words)).unwrap_or_default(),
            text: excerpt(&texts.said, words).unwrap_or_else(|| pieces(&texts.preview, words)),
            state,
            last_at: head.2,
        }))
    }
}

/// What a row shows of what people wrote.
struct Texts {
    contact: Vec<String>,
    subject: Option<String>,
    said: Vec<String>,
    preview: String,
}

impl Sensitive for Texts {
    fn mask(&mut self) {
        self.contact.iter_mut().for_each(String::mask);
        self.subject.mask();
        self.said.iter_mut().for_each(|text| *text = mask_line(text));
        self.preview.mask();
    }
}

/// The places of the words in a text.
fn marks(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let is_found = |found: &FoldedWord| {
        let (last, others) = words.split_last().expect("a question has words");
        let goes_on =
            found.text == *last || last.len() > 1 && found.text.starts_with(last.as_str());
        goes_on || others.contains(&found.text)
    };
    search::words(text).into_iter().filter(is_found).map(|found| found.at).collect()
}

fn pieces(text: &str, words: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut add = |part: &str, found| {
        if !part.is_empty() {
            pieces.push(Piece { text: part.to_owned(), found });
        }
    };
    let mut done = 0;
    for at in marks(text, words) {
        add(&text[done..at.start], false);
        add(&text[at.clone()], true);
        done = at.end;
    }
    add(&text[done..], false);
    pieces
}

/// The latest of the texts that has most of the words, around the first of them; none: no text has any.
fn excerpt(said: &[String], words: &[String]) -> Option<Vec<Piece>> {
    let count = |text: &String| {
        let found = marks(text, words).into_iter().map(|at| text[at].to_lowercase());
        found.collect::<BTreeSet<String>>().len()
    };
    let (most, text) = said.iter().map(|text| (count(text), text)).max_by_key(|(n, _)| *n)?;
    if most == 0 {
        return None;
    }
    let text = one_line(text);
    let first = marks(&text, words).first()?.start;
    let before = text[..first].chars().count();
    let skipped = if before > AROUND / 3 { before - AROUND / 4 } else { 0 };
    let rest = text.chars().skip(skipped);
    let line: String = rest.take(AROUND).collect();
    let is_cut = skipped + AROUND < text.chars().count();
    let (start, end) = (if skipped > 0 { "…" } else { "" }, if is_cut { "…" } else { "" });
    Some(pieces(&format!("{start}{line}{end}"), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        let mark = |piece: &Piece| {
            if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() }
        };
        pieces.iter().map(mark).collect()
    }

    fn words(question: &str) -> Vec<String> {
        search::words(question).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked_as_it_was_written() {
        let text = "La Conciliación del año: conciliaciones";
        assert_eq!(
            shown(&pieces(text, &words("ANO concilia"))),
            "La [Conciliación] del [año]: [conciliaciones]"
        );
        assert_eq!(shown(&pieces("sin nada", &words("x"))), "sin nada");
    }

    #[test]
    fn lines_that_are_joined_are_masked_as_they_are_shown() {
        let mut texts = Texts {
            contact: Vec::new(),
            subject: None,
            said: vec!["es\n+52 55\n1234 5678".to_owned(), "mi dato\n55\n1234\n5678".to_owned()],
            preview: String::new(),
        };
        texts.mask();
        assert_eq!(shown(&excerpt(&texts.said[..1], &words("es")).unwrap()), "[es] *********5678");
        assert!(!shown(&excerpt(&texts.said, &words("dato")).unwrap()).contains("1234"));
    }

    #[test]
    fn of_a_long_text_the_part_with_the_word_is_shown() {
        let long = format!("{} factura {}", "a ".repeat(200), "b ".repeat(200));
        let said = [long, "otra cosa".to_owned()];
        let text = shown(&excerpt(&said, &words("factura")).unwrap());
        assert!(
            text.starts_with('…') && text.ends_with('…') && text.contains("[factura]"),
            "{text}"
        );
        assert!(text.chars().count() < AROUND + 6);
        assert_eq!(excerpt(&said, &words("nada")), None);
    }
}

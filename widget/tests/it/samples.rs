//! Pages to render.

use protocol::{
    EntryId, FileId, PageUrl, QueueId, Seq, SiteKey, TicketNumber, Timestamp,
    entry::{Category, EndedBy, TicketState, VisitorBody, VisitorEntry},
    file::Attachment,
    settings::Hue,
    status::{Availability, Reason},
    strings::Strings,
    visitor::{VisitorChat, VisitorTicket},
};
use std::collections::BTreeMap;
use uuid::Uuid;
use widget::ssr::{Choice, PanelPage, Position, Theme, TicketPage};

/// The whole catalogue of a language.
pub fn strings(lang: &str) -> Strings {
    let mut out = BTreeMap::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../locales/");
    for file in ["button", "panel", "ticket_page", "error", "mail"] {
        let text = std::fs::read_to_string(format!("{root}{lang}/{file}.toml")).unwrap();
        flatten("", &text.parse().unwrap(), &mut out);
    }
    out.into_iter().collect()
}

fn flatten(prefix: &str, table: &toml::Table, out: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, out),
            value => {
                out.insert(path, value.as_str().unwrap().to_owned());
            }
        }
    }
}

const NOW: Timestamp = Timestamp(1_795_369_200_000);

pub fn panel(open: bool) -> PanelPage {
    PanelPage {
        site: SiteKey("demo".into()),
        name: "CuentasOK".into(),
        lang: "es".into(),
        hue: None,
        theme: Theme::Auto,
        queues: queues(),
        file_bytes: 10 * 1024 * 1024,
        embed: true,
        position: Position::Left,
        page: PageUrl::parse("https://cuentasok.com/precios?a=b&c=d"),
        form_id: EntryId(Uuid::from_u128(7)),
        now: NOW,
        status: Availability {
            open,
            reason: if open { Reason::Open } else { Reason::OutsideHours },
            changes_at: Some(Timestamp(1_795_453_200_000)),
        },
        strings: strings("es"),
        answer: None,
    }
}

/// Two, to choose from.
fn queues() -> Vec<Choice> {
    let queue = |n, name: &str| Choice { id: QueueId(Uuid::from_u128(n)), name: name.into() };
    vec![queue(11, "Facturación"), queue(12, "Soporte <técnico>")]
}

fn at(seq: i64) -> Timestamp {
    Timestamp(1_795_369_200_000 + seq * 60_000)
}

pub fn entry(seq: i64, body: VisitorBody) -> VisitorEntry {
    VisitorEntry {
        seq: Seq(seq),
        id: EntryId(Uuid::from_u128(u128::try_from(seq).unwrap())),
        at: at(seq),
        body,
    }
}

pub fn ticket() -> TicketPage {
    let pdf = Attachment {
        id: FileId(Uuid::from_u128(99)),
        name: "estado de cuenta.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 233_000,
    };
    TicketPage {
        site: SiteKey("demo".into()),
        site_name: "CuentasOK".into(),
        lang: "es".into(),
        hue: Hue::new(150).ok(),
        file_bytes: 10 * 1024 * 1024,
        now: NOW,
        ticket: VisitorTicket {
            number: TicketNumber("CO-1042".into()),
            subject: Some("Conciliación de marzo".into()),
            state: TicketState { name: "pendiente".into(), category: Category::Open },
            chat: VisitorChat::Ended { rated: false, attended: true },
            email: None,
            seen_upto: Seq(1),
            removed: None,
        },
        proved: None,
        entries: vec![
            entry(
                1,
                VisitorBody::Visitor { text: "Hola, no puedo conciliar.".into(), files: vec![pdf] },
            ),
            entry(2, VisitorBody::ChatStarted),
            entry(3, VisitorBody::Joined { name: "Lucía Medina".into() }),
            entry(
                4,
                VisitorBody::Agent {
                    name: "Lucía Medina".into(),
                    text: "Mira https://cuentasok.com/folios.".into(),
                    files: vec![],
                },
            ),
            entry(5, VisitorBody::Hidden),
            entry(6, VisitorBody::ChatEnded { by: EndedBy::Agent }),
        ],
        beginning: Vec::new(),
        is_earlier: false,
        link: None,
        form_id: EntryId(Uuid::from_u128(8)),
        times: (1..=9).map(|seq| (at(seq), format!("26/11/2026, 12:0{seq}"))).collect(),
        place: "Ciudad de México".into(),
        status: panel(true).status,
        strings: strings("es"),
        answer: None,
    }
}

/// The body of a document: what a snapshot is about.
pub fn body(document: &str) -> String {
    let body = document.split_once("<body>").unwrap().1.split_once("</body>").unwrap().0;
    // One element a line, so that a change shows where it is.
    body.replace("><", ">\n<")
}

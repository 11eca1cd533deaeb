//! From a row of the outbox to its letter.

use super::{
    colour::{Brand, DEFAULT_HUE},
    content::{AgentMail, Content, VisitorMail},
    letter::{Button, Decline, Letter, Rendered, Row},
    without_addresses::{file_without_addresses, without_addresses},
};
use crate::{
    Desk, Error, Result,
    db::{read, statement},
    locales,
    mail::proof,
    secret::{LinkVersion, password_link_token, visitor_link_token},
    sites::Site,
    tickets::{
        Visitor, attended,
        transcript::{self, Side, TimeFormatter},
    },
};
use protocol::{
    QueueId, Seq, SiteId, TicketId, TicketNumber,
    agent::{Sensitive, Sight},
    entry::{VisitorBody, VisitorEntry},
    settings::Hue,
    strings::Strings,
};
use uuid::Uuid;

/// The page below a ticket's that leads whoever did not write out of its mail.
pub(super) const NOT_ME: &str = "/not-me";

/// What a letter is made for.
pub(super) struct MailContext<'a> {
    pub(super) site: SiteId,
    pub(super) ticket: TicketId,
    pub(super) to: &'a str,
    pub(super) lang: &'a str,
    pub(super) subject: &'a str,
    pub(super) content: &'a Content,
    /// Of who reads it.
    pub(super) sight: Sight,
}

impl MailContext<'_> {
    /// Entries as the reader is shown them.
    fn shown(&self, mut entries: Option<Vec<VisitorEntry>>) -> Option<Vec<VisitorEntry>> {
        if self.sight == Sight::Masked {
            entries.iter_mut().flatten().for_each(VisitorEntry::mask);
        }
        entries
    }
}

statement!(
    READ = concat!(
        "
    select
      t.number, t.contact_name, t.contact_email, t.contact_verified, t.zone, s.name as state, t.subject, t.link_version, ",
        attended!(),
        " as attended
    from tickets t
    join states s on s.id = t.state_id
    left join chats c on c.id = t.chat_id
    where t.id = $1 and t.site_id = $2"
    )
);

#[derive(sqlx::FromRow)]
struct TicketRow {
    number: String,
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_verified: bool,
    zone: Option<String>,
    state: String,
    subject: Option<String>,
    link_version: i64,
    /// An agent had its chat.
    attended: bool,
}

/// Reads what it takes and writes the letter.
pub(super) async fn compose(desk: &Desk, context: &MailContext<'_>) -> Result<Rendered> {
    let site = desk.find_site_by_id(context.site).ok_or_else(Error::not_found)?;
    let row: Option<TicketRow> = read!(desk.db(), c => sqlx::query_as(READ)
        .bind(context.ticket.0)
        .bind(context.site.0)
        .fetch_optional(c)
        .await)?;
    let mut row = row.ok_or_else(Error::not_found)?;
    if context.sight == Sight::Masked {
        row.contact_name.mask();
        row.contact_email.mask();
        row.subject.mask();
    }
    let words = locales::language(context.lang);
    let visitors = match context.content {
        Content::Visitor { .. } => row.zone.as_deref(),
        // Who works at the site reads its times, whatever the visitor's clock says.
        _ => None,
    };
    let times = TimeFormatter::new(visitors, &site, words);
    let composer = Composer { desk, context, site: &site, row: &row, words, times: &times };
    let link = LinkVersion(row.link_version);
    let visitor = Visitor { ticket: context.ticket, site: context.site, link };
    let letter = match context.content {
        Content::Visitor { mail } => {
            let entries = match mail {
                VisitorMail::Transcript { upto } => {
                    let all = transcript::entries(desk, visitor, Seq::START, *upto).await?;
                    all.map(|all| {
                        if row.contact_verified { all } else { composer.without_addresses(all) }
                    })
                }
                VisitorMail::Replies { after, upto } => {
                    let all = transcript::entries(desk, visitor, *after, *upto).await?;
                    all.map(|all| all.into_iter().filter(is_agents).collect())
                }
                _ => Some(Vec::new()),
            };
            composer.to_visitor(mail, context.shown(entries).as_deref())
        }
        Content::Agent { about, after, upto, queue } => {
            let all = transcript::entries(desk, visitor, *after, *upto).await?;
            let entries: Option<Vec<_>> =
                all.map(|all| all.into_iter().filter(is_visitors).collect());
            composer.to_agent(*about, *queue, context.shown(entries).as_deref())
        }
        // See `render.rs`, and `password_link` and `hidden_link`: that is about no ticket.
        Content::Mention { .. } | Content::Account { .. } | Content::OwnTickets { .. } => {
            return Err(Error::not_found());
        }
    };
    Ok(letter.render())
}

/// Writes the letter with a one-time link for an agent.
pub(super) fn password_link(
    desk: &Desk,
    context: &MailContext<'_>,
    link: Uuid,
) -> Result<Rendered> {
    let site = desk.find_site_by_id(context.site).ok_or_else(Error::not_found)?;
    let words = locales::language(context.lang);
    let token = password_link_token(&desk.0.secret, link);
    let mut letter = blank(context, &site, "", words);
    letter.heading = words.get("mail.password.heading");
    letter.paragraphs = vec![words.get("mail.password.text")];
    letter.preheader.clone_from(&letter.paragraphs[0]);
    letter.button = Some(Button {
        label: words.get("mail.password.button"),
        url: format!("{}/console/password?k={token}", desk.options().public_url),
    });
    letter.after = vec![words.get("mail.password.next")];
    letter.footer = vec![words.fill("mail.footer_agent", &[("site", site.name.as_str())])];
    Ok(letter.render())
}

/// Writes the letter with a one-time link to a visitor's own tickets.
pub(super) fn visitor_link(desk: &Desk, context: &MailContext<'_>, link: Uuid) -> Result<Rendered> {
    let site = desk.find_site_by_id(context.site).ok_or_else(Error::not_found)?;
    let words = locales::language(context.lang);
    let token = visitor_link_token(&desk.0.secret, link);
    let mut letter = blank(context, &site, "", words);
    let places = [("site", site.name.as_str())];
    letter.heading = words.fill("mail.own_tickets.heading", &places);
    letter.paragraphs = vec![words.fill("mail.own_tickets.text", &places)];
    letter.preheader.clone_from(&letter.paragraphs[0]);
    letter.button = Some(Button {
        label: words.get("mail.own_tickets.button"),
        url: format!("{}/w/{}/tickets/enter?k={token}", desk.options().public_url, site.key),
    });
    letter.after = vec![words.get("mail.own_tickets.next")];
    letter.footer = vec![words.fill("mail.footer", &places)];
    Ok(letter.render())
}

/// What whoever looks through the mails reads of a letter with a one-time link.
pub(super) fn hidden_link(desk: &Desk, context: &MailContext<'_>) -> Result<Rendered> {
    let site = desk.find_site_by_id(context.site).ok_or_else(Error::not_found)?;
    let words = locales::language(context.lang);
    let mut letter = blank(context, &site, "", words);
    context.subject.clone_into(&mut letter.heading);
    letter.paragraphs = vec![words.get("mail.password.hidden")];
    letter.preheader.clone_from(&letter.paragraphs[0]);
    Ok(letter.render())
}

fn is_agents(entry: &VisitorEntry) -> bool {
    matches!(entry.body, VisitorBody::Agent { .. })
}

fn is_visitors(entry: &VisitorEntry) -> bool {
    matches!(entry.body, VisitorBody::Visitor { .. })
}

/// What every part of a letter is made from.
struct Composer<'a> {
    desk: &'a Desk,
    context: &'a MailContext<'a>,
    site: &'a Site,
    row: &'a TicketRow,
    words: &'a Strings,
    times: &'a TimeFormatter,
}

impl Composer<'_> {
    /// `entries`: none when they are too long for a mail, which then leads to the page that has them.
    fn to_visitor(&self, mail: &VisitorMail, entries: Option<&[VisitorEntry]>) -> Letter {
        let Self { desk, context, site, row, words, times } = *self;
        let state = words.state(&row.state);
        let fill = |key: &str| {
            words.fill(
                key,
                &[("site", site.name.as_str()), ("state", &state), ("zone", times.place())],
            )
        };
        let number = TicketNumber(row.number.clone());
        let mut letter = self.blank();
        let version = LinkVersion(row.link_version);
        let link = |below| desk.mailed_link(&number, below, (context.ticket, version), context.to);
        letter.footer = vec![fill("mail.footer")];
        // A former address has no say about a ticket any more, nor about mail that goes elsewhere.
        let is_former = matches!(mail, VisitorMail::FormerAddress);
        // And whoever an agent wrote to may be a stranger, whatever is proved of the other address.
        let is_claimed = matches!(mail, VisitorMail::ClaimedAddress);
        if is_claimed || !row.contact_verified && !is_former {
            letter.decline = Some(Decline {
                text: fill("mail.decline_text"),
                label: fill("mail.decline"),
                url: link(NOT_ME),
            });
        }
        let section = match mail {
            VisitorMail::RequestReceived { .. } => "received",
            VisitorMail::ChatEnded if row.attended => "ended",
            VisitorMail::ChatEnded => "unattended",
            VisitorMail::Confirm => "confirm",
            VisitorMail::NewAddress => "new_address",
            VisitorMail::ClaimedAddress => "claimed_address",
            VisitorMail::FormerAddress => "former_address",
            VisitorMail::NewLink => "new_link",
            VisitorMail::Closing => "closing",
            VisitorMail::Transcript { .. } => "transcript",
            VisitorMail::Replies { .. } => "replies",
            VisitorMail::StateChanged { .. } => "state",
        };
        letter.heading = fill(&format!("mail.{section}.heading"));
        letter.paragraphs = vec![fill(&format!("mail.{section}.text"))];
        if let VisitorMail::RequestReceived { why: Some(why) } = mail {
            letter.paragraphs.insert(0, words.became_request(*why));
        }
        letter.preheader.clone_from(&letter.paragraphs[0]);
        let mut button = Button { label: fill(&format!("mail.{section}.button")), url: link("") };
        if !matches!(mail, VisitorMail::Transcript { .. }) {
            letter.after = vec![fill(&format!("mail.{section}.next"))];
        }
        match mail {
            VisitorMail::RequestReceived { .. }
            | VisitorMail::Confirm
            | VisitorMail::NewAddress
            | VisitorMail::ClaimedAddress
            | VisitorMail::FormerAddress
            | VisitorMail::NewLink
            | VisitorMail::Closing => {
                letter.big_number = true;
            }
            VisitorMail::ChatEnded => {
                letter.big_number = true;
                if desk.check_in_use(context.site).is_err() {
                    // Nobody is left to answer or to read a rating.
                    letter.after.clear();
                    button.label = fill("mail.unattended.button");
                } else if row.attended {
                    button.url.push_str("#rating");
                }
            }
            VisitorMail::Transcript { .. } => {
                letter.big_number = true;
                letter.entries = transcript::lines(entries.unwrap_or_default(), words, times);
                if entries.is_none() {
                    letter.paragraphs = vec![fill("mail.too_long")];
                } else if letter.entries.is_empty() {
                    letter.paragraphs.push(fill("mail.transcript.empty"));
                }
                if !row.contact_verified && entries.is_some() {
                    letter.paragraphs.push(fill("mail.transcript.left_out"));
                }
            }
            VisitorMail::Replies { .. } => {
                letter.rows =
                    vec![Row { label: words.get("mail.number"), value: row.number.clone() }];
                letter.entries = transcript::lines(entries.unwrap_or_default(), words, times);
                letter.after.insert(0, fill("mail.replies.state"));
                let about_entries = if entries.is_some() { "mail.times" } else { "mail.too_long" };
                letter.after.insert(0, fill(about_entries));
            }
            VisitorMail::StateChanged { state } => {
                letter.rows =
                    vec![Row { label: words.get("mail.number"), value: row.number.clone() }];
                letter.badge = Some(capitalised(&words.state(state)));
            }
        }
        letter.button = (!is_former).then_some(button);
        letter
    }

    /// What goes to an address that nobody has confirmed: the visitor may be a stranger to it, whose words lead
    /// nowhere.
    fn without_addresses(&self, mut entries: Vec<VisitorEntry>) -> Vec<VisitorEntry> {
        let gap = self.words.get("mail.transcript.gap");
        for entry in &mut entries {
            if let VisitorBody::Visitor { text, files } = &mut entry.body {
                *text = without_addresses(text, &gap);
                for file in files {
                    file.name = file_without_addresses(&file.name, &gap);
                }
            }
        }
        entries
    }

    fn to_agent(
        &self,
        about: AgentMail,
        queue: Option<QueueId>,
        entries: Option<&[VisitorEntry]>,
    ) -> Letter {
        let Self { desk, context, site, row, words, times } = *self;
        let fill =
            |key: &str| words.fill(key, &[("site", site.name.as_str()), ("zone", times.place())]);
        let mut letter = self.blank();
        letter.heading = fill(match about {
            AgentMail::Request => "mail.for_agents.request_heading",
            AgentMail::Reply => "mail.for_agents.reply_heading",
        });
        letter.preheader.clone_from(&letter.heading);
        let name =
            row.contact_name.clone().unwrap_or_else(|| words.get("mail.for_agents.anonymous"));
        let mut from = name.clone();
        if let Some(email) = &row.contact_email {
            from = format!("{from} <{email}>");
            if !row.contact_verified {
                from = format!("{from} ({})", words.get("mail.for_agents.unverified"));
            }
        }
        let mut add_row = |label: &str, value: String| {
            letter.rows.push(Row { label: words.get(label), value });
        };
        add_row("mail.number", row.number.clone());
        add_row("mail.for_agents.from", from);
        let queue = queue.and_then(|id| site.all_queues().find(|known| known.id == id));
        if let Some(queue) = queue {
            add_row("mail.for_agents.queue", queue.name.to_string());
        }
        if let Some(subject) = &row.subject {
            add_row("field.subject", subject.clone());
        }
        letter.entries = transcript::lines(entries.unwrap_or_default(), words, times);
        for entry in &mut letter.entries {
            entry.name.clone_from(&name);
        }
        letter.button = Some(Button {
            label: words.get("mail.for_agents.button"),
            url: format!("{}/console/tickets/{}", desk.options().public_url, context.ticket),
        });
        letter.reader = Side::Desk;
        letter.after = match entries {
            None => vec![fill("mail.for_agents.too_long")],
            // Without a message there is no time either.
            Some(_) if letter.entries.is_empty() => Vec::new(),
            Some(_) => vec![fill("mail.times")],
        };
        letter.footer = vec![fill("mail.footer_agent")];
        letter
    }

    fn blank(&self) -> Letter {
        blank(self.context, self.site, &self.row.number, self.words)
    }
}

/// A letter that says nothing yet.
pub(super) fn blank(
    context: &MailContext<'_>,
    site: &Site,
    number: &str,
    words: &Strings,
) -> Letter {
    Letter {
        lang: context.lang.to_owned(),
        subject: context.subject.to_owned(),
        preheader: String::new(),
        site: site.name.to_string(),
        brand: Brand::of(site.hue.map_or(DEFAULT_HUE, Hue::degrees)),
        heading: String::new(),
        paragraphs: Vec::new(),
        big_number: false,
        number_label: words.get("mail.your_number"),
        number: number.to_owned(),
        badge: None,
        rows: Vec::new(),
        entries: Vec::new(),
        reader: Side::Visitor,
        after: Vec::new(),
        button: None,
        link_note: words.get("mail.link_note"),
        decline: None,
        footer: Vec::new(),
    }
}

/// With a capital, for where it stands alone.
fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

impl Desk {
    /// The ticket link for a mail to this address, or one of a page below it: whoever opens it can prove the address.
    pub(super) fn mailed_link(
        &self,
        number: &TicketNumber,
        below: &str,
        (ticket, version): (TicketId, LinkVersion),
        email: &str,
    ) -> String {
        let secret = &self.0.secret;
        format!(
            "{}/t/{number}{below}?k={}~{}",
            self.options().public_url,
            secret.ticket_mac(ticket, version),
            proof::proof_of(secret, ticket, email)
        )
    }
}

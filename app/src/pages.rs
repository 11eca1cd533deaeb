//! The table of the console's pages. The navigator, the navigation bar and the server's router read it; a new page is a
//! row here, a variant of [`Page`] and a folder.

#[cfg(feature = "ssr")]
use crate::ssr::load::Load;
use crate::{
    address::Address,
    chunks,
    inbox::{self, Inbox, start::InboxStart},
    mail::{self, start::MailStart},
    state::console::Console,
    ui::{icon::Drawing, later::LateColumn},
};
use leptos::{either::Either, prelude::*};
use protocol::Role;
use serde::{Deserialize, Serialize};

/// A page, with what the server read for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Page {
    /// *Mi bandeja*.
    Inbox(InboxStart),
    /// *Correo*.
    Mail(MailStart),
}

/// A row of the table.
pub struct Row {
    /// The key of the page's name in the catalogue: `console.{name}`.
    pub name: &'static str,
    /// Its drawing in the navigation bar.
    pub icon: Drawing,
    /// Its addresses.
    pub addresses: &'static [Address],
    /// The least role that may see it. The server's router refuses others, and their navigation bar does not show it.
    pub least: Role,
    /// Where the navigation bar leads.
    pub link: fn(Console) -> String,
    /// The number beside its name in the navigation bar, for a page that has one; 0 is not shown.
    pub badge: Option<fn(Console) -> u32>,
    /// Reads on the server what the page starts from.
    #[cfg(feature = "ssr")]
    pub load: Load<Page>,
}

/// All pages, in the order of the navigation bar.
pub static PAGES: [Row; 2] = [
    Row {
        name: "inbox",
        icon: Drawing::Inbox,
        addresses: &[inbox::place::LIST, inbox::place::TICKET],
        least: Role::Agent,
        link: |console| inbox::place::list(console.list.view()),
        badge: Some(|console| console.list.unread()),
        #[cfg(feature = "ssr")]
        load: |visit| Box::pin(async move { Ok(inbox::load::load(visit).await?.map(Page::Inbox)) }),
    },
    Row {
        name: "mail",
        icon: Drawing::Mail,
        addresses: &[mail::place::LIST, mail::place::MAIL],
        least: Role::Agent,
        link: |_| mail::place::LIST.pattern().to_owned(),
        badge: None,
        #[cfg(feature = "ssr")]
        load: |visit| Box::pin(async move { Ok(mail::load::load(visit).await?.map(Page::Mail)) }),
    },
];

/// Draws the page at a place in [`PAGES`], from what the server read or, when the agent went there later, from nothing.
// An arm a page and no function in its row: that would have to answer an erased view, which the browser pays for.
pub fn view(at: usize, page: Option<Page>) -> impl IntoView {
    match (at, page) {
        (0, Some(Page::Inbox(start))) => Either::Left(view! { <Inbox start=Some(start)/> }),
        (0, _) => Either::Left(view! { <Inbox start=None/> }),
        (_, Some(Page::Mail(start))) => Either::Right(late_mail(Some(start))),
        (_, _) => Either::Right(late_mail(None)),
    }
}

fn late_mail(start: Option<MailStart>) -> impl IntoView {
    view! { <LateColumn late=chunks::mail(start) name="mail" is_page=true/> }
}

impl Page {
    /// The place of its row in [`PAGES`].
    pub fn row(&self) -> usize {
        match self {
            Self::Inbox(_) => 0,
            Self::Mail(_) => 1,
        }
    }
}

/// The place in [`PAGES`] of the page with this path.
pub fn find(path: &str) -> Option<usize> {
    PAGES.iter().position(|row| row.addresses.iter().any(|address| address.matches(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_its_own_page() {
        for (at, row) in PAGES.iter().enumerate() {
            assert!(!row.addresses.is_empty(), "{} has no address", row.name);
            for address in row.addresses {
                let path = address.path("0195d7a5-0000-7000-8000-000000000000");
                assert_eq!(find(&path), Some(at), "{path}");
            }
        }
    }

    #[test]
    fn other_addresses_are_no_pages() {
        for path in
            ["/", "/console/other", "/console/tickets", "/console/mail/1/2", "/console/sign-in"]
        {
            assert_eq!(find(path), None, "{path}");
        }
    }

    #[test]
    fn the_first_page_of_the_bar_is_for_everybody() {
        assert_eq!(PAGES[0].least, Role::Agent);
        assert_eq!(PAGES[0].addresses[0].pattern(), "/console");
    }
}

//! Instants as a visitor's page shows them where no script of the browser's writes them.

use crate::{
    Desk, Error, Result,
    db::{read, statement},
    locales,
    sites::Site,
    tickets::{LocalTimes, Visitor, transcript::TimeFormatter},
};
use protocol::Timestamp;
use tracing::instrument;

impl Desk {
    /// These instants in the visitor's zone, else the site's.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn visitor_times(
        &self,
        visitor: Visitor,
        lang: &str,
        instants: impl Iterator<Item = Timestamp> + Send,
    ) -> Result<LocalTimes> {
        let site = self.find_site_by_id(visitor.site).ok_or_else(Error::not_found)?;
        let zone: Option<Option<String>> = read!(self.db(), c => sqlx::query_scalar(ZONE)
            .bind(visitor.ticket.0)
            .bind(visitor.site.0)
            .fetch_optional(c)
            .await)?;
        let times = TimeFormatter::new(zone.flatten().as_deref(), &site, locales::language(lang));
        let written = instants.map(|at| (at, times.time(at))).collect();
        Ok(LocalTimes { place: times.place().to_owned(), written })
    }
}

impl Desk {
    /// These instants in the site's zone, for a page that is about no ticket.
    pub fn site_times(
        &self,
        site: &Site,
        lang: &str,
        instants: impl Iterator<Item = Timestamp>,
    ) -> LocalTimes {
        let times = TimeFormatter::new(None, site, locales::language(lang));
        let written = instants.map(|at| (at, times.time(at))).collect();
        LocalTimes { place: times.place().to_owned(), written }
    }
}

statement!(ZONE = "select zone from tickets where id = $1 and site_id = $2");

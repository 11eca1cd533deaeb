//! The states of a site's tickets: the owner's names, in three categories that the rules go by.

use crate::{
    Desk, Error, Result,
    db::{Tx, run, statement},
};
use protocol::{
    SiteId,
    entry::{Category, TicketState},
};
use uuid::Uuid;

/// What a new site begins with; the owner may rename them and add others.
const DEFAULTS: [(&str, Category); 3] = [
    ("pendiente", Category::Open),
    ("atendido", Category::Waiting),
    ("finalizado", Category::Closed),
];

statement!(
    ADD = "
    insert into states (id, site_id, name, category, position) values ($1, $2, $3, $4, $5)"
);
statement!(ADD_NUMBERS = "insert into site_numbers (site_id, last_number) values ($1, 1000)");

/// Gives a new site its states and its first number, 1001.
pub(crate) async fn seed_site(tx: &mut Tx, desk: &Desk, site: SiteId) -> Result<()> {
    for (position, (name, category)) in (0_i64..).zip(DEFAULTS) {
        run!(tx, c => sqlx::query(ADD)
            .bind(desk.clock().new_id())
            .bind(site.0)
            .bind(name)
            .bind(category.as_text())
            .bind(position)
            .execute(c)
            .await
            .map(|_| ()))?;
    }
    run!(tx, c => sqlx::query(ADD_NUMBERS).bind(site.0).execute(c).await.map(|_| ()))
}

statement!(
    FIRST = "
    select id, name from states
    where site_id = $1 and category = $2
    order by position
    limit 1"
);

/// The site's first state of a category. Every site has one of each.
pub(crate) async fn first(
    tx: &mut Tx,
    site: SiteId,
    category: Category,
) -> Result<(Uuid, TicketState)> {
    let row = run!(tx, c => sqlx::query_as::<_, (Uuid, String)>(FIRST)
        .bind(site.0)
        .bind(category.as_text())
        .fetch_optional(c)
        .await)?;
    let (id, name) = row.ok_or_else(Error::not_found)?;
    Ok((id, TicketState { name, category }))
}

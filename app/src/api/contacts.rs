//! Who asks on a ticket.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
#[cfg(feature = "ssr")]
use protocol::{
    Refusal,
    text::{ContactValue, EmailAddress, PersonName, Phone},
};
use protocol::{
    TicketId,
    agent::ForAgent,
    contact::{ContactCard, FieldValues},
    properties::Given,
};

calls! {
    /// Who asks, with what agents noted of them and their other tickets.
    "contacts/show" pub async fn contact(ticket: TicketId) -> Result<ForAgent<ContactCard>, ApiError> {
        let (desk, agent) = caller()?;
        desk.contact(&agent, ticket).await.map_err(refused)
    }

    /// Changes what is named of it; an empty one is taken away.
    "contacts/change" pub async fn change_contact(
        ticket: TicketId,
        #[server(default)]
        name: Given<String>,
        #[server(default)]
        email: Given<String>,
        #[server(default)]
        phone: Given<String>,
        #[server(default)]
        fields: Given<FieldValues>,
    ) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        let FieldValues(fields) = fields.over(None).unwrap_or_default();
        let fields: Result<_, Refusal> = fields
            .into_iter()
            .map(|(id, value)| Ok((id, value.map(|text| ContactValue::parse(&text)).transpose()?)))
            .collect();
        let changes = desk::console::ContactChanges {
            name: name.try_map(|text| PersonName::parse(&text)).map_err(ApiError)?,
            email: email.try_map(|text| EmailAddress::parse(&text)).map_err(ApiError)?,
            phone: phone.try_map(|text| Phone::parse(&text)).map_err(ApiError)?,
            fields: fields.map_err(ApiError)?,
        };
        desk.change_contact(&agent, ticket, &changes).await.map_err(refused)
    }
}

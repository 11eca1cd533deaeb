//! What a path names: a site, a ticket, a thing with an id. A path that cannot name one leads nowhere, and no database
//! is asked for it.

use super::{failure::Failure, state::Server};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{Uri, request::Parts},
};
use desk::sites::Site;
use protocol::{Code, FileId, SiteKey, TicketNumber};
use std::{num::NonZeroU32, str::FromStr, sync::Arc};

/// The site of `/w/{site}/…`; 404 where there is none of this key.
#[derive(Clone, Debug)]
pub(crate) struct SiteInPath(pub(crate) Arc<Site>);

impl FromRequestParts<Server> for SiteInPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Failure> {
        named(parts, "site", |key| server.desk.find_site(&SiteKey(key.to_owned()))).await.map(Self)
    }
}

/// The site that an address speaks of, whether there is something at it or not.
pub(crate) fn find_site(server: &Server, uri: &Uri) -> Option<Arc<Site>> {
    let key = uri.path().strip_prefix("/w/")?.split('/').next()?;
    server.desk.find_site(&SiteKey(key.to_owned()))
}

/// The ticket of `/t/{number}…`; 404 where no ticket can have this number.
#[derive(Clone, Debug)]
pub(crate) struct NumberInPath(pub(crate) TicketNumber);

impl FromRequestParts<Server> for NumberInPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _server: &Server) -> Result<Self, Failure> {
        named(parts, "number", TicketNumber::parse).await.map(Self)
    }
}

/// A file or a mail, which the last part in braces names; 404 where it is no id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdInPath<T>(pub(crate) T);

impl<T: FromStr + Send> FromRequestParts<Server> for IdInPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _server: &Server) -> Result<Self, Failure> {
        let params = params(parts).await?;
        let id = params.iter().last().and_then(|(_, id)| id.parse().ok());
        id.map(Self).ok_or(Failure::of(Code::NotFound))
    }
}

/// A page, counted from 1, of the file of `…/files/{id}/page/{page}`; 404 where it can be none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageInPath(pub(crate) FileId, pub(crate) NonZeroU32);

impl FromRequestParts<Server> for PageInPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _server: &Server) -> Result<Self, Failure> {
        let file = named(parts, "id", |id| id.parse().ok()).await?;
        let page = named(parts, "page", |page| page.parse().ok()).await?;
        Ok(Self(file, page))
    }
}

async fn named<T>(
    parts: &mut Parts,
    name: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Failure> {
    let params = params(parts).await?;
    let found = params.iter().find(|(known, _)| *known == name).and_then(|(_, text)| find(text));
    found.ok_or(Failure::of(Code::NotFound))
}

/// None where the path is not UTF-8.
async fn params(parts: &mut Parts) -> Result<RawPathParams, Failure> {
    RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Failure::of(Code::NotFound))
}

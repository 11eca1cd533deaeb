//! The site that a path names.

use super::{failure::Failure, state::Server};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use desk::sites::Site;
use protocol::{Code, SiteKey};
use std::sync::Arc;

/// The site of `/w/{site}/…`; 404 where there is none of this key.
#[derive(Clone, Debug)]
pub(crate) struct SiteInPath(pub(crate) Arc<Site>);

impl FromRequestParts<Server> for SiteInPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, server).await;
        let params = params.map_err(|_| Failure::of(Code::NotFound))?;
        let (_, key) = params.iter().find(|(name, _)| *name == "site").unwrap_or_default();
        let site = server.desk.find_site(&SiteKey(key.to_owned()));
        site.map(Self).ok_or(Failure::of(Code::NotFound))
    }
}

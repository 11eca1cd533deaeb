//! Signing in and out.

use crate::{
    Desk, Error, Result,
    db::{bump_revision, retry},
    people::{
        Agent, AttemptError, ClientNetwork, SessionToken, SignInAttempt, accounts, sessions,
        sign_ins::{self, Who},
    },
    routing,
};
use protocol::{Code, Refusal, settings::Language};
use std::sync::Arc;
use tracing::instrument;

/// Longest address and password that are looked at, in bytes: nothing longer was ever accepted, and a hash would take
/// its time over it.
const LONGEST_CREDENTIAL: usize = 1_000;

impl Desk {
    /// One attempt of a client to sign in to the account of this address, or without one to use a one-time link, which
    /// is counted apart; no client is this machine. It counts before the password is looked at, so that many at once are not more than many
    /// in a row; [`SignInAttempt::does_not_count`] takes it off again.
    ///
    /// # Errors
    /// `TooMany`: five have failed within 15 minutes from this client or to the account from it, or twenty to the
    /// account, on whichever node.
    #[instrument(level = "debug", skip_all)]
    pub async fn attempt_sign_in(
        &self,
        client: Option<ClientNetwork>,
        email: Option<&str>,
    ) -> std::result::Result<SignInAttempt, AttemptError> {
        let who = match email {
            Some(email) => Who::sign_in(client, email),
            None => Who::link(client),
        };
        sign_ins::attempt(self, who).await
    }

    /// One attempt to have a one-time link mailed to this address; counted like attempts to sign in that fail, and apart
    /// from them.
    ///
    /// # Errors
    /// As of [`Desk::attempt_sign_in`].
    #[instrument(level = "debug", skip_all)]
    pub async fn attempt_password_link(
        &self,
        client: Option<ClientNetwork>,
        email: &str,
    ) -> std::result::Result<SignInAttempt, AttemptError> {
        sign_ins::attempt(self, Who::forgotten(client, email)).await
    }

    /// Checks address and password; answers alike for a known and an unknown address (`sign_in_failed`).
    #[instrument(level = "debug", skip_all)]
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SessionToken> {
        let refused = || Error::from(Refusal::new(Code::SignInFailed));
        if email.len() > LONGEST_CREDENTIAL
            || password.len() > LONGEST_CREDENTIAL
            || email.contains('\0')
        {
            return Err(refused());
        }
        let found = accounts::find_by_email(self, email).await?;
        let (agent, hash) = found.map_or((None, None), |(agent, hash)| (Some(agent), hash));
        let is_right = self.0.passwords.is_right(password, hash.clone()).await?;
        let known = agent.zip(hash).filter(|_| is_right);
        let (agent, hash) = known.ok_or_else(refused)?;
        // Created a moment ago by another process: the session that begins here is to be worth something at once.
        if self.find_agent(agent).is_none() {
            routing::sites_were_changed(self).await?;
        }
        sessions::sign_in(self, agent, hash).await?.ok_or_else(refused)
    }

    /// The signed-in agent; none when the session is unknown or has ended. From memory when seen lately.
    #[instrument(level = "debug", skip_all)]
    pub async fn find_session(&self, token: &str) -> Result<Option<Agent>> {
        let agent = sessions::find(self, token).await?;
        Ok(agent.and_then(|agent| self.find_agent(agent)).map(Arc::unwrap_or_clone))
    }

    /// Ends a session; its consoles hear `SignedOut`.
    #[instrument(level = "debug", skip_all)]
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        sessions::sign_out(self, token).await
    }

    /// Uses a one-time link's token, and signs in. A password that is refused leaves the link as it is.
    ///
    /// # Errors
    /// `NotFound` when the link is used up, too old, or was never there; refusals of the field `Password`.
    #[instrument(level = "debug", skip_all)]
    pub async fn set_password(
        &self,
        link_token: &str,
        password: &str,
        lang: Language,
    ) -> Result<SessionToken> {
        let email = accounts::find_email_of_link(self, link_token).await?;
        let email = email.ok_or_else(Error::not_found)?;
        let hash = self.0.passwords.hash(password, &email).await?;
        let now = self.now();
        let (agent, token) = retry!({
            let mut tx = self.begin().await?;
            // The first row that everybody writes who changes an agent.
            bump_revision(&mut tx).await?;
            let agent =
                accounts::use_link(&mut tx, link_token, now).await?.ok_or_else(Error::not_found)?;
            accounts::set_password(&mut tx, agent, &hash, lang).await?;
            // Whoever knew the old password is out.
            sessions::end_all(&mut tx, agent).await?;
            let token = sessions::begin(&mut tx, agent, now).await?;
            self.commit(tx).await?;
            Ok((agent, token))
        })?;
        self.0.sessions.end_unstored(agent);
        routing::sites_were_changed(self).await?;
        Ok(token)
    }
}

//! How often one client address may do what: new tickets, messages. Each node counts for itself.

use crate::settings::Network;
use governor::{
    Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, state::keyed::DashMapStateStore,
};
use protocol::{Code, Refusal, SiteId};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

const AN_HOUR: Duration = Duration::from_hours(1);
const A_MINUTE: Duration = Duration::from_mins(1);

type Limiter = RateLimiter<
    (SiteId, Network),
    DashMapStateStore<(SiteId, Network)>,
    DeskClock,
    NoOpMiddleware<Duration>,
>;

/// The counts of all clients.
pub(crate) struct Rates {
    clock: DeskClock,
    tickets: Limits,
    messages: Limits,
    links: Limits,
}

/// Mailed links that one client asks for in an hour.
const LINKS_AN_HOUR: u32 = 10;
/// Links are counted over all sites: a number alone does not tell whose it is.
const ANY_SITE: SiteId = SiteId(Uuid::nil());

/// More than is allowed, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimited {
    pub(crate) limit: u64,
    pub(crate) wait: Duration,
}

impl RateLimited {
    pub(crate) fn refusal(self) -> Refusal {
        Refusal::new(Code::RateLimited).limit(self.limit)
    }
}

impl Rates {
    pub(crate) fn new(clock: desk::Clock) -> Self {
        Self {
            clock: DeskClock(clock),
            tickets: Limits::per(AN_HOUR),
            messages: Limits::per(A_MINUTE),
            links: Limits::per(AN_HOUR),
        }
    }

    /// One new ticket of this client at this site.
    pub(crate) fn ticket(
        &self,
        site: &desk::sites::Site,
        client: Network,
    ) -> Result<(), RateLimited> {
        self.tickets.check(&self.clock, (site.id, client), site.limits.tickets_per_hour)
    }

    /// One message of this client at this site.
    pub(crate) fn message(
        &self,
        site: &desk::sites::Site,
        client: Network,
    ) -> Result<(), RateLimited> {
        self.messages.check(&self.clock, (site.id, client), site.limits.messages_per_minute)
    }

    /// One mailed link that this client asks for.
    pub(crate) fn link(&self, client: Network) -> Result<(), RateLimited> {
        self.links.check(&self.clock, (ANY_SITE, client), LINKS_AN_HOUR)
    }

    /// Forgets clients whose counts have worn off.
    pub(crate) fn forget_old(&self) {
        self.tickets.forget_old();
        self.messages.forget_old();
        self.links.forget_old();
    }
}

/// One limiter for each number that some site allows: a change of a site's limit starts a new count.
struct Limits {
    per: Duration,
    limiters: Mutex<HashMap<NonZeroU32, Arc<Limiter>>>,
}

impl Limits {
    fn per(per: Duration) -> Self {
        Self { per, limiters: Mutex::default() }
    }

    fn check(
        &self,
        clock: &DeskClock,
        key: (SiteId, Network),
        allowed: u32,
    ) -> Result<(), RateLimited> {
        let Some(allowed) = NonZeroU32::new(allowed) else { return Ok(()) };
        if key.1.is_loopback() {
            return Ok(());
        }
        let limiter = self.limiter(clock, allowed);
        limiter.check_key(&key).map_err(|not_until| RateLimited {
            limit: allowed.get().into(),
            wait: not_until.wait_time_from(clock.now()),
        })
    }

    fn limiter(&self, clock: &DeskClock, allowed: NonZeroU32) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters.entry(allowed).or_insert_with(|| {
            let quota = Quota::with_period(self.per / allowed.get())
                .expect("a span divided by a count that is not zero")
                .allow_burst(allowed);
            Arc::new(RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()))
        });
        Arc::clone(limiter)
    }

    fn forget_old(&self) {
        let limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        for limiter in limiters.values() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// The desk's clock, as governor reads clocks: nobody can set it.
#[derive(Clone, Debug)]
struct DeskClock(desk::Clock);

impl Clock for DeskClock {
    type Instant = Duration;
    fn now(&self) -> Duration {
        self.0.moment().since_start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Timestamp;

    fn client(text: &str) -> Network {
        Network::of_client(text.parse().unwrap())
    }

    fn rates() -> (Rates, desk::Clock) {
        let clock = desk::Clock::manual(Timestamp(1_800_000_000_000));
        (Rates::new(clock.clone()), clock)
    }

    #[test]
    fn what_was_used_up_comes_back_with_time() {
        let (rates, clock) = rates();
        let key = (SiteId(uuid::Uuid::nil()), client("203.0.113.1"));
        let check = || rates.messages.check(&rates.clock, key, 3);
        assert!((0..3).all(|_| check().is_ok()));
        let refused = check().unwrap_err();
        assert_eq!((refused.limit, refused.wait), (3, Duration::from_secs(20)));
        clock.advance(Duration::from_secs(20));
        assert!(check().is_ok() && check().is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_refuses_nobody() {
        let (rates, clock) = rates();
        let who = client("203.0.113.1");
        let check = || rates.messages.check(&rates.clock, (SiteId(uuid::Uuid::nil()), who), 3);
        assert!((0..3).all(|_| check().is_ok()) && check().is_err());
        clock.set_back(24 * AN_HOUR);
        clock.advance(A_MINUTE);
        assert!(check().is_ok());
    }

    #[test]
    fn this_machine_and_sites_without_limit_are_not_counted() {
        let (rates, _) = rates();
        let site = SiteId(uuid::Uuid::nil());
        let check = |who, allowed| rates.messages.check(&rates.clock, (site, client(who)), allowed);
        assert!((0..9).all(|_| check("127.0.0.1", 1).is_ok() && check("203.0.113.1", 0).is_ok()));
    }
}

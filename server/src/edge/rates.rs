//! How often one client address may do what: new tickets, messages, sign-ins.

use crate::settings::Network;
use governor::{
    Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, state::keyed::DashMapStateStore,
};
use protocol::{Code, Refusal, SiteId, Timestamp};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Failed sign-ins that one address may have in [`SIGN_IN_WINDOW`].
pub const SIGN_INS: usize = 5;
/// The span that [`SIGN_INS`] speaks of.
pub const SIGN_IN_WINDOW: Duration = Duration::from_mins(15);

const AN_HOUR: Duration = Duration::from_hours(1);
const A_MINUTE: Duration = Duration::from_mins(1);

type Limiter = RateLimiter<
    (SiteId, Network),
    DashMapStateStore<(SiteId, Network)>,
    DeskClock,
    NoOpMiddleware<Duration>,
>;
type Attempts = HashMap<Network, Vec<Timestamp>>;

/// The counts of all clients.
pub(crate) struct Rates {
    clock: DeskClock,
    tickets: Limits,
    messages: Limits,
    sign_ins: Mutex<Attempts>,
}

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
            sign_ins: Mutex::default(),
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

    /// One attempt to sign in. It counts before the password is looked at, so that many at once are not more than
    /// many in a row; [`SignIn::succeeded`] takes it off again.
    pub(crate) fn sign_in(&self, client: Network) -> Result<SignIn<'_>, RateLimited> {
        let now = self.clock.0.now();
        let mut sign_ins = self.sign_ins();
        let attempts = sign_ins.entry(client).or_default();
        attempts.retain(|at| now.since(*at) < SIGN_IN_WINDOW);
        if attempts.len() >= SIGN_INS {
            let wait = SIGN_IN_WINDOW.saturating_sub(now.since(attempts[0]));
            return Err(RateLimited { limit: SIGN_INS as u64, wait });
        }
        attempts.push(now);
        drop(sign_ins);
        Ok(SignIn { rates: self, client, at: now })
    }

    /// Forgets clients whose counts have worn off.
    pub(crate) fn forget_old(&self) {
        self.tickets.forget_old();
        self.messages.forget_old();
        let now = self.clock.0.now();
        self.sign_ins().retain(|_, attempts| {
            attempts.last().is_some_and(|at| now.since(*at) < SIGN_IN_WINDOW)
        });
    }

    fn sign_ins(&self) -> std::sync::MutexGuard<'_, Attempts> {
        // A count that a panic left half done is still a count.
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that counts unless it succeeds.
pub(crate) struct SignIn<'a> {
    rates: &'a Rates,
    client: Network,
    at: Timestamp,
}

impl SignIn<'_> {
    pub(crate) fn succeeded(self) {
        let mut sign_ins = self.rates.sign_ins();
        if let Some(attempts) = sign_ins.get_mut(&self.client)
            && let Some(index) = attempts.iter().rposition(|at| *at == self.at)
        {
            attempts.remove(index);
        }
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

/// The desk's clock, as governor reads clocks: time since 1970.
#[derive(Clone, Debug)]
struct DeskClock(desk::Clock);

impl Clock for DeskClock {
    type Instant = Duration;
    fn now(&self) -> Duration {
        self.0.now().since(Timestamp(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn this_machine_and_sites_without_limit_are_not_counted() {
        let (rates, _) = rates();
        let site = SiteId(uuid::Uuid::nil());
        let check = |who, allowed| rates.messages.check(&rates.clock, (site, client(who)), allowed);
        assert!((0..9).all(|_| check("127.0.0.1", 1).is_ok() && check("203.0.113.1", 0).is_ok()));
    }

    #[test]
    fn only_failed_sign_ins_count_and_they_wear_off() {
        let (rates, clock) = rates();
        let who = client("127.0.0.1");
        for _ in 0..20 {
            rates.sign_in(who).ok().unwrap().succeeded();
        }
        assert!((0..SIGN_INS).all(|_| rates.sign_in(who).is_ok()));
        assert_eq!(rates.sign_in(who).err().unwrap().wait, SIGN_IN_WINDOW);
        assert!(rates.sign_in(client("203.0.113.1")).is_ok());
        clock.advance(SIGN_IN_WINDOW);
        assert!(rates.sign_in(who).is_ok());
    }
}

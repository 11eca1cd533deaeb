//! How often one client address may do what: new tickets, messages, sign-ins.

use crate::settings::Network;
use desk::Moment;
use governor::{
    Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, state::keyed::DashMapStateStore,
};
use protocol::{Code, Refusal, SiteId, limits};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Failed sign-ins in [`SIGN_IN_WINDOW`] that one client may have, and one account at one client.
pub const SIGN_INS: usize = 5;
/// The same of one account at all clients together.
pub const ACCOUNT_SIGN_INS: usize = 20;
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
type Attempts = HashMap<Counted, Vec<Moment>>;

/// What failed sign-ins are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    /// Not this machine: it may be a proxy that nobody declared, and everybody who comes through it.
    Client(Network),
    Account(String),
    Both(String, Network),
}

impl Counted {
    fn limit(&self) -> usize {
        match self {
            Self::Client(_) | Self::Both(..) => SIGN_INS,
            Self::Account(_) => ACCOUNT_SIGN_INS,
        }
    }
}

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

    /// One attempt to sign in to the account of this address, or without one to use a one-time link. It counts before the password is
    /// looked at, so that many at once are not more than many in a row; [`SignIn::does_not_count`] takes it off again. Whoever guesses
    /// at one account shuts nobody out of another, even from where all clients have one address.
    pub(crate) fn sign_in(
        &self,
        client: Network,
        email: Option<&str>,
    ) -> Result<SignIn<'_>, RateLimited> {
        let now = self.clock.0.moment();
        let counted = counted(client, email);
        let mut sign_ins = self.sign_ins();
        for by in &counted {
            let Some(attempts) = sign_ins.get_mut(by) else { continue };
            attempts.retain(|at| now.since(*at) < SIGN_IN_WINDOW);
            if attempts.len() >= by.limit() {
                let wait = SIGN_IN_WINDOW.saturating_sub(now.since(attempts[0]));
                return Err(RateLimited { limit: by.limit() as u64, wait });
            }
        }
        for by in &counted {
            sign_ins.entry(by.clone()).or_default().push(now);
        }
        drop(sign_ins);
        Ok(SignIn { rates: self, counted, at: now })
    }

    /// Forgets clients whose counts have worn off.
    pub(crate) fn forget_old(&self) {
        self.tickets.forget_old();
        self.messages.forget_old();
        let now = self.clock.0.moment();
        self.sign_ins().retain(|_, attempts| {
            attempts.last().is_some_and(|at| now.since(*at) < SIGN_IN_WINDOW)
        });
    }

    fn sign_ins(&self) -> std::sync::MutexGuard<'_, Attempts> {
        // A count that a panic left half done is still a count.
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an attempt is counted by. Addresses that no account can have are one.
fn counted(client: Network, email: Option<&str>) -> Vec<Counted> {
    let mut counted = Vec::with_capacity(3);
    if !client.is_loopback() {
        counted.push(Counted::Client(client));
    }
    if let Some(email) = email {
        let is_possible = email.len() <= limits::EMAIL_BYTES;
        let account = if is_possible { email.trim().to_lowercase() } else { String::new() };
        counted.push(Counted::Both(account.clone(), client));
        counted.push(Counted::Account(account));
    }
    counted
}

/// An attempt that counts unless it succeeds, or fails for another reason than a wrong password or link.
pub(crate) struct SignIn<'a> {
    rates: &'a Rates,
    counted: Vec<Counted>,
    at: Moment,
}

impl SignIn<'_> {
    pub(crate) fn does_not_count(self) {
        let mut sign_ins = self.rates.sign_ins();
        for by in self.counted {
            if let Some(attempts) = sign_ins.get_mut(&by)
                && let Some(index) = attempts.iter().rposition(|at| *at == self.at)
            {
                attempts.remove(index);
            }
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
        assert!((0..SIGN_INS).all(|_| rates.sign_in(who, ANA).is_ok()));
        clock.set_back(24 * AN_HOUR);
        clock.advance(SIGN_IN_WINDOW);
        assert!(check().is_ok() && rates.sign_in(who, ANA).is_ok());
    }

    #[test]
    fn this_machine_and_sites_without_limit_are_not_counted() {
        let (rates, _) = rates();
        let site = SiteId(uuid::Uuid::nil());
        let check = |who, allowed| rates.messages.check(&rates.clock, (site, client(who)), allowed);
        assert!((0..9).all(|_| check("127.0.0.1", 1).is_ok() && check("203.0.113.1", 0).is_ok()));
    }

    const ANA: Option<&str> = Some("ana@example.com");

    fn wrong(rates: &Rates, who: &str, email: Option<&str>) -> bool {
        rates.sign_in(client(who), email).is_ok()
    }

    #[test]
    fn only_failed_sign_ins_count_and_they_wear_off() {
        let (rates, clock) = rates();
        let who = client("203.0.113.1");
        for _ in 0..20 {
            rates.sign_in(who, ANA).ok().unwrap().does_not_count();
        }
        assert!((0..SIGN_INS).all(|_| rates.sign_in(who, ANA).is_ok()));
        assert_eq!(rates.sign_in(who, ANA).err().unwrap().wait, SIGN_IN_WINDOW);
        clock.advance(SIGN_IN_WINDOW);
        assert!(rates.sign_in(who, ANA).is_ok());
    }

    #[test]
    fn a_client_has_five_over_all_accounts_and_shuts_nobody_else_out() {
        let (rates, _) = rates();
        let mallory = "203.0.113.1";
        for n in 0..SIGN_INS {
            assert!(wrong(&rates, mallory, Some(&format!("{n}@example.com"))));
        }
        assert!(!wrong(&rates, mallory, ANA) && !wrong(&rates, mallory, None));
        assert!(wrong(&rates, "203.0.113.2", ANA));
    }

    #[test]
    fn where_all_come_from_this_machine_an_account_is_closed_and_not_all_of_them() {
        let (rates, _) = rates();
        assert!((0..SIGN_INS).all(|_| wrong(&rates, "127.0.0.1", ANA)));
        assert!(!wrong(&rates, "127.0.0.1", Some(" ANA@example.com")));
        assert!(wrong(&rates, "127.0.0.1", Some("eva@example.com")));
        assert!(wrong(&rates, "203.0.113.1", ANA), "its agent comes in from elsewhere");
    }

    #[test]
    fn an_account_has_twenty_over_all_clients() {
        let (rates, clock) = rates();
        for n in 0..ACCOUNT_SIGN_INS {
            assert!(wrong(&rates, &format!("203.0.113.{}", n / 4), ANA));
        }
        let refused = rates.sign_in(client("198.51.100.1"), ANA).err().unwrap();
        assert_eq!(refused.limit, ACCOUNT_SIGN_INS as u64);
        assert!(wrong(&rates, "198.51.100.1", Some("eva@example.com")));
        clock.advance(SIGN_IN_WINDOW);
        rates.forget_old();
        assert!(rates.sign_ins().is_empty());
    }
}

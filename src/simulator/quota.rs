//! Counts the calls of each key and compares them with its quotas.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;

use super::bounded::Bounded;
use super::identity::Caller;
use crate::pack::simulator::{Quota, Quotas, Window};

/// Maximum number of clients whose tokens are counted. The oldest are dropped.
const MAX_CLIENTS: usize = 5_000;

/// The calls of a key, compared with one of its quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The caller, as the report names it.
    pub caller: String,
    /// The number of calls that the quota allows in a window.
    pub calls: u32,
    /// The length of the quota's window.
    pub per: Duration,
    /// The largest number of calls that were made in one window.
    pub most: u32,
    /// The number of calls beyond the quota.
    pub beyond: u64,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Usage { caller, calls, per, most, beyond } = self;
        let per = match per.as_secs() {
            60 => "a minute".to_owned(),
            3600 => "an hour".to_owned(),
            86_400 => "a day".to_owned(),
            other => format!("{other} s"),
        };
        write!(f, "at most {most} calls within {per} with {caller}; {calls} are allowed")?;
        if *beyond > 0 { write!(f, "; {beyond} exceeded the limit") } else { Ok(()) }
    }
}

/// The counters of all keys.
#[derive(Debug, Default)]
pub(super) struct Counters {
    limits: Vec<Quota>,
    refuses: bool,
    keys: BTreeMap<String, Vec<Counter>>,
    /// The counters of client tokens. The counter of a client that has stopped calling may be dropped.
    tokens: Bounded<Vec<Counter>, MAX_CLIENTS>,
}

/// The calls of a key in the current window, as the number in each segment, by segment number.
#[derive(Debug, Default)]
struct Counter {
    segments: VecDeque<(i128, u32)>,
    first: Option<OffsetDateTime>,
    most: u32,
    beyond: u64,
}

impl Counters {
    /// Creates empty counters. With `refuses`, calls beyond a quota get an error.
    pub(super) fn new(quotas: Option<&Quotas>, refuses: bool) -> Self {
        let limits = quotas.map(|quotas| quotas.limits.clone()).unwrap_or_default();
        Counters { limits, refuses, ..Counters::default() }
    }

    /// Counts a call. If it must get an error because it exceeds a quota, returns the seconds after which to retry.
    pub(super) fn count(&mut self, caller: &Caller, now: OffsetDateTime) -> Option<f64> {
        let new = || self.limits.iter().map(|_| Counter::default()).collect();
        let counters = match caller {
            // Callers without a valid key share one counter.
            Caller::Nobody => self.keys.entry("no valid key".to_owned()).or_insert_with(new),
            Caller::Partner => self.keys.entry("the partner's key".to_owned()).or_insert_with(new),
            // Whether a token counts towards the key that obtained it is unknown.
            Caller::Client(key) => self.tokens.get_or_put(&format!("the tokens of {key}"), new),
        };
        let waits: Vec<Option<Duration>> =
            counters.iter_mut().zip(&self.limits).map(|(counter, limit)| counter.full(limit, now)).collect();
        let wait = waits.iter().flatten().max().copied();
        if wait.is_none() || !self.refuses {
            counters.iter_mut().for_each(Counter::add);
        }
        wait.filter(|_| self.refuses).map(|wait| (wait.as_secs_f64() * 10.0).ceil() / 10.0)
    }

    pub(super) fn used(&self) -> Vec<Usage> {
        let of = |caller: &String, counter: &Counter, limit: &Quota| Usage {
            caller: caller.clone(),
            calls: limit.calls,
            per: limit.per.0,
            most: counter.most,
            beyond: counter.beyond,
        };
        let keys = self.keys.iter().chain(self.tokens.iter());
        keys.flat_map(|(caller, counters)| {
            counters.iter().zip(&self.limits).map(move |(c, limit)| of(caller, c, limit))
        })
        .collect()
    }
}

impl Counter {
    /// Advances the window to the present. If it is full, returns how long it stays full.
    fn full(&mut self, limit: &Quota, now: OffsetDateTime) -> Option<Duration> {
        let first = *self.first.get_or_insert(now);
        let (start, length) = match limit.window {
            Window::Sliding(segment) => (OffsetDateTime::UNIX_EPOCH, segment.0),
            Window::Clock => (OffsetDateTime::UNIX_EPOCH, limit.per.0),
            Window::FirstCall => (first, limit.per.0),
        };
        let length_ns = i128::try_from(length.as_nanos()).unwrap_or(i128::MAX).max(1);
        let passed = (now - start).whole_nanoseconds();
        let (present, kept) =
            (passed.div_euclid(length_ns), i128::try_from(limit.per.0.as_nanos()).unwrap_or(i128::MAX) / length_ns);
        while self.segments.front().is_some_and(|(number, _)| *number <= present - kept.max(1)) {
            self.segments.pop_front();
        }
        if self.segments.back().is_none_or(|(number, _)| *number != present) {
            self.segments.push_back((present, 0));
        }
        if self.calls() < limit.calls {
            return None;
        }
        self.beyond += 1;
        let oldest = self.segments.iter().find(|(_, calls)| *calls > 0).map_or(present, |(number, _)| *number);
        let left = (oldest + kept.max(1)) * length_ns - passed;
        Some(Duration::from_nanos(u64::try_from(left).unwrap_or_default()))
    }

    fn calls(&self) -> u32 {
        self.segments.iter().map(|(_, calls)| calls).sum()
    }

    fn add(&mut self) {
        if let Some((_, calls)) = self.segments.back_mut() {
            *calls = calls.saturating_add(1);
        }
        self.most = self.most.max(self.calls());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    fn counters(window: &serde_json::Value, per: &str, refuses: bool) -> Counters {
        let quotas = json!({ "limits": [{ "calls": 3, "per": per, "window": window }], "reply": "rate-limited" });
        Counters::new(Some(&serde_json::from_value(quotas).unwrap()), refuses)
    }

    /// Returns the retry delays for calls at some seconds after a start; 0 for an accepted call.
    fn refused(counters: &mut Counters, seconds: &[u32]) -> Vec<f64> {
        let start = datetime!(2026-10-05 12:59:55 UTC);
        let at = |second: &u32| start + time::Duration::seconds(i64::from(*second));
        seconds.iter().map(|second| counters.count(&Caller::Partner, at(second)).unwrap_or_default()).collect()
    }

    #[test]
    fn windows_slide_start_on_the_hour_or_with_the_first_call() {
        let mut sliding = counters(&json!({ "sliding": "10s" }), "1m", true);
        assert_eq!(refused(&mut sliding, &[0, 1, 6, 50, 54, 55, 56]), [0.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0]);
        let mut clock = counters(&json!("clock"), "1h", true);
        assert_eq!(refused(&mut clock, &[0, 1, 2, 3, 5, 6, 7, 8]), [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3597.0]);
        let mut first = counters(&json!("first_call"), "1d", true);
        assert_eq!(refused(&mut first, &[0, 1, 2, 3, 86_399, 86_400]), [0.0, 0.0, 0.0, 86_397.0, 1.0, 0.0]);
    }

    #[test]
    fn what_is_too_many_is_counted_and_refused_only_where_asked_for() {
        let mut counters = counters(&json!("clock"), "1h", false);
        assert!(refused(&mut counters, &[5, 5, 5, 5, 5]).iter().all(|wait| *wait == 0.0));
        counters.count(&Caller::Client("t1".into()), datetime!(2026-10-05 12:00 UTC));
        let used = counters.used();
        assert_eq!((used[0].most, used[0].beyond, used[0].caller.as_str()), (5, 2, "the partner's key"));
        assert_eq!((used[1].most, used[1].beyond, used[1].caller.as_str()), (1, 0, "the tokens of t1"));
    }
}

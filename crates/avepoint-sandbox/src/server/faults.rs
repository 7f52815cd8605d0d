//! Which faults a request meets: those of every request, those of the next one, and those that it asks for itself.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName};

use crate::call::Refusal;
use crate::fault::Fault;
use crate::spec::Violation;

/// The header of a request that asks for faults.
pub(super) const HEADER: HeaderName = HeaderName::from_static("sandbox-fault");

/// The faults that wait for requests.
pub(crate) struct Faults {
    always: Vec<Fault>,
    rate: Option<Mutex<Rate>>,
    next: Mutex<VecDeque<Vec<Fault>>>,
}

impl Faults {
    pub(crate) fn new(always: Vec<Fault>, rate: Option<Rate>) -> Self {
        Self {
            always,
            rate: rate.map(Mutex::new),
            next: Mutex::default(),
        }
    }

    /// The next call that no faults wait for yet meets these.
    pub(crate) fn add(&self, faults: Vec<Fault>) {
        self.next().push_back(faults);
    }

    /// No call meets any of those that wait.
    pub(crate) fn clear(&self) {
        self.next().clear();
    }

    /// What a request meets. Those that wait are for calls of operations, so that no request for a token takes them.
    ///
    /// # Errors
    /// If the request asks for a fault that there is not, or that it cannot meet.
    pub(super) fn of(&self, headers: &HeaderMap, is_call: bool) -> Result<Vec<Fault>, Refusal> {
        let is_met = |fault: &Fault| is_call || fault.is_for_identity();
        let mut faults = self.always.clone();
        faults.retain(is_met);
        if is_call {
            faults.extend(self.next().pop_front().into_iter().flatten());
            faults.extend(self.limit(Instant::now()));
        }
        for value in headers.get_all(HEADER) {
            let refusal = |problem: String| Refusal::invalid(vec![Violation::new(HEADER.as_str(), problem)]);
            let asked = Fault::list(value.to_str().unwrap_or_default());
            let asked = asked.map_err(|error| refusal(error.to_string()))?;
            if !asked.iter().all(is_met) {
                let problem = "codes=unknown, token=expired and pages=endless are for calls of operations alone";
                return Err(refusal(problem.to_owned()));
            }
            faults.extend(asked);
        }
        Ok(faults)
    }

    /// The refusal of a call that comes too soon.
    fn limit(&self, now: Instant) -> Option<Fault> {
        let mut rate = self.rate.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = rate.take(now).err()?;
        Some(Fault::Status {
            status: 429,
            retry_after: Some(wait.as_secs_f64().ceil() as u64),
        })
    }

    fn next(&self) -> std::sync::MutexGuard<'_, VecDeque<Vec<Fault>>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many calls there may be in a time. As many as that come at once are let through, and then one each time its share
/// has passed.
#[derive(Clone, Debug)]
pub(crate) struct Rate {
    most: f64,
    a_second: f64,
    left: f64,
    at: Option<Instant>,
}

impl Rate {
    pub(crate) fn new(calls: u32, per: Duration) -> Self {
        let most = f64::from(calls.max(1));
        Self {
            most,
            a_second: most / per.as_secs_f64().max(0.001),
            left: most,
            at: None,
        }
    }

    /// Lets a call through, or says how long to wait.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let passed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.at = Some(now);
        self.left = (self.left + passed.as_secs_f64() * self.a_second).min(self.most);
        if self.left >= 1.0 {
            self.left -= 1.0;
            Ok(())
        } else {
            let wait = (1.0 - self.left) / self.a_second;
            Err(Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_lets_as_many_through_as_it_says() {
        let start = Instant::now();
        let mut rate = Rate::new(2, Duration::from_secs(1));
        let mut take = |millis| rate.take(start + Duration::from_millis(millis));
        assert_eq!([take(0), take(0)], [Ok(()), Ok(())]);
        assert_eq!(take(0), Err(Duration::from_millis(500)));
        assert_eq!(take(500), Ok(()));
        assert!(take(600).is_err());
        // However long nobody calls, there are never more at once.
        assert_eq!([take(60_000), take(60_000)], [Ok(()), Ok(())]);
        assert!(take(60_000).is_err());
        // However long it is to be.
        let mut rate = Rate::new(1, Duration::MAX);
        assert_eq!(rate.take(start), Ok(()));
        assert!(rate.take(start) > Err(Duration::from_secs(1 << 60)));
    }

    #[test]
    fn what_waits_is_for_one_call_each_and_not_for_tokens() {
        let faults = Faults::new(vec![Fault::Nulls], None);
        let headers = HeaderMap::new();
        faults.add(vec![Fault::CutAfter]);
        faults.add(vec![Fault::Empty]);
        let of = |is_call| faults.of(&headers, is_call).expect("faults");
        assert_eq!(of(false), [Fault::Nulls]);
        assert_eq!(of(true), [Fault::Nulls, Fault::CutAfter]);
        assert_eq!(of(true), [Fault::Nulls, Fault::Empty]);
        assert_eq!(of(true), [Fault::Nulls]);
    }
}

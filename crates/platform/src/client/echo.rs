//! `X-Wix-Consistent`: what Wix gives after a write, and wants back from who must see it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

const CONSISTENT: HeaderName = HeaderName::from_static("x-wix-consistent");

/// A longer value is not kept.
const MAX_LEN: usize = 1_024;

/// The last value each caller was given. Who is forgotten reads as any other.
pub(super) struct Echo {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    values: HashMap<String, (u64, HeaderValue)>,
    /// How many values were kept so far: the greater the number, the younger.
    count: u64,
}

impl Echo {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::default() }
    }

    /// The header to send in the name of `caller`.
    pub(super) fn header(&self, caller: &str) -> Option<(HeaderName, HeaderValue)> {
        self.kept().values.get(caller).map(|(_, value)| (CONSISTENT, value.clone()))
    }

    /// Keeps what an answer gave to `caller`.
    pub(super) fn note(&self, caller: &str, headers: &HeaderMap) {
        let Some(value) = headers.get(CONSISTENT).filter(|value| !value.is_empty() && value.len() <= MAX_LEN)
        else {
            return;
        };
        let mut kept = self.kept();
        if kept.values.len() >= self.capacity && !kept.values.contains_key(caller) {
            kept.forget_half();
        }
        kept.count += 1;
        let entry = (kept.count, value.clone());
        kept.values.insert(caller.to_owned(), entry);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Every step leaves the map whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets the older half: rarely, and all at once, so that keeping a value stays cheap.
    fn forget_half(&mut self) {
        let mut ages: Vec<u64> = self.values.values().map(|(age, _)| *age).collect();
        let middle = ages.len().saturating_sub(1) / 2;
        let (_, median, _) = ages.select_nth_unstable(middle);
        let median = *median;
        self.values.retain(|_, (age, _)| *age > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(CONSISTENT, HeaderValue::from_str(value).unwrap())])
    }

    fn value(echo: &Echo, caller: &str) -> Option<String> {
        echo.header(caller).map(|(_, value)| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_last_value_goes_back_to_the_same_caller_only() {
        let echo = Echo::new(10);
        echo.note("a", &headers("1"));
        echo.note("a", &headers("2"));
        echo.note("a", &HeaderMap::new());
        assert_eq!((value(&echo, "a").as_deref(), value(&echo, "b")), (Some("2"), None));
    }

    #[test]
    fn empty_and_endless_values_are_not_kept() {
        let echo = Echo::new(10);
        echo.note("a", &headers(""));
        echo.note("a", &headers(&"x".repeat(MAX_LEN + 1)));
        assert_eq!(value(&echo, "a"), None);
    }

    #[test]
    fn the_oldest_are_forgotten_and_the_youngest_kept() {
        let echo = Echo::new(4);
        for caller in ["a", "b", "c", "d", "a", "e"] {
            echo.note(caller, &headers("1"));
        }
        let kept = |caller| value(&echo, caller).is_some();
        assert_eq!(["a", "b", "c", "d", "e"].map(kept), [true, false, false, true, true]);
        for number in 0..100 {
            echo.note(&number.to_string(), &headers("1"));
            assert!(echo.kept().values.len() <= 4);
        }
    }

    #[test]
    fn a_place_for_one_is_enough() {
        let echo = Echo::new(1);
        echo.note("a", &headers("1"));
        echo.note("b", &headers("2"));
        assert_eq!((value(&echo, "a"), value(&echo, "b").as_deref()), (None, Some("2")));
    }
}

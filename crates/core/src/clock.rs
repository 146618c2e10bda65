//! Time as a parameter: the [`Clock`] trait, the machine's clock, and the virtual clock of the local platform.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;

/// An instant, in UTC. wixapp's clocks hand it out in whole milliseconds.
pub type Timestamp = jiff::Timestamp;

/// A source of the current time.
///
/// # Example
/// ```
/// use wixapp_core::clock::{Clock, VirtualClock};
/// let clock = VirtualClock::frozen_at("2026-01-31T00:00:00Z".parse()?);
/// clock.advance(jiff::SignedDuration::from_hours(24));
/// assert_eq!(clock.now().to_string(), "2026-02-01T00:00:00Z");
/// # Ok::<(), jiff::Error>(())
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time, truncated to whole milliseconds.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        from_millis(Timestamp::now().as_millisecond())
    }
}

type Listener = Box<dyn Fn(Timestamp) + Send + Sync>;

/// A clock that can be moved forward: the time of the local platform, the app and its jobs in development and tests.
///
/// It either runs at real speed with an offset ([`VirtualClock::new`]) or stands still until it is moved
/// ([`VirtualClock::frozen_at`]). Clones share the same time.
#[derive(Clone)]
pub struct VirtualClock {
    inner: Arc<Inner>,
}

struct Inner {
    /// Milliseconds added to the base.
    offset_ms: AtomicI64,
    /// `Some` when the base stands still.
    frozen_base: Option<Timestamp>,
    listeners: Mutex<Vec<Listener>>,
}

impl VirtualClock {
    /// A clock that shows the machine's time until it is moved.
    #[must_use]
    pub fn new() -> Self {
        Self::with_offset_ms(0)
    }

    /// A clock that runs at real speed, `offset_ms` milliseconds ahead of the machine.
    #[must_use]
    pub fn with_offset_ms(offset_ms: i64) -> Self {
        Self::build(offset_ms, None)
    }

    /// A clock that stands at `at` until it is moved; for tests.
    #[must_use]
    pub fn frozen_at(at: Timestamp) -> Self {
        Self::build(0, Some(at))
    }

    fn build(offset_ms: i64, frozen_base: Option<Timestamp>) -> Self {
        let inner = Inner { offset_ms: AtomicI64::new(offset_ms), frozen_base, listeners: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// How many milliseconds this clock is ahead of its base.
    #[must_use]
    pub fn offset_ms(&self) -> i64 {
        self.inner.offset_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock by `by` and tells every subscriber.
    pub fn advance(&self, by: SignedDuration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.inner.offset_ms.fetch_add(by_ms, Ordering::SeqCst);
        self.tell();
    }

    /// Moves the clock to `to` and tells every subscriber.
    pub fn set(&self, to: Timestamp) {
        let base = self.base().as_millisecond();
        self.inner.offset_ms.store(to.as_millisecond().saturating_sub(base), Ordering::SeqCst);
        self.tell();
    }

    /// Calls `listener` with the new time after every move.
    ///
    /// It is called on the thread that moves the clock and must not move the clock itself.
    pub fn subscribe(&self, listener: impl Fn(Timestamp) + Send + Sync + 'static) {
        self.listeners().push(Box::new(listener));
    }

    fn base(&self) -> Timestamp {
        self.inner.frozen_base.unwrap_or_else(|| SystemClock.now())
    }

    fn tell(&self) {
        let now = self.now();
        for listener in self.listeners().iter() {
            listener(now);
        }
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
        self.inner.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VirtualClock")
            .field("now", &self.now())
            .field("offset_ms", &self.offset_ms())
            .finish()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        from_millis(self.base().as_millisecond().saturating_add(self.offset_ms()))
    }
}

/// The instant `ms` milliseconds after the Unix epoch, clamped to what a [`Timestamp`] can hold.
fn from_millis(ms: i64) -> Timestamp {
    let fallback = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(ms).unwrap_or(fallback)
}

/// `at` as microseconds since the Unix epoch, cut to whole milliseconds: the form the databases store.
#[must_use]
pub fn to_micros(at: Timestamp) -> i64 {
    at.as_millisecond().saturating_mul(1000)
}

/// The instant stored as `micros` microseconds since the Unix epoch.
#[must_use]
pub fn from_micros(micros: i64) -> Timestamp {
    from_millis(micros.div_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn frozen_clock_moves_only_when_told() {
        let clock = VirtualClock::frozen_at("2026-03-01T10:00:00Z".parse().unwrap());
        let before = clock.now();
        assert_eq!(before, clock.now());
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(clock.now().duration_since(before), SignedDuration::from_secs(90));
    }

    #[test]
    fn subscribers_hear_every_move_and_clones_share_time() {
        let clock = VirtualClock::new();
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        clock.subscribe(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        clock.clone().advance(SignedDuration::from_hours(1));
        clock.set("2030-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(heard.load(Ordering::SeqCst), 2);
        assert!(clock.now().to_string().starts_with("2030-01-01T00:00:0"));
    }

    #[test]
    fn stored_times_come_back_in_whole_milliseconds() {
        let at: Timestamp = "2026-03-01T10:00:00.123456Z".parse().unwrap();
        assert_eq!(from_micros(to_micros(at)).to_string(), "2026-03-01T10:00:00.123Z");
    }
}

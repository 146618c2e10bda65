//! A bounded cache whose misses are fetched once, however many callers wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tracing::Instrument as _;

use crate::error::{Error, Kind};

/// What a cached value is still good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// Use it.
    Fresh,
    /// Use it, and fetch its successor in the background.
    Aging,
    /// Fetch another one and wait for it.
    Stale,
}

type Outcome<V> = Result<V, Error>;
type Landing<V> = watch::Receiver<Option<Outcome<V>>>;

struct Entry<V> {
    value: Option<V>,
    flight: Option<Landing<V>>,
}

/// Values by key. At most one fetch per key is under way; all who wait get its outcome, an error included. The fetch
/// runs in a task of its own, so a caller that gives up does not take it from the others.
pub(crate) struct FlightCache<K, V> {
    entries: Arc<Mutex<HashMap<K, Entry<V>>>>,
    capacity: usize,
}

impl<K, V> FlightCache<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: Arc::default(), capacity }
    }

    /// The value of `key` if `age` finds it usable, else what `fetch` yields.
    pub(crate) async fn get<F>(
        &self,
        key: &K,
        age: impl Fn(&V) -> Age,
        fetch: impl FnOnce() -> F,
    ) -> Outcome<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        let mut landing = {
            let mut entries = lock(&self.entries);
            make_room(&mut entries, key, self.capacity, &age);
            let entry = entries.entry(key.clone()).or_insert(Entry { value: None, flight: None });
            let age = entry.value.as_ref().map_or(Age::Stale, &age);
            match (entry.value.clone(), age) {
                (Some(value), Age::Fresh) => return Ok(value),
                (Some(value), Age::Aging) => {
                    self.join_or_start(key, entry, fetch);
                    return Ok(value);
                }
                _ => self.join_or_start(key, entry, fetch),
            }
        };
        let landed = landing.wait_for(Option::is_some).await;
        // The sender is only gone without an outcome if the fetch panicked or the runtime is shutting down.
        let broken = || Error::new(Kind::Internal { what: "finish a shared request" });
        landed.ok().and_then(|outcome| (*outcome).clone()).ok_or_else(broken)?
    }

    fn join_or_start<F>(&self, key: &K, entry: &mut Entry<V>, fetch: impl FnOnce() -> F) -> Landing<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        if let Some(landing) = entry.flight.as_ref().filter(|landing| landing.has_changed().is_ok()) {
            return landing.clone();
        }
        let (sender, landing) = watch::channel(None);
        entry.flight = Some(landing.clone());
        let (entries, key, flight) = (Arc::clone(&self.entries), key.clone(), fetch());
        let task = async move {
            let outcome = flight.await;
            land(&entries, &key, &sender, &outcome);
            sender.send_replace(Some(outcome));
        };
        tokio::spawn(task.in_current_span());
        landing
    }

    /// Drops the value of `key` if `condemned` says so; a fetch under way goes on.
    pub(crate) fn forget(&self, key: &K, condemned: impl FnOnce(&V) -> bool) {
        if let Some(entry) = lock(&self.entries).get_mut(key) {
            entry.value = entry.value.take().filter(|value| !condemned(value));
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        lock(&self.entries).len()
    }
}

/// Stores the outcome, unless the entry was evicted, or evicted and fetched anew, in the meantime.
fn land<K: Eq + Hash, V: Clone>(
    entries: &Mutex<HashMap<K, Entry<V>>>,
    key: &K,
    sender: &watch::Sender<Option<Outcome<V>>>,
    outcome: &Outcome<V>,
) {
    let mut entries = lock(entries);
    let ours =
        |entry: &Entry<V>| entry.flight.as_ref().is_some_and(|own| own.same_channel(&sender.subscribe()));
    let Some(entry) = entries.get_mut(key).filter(|entry| ours(entry)) else { return };
    entry.flight = None;
    match outcome {
        Ok(value) => entry.value = Some(value.clone()),
        // A key that has never had a value would only take up room.
        Err(_) if entry.value.is_none() => drop(entries.remove(key)),
        Err(_) => {}
    }
}

/// Makes room for a new key: first what is stale goes, then, if all is fresh, any eighth of it. Entries with a fetch
/// under way stay.
fn make_room<K, V>(entries: &mut HashMap<K, Entry<V>>, key: &K, capacity: usize, age: impl Fn(&V) -> Age)
where
    K: Eq + Hash,
{
    if entries.len() < capacity || entries.contains_key(key) {
        return;
    }
    let in_use = |entry: &Entry<V>| entry.flight.is_some();
    entries.retain(|_, entry| in_use(entry) || entry.value.as_ref().is_some_and(|v| age(v) != Age::Stale));
    let mut surplus = if entries.len() < capacity { 0 } else { entries.len() - capacity + capacity / 8 + 1 };
    entries.retain(|_, entry| {
        let goes = surplus > 0 && !in_use(entry);
        surplus -= usize::from(goes);
        !goes
    });
}

/// A panic while the lock is held cannot leave the map half changed, so poisoning is of no concern.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Semaphore;

    fn failure() -> Error {
        Error::malformed("test", "on purpose")
    }

    #[tokio::test]
    async fn many_callers_share_one_fetch() {
        let cache = Arc::new(FlightCache::<u8, usize>::new(10));
        let (fetches, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let callers: Vec<_> = (0..100)
            .map(|_| {
                let (cache, fetches, gate) = (cache.clone(), fetches.clone(), gate.clone());
                tokio::spawn(async move {
                    let fetch = || async move {
                        let _opened = gate.acquire().await;
                        Ok(fetches.fetch_add(1, Ordering::SeqCst))
                    };
                    cache.get(&1, |_| Age::Fresh, fetch).await
                })
            })
            .collect();
        tokio::task::yield_now().await;
        gate.add_permits(1);
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap(), 0);
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_failed_fetch_is_shared_and_not_kept() {
        let cache = FlightCache::<u8, u8>::new(10);
        let both = tokio::join!(
            cache.get(&1, |_| Age::Fresh, || async { Err(failure()) }),
            cache.get(&1, |_| Age::Fresh, || async { Ok(9) }),
        );
        assert!(both.0.is_err() && both.1.is_err());
        assert_eq!(cache.len(), 0);
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Ok(9) }).await.unwrap(), 9);
    }

    #[tokio::test]
    async fn an_aging_value_is_used_while_its_successor_is_fetched() {
        let cache = FlightCache::<u8, u8>::new(10);
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(cache.get(&1, |_| Age::Aging, || async { Ok(2) }).await.unwrap(), 1);
        let never = || std::future::pending();
        while cache.get(&1, |_| Age::Fresh, never).await.unwrap() != 2 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn an_aging_value_survives_a_failed_refresh() {
        let cache = FlightCache::<u8, u8>::new(10);
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Ok(1) }).await.unwrap(), 1);
        for _ in 0..10 {
            assert_eq!(cache.get(&1, |_| Age::Aging, || async { Err(failure()) }).await.unwrap(), 1);
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_does_not_end_the_fetch() {
        let cache = Arc::new(FlightCache::<u8, u8>::new(10));
        let gate = Arc::new(Semaphore::new(0));
        let opened = gate.clone();
        let fetch = || async move {
            let _opened = opened.acquire().await;
            Ok(7)
        };
        let impatient = cache.get(&1, |_| Age::Fresh, fetch);
        tokio::select! { biased; _ = impatient => panic!("the gate is closed"), () = tokio::task::yield_now() => {} }
        gate.add_permits(1);
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Err(failure()) }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_fetch_that_panics_is_an_error_and_the_next_call_tries_again() {
        let cache = FlightCache::<u8, u8>::new(10);
        let explode = || async { if true { panic!("on purpose") } else { Ok(1) } };
        assert!(cache.get(&1, |_| Age::Fresh, explode).await.is_err());
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Ok(2) }).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn only_a_condemned_value_is_forgotten() {
        let cache = FlightCache::<u8, u8>::new(10);
        cache.get(&1, |_| Age::Fresh, || async { Ok(1) }).await.unwrap();
        cache.forget(&1, |value| *value == 2);
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Ok(3) }).await.unwrap(), 1);
        cache.forget(&1, |value| *value == 1);
        assert_eq!(cache.get(&1, |_| Age::Fresh, || async { Ok(3) }).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn the_cache_never_outgrows_its_capacity() {
        let cache = FlightCache::<u32, u32>::new(16);
        for key in 0..1_000 {
            cache.get(&key, |_| Age::Fresh, || async move { Ok(key) }).await.unwrap();
            assert!(cache.len() <= 16);
        }
        assert_eq!(cache.get(&999, |_| Age::Fresh, || async { Ok(0) }).await.unwrap(), 999);
    }

    #[tokio::test]
    async fn stale_values_make_room_before_fresh_ones() {
        let cache = FlightCache::<u32, u32>::new(16);
        let odd_is_stale = |value: &u32| if value % 2 == 1 { Age::Stale } else { Age::Fresh };
        for key in 0..17 {
            cache.get(&key, odd_is_stale, || async move { Ok(key) }).await.unwrap();
        }
        for key in (0..17).step_by(2) {
            assert_eq!(cache.get(&key, odd_is_stale, || async { Ok(100) }).await.unwrap(), key);
        }
    }
}

//! The hub of live streams: changes of the store, sorted to the instances that are watched.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, watch};
use wixapp_core::InstanceId;
use wixapp_store::{Change, Store, Topic};

/// Changes that wait for one slow stream; when it falls further behind it looks at everything again.
const CAPACITY: usize = 64;

/// Sorts changes to the streams that watch an instance, so that a change costs nothing to all others.
#[derive(Debug)]
pub struct LiveHub {
    watched: Mutex<HashMap<InstanceId, broadcast::Sender<Topic>>>,
    stopping: watch::Sender<bool>,
}

impl Default for LiveHub {
    fn default() -> Self {
        Self { watched: Mutex::default(), stopping: watch::Sender::new(false) }
    }
}

impl LiveHub {
    /// The changes of one instance from now on.
    #[must_use]
    pub fn watch(&self, instance_id: &InstanceId) -> broadcast::Receiver<Topic> {
        let mut watched = self.watched();
        watched.entry(instance_id.clone()).or_insert_with(|| broadcast::channel(CAPACITY).0).subscribe()
    }

    /// Turns true when the server stops: streams say good-bye then.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Ends all streams, now and later.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// How many streams are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.watched().values().map(broadcast::Sender::receiver_count).sum()
    }

    /// Passes on what the store tells, until the store is closed.
    pub async fn run(self: Arc<Self>, store: Store) {
        let mut changes = store.watch();
        loop {
            match changes.recv().await {
                Ok(change) => self.pass_on(&change),
                Err(broadcast::error::RecvError::Lagged(_)) => self.pass_on(&Change::resync()),
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn pass_on(&self, change: &Change) {
        let mut watched = self.watched();
        match &change.instance_id {
            Some(instance_id) => {
                let gone = watched
                    .get(instance_id)
                    .is_some_and(|streams| streams.send(change.topic.clone()).is_err());
                if gone {
                    watched.remove(instance_id);
                }
            }
            None => watched.retain(|_, streams| streams.send(Topic::Resync).is_ok()),
        }
    }

    fn watched(&self) -> std::sync::MutexGuard<'_, HashMap<InstanceId, broadcast::Sender<Topic>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reaches_only_the_streams_of_its_instance() {
        let hub = LiveHub::default();
        let (one, two) = ("i-1".parse().unwrap(), "i-2".parse().unwrap());
        let (mut first, mut second) = (hub.watch(&one), hub.watch(&two));
        hub.pass_on(&Change { instance_id: Some(one), topic: Topic::Money });
        assert_eq!(first.try_recv().unwrap(), Topic::Money);
        assert!(second.try_recv().is_err());
        hub.pass_on(&Change::resync());
        assert_eq!(second.try_recv().unwrap(), Topic::Resync);
    }

    #[test]
    fn an_instance_nobody_watches_any_more_is_forgotten() {
        let hub = LiveHub::default();
        let id: InstanceId = "i-1".parse().unwrap();
        drop(hub.watch(&id));
        hub.pass_on(&Change { instance_id: Some(id), topic: Topic::Money });
        assert_eq!((hub.count(), hub.watched().len()), (0, 0));
    }
}

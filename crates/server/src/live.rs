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
    pub fn watch(self: &Arc<Self>, instance_id: &InstanceId) -> LiveStream {
        let mut watched = self.watched();
        let topics =
            watched.entry(instance_id.clone()).or_insert_with(|| broadcast::channel(CAPACITY).0).subscribe();
        LiveStream { hub: Arc::clone(self), instance_id: instance_id.clone(), topics: Some(topics) }
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
        let watched = self.watched();
        let (streams, topic) = match &change.instance_id {
            Some(instance_id) => (watched.get(instance_id).into_iter().collect(), change.topic.clone()),
            None => (watched.values().collect::<Vec<_>>(), Topic::Resync),
        };
        for stream in streams {
            // Nobody listens any more: the stream that ends just now takes itself out.
            let _ = stream.send(topic.clone());
        }
    }

    fn watched(&self) -> std::sync::MutexGuard<'_, HashMap<InstanceId, broadcast::Sender<Topic>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes of one instance, for one live stream.
#[derive(Debug)]
pub struct LiveStream {
    hub: Arc<LiveHub>,
    instance_id: InstanceId,
    /// Taken out when the stream ends.
    topics: Option<broadcast::Receiver<Topic>>,
}

impl LiveStream {
    /// The next changes, each thing once; `None` when there will be no more.
    pub async fn next(&mut self) -> Option<Vec<Topic>> {
        let topics = self.topics.as_mut()?;
        let mut heard = match topics.recv().await {
            Ok(topic) => vec![topic],
            Err(broadcast::error::RecvError::Lagged(_)) => vec![Topic::Resync],
            Err(broadcast::error::RecvError::Closed) => return None,
        };
        // What is told of together is looked at together: a busy instance is read once, not once for each change.
        for _ in 0..CAPACITY {
            match topics.try_recv() {
                Ok(topic) if heard.contains(&topic) => {}
                Ok(topic) => heard.push(topic),
                Err(broadcast::error::TryRecvError::Lagged(_)) => heard.push(Topic::Resync),
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => break,
            }
        }
        if heard.contains(&Topic::Resync) { Some(vec![Topic::Resync]) } else { Some(heard) }
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        let mut watched = self.hub.watched();
        self.topics = None;
        if watched.get(&self.instance_id).is_some_and(|streams| streams.receiver_count() == 0) {
            watched.remove(&self.instance_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(instance_id: &InstanceId, topic: Topic) -> Change {
        Change { instance_id: Some(instance_id.clone()), topic }
    }

    #[tokio::test]
    async fn a_change_reaches_only_the_streams_of_its_instance() {
        let hub = Arc::new(LiveHub::default());
        let (one, two) = ("i-1".parse().unwrap(), "i-2".parse().unwrap());
        let (mut first, mut second) = (hub.watch(&one), hub.watch(&two));
        hub.pass_on(&change(&one, Topic::Money));
        hub.pass_on(&change(&two, Topic::Checkout));
        assert_eq!(first.next().await.unwrap(), [Topic::Money]);
        assert_eq!(second.next().await.unwrap(), [Topic::Checkout]);
    }

    #[tokio::test]
    async fn changes_that_come_together_are_told_once_and_too_many_mean_look_again() {
        let hub = Arc::new(LiveHub::default());
        let id = "i-1".parse().unwrap();
        let mut stream = hub.watch(&id);
        for topic in [Topic::Money, Topic::Checkout, Topic::Money] {
            hub.pass_on(&change(&id, topic));
        }
        assert_eq!(stream.next().await.unwrap(), [Topic::Money, Topic::Checkout]);
        for _ in 0..=CAPACITY {
            hub.pass_on(&change(&id, Topic::Money));
        }
        assert_eq!(stream.next().await.unwrap(), [Topic::Resync]);
        hub.pass_on(&change(&id, Topic::Money));
        hub.pass_on(&Change::resync());
        assert_eq!(stream.next().await.unwrap(), [Topic::Resync]);
    }

    #[test]
    fn an_instance_nobody_watches_any_more_is_forgotten() {
        let hub = Arc::new(LiveHub::default());
        let id: InstanceId = "i-1".parse().unwrap();
        let (first, second) = (hub.watch(&id), hub.watch(&id));
        assert_eq!(hub.count(), 2);
        drop(first);
        assert_eq!((hub.count(), hub.watched().len()), (1, 1));
        drop(second);
        assert_eq!((hub.count(), hub.watched().len()), (0, 0));
    }
}

//! The hub of live streams: changes of the store, sorted to the instances that are watched.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, broadcast, watch};
use wixapp_core::InstanceId;
use wixapp_store::{Change, Store, Topic};

use crate::routes::user::status::UserStatus;

/// Changes that wait for one slow stream; when it falls further behind it looks at everything again.
const CAPACITY: usize = 64;

/// A change, as the streams of its instance hear of it.
#[derive(Debug, Clone)]
pub struct Heard {
    /// What to look at.
    pub topic: Topic,
    /// What was seen there.
    pub seen: Arc<Seen>,
}

impl Heard {
    fn of(topic: Topic) -> Self {
        Self { topic, seen: Arc::default() }
    }
}

/// What the streams of one instance see of one change: the first of them reads it, after the change, and the others have it from
/// there. A thousand open pages cost the database what one does.
#[derive(Debug, Default)]
pub struct Seen {
    /// How the instance stands, but for what differs from caller to caller.
    pub status: OnceCell<UserStatus>,
    /// The job that the change is about, as JSON; `None` when it is gone.
    pub job: OnceCell<Option<String>>,
}

/// Sorts changes to the streams that watch an instance, so that a change costs nothing to all others.
#[derive(Debug)]
pub struct LiveHub {
    watched: Mutex<HashMap<InstanceId, broadcast::Sender<Heard>>>,
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
        let changes =
            watched.entry(instance_id.clone()).or_insert_with(|| broadcast::channel(CAPACITY).0).subscribe();
        LiveStream { hub: Arc::clone(self), instance_id: instance_id.clone(), changes: Some(changes) }
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
            let _ = stream.send(Heard::of(topic.clone()));
        }
    }

    fn watched(&self) -> std::sync::MutexGuard<'_, HashMap<InstanceId, broadcast::Sender<Heard>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes of one instance, for one live stream.
#[derive(Debug)]
pub struct LiveStream {
    hub: Arc<LiveHub>,
    instance_id: InstanceId,
    /// Taken out when the stream ends.
    changes: Option<broadcast::Receiver<Heard>>,
}

impl LiveStream {
    /// The next changes, each thing once, in the order in which they were last told of; `None` when there will be no more.
    pub async fn next(&mut self) -> Option<Vec<Heard>> {
        let changes = self.changes.as_mut()?;
        let mut all = match changes.recv().await {
            Ok(heard) => vec![heard],
            Err(broadcast::error::RecvError::Lagged(_)) => vec![Heard::of(Topic::Resync)],
            Err(broadcast::error::RecvError::Closed) => return None,
        };
        // What is told of together is looked at together: a busy instance is read once, not once for each change.
        for _ in 0..CAPACITY {
            let heard = match changes.try_recv() {
                Ok(heard) => heard,
                Err(broadcast::error::TryRecvError::Lagged(_)) => Heard::of(Topic::Resync),
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => break,
            };
            // What was seen of the older change may be older than the newer one.
            all.retain(|known| known.topic != heard.topic);
            all.push(heard);
        }
        match all.iter().any(|heard| heard.topic == Topic::Resync) {
            true => Some(vec![Heard::of(Topic::Resync)]),
            false => Some(all),
        }
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        let mut watched = self.hub.watched();
        self.changes = None;
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

    async fn next(stream: &mut LiveStream) -> Vec<Topic> {
        stream.next().await.unwrap().into_iter().map(|heard| heard.topic).collect()
    }

    #[tokio::test]
    async fn streams_of_one_instance_share_what_was_seen_of_a_change_and_of_no_other() {
        let hub = Arc::new(LiveHub::default());
        let id = "i-1".parse().unwrap();
        let (mut one, mut two) = (hub.watch(&id), hub.watch(&id));
        let seen = async |stream: &mut LiveStream| Arc::clone(&stream.next().await.unwrap()[0].seen);
        hub.pass_on(&change(&id, Topic::Money));
        let (first, also) = (seen(&mut one).await, seen(&mut two).await);
        hub.pass_on(&change(&id, Topic::Money));
        let second = seen(&mut one).await;
        assert!(Arc::ptr_eq(&first, &also) && !Arc::ptr_eq(&first, &second));
    }

    #[tokio::test]
    async fn a_change_reaches_only_the_streams_of_its_instance() {
        let hub = Arc::new(LiveHub::default());
        let (one, two) = ("i-1".parse().unwrap(), "i-2".parse().unwrap());
        let (mut first, mut second) = (hub.watch(&one), hub.watch(&two));
        hub.pass_on(&change(&one, Topic::Money));
        hub.pass_on(&change(&two, Topic::Checkout));
        assert_eq!(next(&mut first).await, [Topic::Money]);
        assert_eq!(next(&mut second).await, [Topic::Checkout]);
    }

    #[tokio::test]
    async fn changes_that_come_together_are_told_once_and_too_many_mean_look_again() {
        let hub = Arc::new(LiveHub::default());
        let id = "i-1".parse().unwrap();
        let mut stream = hub.watch(&id);
        for topic in [Topic::Money, Topic::Checkout, Topic::Money] {
            hub.pass_on(&change(&id, topic));
        }
        assert_eq!(next(&mut stream).await, [Topic::Checkout, Topic::Money]);
        for _ in 0..=CAPACITY {
            hub.pass_on(&change(&id, Topic::Money));
        }
        assert_eq!(next(&mut stream).await, [Topic::Resync]);
        hub.pass_on(&change(&id, Topic::Money));
        hub.pass_on(&Change::resync());
        assert_eq!(next(&mut stream).await, [Topic::Resync]);
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

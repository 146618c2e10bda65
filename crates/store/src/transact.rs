//! `transact`: the one door for every change of an instance's money.
//!
//! Lock, load, decide, write, commit. The decision is pure. Decisions that wait for the same instance at the same time
//! share one transaction: each sees what the one before it did, and a refusal undoes only itself.

use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_core::crash::{Moment, here};

use crate::conn::Conn;
use crate::error::Error;
use crate::live::Change;
use crate::load::{Loaded, load};
use crate::save;
use crate::store::Store;
use crate::tx::{Made, Tx};
use crate::want::Want;

/// How many decisions share one transaction at the most.
const GROUP_LIMIT: usize = 64;

/// A decision that waits, with its outcome once it was made.
trait Member: Send + Sync {
    fn want(&self) -> &Want;
    fn now(&self) -> Timestamp;
    /// Makes the decision; `false` when it was refused and must leave no trace.
    fn decide(&self, tx: &mut Tx) -> bool;
    /// Gives the outcome to the caller, after the commit or its failure.
    fn answer(&self, committed: Result<(), Error>);
}

type Outcome<T, E> = Result<Result<T, E>, Error>;

struct Waiting<T, E, F> {
    want: Want,
    now: Timestamp,
    decide: F,
    made: Mutex<Option<Result<T, E>>>,
    caller: Mutex<Option<oneshot::Sender<Outcome<T, E>>>>,
}

impl<T, E, F> Member for Waiting<T, E, F>
where
    T: Send,
    E: Send,
    F: Fn(&mut Tx) -> Result<T, E> + Send + Sync,
{
    fn want(&self) -> &Want {
        &self.want
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn decide(&self, tx: &mut Tx) -> bool {
        // A panic in one decision must not take the others of its group with it.
        let made = catch_unwind(AssertUnwindSafe(|| (self.decide)(tx))).ok();
        let accepted = matches!(made, Some(Ok(_)));
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        accepted
    }

    fn answer(&self, committed: Result<(), Error>) {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
        let outcome = match (made, committed) {
            // A refusal changed nothing, so a failed commit does not concern it.
            (Some(Err(refusal)), _) => Ok(Err(refusal)),
            (Some(Ok(value)), Ok(())) => Ok(Ok(value)),
            (_, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::Inconsistent("a decision broke down".to_owned())),
        };
        if let Some(caller) = self.caller.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // The caller may have gone away; the decision stands all the same.
            let _ = caller.send(outcome);
        }
    }
}

type Queue = Vec<Arc<dyn Member>>;

/// The decisions that wait, by instance. An instance that has a key here is being worked on.
#[derive(Default)]
pub(crate) struct Queues {
    waiting: Mutex<HashMap<InstanceId, Queue>>,
}

impl Queues {
    /// Adds a member; `true` when nobody works on the instance yet, so that the caller must.
    fn add(&self, instance_id: &InstanceId, member: Arc<dyn Member>) -> bool {
        let mut waiting = self.lock();
        if let Some(queue) = waiting.get_mut(instance_id) {
            queue.push(member);
            return false;
        }
        waiting.insert(instance_id.clone(), vec![member]);
        true
    }

    /// The next group; `None` when nothing waits, and then the instance is free again.
    fn next(&self, instance_id: &InstanceId) -> Option<Queue> {
        let mut waiting = self.lock();
        let queue = waiting.get_mut(instance_id)?;
        if queue.is_empty() {
            waiting.remove(instance_id);
            return None;
        }
        let rest = queue.split_off(queue.len().min(GROUP_LIMIT));
        Some(std::mem::replace(queue, rest))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstanceId, Queue>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that works on one instance. Should it be dropped before its end, because its runtime stops, the instance
/// must not stay "being worked on" for ever.
struct Worker {
    store: Store,
    instance_id: InstanceId,
    ended: bool,
}

impl Worker {
    async fn work(mut self) {
        while let Some(group) = self.store.queues().next(&self.instance_id) {
            self.store.run_group(&self.instance_id, group).await;
        }
        self.ended = true;
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.ended {
            // Those who wait see their channel close.
            let waiting = self.store.queues().lock().remove(&self.instance_id);
            drop(waiting);
        }
    }
}

impl Store {
    /// Decides on one instance's money: lock, load, `decide`, write, commit.
    ///
    /// `decide` is pure and may run more than once when the database asks for a retry. What it returns is given back
    /// once its changes are committed; when it returns `Err`, nothing of it is kept. Dropping the returned future does
    /// not undo the decision.
    ///
    /// # Errors
    /// The outer error is the database's; the inner is the decision's own.
    pub async fn transact<T, E>(
        &self,
        instance_id: &InstanceId,
        want: Want,
        now: Timestamp,
        decide: impl Fn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Result<T, E>, Error>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (caller, outcome) = oneshot::channel();
        let member =
            Arc::new(Waiting { want, now, decide, made: Mutex::new(None), caller: Mutex::new(Some(caller)) });
        if self.queues().add(instance_id, member) {
            let worker = Worker { store: self.clone(), instance_id: instance_id.clone(), ended: false };
            tokio::spawn(worker.work());
        }
        outcome.await.unwrap_or_else(|_| Err(Error::Unavailable("the server is stopping".to_owned())))
    }

    /// Sees one instance as a decision would, and leaves no trace, whatever `see` does to its copy.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn look<T: Send + 'static>(
        &self,
        instance_id: &InstanceId,
        want: Want,
        now: Timestamp,
        see: impl Fn(&Tx) -> T + Send + Sync + 'static,
    ) -> Result<T, Error> {
        // A refusal is what leaves no trace: so what was seen travels as one.
        let seen = move |tx: &mut Tx| Err::<Infallible, T>(see(tx));
        match self.transact(instance_id, want, now, seen).await? {
            Err(seen) => Ok(seen),
            Ok(never) => match never {},
        }
    }

    async fn run_group(&self, instance_id: &InstanceId, group: Queue) {
        match self.commit(instance_id, group.clone()).await {
            // What the database refuses of one decision must not be held against the others of its group.
            Err(error) if group.len() > 1 && !error.is_unavailable() => {
                for member in group {
                    let done = self.commit(instance_id, vec![Arc::clone(&member)]).await;
                    member.answer(done);
                }
            }
            done => {
                group.iter().for_each(|member| member.answer(done.as_ref().copied().map_err(Error::again)))
            }
        }
    }

    async fn commit(&self, instance_id: &InstanceId, group: Queue) -> Result<(), Error> {
        let (id, members): (_, Arc<[_]>) = (instance_id.clone(), group.into());
        let changes = self
            .write(move |conn| {
                let (id, members) = (id.clone(), Arc::clone(&members));
                Box::pin(async move { decide_all(conn, &id, &members).await })
            })
            .await?;
        self.tell(changes);
        Ok(())
    }
}

async fn decide_all(
    conn: &mut dyn Conn,
    id: &InstanceId,
    members: &[Arc<dyn Member>],
) -> Result<Vec<Change>, Error> {
    let mut want = Want::default();
    members.iter().for_each(|member| want.merge(member.want()));
    let now = members.iter().map(|member| member.now()).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let Loaded { mut tx, is_new } = load(conn, id, &want, now).await?;
    let profile = tx.profile.clone();
    let added_up = tx.account.check().is_ok();
    let (mut made, mut accepted) = (Made::default(), false);
    for member in members {
        tx.now = member.now();
        // One that is alone needs no way back: the whole transaction is undone.
        let before = (members.len() > 1).then(|| tx.clone());
        if member.decide(&mut tx) {
            accepted = true;
            made.take_from(&mut tx);
        } else if let Some(before) = before {
            tx = before;
        }
    }
    // Credits that expire are looked at when they do, whatever decision gave them.
    tx.profile.due_at = tx.profile.due_at.into_iter().chain(tx.account.next_expiry()).min();
    // Books that did not add up before may still be mended; nothing breaks those that did.
    if accepted
        && added_up
        && let Err(what) = tx.account.check()
    {
        return Err(Error::Inconsistent(format!(
            "a decision on {id} would leave books that are wrong: {what}"
        )));
    }
    let changes = made.changes(id);
    here(Moment::Decided);
    if accepted && (is_new || !made.is_empty() || tx.profile != profile) {
        conn.finish(save::statements(&tx, made)).await?;
    } else {
        conn.undo().await?;
    }
    Ok(changes)
}

//! A database of its own for each test, a store on it, and raw access past the store.

use std::time::Duration;

use wixapp_core::account::LedgerError;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::{Cause, Entry};
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_core::hold::{Hold, ReserveRequest};
use wixapp_core::{Credits, EntryId, InstanceId};
use wixapp_place::Place;
pub(crate) use wixapp_place::connect;
use wixapp_store::{Error, Instance, Store, Want};

/// No test waits longer than this for something that must happen.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) store: Store,
    place: Place,
}

impl Stage {
    pub(crate) async fn sqlite() -> Self {
        Self::migrated(Place::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::migrated(Place::postgres().await).await
    }

    async fn migrated(place: Place) -> Self {
        let store = Store::open(&place.url()).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, place }
    }

    pub(crate) fn url(&self) -> String {
        self.place.url()
    }

    /// A second store on the same database: what another process would have.
    pub(crate) async fn another_store(&self) -> Store {
        Store::open(&self.url()).await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.place.is_sqlite()
    }

    /// Runs SQL behind the store's back; what is refused gives the database's words and the constraint's name.
    pub(crate) async fn raw(&self, sql: &str) -> Result<(), String> {
        self.place.try_raw(sql).await
    }

    /// The number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.place.number(sql).await
    }

    /// An empty database of the same kind.
    pub(crate) async fn another_place(&self) -> Place {
        self.place.another().await
    }
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// The time of most tests.
pub(crate) fn now() -> Timestamp {
    at("2026-03-01T10:00:00Z")
}

pub(crate) fn instance(id: &str) -> InstanceId {
    id.parse().unwrap()
}

pub(crate) fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap()
}

pub(crate) fn gift(key: &str, pool: Pool, amount: i64) -> GrantRequest {
    GrantRequest {
        business_key: key.to_owned(),
        pool,
        source: Source::Adjust,
        amount: credits(amount),
        plan_id: Some("starter".parse().unwrap()),
        catalog_version: "standard-1".to_owned(),
        effective_at: now(),
        expires_at: None,
        cause: Cause::new("operator", "a gift"),
    }
}

pub(crate) fn put_aside(key: &str, amount: i64) -> ReserveRequest {
    ReserveRequest {
        key: key.to_owned(),
        action: "publish".to_owned(),
        amount: credits(amount),
        expires_at: None,
    }
}

/// Gives credits under a key, once.
pub(crate) async fn give(store: &Store, id: &InstanceId, request: GrantRequest) -> bool {
    let want = Want::money().facts();
    let given =
        store.transact(id, want, now(), move |tx| tx.account.grant(request.clone(), tx.now)).await.unwrap();
    given.unwrap()
}

pub(crate) async fn spend(
    store: &Store,
    id: &InstanceId,
    key: &str,
    amount: i64,
) -> Result<Result<EntryId, LedgerError>, Error> {
    let key = key.to_owned();
    store
        .transact(id, Want::money(), now(), move |tx| {
            let cause = Cause::new("user", "a post");
            tx.account.spend(&key, "publish", credits(amount), &cause, tx.now)
        })
        .await
}

pub(crate) async fn reserve(store: &Store, id: &InstanceId, request: ReserveRequest) -> Hold {
    let want = Want::money().hold_key(request.key.clone());
    let held =
        store.transact(id, want, now(), move |tx| tx.account.reserve(request.clone(), tx.now)).await.unwrap();
    held.unwrap()
}

/// The instance, which must be there and whose books must be in order.
pub(crate) async fn sound(store: &Store, id: &InstanceId) -> Instance {
    assert_eq!(store.verify_ledger(id).await.unwrap(), None);
    store.find_instance(id).await.unwrap().expect("the instance is known")
}

/// All entries, oldest first.
pub(crate) async fn entries(store: &Store, id: &InstanceId) -> Vec<Entry> {
    let mut entries = store.list_entries(id, None, i64::MAX).await.unwrap();
    entries.reverse();
    entries
}

//! The work that is done on a hurt disk, each piece once under its key, and how it is found again.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use wixapp_core::account::LedgerError;
use wixapp_core::entry::Cause;
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_core::hold::ReserveRequest;
use wixapp_core::{Credits, DeliveryId, InstanceId};
use wixapp_store::{Error, NewDelivery, Reply, Store, Tx, Want};

use crate::identity;

/// How many instances take part.
pub(super) const INSTANCES: usize = 2;

/// One piece of work: the number decides what it is and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Work(pub(super) usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Give,
    Spend,
    Hold,
    Deliver,
}

impl Work {
    pub(super) fn all(count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(Self)
    }

    fn instance(self) -> InstanceId {
        identity::instance(4, self.0 % INSTANCES)
    }

    /// The first piece of each instance gives what the others draw on.
    fn kind(self) -> Kind {
        match self.0 / INSTANCES % 4 {
            0 => Kind::Give,
            1 => Kind::Spend,
            2 => Kind::Deliver,
            _ => Kind::Hold,
        }
    }

    fn key(self) -> String {
        format!("work-{:05}", self.0)
    }

    /// Does the work once under its key; what shows that it is there.
    pub(super) async fn perform(self, store: &Store) -> Result<String, Error> {
        if self.kind() == Kind::Deliver {
            let delivery = self.delivery();
            let id = delivery.delivery_id.to_string();
            return store.accept(delivery).await.map(|_| id);
        }
        let key = self.key();
        let want = Want::money().facts().reply(key.clone()).hold_key(key.clone());
        let decide = move |tx: &mut Tx| {
            if let Some(reply) = tx.reply(&key) {
                return Ok(reply.body.clone());
            }
            let evidence = self.decide(tx)?;
            let reply = Reply { request_hash: key.clone(), status: 200, body: evidence.clone() };
            tx.remember_reply(&key, reply);
            Ok::<_, LedgerError>(evidence)
        };
        let decided = store.transact(&self.instance(), want, identity::now(), decide).await?;
        decided.map_err(|error| Error::Inconsistent(format!("{self:?}: {error}")))
    }

    fn decide(self, tx: &mut Tx) -> Result<String, LedgerError> {
        let (key, now) = (self.key(), tx.now);
        match self.kind() {
            Kind::Give | Kind::Deliver => {
                let business_key = format!("promo:{key}");
                tx.account.grant(self.gift(business_key.clone()), now)?;
                Ok(business_key)
            }
            Kind::Spend => {
                let cause = Cause::new("user", "work");
                tx.account.spend(&key, "work", Credits::ONE, &cause, now)?;
                Ok(format!("spend:{key}"))
            }
            Kind::Hold => {
                let action = "work".to_owned();
                let request = ReserveRequest { key, action, amount: Credits::ONE, expires_at: None };
                let hold = tx.account.reserve(request, now)?;
                tx.account.post(&hold.id, None, now)?;
                Ok(format!("post:{}", hold.id))
            }
        }
    }

    fn gift(self, business_key: String) -> GrantRequest {
        GrantRequest {
            business_key,
            pool: Pool::Promo,
            source: Source::Adjust,
            amount: Credits::new(10).unwrap_or(Credits::ONE),
            plan_id: None,
            catalog_version: "torture-1".to_owned(),
            effective_at: identity::now(),
            expires_at: None,
            cause: Cause::new("operator", "work"),
        }
    }

    fn delivery(self) -> NewDelivery {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&(self.0 as u64).to_be_bytes());
        NewDelivery {
            delivery_id: DeliveryId::new(identity::now(), random),
            instance_id: self.instance(),
            event_type: "Torture".to_owned(),
            fact_key: self.key(),
            fact: None,
            payload: "{}".to_owned(),
            received_at: identity::now(),
            parked: None,
        }
    }
}

/// The pieces of work that were answered, with what shows that they are there.
pub(super) type Answered = BTreeMap<usize, String>;

/// Checks that everything answered is there and nothing is there twice, and that the books are in order.
pub(super) async fn check(store: &Store, answered: &Answered) -> Result<()> {
    for number in 0..INSTANCES {
        let instance = Work(number).instance();
        let flaw = store.verify_ledger(&instance).await?;
        ensure!(flaw.is_none(), "{instance}: the books are not in order: {flaw:?}");
        let entries = store.list_entries(&instance, None, i64::MAX).await?;
        let deliveries = store.list_deliveries(&instance, i64::MAX).await?;
        for (work, evidence) in answered.iter().filter(|(work, _)| *work % INSTANCES == number) {
            let found = match Work(*work).kind() {
                Kind::Deliver => deliveries.iter().filter(|it| it.delivery_id.as_str() == evidence).count(),
                Kind::Give | Kind::Spend | Kind::Hold => {
                    entries.iter().filter(|entry| entry.business_key.starts_with(evidence.as_str())).count()
                }
            };
            ensure!(found == 1, "{:?} was answered and is there {found} times ({evidence})", Work(*work));
        }
    }
    Ok(())
}

/// Opens the database; the schema is made when it is missing.
pub(super) async fn open(url: &str) -> Result<Store, Error> {
    let store = Store::open(url).await?;
    match store.migrate().await {
        Ok(_) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

/// Does all work on a healthy database that may hold some of it; everything must be there once at the end.
pub(super) async fn finish(store: &Store, count: usize, answered: &mut Answered) -> Result<()> {
    for work in Work::all(count) {
        let evidence = work.perform(store).await.with_context(|| format!("{work:?} on a healthy disk"))?;
        answered.entry(work.0).or_insert(evidence);
    }
    check(store, answered).await
}

//! Webhooks as people look for them: the newest arrivals of all instances, one of them, and what is parked.

use wixapp_core::clock::Timestamp;
use wixapp_core::{DeliveryId, Fact, InstanceId};

use crate::conn::{row, rows, sql};
use crate::error::Error;
use crate::live::{Change, Topic};
use crate::load::{read_fact, select_facts};
use crate::store::Store;
use crate::tx::StoredFact;
use crate::value::{Row, to_json};

/// One arrival of a webhook, with where its fact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Whose.
    pub instance_id: InstanceId,
    /// The id of this arrival.
    pub delivery_id: DeliveryId,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether its fact was known before.
    pub duplicate: bool,
    /// The fact it brought.
    pub fact: FactRecord,
}

/// A fact as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRecord {
    /// Whose.
    pub instance_id: InstanceId,
    /// The dedupe key.
    pub key: String,
    /// Wix's name of the event.
    pub event_type: String,
    /// When it happened, by Wix's clock.
    pub happened_at: Timestamp,
    /// When it first came.
    pub received_at: Timestamp,
    /// `new`, `done` or `parked`.
    pub state: String,
    /// Why it waits, if it does.
    pub reason: Option<String>,
    /// The payload as it came; empty when it was deleted.
    pub payload: String,
}

/// A fact that waits because it cannot be used, with the arrival that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedFact {
    /// Its first arrival; `None` for what did not come by a webhook.
    pub delivery_id: Option<DeliveryId>,
    /// The fact.
    pub fact: FactRecord,
}

macro_rules! arrivals {
    ($after:literal) => {
        concat!(
            "SELECT d.delivery_id, d.received_at, d.duplicate, f.instance_id, f.fact_key, f.event_type, f.happened_at, \
             f.received_at, f.state, f.reason, f.payload FROM deliveries d \
             JOIN facts f ON f.instance_id = d.instance_id AND f.fact_key = d.fact_key ",
            $after
        )
    };
}

impl Arrival {
    fn read(mut row: Row) -> Result<Self, Error> {
        let (delivery_id, received_at, duplicate) = (row.parse()?, row.time()?, row.int()? != 0);
        let fact = FactRecord::read(row)?;
        Ok(Self { instance_id: fact.instance_id.clone(), delivery_id, received_at, duplicate, fact })
    }
}

impl FactRecord {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            instance_id: row.parse()?,
            key: row.text()?,
            event_type: row.text()?,
            happened_at: row.time()?,
            received_at: row.time()?,
            state: row.text()?,
            reason: row.maybe_text()?,
            payload: row.text()?,
        })
    }
}

impl ParkedFact {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self { delivery_id: row.maybe_parse()?, fact: FactRecord::read(row)? })
    }
}

impl Store {
    /// The newest arrivals, of one instance or of all.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_arrivals(
        &self,
        instance_id: Option<&InstanceId>,
        limit: i64,
    ) -> Result<Vec<Arrival>, Error> {
        let statement = match instance_id {
            Some(id) => {
                sql!(arrivals!("WHERE d.instance_id = $1 ORDER BY d.delivery_id DESC LIMIT $2"), id, limit)
            }
            None => sql!(arrivals!("ORDER BY d.delivery_id DESC LIMIT $1"), limit),
        };
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(Arrival::read).collect() })
        })
        .await
    }

    /// Arrivals of one instance or of all, the earliest first, that came after `after`.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_arrivals_after(
        &self,
        instance_id: Option<&InstanceId>,
        after: Option<&DeliveryId>,
        limit: i64,
    ) -> Result<Vec<Arrival>, Error> {
        let after = after.map_or("", DeliveryId::as_str);
        let statement = match instance_id {
            Some(id) => sql!(
                arrivals!("WHERE d.instance_id = $1 AND d.delivery_id > $2 ORDER BY d.delivery_id LIMIT $3"),
                id,
                after,
                limit
            ),
            None => sql!(arrivals!("WHERE d.delivery_id > $1 ORDER BY d.delivery_id LIMIT $2"), after, limit),
        };
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(Arrival::read).collect() })
        })
        .await
    }

    /// All facts of an instance, in the order in which they happened.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_facts(&self, instance_id: &InstanceId) -> Result<Vec<StoredFact>, Error> {
        let statement = select_facts(instance_id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(read_fact).collect() })
        })
        .await
    }

    /// Whether the instance has the fact with this key.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn knows_fact(&self, instance_id: &InstanceId, key: &str) -> Result<bool, Error> {
        let statement =
            sql!("SELECT 1 FROM facts WHERE instance_id = $1 AND fact_key = $2", instance_id, key);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { Ok(!rows(conn, statement).await?.is_empty()) })
        })
        .await
    }

    /// The arrival with this id.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_arrival(&self, id: &DeliveryId) -> Result<Option<Arrival>, Error> {
        let statement = sql!(arrivals!("WHERE d.delivery_id = $1"), id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { row(conn, statement).await?.map(Arrival::read).transpose() })
        })
        .await
    }

    /// The facts that wait because they cannot be used, longest waiting first, with their first arrivals.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_parked(&self, limit: i64) -> Result<Vec<ParkedFact>, Error> {
        // An event of Stripe may say several things: its first fact has its id, the second `id.2`, and so on.
        let statement = sql!(
            "SELECT (SELECT d.delivery_id FROM deliveries d WHERE d.instance_id = f.instance_id \
             AND (d.fact_key = f.fact_key OR substr(f.fact_key, 1, length(d.fact_key) + 1) = d.fact_key || '.') \
             ORDER BY d.duplicate, d.delivery_id LIMIT 1), \
             f.instance_id, f.fact_key, f.event_type, f.happened_at, f.received_at, f.state, f.reason, f.payload FROM facts f \
             WHERE f.state = 'parked' ORDER BY f.received_at, f.instance_id, f.fact_key LIMIT $1",
            limit
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(ParkedFact::read).collect() })
        })
        .await
    }

    /// Puts a stored fact among the new ones, as it reads now; whether there is one under its key.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn replay_fact(&self, instance_id: &InstanceId, fact: Fact) -> Result<bool, Error> {
        let change = Change { instance_id: Some(instance_id.clone()), topic: Topic::Facts };
        let statement = sql!(
            "UPDATE facts SET state = 'new', reason = NULL, kind = $3, happened_at = $4 WHERE instance_id = $1 AND fact_key = $2",
            instance_id,
            fact.key.as_str(),
            to_json(&fact.kind),
            fact.at
        );
        let affected = self
            .write(move |conn| {
                let statement = statement.clone();
                Box::pin(async move {
                    Ok(conn.run(vec![statement]).await?.first().map_or(0, |outcome| outcome.affected))
                })
            })
            .await?;
        if affected > 0 {
            self.tell(vec![change]);
        }
        Ok(affected > 0)
    }
}

//! The durable inbox: deliveries and the facts they carry.

use wixapp_core::clock::Timestamp;
use wixapp_core::crash::{Moment, here};
use wixapp_core::{DeliveryId, Fact, InstanceId};

use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::live::{Change, Topic};
use crate::store::Store;
use crate::value::{Row, to_json};

/// The index `facts_new` holds what it reads, and nothing that was looked at before.
const UNPROCESSED: &str = "SELECT instance_id FROM facts WHERE state = 'new' GROUP BY instance_id \
     ORDER BY min(received_at), instance_id LIMIT $1";

/// A verified webhook, as it is stored.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// The id of this arrival.
    pub delivery_id: DeliveryId,
    /// Whose.
    pub instance_id: InstanceId,
    /// Wix's name of the event.
    pub event_type: String,
    /// The key under which the fact is stored once.
    pub fact_key: String,
    /// The fact; `None` when the event is unknown or its payload could not be understood.
    pub fact: Option<Fact>,
    /// The event's payload, as it came.
    pub payload: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it waits from the start: its payload could not be understood.
    pub parked: Option<String>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Whether its fact was known before.
    pub duplicate: bool,
}

/// One arrival of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The id of this arrival.
    pub delivery_id: DeliveryId,
    /// Wix's name of the event.
    pub event_type: String,
    /// The key of its fact.
    pub fact_key: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether its fact was known before.
    pub duplicate: bool,
}

impl Delivery {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            delivery_id: row.parse()?,
            event_type: row.text()?,
            fact_key: row.text()?,
            received_at: row.time()?,
            duplicate: row.int()? != 0,
        })
    }
}

impl Store {
    /// Stores a delivery and its fact in one transaction; the fact once, by its key.
    ///
    /// # Errors
    /// When the database cannot be used; then the delivery must not be acknowledged.
    pub async fn accept(&self, delivery: NewDelivery) -> Result<Accepted, Error> {
        let change = Change { instance_id: Some(delivery.instance_id.clone()), topic: Topic::Facts };
        let accepted = self
            .write(move |conn| {
                let delivery = delivery.clone();
                Box::pin(async move {
                    let mut first = conn.run(vec![insert_fact(&delivery)]).await?;
                    let duplicate = first.pop().is_none_or(|outcome| outcome.affected == 0);
                    here(Moment::FactWritten);
                    conn.finish(vec![insert_delivery(&delivery, duplicate)]).await?;
                    Ok(Accepted { duplicate })
                })
            })
            .await?;
        if !accepted.duplicate {
            self.tell(vec![change]);
        }
        Ok(accepted)
    }

    /// Puts facts that wait for the plan catalogue or for their time back among the new ones; returns how many.
    ///
    /// Facts whose payload could not be understood stay parked: looking again would not help.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn retry_parked(&self) -> Result<u64, Error> {
        let retried = self
            .write(|conn| {
                Box::pin(async move {
                    let statement =
                        sql!("UPDATE facts SET state = 'new' WHERE state = 'parked' AND kind IS NOT NULL");
                    Ok(conn.run(vec![statement]).await?.first().map_or(0, |outcome| outcome.affected))
                })
            })
            .await?;
        Ok(retried)
    }

    /// The instances that have facts nobody looked at, longest waiting first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_unprocessed(&self, limit: i64) -> Result<Vec<InstanceId>, Error> {
        self.instance_ids(sql!(UNPROCESSED, limit)).await
    }

    /// The arrivals of an instance, newest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_deliveries(
        &self,
        instance_id: &InstanceId,
        limit: i64,
    ) -> Result<Vec<Delivery>, Error> {
        let statement = sql!(
            "SELECT delivery_id, event_type, fact_key, received_at, duplicate FROM deliveries \
             WHERE instance_id = $1 ORDER BY delivery_id DESC LIMIT $2",
            instance_id,
            limit
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(Delivery::read).collect() })
        })
        .await
    }

    /// How many facts wait to be looked at, and how many are parked.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_waiting(&self) -> Result<(i64, i64), Error> {
        self.two_counts(sql!(
            "SELECT (SELECT count(*) FROM facts WHERE state = 'new'), (SELECT count(*) FROM facts WHERE state = 'parked')"
        ))
        .await
    }

    /// The same of one instance.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_waiting_of(&self, instance_id: &InstanceId) -> Result<(i64, i64), Error> {
        self.two_counts(sql!(
            "SELECT (SELECT count(*) FROM facts WHERE state = 'new' AND instance_id = $1), \
             (SELECT count(*) FROM facts WHERE state = 'parked' AND instance_id = $1)",
            instance_id
        ))
        .await
    }

    /// When the longest waiting webhook came that nobody looked at, of one instance or of all, those of Stripe among them.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn oldest_waiting(&self, instance_id: Option<&InstanceId>) -> Result<Option<Timestamp>, Error> {
        let statement = match instance_id {
            Some(id) => {
                sql!("SELECT min(received_at) FROM facts WHERE state = 'new' AND instance_id = $1", id)
            }
            None => sql!(
                "SELECT min(at) FROM (SELECT min(received_at) AS at FROM facts WHERE state = 'new' \
                 UNION ALL SELECT min(received_at) FROM stripe_events WHERE state = 'waiting') AS oldest"
            ),
        };
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                match row(conn, statement).await? {
                    Some(mut row) => row.maybe_time(),
                    None => Ok(None),
                }
            })
        })
        .await
    }

    async fn two_counts(&self, statement: Statement) -> Result<(i64, i64), Error> {
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                match row(conn, statement).await? {
                    Some(mut row) => Ok((row.int()?, row.int()?)),
                    None => Ok((0, 0)),
                }
            })
        })
        .await
    }
}

pub(crate) fn insert_fact(delivery: &NewDelivery) -> Statement {
    let (at, kind) = match &delivery.fact {
        Some(fact) => (fact.at, Some(to_json(&fact.kind))),
        None => (delivery.received_at, None),
    };
    let state = match (&delivery.parked, &delivery.fact) {
        (Some(_), _) => "parked",
        (None, Some(_)) => "new",
        // An event type this version does not know: kept, and nothing to do.
        (None, None) => "done",
    };
    sql!(
        "INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (instance_id, fact_key) DO NOTHING",
        &delivery.instance_id,
        delivery.fact_key.as_str(),
        delivery.event_type.as_str(),
        at,
        delivery.received_at,
        kind,
        // A text with NUL cannot be stored; what brings one is no JSON, and parked for people to see.
        delivery.payload.replace('\0', "\u{fffd}"),
        state,
        delivery.parked.as_deref()
    )
}

pub(crate) fn insert_delivery(delivery: &NewDelivery, duplicate: bool) -> Statement {
    sql!(
        "INSERT INTO deliveries (instance_id, delivery_id, fact_key, event_type, received_at, duplicate) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &delivery.instance_id,
        &delivery.delivery_id,
        delivery.fact_key.as_str(),
        delivery.event_type.as_str(),
        delivery.received_at,
        i64::from(duplicate)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_news_reads_the_news_alone() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for migration in crate::migration::SQLITE {
            database.execute_batch(migration.text).unwrap();
        }
        let mut prepared = database.prepare(&format!("EXPLAIN QUERY PLAN {UNPROCESSED}")).unwrap();
        let plan = prepared.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
        let plan = plan.unwrap().join("\n");
        assert!(plan.contains("USING COVERING INDEX facts_new"), "{plan}");
    }
}

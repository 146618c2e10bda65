//! Events of Stripe as people look for them: those that are stored for no instance, and having them looked at again.

use wixapp_core::Fact;
use wixapp_core::clock::Timestamp;

use crate::arrival::Arrival;
use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::live::{Change, Topic};
use crate::store::Store;
use crate::value::{Row, to_json};

/// An event of Stripe as it is kept while it is stored for no instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEventRecord {
    /// `evt_…`.
    pub event_id: String,
    /// Stripe's name of its type.
    pub event_type: String,
    /// When it came.
    pub received_at: Timestamp,
    /// `waiting`, `unknown`, `foreign` or `parked`.
    pub state: String,
    /// Why it is in this state, where that was noted.
    pub reason: Option<String>,
    /// What is kept of it.
    pub payload: String,
}

impl StripeEventRecord {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            event_id: row.text()?,
            event_type: row.text()?,
            received_at: row.time()?,
            state: row.text()?,
            reason: row.maybe_text()?,
            payload: row.text()?,
        })
    }
}

impl Store {
    /// The event of Stripe with this id, if it is stored for no instance.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_stripe_event(&self, event_id: &str) -> Result<Option<StripeEventRecord>, Error> {
        let statement = sql!(
            "SELECT event_id, event_type, received_at, state, reason, payload FROM stripe_events WHERE event_id = $1",
            event_id
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { row(conn, statement).await?.map(StripeEventRecord::read).transpose() })
        })
        .await
    }

    /// The events of Stripe that are parked, longest waiting first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_parked_stripe_events(&self, limit: i64) -> Result<Vec<StripeEventRecord>, Error> {
        let statement = sql!(
            "SELECT event_id, event_type, received_at, state, reason, payload FROM stripe_events \
             WHERE state = 'parked' ORDER BY received_at, event_id LIMIT $1",
            limit
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                rows(conn, statement).await?.into_iter().map(StripeEventRecord::read).collect()
            })
        })
        .await
    }

    /// How many events of Stripe wait until it is known whose they are, and how many are parked.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_stripe_events(&self) -> Result<(i64, i64), Error> {
        self.read(|conn| {
            Box::pin(async move {
                let statement = sql!(
                    "SELECT (SELECT count(*) FROM stripe_events WHERE state = 'waiting'), \
                     (SELECT count(*) FROM stripe_events WHERE state = 'parked')"
                );
                match row(conn, statement).await? {
                    Some(mut row) => Ok((row.int()?, row.int()?)),
                    None => Ok((0, 0)),
                }
            })
        })
        .await
    }

    /// Has an event of Stripe wait anew that is parked, or whose type was not known: it is asked about from now on, as often
    /// as one that has just come. Returns whether there was one.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn retry_stripe_event(&self, event_id: &str, now: Timestamp) -> Result<bool, Error> {
        let statement = sql!(
            "UPDATE stripe_events SET state = 'waiting', reason = NULL, asks = 0, ask_at = $2 \
             WHERE event_id = $1 AND state IN ('parked', 'unknown')",
            event_id,
            now
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
            self.tell(vec![Change { instance_id: None, topic: Topic::Facts }]);
        }
        Ok(affected > 0)
    }

    /// Puts the facts of an event that is stored among the new ones, as they read now; with those it did not bring so far.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn replay_stripe(&self, arrival: &Arrival, facts: Vec<Fact>) -> Result<(), Error> {
        let instance_id = arrival.instance_id.clone();
        let put = |fact: Fact| {
            sql!(
                "INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state, reason) \
                 VALUES ($1, $2, $3, $4, $5, $6, '', 'new', NULL) \
                 ON CONFLICT (instance_id, fact_key) DO UPDATE SET state = 'new', reason = NULL, kind = excluded.kind, \
                 happened_at = excluded.happened_at",
                &arrival.instance_id,
                fact.key,
                arrival.fact.event_type.as_str(),
                fact.at,
                arrival.fact.received_at,
                to_json(&fact.kind)
            )
        };
        let statements: Vec<Statement> = facts.into_iter().map(put).collect();
        self.write(move |conn| {
            let statements = statements.clone();
            Box::pin(async move { conn.finish(statements).await })
        })
        .await?;
        self.tell(vec![Change { instance_id: Some(instance_id), topic: Topic::Facts }]);
        Ok(())
    }
}

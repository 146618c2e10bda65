//! Events of Stripe: whose they are, and the ones that wait until that is known.

mod record;

use wixapp_core::clock::Timestamp;
use wixapp_core::{Fact, InstanceId};

use crate::conn::{Statement, rows, sql};
use crate::error::Error;
use crate::inbox::{Accepted, NewDelivery, insert_delivery, insert_fact};
use crate::live::{Change, Topic};
use crate::store::Store;
use crate::value::Row;

pub use self::record::StripeEventRecord;

/// Whose an id of Stripe's is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeOwner {
    /// The instance.
    pub instance_id: InstanceId,
    /// The invoice that a payment was made for, where that is known.
    pub invoice_id: Option<String>,
}

/// An id of Stripe's that belongs to the instance of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StripeLink {
    /// `cus_…`, `sub_…`, `in_…`, `pi_…`, `ch_…` or `cs_…`.
    pub stripe_id: String,
    /// The invoice that a payment was made for.
    pub invoice_id: Option<String>,
}

/// An event of Stripe whose instance is known.
#[derive(Debug, Clone)]
pub struct StripeDelivery {
    /// The event with its first fact, if it has any.
    pub delivery: NewDelivery,
    /// What else it says.
    pub more: Vec<Fact>,
    /// The ids that are the instance's now.
    pub links: Vec<StripeLink>,
}

/// An event of Stripe of which it is not known yet whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// `evt_…`.
    pub event_id: String,
    /// Stripe's name of its type.
    pub event_type: String,
    /// What is kept of it.
    pub payload: String,
    /// When it came.
    pub received_at: Timestamp,
    /// How often Stripe was asked about it.
    pub asks: i64,
    /// When Stripe is asked next.
    pub ask_at: Timestamp,
}

/// How an event is kept that is not stored for an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StripeKept {
    /// It waits until it is known whose it is.
    Waiting,
    /// Its type is one this version does not know.
    Unknown,
    /// It could not be understood, and why.
    Parked(&'static str),
}

/// What becomes of an event that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StripeWait {
    /// Stripe is asked again at this time.
    Until(Timestamp),
    /// It is about something that this app did not sell.
    Foreign,
    /// Nobody could say whose it is: for people to look at.
    Parked,
}

impl StripeEvent {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            event_id: row.text()?,
            event_type: row.text()?,
            payload: row.text()?,
            received_at: row.time()?,
            asks: row.int()?,
            ask_at: row.time()?,
        })
    }
}

impl Store {
    /// Whose the first of these ids is that is known at all; with the invoice where any of the same instance names one.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_stripe_owner(&self, ids: &[String]) -> Result<Option<StripeOwner>, Error> {
        let find = |id: &String| {
            sql!("SELECT instance_id, invoice_id FROM stripe_links WHERE stripe_id = $1", id.as_str())
        };
        let statements: Vec<Statement> = ids.iter().map(find).collect();
        if statements.is_empty() {
            return Ok(None);
        }
        self.read(move |conn| {
            let statements = statements.clone();
            Box::pin(async move {
                let mut owner: Option<StripeOwner> = None;
                for mut row in conn.run(statements).await?.into_iter().flat_map(|found| found.rows) {
                    let (instance_id, invoice_id) = (row.parse()?, row.maybe_text()?);
                    match &mut owner {
                        None => owner = Some(StripeOwner { instance_id, invoice_id }),
                        Some(owner) if owner.instance_id == instance_id => {
                            owner.invoice_id = owner.invoice_id.take().or(invoice_id);
                        }
                        Some(_) => {}
                    }
                }
                Ok(owner)
            })
        })
        .await
    }

    /// The ids of this kind (`sub_`, `cus_`, `cs_`) that are the instance's, newest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_stripe_ids(
        &self,
        instance_id: &InstanceId,
        prefix: &str,
        limit: i64,
    ) -> Result<Vec<String>, Error> {
        let statement = sql!(
            "SELECT stripe_id FROM stripe_links WHERE instance_id = $1 AND substr(stripe_id, 1, $2) = $3 \
             ORDER BY linked_at DESC, stripe_id DESC LIMIT $4",
            instance_id,
            i64::try_from(prefix.len()).unwrap_or(i64::MAX),
            prefix,
            limit
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(
                async move { rows(conn, statement).await?.into_iter().map(|mut row| row.text()).collect() },
            )
        })
        .await
    }

    /// Notes that ids of Stripe's are an instance's.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn link_stripe_ids(
        &self,
        instance_id: &InstanceId,
        links: Vec<StripeLink>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let statements = insert_links(instance_id, links, now);
        self.write(move |conn| {
            let statements = statements.clone();
            Box::pin(async move { conn.finish(statements).await })
        })
        .await
    }

    /// Stores an event with all its facts and links in one transaction; each fact once, by its key.
    ///
    /// # Errors
    /// When the database cannot be used; then the event must not be acknowledged.
    pub async fn accept_stripe(&self, event: StripeDelivery) -> Result<Accepted, Error> {
        let instance_id = event.delivery.instance_id.clone();
        let accepted = self
            .write(move |conn| {
                let event = event.clone();
                Box::pin(async move {
                    let delivery = &event.delivery;
                    let mut facts = vec![insert_fact(delivery)];
                    facts.extend(event.more.into_iter().map(|fact| {
                        let fact_key = fact.key.clone();
                        let payload = String::new();
                        insert_fact(&NewDelivery { fact_key, fact: Some(fact), payload, ..delivery.clone() })
                    }));
                    let first = conn.run(facts).await?.into_iter().next();
                    let duplicate = first.is_none_or(|outcome| outcome.affected == 0);
                    let mut last = insert_links(&delivery.instance_id, event.links, delivery.received_at);
                    last.push(insert_delivery(delivery, duplicate));
                    last.push(sql!(
                        "DELETE FROM stripe_events WHERE event_id = $1",
                        delivery.fact_key.as_str()
                    ));
                    conn.finish(last).await?;
                    Ok(Accepted { duplicate })
                })
            })
            .await?;
        if !accepted.duplicate {
            self.tell(vec![Change { instance_id: Some(instance_id), topic: Topic::Facts }]);
        }
        Ok(accepted)
    }

    /// Keeps an event that is not stored for an instance.
    ///
    /// # Errors
    /// When the database cannot be used; then the event must not be acknowledged.
    pub async fn keep_stripe_event(&self, event: StripeEvent, kept: StripeKept) -> Result<Accepted, Error> {
        let (state, reason) = match kept {
            StripeKept::Waiting => ("waiting", None),
            StripeKept::Unknown => ("unknown", None),
            StripeKept::Parked(reason) => ("parked", Some(reason)),
        };
        let statement = sql!(
            "INSERT INTO stripe_events (event_id, event_type, payload, received_at, state, reason, asks, ask_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (event_id) DO NOTHING",
            event.event_id,
            event.event_type,
            event.payload,
            event.received_at,
            state,
            reason,
            event.asks,
            event.ask_at
        );
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                let kept = conn.run(vec![statement]).await?;
                Ok(Accepted { duplicate: kept.first().is_none_or(|outcome| outcome.affected == 0) })
            })
        })
        .await
    }

    /// The events that wait, longest waiting first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_waiting_stripe_events(&self, limit: i64) -> Result<Vec<StripeEvent>, Error> {
        let statement = sql!(
            "SELECT event_id, event_type, payload, received_at, asks, ask_at FROM stripe_events \
             WHERE state = 'waiting' ORDER BY received_at, event_id LIMIT $1",
            limit
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(StripeEvent::read).collect() })
        })
        .await
    }

    /// Says what becomes of an event that waits.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn settle_stripe_event(
        &self,
        event_id: &str,
        wait: StripeWait,
        reason: &'static str,
    ) -> Result<(), Error> {
        let (state, ask_at) = match wait {
            StripeWait::Until(at) => ("waiting", Some(at)),
            StripeWait::Foreign => ("foreign", None),
            StripeWait::Parked => ("parked", None),
        };
        let statement = sql!(
            "UPDATE stripe_events SET state = $2, reason = $3, asks = asks + 1, ask_at = coalesce($4, ask_at) \
             WHERE event_id = $1 AND state = 'waiting'",
            event_id,
            state,
            reason,
            ask_at
        );
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { conn.finish(vec![statement]).await })
        })
        .await
    }
}

/// In the order of the ids, so that two events which name the same ones do not wait for each other.
fn insert_links(instance_id: &InstanceId, mut links: Vec<StripeLink>, now: Timestamp) -> Vec<Statement> {
    links.sort();
    let insert = |link: StripeLink| {
        sql!(
            "INSERT INTO stripe_links (stripe_id, instance_id, invoice_id, linked_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (stripe_id) DO UPDATE SET invoice_id = excluded.invoice_id \
             WHERE excluded.invoice_id IS NOT NULL AND stripe_links.invoice_id IS NULL \
             AND stripe_links.instance_id = excluded.instance_id",
            link.stripe_id,
            instance_id,
            link.invoice_id,
            now
        )
    };
    links.into_iter().map(insert).collect()
}

//! Instances as readers see them, and the ones that are due.

use wixapp_core::InstanceId;
use wixapp_core::account::Balances;
use wixapp_core::clock::Timestamp;

use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::tx::Profile;
use crate::value::Row;

/// What readers see of an instance: its balances and its profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The instance.
    pub instance_id: InstanceId,
    /// Its balances.
    pub balances: Balances,
    /// The number of its last ledger entry.
    pub seq: i64,
    /// The hash of its last ledger entry.
    pub head: String,
    /// What else is stored.
    pub profile: Profile,
}

macro_rules! instance_columns {
    ($more:literal, $after:literal) => {
        concat!(
            "SELECT instance_id, promo, plan, purchased, held, spent, expired, debt, seq, head, installed_at, removed_at, \
             origin_instance_id, subscription, due_at, last_webhook_at, reconciled_at, asks, deleted_at",
            $more,
            " FROM instances WHERE instance_id = $1",
            $after
        )
    };
}
pub(crate) use instance_columns;

/// One instance with the resets of its plan pool, locked against other writers.
pub(crate) fn select_locked(instance_id: &InstanceId) -> Statement {
    sql!(instance_columns!(", resets", " FOR UPDATE"), instance_id)
}

impl Instance {
    pub(crate) fn read(mut row: Row) -> Result<Self, Error> {
        Self::read_from(&mut row)
    }

    /// Reads the columns of an instance; others may follow.
    pub(crate) fn read_from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            instance_id: row.parse()?,
            balances: Balances {
                promo: row.int()?,
                plan: row.int()?,
                purchased: row.int()?,
                held: row.int()?,
                spent: row.int()?,
                expired: row.int()?,
                debt: row.int()?,
            },
            seq: row.int()?,
            head: row.text()?,
            profile: Profile {
                installed_at: row.maybe_time()?,
                removed_at: row.maybe_time()?,
                origin_instance_id: row.maybe_text()?,
                subscription: row.maybe_json()?,
                due_at: row.maybe_time()?,
                last_webhook_at: row.maybe_time()?,
                reconciled_at: row.maybe_time()?,
                asks: row.int()?,
                deleted_at: row.maybe_time()?,
            },
        })
    }
}

impl Store {
    /// How many instances there are.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_instances(&self) -> Result<i64, Error> {
        let statement = sql!("SELECT count(*) FROM instances");
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                Ok(row(conn, statement).await?.map(|mut row| row.int()).transpose()?.unwrap_or(0))
            })
        })
        .await
    }

    /// The instance with this id, as last committed.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_instance(&self, instance_id: &InstanceId) -> Result<Option<Instance>, Error> {
        let statement = sql!(instance_columns!("", ""), instance_id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { row(conn, statement).await?.map(Instance::read).transpose() })
        })
        .await
    }

    /// The instances whose subscription must be looked at by `now`, longest due first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_due(&self, now: Timestamp, limit: i64) -> Result<Vec<InstanceId>, Error> {
        self.instance_ids(sql!(
            "SELECT instance_id FROM instances WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
            now,
            limit
        ))
        .await
    }

    /// The instances after `after`, in the order of their ids; without the app itself.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_instances(
        &self,
        after: Option<&InstanceId>,
        limit: i64,
    ) -> Result<Vec<InstanceId>, Error> {
        let after = after.map_or("", InstanceId::as_str);
        self.instance_ids(sql!(
            "SELECT instance_id FROM instances WHERE instance_id > $1 AND instance_id <> '_app' ORDER BY instance_id LIMIT $2",
            after,
            limit
        ))
        .await
    }

    /// The instances that are known, and that Wix was not asked about, since `before`; longest ago first.
    ///
    /// Those that the app was removed from before `removed_before` are left alone, and so are those that are due by `now`:
    /// they are asked about all the same.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_unasked(
        &self,
        before: Timestamp,
        removed_before: Timestamp,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<InstanceId>, Error> {
        self.instance_ids(sql!(
            "SELECT instance_id FROM instances WHERE coalesce(reconciled_at, created_at) < $1 AND instance_id <> '_app' AND (removed_at IS NULL OR removed_at >= $2) \
             AND (due_at IS NULL OR due_at > $3) ORDER BY coalesce(reconciled_at, created_at) LIMIT $4",
            before,
            removed_before,
            now,
            limit
        ))
        .await
    }

    /// The instances that seem to have been asked about after `moment`, by a clock that was wrong.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_asked_after(&self, moment: Timestamp, limit: i64) -> Result<Vec<InstanceId>, Error> {
        self.instance_ids(sql!(
            "SELECT instance_id FROM instances WHERE coalesce(reconciled_at, created_at) > $1 AND reconciled_at IS NOT NULL \
             AND instance_id <> '_app' ORDER BY coalesce(reconciled_at, created_at) LIMIT $2",
            moment,
            limit
        ))
        .await
    }

    /// The instances that have open holds whose time ran out by `now`.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_overdue_holds(&self, now: Timestamp, limit: i64) -> Result<Vec<InstanceId>, Error> {
        self.instance_ids(sql!(
            "SELECT DISTINCT instance_id FROM holds WHERE state = 'open' AND expires_at IS NOT NULL AND expires_at <= $1 LIMIT $2",
            now,
            limit
        ))
        .await
    }

    pub(crate) async fn instance_ids(&self, statement: Statement) -> Result<Vec<InstanceId>, Error> {
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(
                async move { rows(conn, statement).await?.into_iter().map(|mut row| row.parse()).collect() },
            )
        })
        .await
    }
}

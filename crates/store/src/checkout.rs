//! Checkouts: attempts to buy a plan.

use wixapp_core::clock::Timestamp;
use wixapp_core::{BillingCycle, CheckoutId, InstanceId, PlanId};

use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::value::Row;

/// Where a checkout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutState {
    /// Not paid yet.
    Open,
    /// The plan was bought.
    Completed,
    /// Its time ran out.
    Expired,
    /// The payer said that it is over.
    Dismissed,
}

impl CheckoutState {
    /// The state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Dismissed => "dismissed",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Completed, Self::Expired, Self::Dismissed].into_iter().find(|s| s.as_str() == text)
    }
}

/// One attempt to buy a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The checkout's id.
    pub checkout_id: CheckoutId,
    /// Whose.
    pub instance_id: InstanceId,
    /// The plan to buy.
    pub plan_id: PlanId,
    /// How it will be paid.
    pub billing_cycle: BillingCycle,
    /// Wix's page to pay on.
    pub url: String,
    /// Where it stands.
    pub state: CheckoutState,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When Wix's page stops working.
    pub expires_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT checkout_id, instance_id, plan_id, billing_cycle, url, state, created_at, expires_at, completed_at FROM checkouts WHERE instance_id = $1 AND checkout_id = $2";

/// The open checkouts of one instance, oldest first.
pub(crate) fn select_open(instance_id: &InstanceId) -> Statement {
    sql!(
        "SELECT checkout_id, instance_id, plan_id, billing_cycle, url, state, created_at, expires_at, completed_at \
         FROM checkouts WHERE instance_id = $1 AND state = 'open' ORDER BY created_at, checkout_id",
        instance_id
    )
}

impl Checkout {
    pub(crate) fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            checkout_id: row.parse()?,
            instance_id: row.parse()?,
            plan_id: row.parse()?,
            billing_cycle: BillingCycle::from(row.text()?),
            url: row.text()?,
            state: row.named(CheckoutState::parse)?,
            created_at: row.time()?,
            expires_at: row.time()?,
            completed_at: row.maybe_time()?,
        })
    }

    pub(crate) fn insert(&self) -> Statement {
        sql!(
            "INSERT INTO checkouts (instance_id, checkout_id, plan_id, billing_cycle, url, state, created_at, expires_at, completed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &self.instance_id,
            &self.checkout_id,
            &self.plan_id,
            self.billing_cycle.as_str(),
            self.url.as_str(),
            self.state.as_str(),
            self.created_at,
            self.expires_at,
            self.completed_at
        )
    }

    pub(crate) fn update(&self) -> Statement {
        sql!(
            "UPDATE checkouts SET state = $3, completed_at = $4 WHERE instance_id = $1 AND checkout_id = $2",
            &self.instance_id,
            &self.checkout_id,
            self.state.as_str(),
            self.completed_at
        )
    }
}

impl Store {
    /// The checkout with this id, if it belongs to the instance.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_checkout(
        &self,
        instance_id: &InstanceId,
        id: &CheckoutId,
    ) -> Result<Option<Checkout>, Error> {
        let statement = sql!(COLUMNS, instance_id, id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { row(conn, statement).await?.map(Checkout::read).transpose() })
        })
        .await
    }

    /// Whether a checkout of something that is bought once was opened since `moment`, and nothing is known of its payment.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has_unpaid_top_up(
        &self,
        instance_id: &InstanceId,
        moment: Timestamp,
    ) -> Result<bool, Error> {
        let statement = sql!(
            "SELECT checkout_id FROM checkouts WHERE instance_id = $1 AND billing_cycle = $2 AND state <> 'completed' \
             AND created_at >= $3 LIMIT 1",
            instance_id,
            BillingCycle::OneTime.as_str(),
            moment
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { Ok(row(conn, statement).await?.is_some()) })
        })
        .await
    }

    /// The newest checkout of the instance that is still open.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_open_checkout(&self, instance_id: &InstanceId) -> Result<Option<Checkout>, Error> {
        let statement = select_open(instance_id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                rows(conn, statement).await?.into_iter().next_back().map(Checkout::read).transpose()
            })
        })
        .await
    }
}

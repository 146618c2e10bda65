//! Redeeming promo codes.

use super::{Account, LedgerError};
use crate::catalog::{Catalog, normalise_code};
use crate::clock::Timestamp;
use crate::entry::{Cause, EntryCode};
use crate::grant::{CreditGrant, GrantRequest, Pool, Source};
use crate::id::InstanceId;
use crate::reason::ReasonCode;

/// Why a promo code gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromoError {
    /// The catalogue has no such code.
    #[error("there is no such promo code")]
    Unknown,
    /// It cannot be redeemed yet.
    #[error("the promo code cannot be redeemed before {starts_at}")]
    NotStarted {
        /// From when it can.
        starts_at: Timestamp,
    },
    /// It cannot be redeemed any more.
    #[error("the promo code could be redeemed until {ended_at}")]
    Ended {
        /// Until when it could.
        ended_at: Timestamp,
    },
    /// This instance has redeemed it before.
    #[error("the promo code was redeemed before")]
    AlreadyRedeemed,
    /// The books refuse it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The business key under which an instance redeems a code, once for ever; the account must have been loaded with it.
#[must_use]
pub fn promo_key(instance_id: &InstanceId, code: &str) -> String {
    format!("promo:{instance_id}:{}", normalise_code(code))
}

impl Account {
    /// Gives the credits of a promo code, once for each instance.
    ///
    /// The account must have been loaded with the business key of the code, [`promo_key`]. How many instances may redeem
    /// a code in all is for the store to keep: one instance's books cannot know it.
    ///
    /// # Errors
    /// [`PromoError`] says why the code gives nothing; the books are unchanged then.
    ///
    /// # Example
    /// ```
    /// use wixapp_core::{Account, Catalog, account::PromoError};
    /// let mut account = Account::new("site-1".parse()?);
    /// let now = "2026-01-01T00:00:00Z".parse()?;
    /// let refused = account.redeem_promo(&Catalog::standard(), "NO-SUCH-CODE", now);
    /// assert_eq!(refused, Err(PromoError::Unknown));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn redeem_promo(
        &mut self,
        catalog: &Catalog,
        code: &str,
        now: Timestamp,
    ) -> Result<CreditGrant, PromoError> {
        let promo = catalog.find_promo(code).ok_or(PromoError::Unknown)?;
        let business_key = promo_key(&self.instance_id, &promo.code);
        // What was redeemed in time stays redeemed: the more helpful refusal comes first.
        if self.used_keys.contains(&business_key) {
            return Err(PromoError::AlreadyRedeemed);
        }
        if let Some(starts_at) = promo.starts_at.filter(|starts_at| now < *starts_at) {
            return Err(PromoError::NotStarted { starts_at });
        }
        if let Some(ended_at) = promo.ends_at.filter(|ends_at| *ends_at <= now) {
            return Err(PromoError::Ended { ended_at });
        }
        let request = GrantRequest {
            business_key,
            pool: Pool::Promo,
            source: Source::Promo,
            amount: promo.credits,
            plan_id: None,
            catalog_version: catalog.version().to_owned(),
            effective_at: now,
            expires_at: promo.expiry(now),
            cause: Cause::new("user", ReasonCode::PromoCode.about(&promo.code)),
        };
        Ok(self.issue(request, EntryCode::Grant, now)?)
    }
}

//! What a site's owner does: installing, buying, cancelling.

use wixapp_core::id::InstanceId;

use super::Emulator;
use crate::card::Card;
use crate::checkout::CheckoutOrder;
use crate::error::{Error, Refusal};
use crate::view::{Checkout, Site};

impl Emulator {
    /// All sites.
    #[must_use]
    pub fn sites(&self) -> Vec<Site> {
        self.engine.sites()
    }

    /// Installs the app on a site; the app gets `AppInstalled`.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `already_installed`.
    pub async fn install(&self, site_id: &str) -> Result<Site, Error> {
        let site = self.engine.install(site_id)?;
        self.settle().await.map(|()| site)
    }

    /// Removes the app from a site; the app gets `AppRemoved`. A paid plan runs on.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `not_installed`.
    pub async fn uninstall(&self, site_id: &str) -> Result<Site, Error> {
        let site = self.engine.uninstall(site_id)?;
        self.settle().await.map(|()| site)
    }

    /// The address of the app's page for a site's owner, with a fresh instance token.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `not_installed`.
    pub fn app_url(&self, site_id: &str) -> Result<String, Error> {
        Ok(self.engine.app_frame(site_id, &self.engine.addresses.public_origin(), &[])?)
    }

    /// Opens a checkout page, as `POST /apps/v1/checkout` does.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` or `not_found`.
    pub fn open_checkout(&self, instance_id: &InstanceId, order: CheckoutOrder) -> Result<Checkout, Error> {
        let opened = self.engine.open_checkout(instance_id, order)?;
        self.checkout(&opened.token)
    }

    /// A checkout page by its token.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`.
    pub fn checkout(&self, token: &str) -> Result<Checkout, Error> {
        Ok(self.engine.checkout_view(token)?)
    }

    /// Pays a checkout; gives the address the browser goes to. The app gets `PaidPlanPurchased`, or `PaidPlanChanged`
    /// when the site has a plan.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_card`, `card_declined`, `insufficient_funds`, `expired_card`, `checkout_paid`,
    /// `checkout_expired`, `checkout_cancelled` or `not_found`.
    pub async fn pay(&self, token: &str, card: &Card) -> Result<String, Error> {
        let redirect_url = self.engine.pay(token, card)?;
        let instance_id =
            self.engine.read(|world| Ok::<_, Refusal>(world.checkout(token)?.instance_id.clone()))?;
        self.engine.after_purchase(&instance_id).await;
        self.settle().await.map(|()| redirect_url)
    }

    /// Closes a checkout unpaid; gives the address the browser goes to.
    ///
    /// # Errors
    /// [`Error::code`] `checkout_paid`, `checkout_expired` or `not_found`.
    pub fn cancel_checkout(&self, token: &str) -> Result<String, Error> {
        Ok(self.engine.cancel_checkout(token)?)
    }

    /// Switches a plan's automatic renewal; the app gets `PaidPlanAutoRenewalCancelled` or `PlanReactivated`.
    ///
    /// # Errors
    /// [`Error::code`] `no_plan` or `not_found`.
    pub async fn set_auto_renew(&self, instance_id: &InstanceId, enabled: bool) -> Result<Site, Error> {
        let site = self.engine.set_auto_renew(instance_id.as_str(), enabled)?;
        self.settle().await.map(|()| site)
    }
}

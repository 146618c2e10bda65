//! What a site's owner does in the dashboard beyond installing and paying, in process.

use wixapp_core::fact::InvoiceStatus;
use wixapp_core::id::InstanceId;

use crate::access_token::{Subject, TokenClaims};
use crate::emulator::Emulator;
use crate::engine::Engine;
use crate::error::{Error, Refusal};
use crate::market::NewOwner;
use crate::view::{Invoice, Site};
use crate::world::World;
use crate::world::coupon::Coupon;
use crate::world::report::BiEvent;
use crate::world::settings::AppSettings;

impl Engine {
    /// An access token as the dashboard's SDK gives it to the app's page: the owner's, bound to the session.
    pub(crate) fn dashboard_token(&self, site_id: &str) -> Result<String, Refusal> {
        let claims = self.read(|world| {
            let site = world.site(site_id)?;
            let claims =
                TokenClaims::new(&self.config.app_id, &site.active_install()?.instance_id, self.now());
            Ok::<_, Refusal>(claims.of_session(Subject::User(site.owner_id.clone())))
        })?;
        Ok(self.token_key.issue(&claims))
    }

    /// Changes something about an install; gives the site as it is then.
    pub(crate) fn change_install(
        &self,
        instance_id: &str,
        apply: impl FnOnce(&mut World) -> Result<(), Refusal>,
    ) -> Result<Site, Refusal> {
        let site_id = self.change(|world| {
            apply(world)?;
            let gone = || Refusal::not_found("There is no such instance of the app.");
            world.find_instance(instance_id).map(|(site, _)| site.site_id.clone()).ok_or_else(gone)
        })?;
        self.site(&site_id)
    }

    pub(crate) fn change_invoice(
        &self,
        invoice_id: &str,
        apply: impl FnOnce(&mut World) -> Result<(), Refusal>,
    ) -> Result<Invoice, Refusal> {
        self.change(|world| {
            apply(world)?;
            world.invoice(invoice_id).map(Invoice::from)
        })
    }
}

impl Emulator {
    /// Duplicates a site with the app on it: another site with an instance of its own, whose `originInstanceId` is the
    /// first one. The app gets `AppInstalled`. The plan stays where it was paid.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `not_installed`.
    pub async fn duplicate(&self, site_id: &str) -> Result<Site, Error> {
        let engine = self.engine();
        let copy = engine.change(|world| world.duplicate(site_id, engine.now()))?;
        self.settle().await?;
        Ok(engine.site(&copy)?)
    }

    /// Gives a site to another owner. A plan goes with it; the app gets `PlanTransferred`.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`, `same_owner` or `invalid_request`.
    pub async fn transfer(&self, site_id: &str, owner: NewOwner) -> Result<Site, Error> {
        let engine = self.engine();
        engine.change(|world| world.transfer(site_id, owner, engine.now()))?;
        self.settle().await?;
        Ok(engine.site(site_id)?)
    }

    /// Lets the payer's card decline, or pay again, from the next renewal on.
    ///
    /// # Errors
    /// [`Error::code`] `no_plan` or `not_found`.
    pub fn set_card_fails(&self, instance_id: &InstanceId, fails: bool) -> Result<Site, Error> {
        let engine = self.engine();
        let id = instance_id.as_str();
        Ok(engine.change_install(id, |world| world.set_card_fails(id, fails, engine.now()))?)
    }

    /// Ends a plan at once; the app gets `PaidPlanAutoRenewalCancelled` with `IMMEDIATELY` and `reason`.
    ///
    /// # Errors
    /// [`Error::code`] `no_plan` or `not_found`.
    pub async fn end_plan(&self, instance_id: &InstanceId, reason: &str) -> Result<Site, Error> {
        let engine = self.engine();
        let id = instance_id.as_str();
        let site = engine.change_install(id, |world| world.end_plan(id, reason, engine.now()))?;
        self.settle().await.map(|()| site)
    }

    /// The invoices of an install, newest first.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`.
    pub fn invoices(&self, instance_id: &InstanceId) -> Result<Vec<Invoice>, Error> {
        Ok(self.engine().invoices(instance_id.as_str())?)
    }

    /// Pays an invoice whose payment failed; the app gets `InvoiceStatusUpdated` with `PAID`.
    ///
    /// # Errors
    /// [`Error::code`] `invoice_not_open` or `not_found`.
    pub async fn pay_invoice(&self, invoice_id: &str) -> Result<Invoice, Error> {
        let engine = self.engine();
        let invoice =
            engine.change_invoice(invoice_id, |world| world.pay_invoice(invoice_id, engine.now()))?;
        self.settle().await.map(|()| invoice)
    }

    /// Lets the payment of the current period fail after all, or once more; the app gets `PAYMENT_FAILED`.
    ///
    /// # Errors
    /// [`Error::code`] `invoice_not_paid`, `invoice_not_current`, `no_plan` or `not_found`.
    pub async fn fail_invoice(&self, invoice_id: &str) -> Result<Invoice, Error> {
        let engine = self.engine();
        let invoice =
            engine.change_invoice(invoice_id, |world| world.fail_invoice(invoice_id, engine.now()))?;
        self.settle().await.map(|()| invoice)
    }

    /// Gives the money of a paid invoice back, as a refund or as a charge-back of the bank; the app gets `REFUNDED` or
    /// `CHARGEDBACK`. The plan goes on unless `end_plan` says otherwise.
    ///
    /// # Errors
    /// [`Error::code`] `invoice_not_paid` or `not_found`.
    pub async fn give_back(
        &self,
        invoice_id: &str,
        charge_back: bool,
        end_plan: bool,
    ) -> Result<Invoice, Error> {
        let engine = self.engine();
        let status = if charge_back { InvoiceStatus::ChargedBack } else { InvoiceStatus::Refunded };
        let invoice = engine.change_invoice(invoice_id, |world| {
            world.give_back(invoice_id, status, end_plan, engine.now())
        })?;
        self.settle().await.map(|()| invoice)
    }

    /// The app's settings at the platform: permissions, pricing page, free trial.
    #[must_use]
    pub fn settings(&self) -> AppSettings {
        self.engine().read(|world| world.settings.clone())
    }

    /// Changes them.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` for a trial of no or more than 365 days.
    pub fn set_settings(&self, settings: AppSettings) -> Result<(), Error> {
        Ok(self.engine().set_settings(settings)?)
    }

    /// Adds a coupon, or replaces the one with its code.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` or `too_many`.
    pub fn put_coupon(&self, coupon: Coupon) -> Result<(), Error> {
        Ok(self.engine().change(|world| world.put_coupon(coupon))?)
    }

    /// An access token as the dashboard's SDK gives it to the app's page (`getAccessToken`), for four hours.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `not_installed`.
    pub fn dashboard_token(&self, site_id: &str) -> Result<String, Error> {
        Ok(self.engine().dashboard_token(site_id)?)
    }

    /// Where an app with custom authentication is opened to be installed on a site.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`.
    pub fn install_link(&self, site_id: &str) -> Result<String, Error> {
        Ok(self.engine().install_link(site_id)?)
    }

    /// The events the app reported, oldest first.
    #[must_use]
    pub fn bi_events(&self) -> Vec<BiEvent> {
        self.engine().read(|world| world.bi_events.iter().cloned().collect())
    }
}

impl Engine {
    pub(crate) fn set_settings(&self, mut settings: AppSettings) -> Result<(), Refusal> {
        settings.check()?;
        settings.permissions.sort_unstable();
        settings.permissions.dedup();
        self.change(|world| {
            world.settings = settings;
            Ok(())
        })
    }

    pub(crate) fn invoices(&self, instance_id: &str) -> Result<Vec<Invoice>, Refusal> {
        let unknown = || Refusal::not_found("There is no such instance of the app.");
        self.read(|world| {
            world.find_instance(instance_id).ok_or_else(unknown)?;
            let newest = world.invoices.iter().rev();
            Ok(newest
                .filter(|invoice| invoice.instance_id.as_str() == instance_id)
                .map(Invoice::from)
                .collect())
        })
    }
}

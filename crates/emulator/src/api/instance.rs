//! `GET /apps/v1/instance`: the truth about an install and its plan (wix-protocol §5).

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde_json::{Value, json};
use wixapp_core::fact::BillingCycle;

use super::app_token::AppToken;
use crate::Emulator;
use crate::checkout::plans_on_sale;
use crate::config::EmulatorConfig;
use crate::error::Refusal;
use crate::event::wix_time;
use crate::http::reply::{WixError, WixPart};
use crate::recording::RecordedPlan;
use crate::world::settings::{AppSettings, Permission};
use crate::world::site::{Install, Site};
use crate::world::subscription::Subscription;

/// Answers for the install the token was made for.
pub(crate) async fn get(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<AppToken>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    app.require(engine, Permission::ManageYourApp)?;
    let found = engine.read(|world| {
        let (site, install) = world.find_instance(app.instance_id.as_str())?;
        let app = App { config: &engine.config, settings: &world.settings, now: engine.now() };
        Some(json!({ "instance": app.instance(install), "site": app.site(site) }))
    });
    Ok(Json(found.ok_or_else(|| Refusal::not_found("There is no such instance of the app."))?))
}

/// What the answers need to know of the app they are given to.
pub(crate) struct App<'a> {
    pub(crate) config: &'a EmulatorConfig,
    pub(crate) settings: &'a AppSettings,
    pub(crate) now: Timestamp,
}

impl App<'_> {
    pub(crate) fn instance(&self, install: &Install) -> Value {
        let plans = plans_on_sale(&self.config.catalog);
        let available: Vec<Value> = plans
            .map(|plan| json!({ "packageName": plan.product_id(), "source": self.config.app_name }))
            .collect();
        let live = install.live_plan(self.now).map(|plan| billing(plan, install.trial_until));
        let live = live.or_else(|| install.recorded_plan(self.now).map(recorded_billing));
        let mut instance = json!({
            "instanceId": install.instance_id,
            "appName": self.config.app_name,
            "appVersion": self.config.app_version,
            "isFree": live.is_none(),
            "permissions": self.settings.permissions,
            "availablePlans": available,
            "copiedFromTemplate": false,
            "freeTrialAvailable": self.settings.trial_days.is_some() && install.may_try(),
        });
        if let Some(origin) = &install.origin {
            instance["originInstanceId"] = origin.as_str().into();
        }
        if let Some(billing) = live {
            instance["billing"] = billing;
        }
        instance
    }

    pub(crate) fn site(&self, site: &Site) -> Value {
        json!({
            "siteDisplayName": site.name,
            "locale": site.locale,
            "paymentCurrency": self.config.catalog.currency(),
            "multilingual": { "isMultiLingual": false, "supportedLanguages": [] },
            "url": site.url,
            "description": site.description,
            "installedWixApps": [],
            "ownerInfo": { "email": site.owner_email, "emailStatus": "VERIFIED_OPT_IN" },
            "siteId": site.site_id,
        })
    }
}

/// `expirationDate` is only there for yearly and longer plans, and `source` names a discount: none here.
fn billing(plan: &Subscription, trial_until: Option<Timestamp>) -> Value {
    let mut billing = json!({
        "packageName": plan.product_id,
        "billingCycle": plan.cycle,
        "timeStamp": wix_time(plan.runs_since()),
        "autoRenewing": plan.auto_renew,
        "invoiceId": plan.invoice_id,
        "source": "",
        "freeTrialInfo": { "status": "NOT_AVAILABLE" },
    });
    if let Some(end) = plan.trial_ends_at.or(trial_until) {
        let status = if plan.trial_ends_at.is_some() { "IN_PROGRESS" } else { "ENDED" };
        billing["freeTrialInfo"] = json!({ "status": status, "endDate": wix_time(end) });
    }
    if plan.cycle != BillingCycle::Monthly {
        billing["expirationDate"] = wix_time(plan.period_end_at).into();
    }
    billing
}

/// What Wix once answered, as far as a recording keeps it.
fn recorded_billing(plan: &RecordedPlan) -> Value {
    let trial = if plan.in_trial { "IN_PROGRESS" } else { "NOT_AVAILABLE" };
    let mut billing = json!({
        "packageName": plan.product_id,
        "billingCycle": plan.cycle,
        "autoRenewing": plan.auto_renewing,
        "source": "",
        "freeTrialInfo": { "status": trial },
    });
    if let Some(since) = plan.since {
        billing["timeStamp"] = wix_time(since).into();
    }
    if let Some(invoice_id) = &plan.invoice_id {
        billing["invoiceId"] = invoice_id.as_str().into();
    }
    if let Some(end) = plan.expires_at {
        billing["expirationDate"] = wix_time(end).into();
    }
    billing
}

//! A signed question to the app: what it says, and how it is put.

use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wixapp_core::id::InstanceId;

use crate::engine::Engine;
use crate::error::Refusal;
use crate::world::World;
use crate::world::subscription::{Subscription, period_end};

/// How long the app has to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a signed question is valid.
const LIFETIME_S: i64 = 60;
/// How much of an answer is read.
const MAX_ANSWER: usize = 64 * 1024;

/// The kind of extension that answers, as `@wix/app-management/service-plugins` names it.
const EXTENSION: &str = "PREMIUM_CUSTOM_CHARGES";

/// What a question is about.
pub(super) struct Asked {
    pub(super) instance_id: InstanceId,
    pub(super) plan: Subscription,
    pub(super) owner_id: String,
    pub(super) locale: String,
    pub(super) limit: Option<String>,
    pub(super) period: (Timestamp, Timestamp),
}

impl Asked {
    pub(super) fn of(world: &World, instance_id: &str, now: Timestamp) -> Result<Self, Refusal> {
        let unknown = || Refusal::not_found("There is no such instance of the app.");
        let no_plan = || Refusal::conflict("no_plan", "There is no paid plan on this site.");
        let (site, install) = world.find_instance(instance_id).ok_or_else(unknown)?;
        let plan = install.live_plan(now).ok_or_else(no_plan)?.clone();
        let began = period_end(plan.started_at, &plan.cycle, plan.periods_paid - 1);
        Ok(Self {
            instance_id: install.instance_id.clone(),
            period: (began.min(now), now),
            plan,
            owner_id: site.owner_id.clone(),
            locale: site.locale.clone(),
            limit: install.charge_limit.clone(),
        })
    }

    /// One paid life of a plan has one id.
    pub(super) fn subscription_id(&self) -> String {
        format!("{}:{}", self.instance_id, self.plan.started_at.as_second())
    }

    pub(super) fn metadata(&self) -> Value {
        json!({
            "requestId": format!("{}-{}", self.instance_id, self.period.1.as_millisecond()),
            "currency": self.plan.currency,
            "identity": { "identityType": "WIX_USER", "wixUserId": self.owner_id },
            "languages": [self.locale],
            "instanceId": self.instance_id,
            // By this the official package finds the handler.
            "appExtensionType": EXTENSION,
        })
    }
}

impl Engine {
    /// Asks the app: a signed question, and its answer as JSON.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        asked: &Asked,
        path: &str,
        request: Value,
    ) -> Result<T, Refusal> {
        let none = || {
            let message =
                "The app is not paid by use: the platform was started without an address for custom charges.";
            Refusal::conflict("no_custom_charges", message)
        };
        let base = self.addresses.custom_charges.as_ref().ok_or_else(none)?;
        let now_s = self.now().as_second();
        let claims = json!({
            "iss": "wix.com",
            "aud": self.config.app_id,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
            "data": { "request": request, "metadata": asked.metadata() },
        });
        let body = self
            .signer
            .sign_claims(&claims)
            .map_err(|_| Refusal::app_failed("The question could not be signed."))?;
        let url = format!("{}/v1/{path}", base.as_str().trim_end_matches('/'));
        let bytes = self.sender.ask(&url, body, PATIENCE, MAX_ANSWER).await.map_err(Refusal::app_failed)?;
        serde_json::from_slice(&bytes)
            .map_err(|_| Refusal::app_failed(format!("The app's answer to /v1/{path} has the wrong form.")))
    }

    /// Tells the app something it need not answer.
    pub(super) async fn tell_app(&self, asked: &Asked, path: &str, request: Value) {
        if let Err(refusal) = self.ask::<Value>(asked, path, request).await {
            tracing::debug!(path, reason = %refusal, "the app did not take a word on its charges");
        }
    }
}

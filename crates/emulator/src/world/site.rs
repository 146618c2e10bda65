//! Sites and the app's installs on them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

use super::script::ScriptProperties;
use super::subscription::Subscription;
use super::vault::Secret;
use crate::error::Refusal;
use crate::recording::{RecordedPast, RecordedPlan};

/// One Wix site and its owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Site {
    pub(crate) site_id: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) owner_id: String,
    pub(crate) owner_name: String,
    pub(crate) owner_email: String,
    pub(crate) locale: String,
    pub(crate) install: Option<Install>,
    #[serde(default)]
    pub(crate) secrets: Vec<Secret>,
}

impl Site {
    /// The install, unless the app is not on this site now.
    pub(crate) fn active_install(&self) -> Result<&Install, Refusal> {
        let not_installed = || Refusal::conflict("not_installed", "The app is not installed on this site.");
        self.install.as_ref().filter(|install| !install.removed).ok_or_else(not_installed)
    }
}

/// The app on one site. It outlives an uninstall: Wix gives the same `instanceId` to a reinstall.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Install {
    pub(crate) instance_id: InstanceId,
    pub(crate) installed_at: Timestamp,
    pub(crate) removed: bool,
    /// The instance this one was copied from, when the site is a duplicate.
    #[serde(default)]
    pub(crate) origin: Option<InstanceId>,
    /// The last plan bought here, also after it ended.
    pub(crate) plan: Option<Subscription>,
    /// When the free trial ended or will end; an install has one.
    #[serde(default)]
    pub(crate) trial_until: Option<Timestamp>,
    /// The most a usage-based app may charge in a period.
    #[serde(default)]
    pub(crate) charge_limit: Option<String>,
    /// The app's scripts on the site, by component.
    #[serde(default)]
    pub(crate) scripts: BTreeMap<String, ScriptProperties>,
    /// What a recording tells of it, where the install comes from one.
    #[serde(default)]
    pub(crate) past: Option<RecordedPast>,
}

impl Install {
    pub(crate) fn new(instance_id: InstanceId, installed_at: Timestamp, origin: Option<InstanceId>) -> Self {
        Self {
            instance_id,
            installed_at,
            removed: false,
            origin,
            plan: None,
            trial_until: None,
            charge_limit: None,
            scripts: BTreeMap::new(),
            past: None,
        }
    }

    /// Whether a free trial is still to be had: it comes before the first plan, and once.
    pub(crate) fn may_try(&self) -> bool {
        self.trial_until.is_none() && self.plan.is_none()
    }

    /// The plan that is paid at `now`.
    pub(crate) fn live_plan(&self, now: Timestamp) -> Option<&Subscription> {
        self.plan.as_ref().filter(|plan| plan.is_live(now))
    }

    /// The plan that a recording says was paid at `now`. What is bought here counts before it.
    pub(crate) fn recorded_plan(&self, now: Timestamp) -> Option<&RecordedPlan> {
        self.past.as_ref().filter(|_| self.live_plan(now).is_none())?.plan(now)
    }

    /// Wix's id of the product that is paid at `now`.
    pub(crate) fn product_id(&self, now: Timestamp) -> Option<&str> {
        let own = self.live_plan(now).map(|plan| plan.product_id.as_str());
        own.or_else(|| self.recorded_plan(now).map(|plan| plan.product_id.as_str()))
    }
}

//! Sites and the app's installs on them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

use super::subscription::Subscription;
use crate::error::Refusal;

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
}

impl Install {
    /// The plan that is paid at `now`.
    pub(crate) fn live_plan(&self, now: Timestamp) -> Option<&Subscription> {
        self.plan.as_ref().filter(|plan| plan.is_live(now))
    }
}

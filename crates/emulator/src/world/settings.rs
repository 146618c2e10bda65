//! What the app's page in the developer centre would say: its permissions, its pricing page and its free trial.

use serde::{Deserialize, Serialize};

use crate::error::Refusal;

/// Something an app may do on a site, under the name that Wix's documentation gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Permission {
    /// Reading the install and its plan, checkouts, and reporting events.
    ManageYourApp,
    /// Putting scripts on the site.
    ManageEmbeddedScripts,
    /// Reading secrets.
    ReadSecrets,
    /// Writing and reading secrets.
    ManageSecrets,
    /// Reading data items.
    ReadDataItems,
    /// Writing data items.
    WriteDataItems,
    /// Making and changing data collections.
    ManageDataCollections,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ManageYourApp,
        Self::ManageEmbeddedScripts,
        Self::ReadSecrets,
        Self::ManageSecrets,
        Self::ReadDataItems,
        Self::WriteDataItems,
        Self::ManageDataCollections,
    ];

    /// The name people see when they choose permissions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ManageYourApp => "Manage Your App",
            Self::ManageEmbeddedScripts => "Manage Embedded Scripts",
            Self::ReadSecrets => "Read Secrets",
            Self::ManageSecrets => "Manage Secrets",
            Self::ReadDataItems => "Read Data Items",
            Self::WriteDataItems => "Write Data Items",
            Self::ManageDataCollections => "Manage Data Collections",
        }
    }

    /// The id as tokens and Get App Instance write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::ManageYourApp => "MANAGE-YOUR-APP",
            Self::ManageEmbeddedScripts => "MANAGE-EMBEDDED-SCRIPTS",
            Self::ReadSecrets => "READ-SECRETS",
            Self::ManageSecrets => "MANAGE-SECRETS",
            Self::ReadDataItems => "READ-DATA-ITEMS",
            Self::WriteDataItems => "WRITE-DATA-ITEMS",
            Self::ManageDataCollections => "MANAGE-DATA-COLLECTIONS",
        }
    }

    /// Whether holding `self` is enough where `wanted` is asked for.
    fn covers(self, wanted: Self) -> bool {
        self == wanted || (self == Self::ManageSecrets && wanted == Self::ReadSecrets)
    }
}

/// How the app is set up at the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppSettings {
    /// Whether the app has a pricing page of its own; without one the platform makes no checkout for it.
    pub external_pricing_page: bool,
    /// For how many days a plan is tried out before it is paid; `None` offers no trial.
    pub trial_days: Option<u16>,
    /// What the app may do on a site.
    pub permissions: Vec<Permission>,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self { external_pricing_page: true, trial_days: None, permissions: Permission::ALL.to_vec() }
    }
}

impl AppSettings {
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match self.trial_days {
            None | Some(1..=365) => Ok(()),
            Some(_) => Err(Refusal::invalid("`trialDays` is a whole number from 1 to 365, or null.")),
        }
    }

    pub(crate) fn grants(&self, wanted: Permission) -> bool {
        self.permissions.iter().any(|held| held.covers(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_is_written_and_managing_secrets_includes_reading_them() {
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.id());
        }
        let only = |permissions: &[Permission]| AppSettings {
            permissions: permissions.to_vec(),
            ..AppSettings::default()
        };
        assert!(only(&[Permission::ManageSecrets]).grants(Permission::ReadSecrets));
        assert!(!only(&[Permission::ReadSecrets]).grants(Permission::ManageSecrets));
        assert!(!only(&[]).grants(Permission::ManageYourApp));
    }
}

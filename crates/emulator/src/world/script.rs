//! Embedded scripts: what the app put on a site, by component.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a script is embedded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScriptProperties {
    /// What is put in the places of the script's template.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// Whether it is left out of the site.
    #[serde(default)]
    pub(crate) disabled: bool,
}

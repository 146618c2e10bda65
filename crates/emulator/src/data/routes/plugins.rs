//! Plugins of a collection: added and taken away by their type. They are kept and shown; what they would do at Wix is not done.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::collections::define_next;
use super::{Reply, required, write};
use crate::Emulator;
use crate::api::permitted::ManageDataCollections;
use crate::data::error::DataError;
use crate::data::request::{Asked, Permitted};

/// The types that the official package names.
const TYPES: [&str; 8] = [
    "PUBLISH",
    "SINGLE_ITEM",
    "URLIZED",
    "GRIDAPPLESS",
    "MULTILINGUAL",
    "SHARED",
    "EDITABLE_PAGE_LINK",
    "CMS",
];

/// Wix's code for these is not documented.
const RULE: &str = "OTHER";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PluginCall {
    data_collection_id: Option<String>,
    plugin: Option<Map<String, Value>>,
    plugin_type: Option<String>,
}

pub(super) async fn add(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<PluginCall>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let id = required(asked.data_collection_id, "dataCollectionId")?;
        let plugin = asked.plugin.ok_or_else(|| DataError::missing("plugin"))?;
        let kind = kind(plugin.get("type").and_then(Value::as_str), "plugin.type")?;
        let mut definition = tx.collection(&id)?.definition.clone();
        if definition.plugins.iter().any(|have| have["type"] == kind.as_str()) {
            return Err(DataError::field("plugin.type", format!("{kind} is there already"), RULE));
        }
        definition.plugins.push(Value::Object(plugin));
        Ok(define_next(tx, definition))
    })
    .await
}

pub(super) async fn delete(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<PluginCall>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let id = required(asked.data_collection_id, "dataCollectionId")?;
        let kind = kind(asked.plugin_type.as_deref(), "pluginType")?;
        let mut definition = tx.collection(&id)?.definition.clone();
        let before = definition.plugins.len();
        definition.plugins.retain(|have| have["type"] != kind.as_str());
        if definition.plugins.len() == before {
            return Err(DataError::field("pluginType", format!("{kind} is not there"), RULE));
        }
        Ok(define_next(tx, definition))
    })
    .await
}

fn kind(named: Option<&str>, field: &str) -> Result<String, DataError> {
    let named = named.filter(|named| !named.is_empty()).ok_or_else(|| DataError::missing(field))?;
    match TYPES.iter().find(|known| **known == named) {
        Some(known) => Ok((*known).to_owned()),
        None => Err(DataError::field(field, format!("must be one of {}", TYPES.join(", ")), "INVALID_ENUM")),
    }
}

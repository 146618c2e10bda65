//! Many items at once: each succeeds or fails for itself.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::items::Condition;
use super::{Reply, Written, data_item, required, write};
use crate::Emulator;
use crate::api::permitted::WriteDataItems;
use crate::data::error::DataError;
use crate::data::item::{Change, ChangeKind, SentItem};
use crate::data::patch::Patch;
use crate::data::request::{Asked, Permitted};

/// How many items one call takes.
pub(super) const MAX_BULK: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Items {
    data_collection_id: Option<String>,
    data_items: Option<Vec<SentItem>>,
    return_entity: Option<bool>,
    save_references: Option<bool>,
    condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patches {
    data_collection_id: Option<String>,
    patches: Option<Vec<Patch>>,
    return_entity: Option<bool>,
    condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ids {
    data_collection_id: Option<String>,
    data_item_ids: Option<Vec<String>>,
    condition: Option<Condition>,
}

pub(super) async fn insert(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Items>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let mut bulk = Bulk::begin(asked.data_collection_id, asked.return_entity)?;
        tx.collection(&bulk.collection)?;
        let links = asked.save_references.unwrap_or(false);
        for item in few(asked.data_items, "dataItems", "WDE0006")? {
            let id = item.id.clone();
            let result = tx.insert(&bulk.collection, item, writer, links);
            bulk.note("INSERT", id, result)?;
        }
        Ok(bulk.end())
    })
    .await
}

pub(super) async fn update(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Items>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let mut bulk = Bulk::begin(asked.data_collection_id, asked.return_entity)?;
        tx.collection(&bulk.collection)?;
        let (links, only_if) = (asked.save_references.unwrap_or(false), Condition::parse(asked.condition)?);
        for item in few(asked.data_items, "dataItems", "WDE0006")? {
            let id = item.id.clone();
            let result = tx.update(&bulk.collection, item, writer, links, &only_if);
            bulk.note("UPDATE", id, result)?;
        }
        Ok(bulk.end())
    })
    .await
}

pub(super) async fn save(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Items>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let mut bulk = Bulk::begin(asked.data_collection_id, asked.return_entity)?;
        tx.collection(&bulk.collection)?;
        let links = asked.save_references.unwrap_or(false);
        for item in few(asked.data_items, "dataItems", "WDE0006")? {
            let id = item.id.clone();
            let result = tx.save(&bulk.collection, item, writer, links);
            let created = result.as_ref().is_ok_and(|change| change.kind == ChangeKind::Created);
            bulk.note(if created { "INSERT" } else { "UPDATE" }, id, result)?;
        }
        Ok(bulk.end())
    })
    .await
}

pub(super) async fn patch(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Patches>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let mut bulk = Bulk::begin(asked.data_collection_id, asked.return_entity)?;
        tx.collection(&bulk.collection)?;
        let only_if = Condition::parse(asked.condition)?;
        for patch in few(asked.patches, "patches", "WDE0006")? {
            let id = patch.data_item_id.clone();
            let result = tx.patch(&bulk.collection, patch, writer, &only_if);
            bulk.note("PATCH", id, result)?;
        }
        Ok(bulk.end())
    })
    .await
}

pub(super) async fn remove(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Ids>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let mut bulk = Bulk::begin(asked.data_collection_id, None)?;
        tx.collection(&bulk.collection)?;
        let only_if = Condition::parse(asked.condition)?;
        for id in few(asked.data_item_ids, "dataItemIds", "WDE0069")? {
            let result = tx.remove(&bulk.collection, &id, &only_if);
            bulk.note("DELETE", Some(id), result)?;
        }
        Ok(bulk.end())
    })
    .await
}

/// The list of a bulk call, if it is not too long.
pub(super) fn few<T>(list: Option<Vec<T>>, field: &str, code: &'static str) -> Result<Vec<T>, DataError> {
    let list = list.filter(|list| !list.is_empty()).ok_or_else(|| DataError::missing(field))?;
    if list.len() > MAX_BULK {
        let text = format!("One call takes at most {MAX_BULK} items, and {} were sent.", list.len());
        return Err(DataError::bad(code, text));
    }
    Ok(list)
}

/// A bulk reply on its way.
struct Bulk {
    collection: String,
    return_entity: bool,
    results: Vec<Value>,
    changes: Vec<Change>,
}

impl Bulk {
    fn begin(collection: Option<String>, return_entity: Option<bool>) -> Result<Self, DataError> {
        let collection = required(collection, "dataCollectionId")?;
        let return_entity = return_entity.unwrap_or(false);
        Ok(Self { collection, return_entity, results: Vec::new(), changes: Vec::new() })
    }

    fn note(
        &mut self,
        action: &str,
        id: Option<String>,
        result: Result<Change, DataError>,
    ) -> Result<(), DataError> {
        let index = self.results.len();
        let result = match result {
            Ok(change) => {
                let metadata = json!({ "id": change.id, "originalIndex": index, "success": true });
                let mut result = json!({ "action": action, "itemMetadata": metadata });
                if self.return_entity {
                    result["dataItem"] = data_item(&self.collection, change.item.clone());
                }
                self.changes.push(change);
                result
            }
            Err(error) => {
                let error = error.into_item_error()?.json();
                let mut metadata = json!({ "originalIndex": index, "success": false, "error": error });
                if let Some(id) = id {
                    metadata["id"] = id.into();
                }
                json!({ "action": action, "itemMetadata": metadata })
            }
        };
        self.results.push(result);
        Ok(())
    }

    fn end(self) -> Written {
        let successes = self.changes.len();
        let failures = self.results.len() - successes;
        let metadata =
            json!({ "totalSuccesses": successes, "totalFailures": failures, "undetailedFailures": 0 });
        let reply = json!({ "results": self.results, "bulkActionMetadata": metadata });
        Written { reply, collection: self.collection, changes: self.changes }
    }
}

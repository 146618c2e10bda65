//! One item at a time.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, Written, data_item, read, required, write};
use crate::Emulator;
use crate::api::permitted::{ReadDataItems, WriteDataItems};
use crate::data::error::DataError;
use crate::data::filter::Filter;
use crate::data::item::{Change, ChangeKind, SentItem};
use crate::data::patch::Patch;
use crate::data::query::shape::{Include, include, project};
use crate::data::request::{Asked, Permitted};
use crate::data::store::op::Op;
use crate::http::part::Segment;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    data_collection_id: Option<String>,
    data_item_id: Option<String>,
    consistent_read: Option<bool>,
    fields: Option<Vec<String>>,
    include_references: Option<Vec<Include>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Put {
    data_collection_id: Option<String>,
    data_item: Option<SentItem>,
    save_references: Option<bool>,
    condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PatchOne {
    data_collection_id: Option<String>,
    patch: Option<Patch>,
    condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Remove {
    data_collection_id: Option<String>,
    data_item_id: Option<String>,
    condition: Option<Condition>,
}

/// A change is made only to items that match.
#[derive(Deserialize)]
pub(super) struct Condition {
    filter: Option<Value>,
}

impl Condition {
    pub(super) fn parse(condition: Option<Self>) -> Result<Filter, DataError> {
        Filter::parse(condition.and_then(|condition| condition.filter).as_ref())
    }
}

pub(super) async fn get(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Get>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let id = required(asked.data_item_id, "dataItemId")?;
        let found = site.collection(&collection)?.find(&id);
        let mut item = found.ok_or_else(|| DataError::no_item(&id, &collection))?;
        include(site, &collection, &mut item, &asked.include_references.unwrap_or_default())?;
        let item = project(item, &asked.fields.unwrap_or_default());
        Ok(json!({ "dataItem": data_item(&collection, item) }))
    })
    .await
}

pub(super) async fn get_by_path(
    state: State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<ReadDataItems>,
    Asked(mut asked): Asked<Get>,
) -> Reply {
    asked.data_item_id = Some(named("dataItemId", asked.data_item_id.take(), id)?);
    get(state, caller, Asked(asked)).await
}

pub(super) async fn insert(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Put>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let (collection, item, links) = asked.open()?;
        let change = tx.insert(&collection, item, writer, links)?;
        Ok(one(collection, change))
    })
    .await
}

pub(super) async fn update(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(mut asked): Asked<Put>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let only_if = Condition::parse(asked.condition.take())?;
        let (collection, item, links) = asked.open()?;
        let change = tx.update(&collection, item, writer, links, &only_if)?;
        Ok(one(collection, change))
    })
    .await
}

pub(super) async fn update_by_path(
    state: State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<WriteDataItems>,
    Asked(mut asked): Asked<Put>,
) -> Reply {
    if let Some(item) = &mut asked.data_item {
        item.id = Some(named("dataItem.id", item.id.take(), id)?);
    }
    update(state, caller, Asked(asked)).await
}

pub(super) async fn save(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Put>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let (collection, item, links) = asked.open()?;
        let change = tx.save(&collection, item, writer, links)?;
        let action = if change.kind == ChangeKind::Created { "INSERTED" } else { "UPDATED" };
        let mut written = one(collection, change);
        written.reply["action"] = action.into();
        Ok(written)
    })
    .await
}

pub(super) async fn patch(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<PatchOne>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let patch = asked.patch.ok_or_else(|| DataError::missing("patch"))?;
        let change = tx.patch(&collection, patch, writer, &Condition::parse(asked.condition)?)?;
        Ok(one(collection, change))
    })
    .await
}

pub(super) async fn patch_by_path(
    state: State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<WriteDataItems>,
    Asked(mut asked): Asked<PatchOne>,
) -> Reply {
    if let Some(patch) = &mut asked.patch {
        patch.data_item_id = Some(named("patch.dataItemId", patch.data_item_id.take(), id)?);
    }
    self::patch(state, caller, Asked(asked)).await
}

pub(super) async fn remove(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Remove>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let id = required(asked.data_item_id, "dataItemId")?;
        let change = tx.remove(&collection, &id, &Condition::parse(asked.condition)?)?;
        Ok(one(collection, change))
    })
    .await
}

pub(super) async fn remove_by_path(
    state: State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<WriteDataItems>,
    Asked(mut asked): Asked<Remove>,
) -> Reply {
    asked.data_item_id = Some(named("dataItemId", asked.data_item_id.take(), id)?);
    remove(state, caller, Asked(asked)).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Truncate {
    data_collection_id: Option<String>,
}

/// Removes all items. The app is not told of each: Wix tells nobody either.
pub(super) async fn truncate(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Truncate>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        tx.collection(&collection)?;
        tx.apply(Op::Clear { collection: collection.clone() });
        Ok(Written { reply: json!({}), collection, changes: Vec::new() })
    })
    .await
}

/// The id of the address. What is sent beside it may name the same one, and no other.
fn named(field: &str, beside: Option<String>, id: String) -> Result<String, DataError> {
    match beside.filter(|sent| !sent.is_empty()) {
        Some(sent) if sent != id => {
            Err(DataError::field(field, "must be the id of the address", "INVALID_VALUE"))
        }
        _ => Ok(id),
    }
}

impl Put {
    fn open(self) -> Result<(String, SentItem, bool), DataError> {
        let collection = required(self.data_collection_id, "dataCollectionId")?;
        let item = self.data_item.ok_or_else(|| DataError::missing("dataItem"))?;
        Ok((collection, item, self.save_references.unwrap_or(false)))
    }
}

fn one(collection: String, change: Change) -> Written {
    let reply = json!({ "dataItem": data_item(&collection, change.item.clone()) });
    Written { reply, collection, changes: vec![change] }
}

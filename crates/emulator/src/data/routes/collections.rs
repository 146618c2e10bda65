//! Collections: making, changing, listing and deleting them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Reply, Written, read, required, write};
use crate::Emulator;
use crate::api::permitted::{ManageDataCollections, ReadDataItems};
use crate::data::error::DataError;
use crate::data::query::page::{CursorPaging, Page, Paging, resume, slice};
use crate::data::request::{Asked, Permitted};
use crate::data::schema::{Change, check_field, shown};
use crate::data::store::Tx;
use crate::data::store::definition::Definition;
use crate::data::store::op::Op;
use crate::http::part::Segment;

/// How many collections a site has at most.
const MAX_COLLECTIONS: usize = 1_000;

/// What a reply calls a collection that was made or replaced.
const WHOLE: &str = "collection";

/// What it calls one of which a part was changed.
const PART: &str = "dataCollection";

#[derive(Deserialize)]
pub(super) struct Sent {
    collection: Option<Change>,
    /// What the official package names it in a PATCH.
    #[serde(rename = "dataCollection")]
    data_collection: Option<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Read {
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
    consistent_read: Option<bool>,
}

pub(super) async fn list(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Read>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let page = Page::parse(asked.paging.as_ref(), asked.cursor_paging.as_ref())?;
        let (request, offset) = resume("collections", json!({}), &page)?;
        let all: Vec<&Definition> = site.collections.values().map(|have| &have.definition).collect();
        let (kept, info) = slice("collections", all, &page, offset, true, &request);
        let kept: Vec<Value> = kept.into_iter().map(shown).collect();
        Ok(json!({ "collections": kept, "pagingMetadata": info.json() }))
    })
    .await
}

pub(super) async fn get(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Read>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        Ok(json!({ "collection": shown(&site.collection(&id)?.definition) }))
    })
    .await
}

pub(super) async fn create(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Sent>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let sent = asked.collection.ok_or_else(|| DataError::missing("collection"))?;
        let id = required(sent.id.clone(), "collection.id")?;
        if tx.site().collections.contains_key(&id) {
            let text = format!("The collection {id} already exists.");
            return Err(
                DataError::new(StatusCode::CONFLICT, "WDE0104", text).with(json!({ "dataCollectionId": id }))
            );
        }
        if tx.site().collections.len() >= MAX_COLLECTIONS {
            let text = format!("A site has at most {MAX_COLLECTIONS} collections.");
            return Err(DataError::new(StatusCode::TOO_MANY_REQUESTS, "WDE0091", text));
        }
        let definition = sent.create(id, tx.now)?;
        Ok(define(tx, definition, WHOLE))
    })
    .await
}

/// Replaces what may be changed; the revision must be the present one.
pub(super) async fn update(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Sent>,
) -> Reply {
    change(emulator, caller, None, asked, true).await
}

/// Changes only what is sent.
pub(super) async fn patch(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Sent>,
) -> Reply {
    change(emulator, caller, Some(id), asked, false).await
}

async fn change(
    emulator: Emulator,
    caller: Permitted<ManageDataCollections>,
    id: Option<String>,
    asked: Sent,
    whole: bool,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let sent =
            asked.collection.or(asked.data_collection).ok_or_else(|| DataError::missing("collection"))?;
        let id = required(id.or_else(|| sent.id.clone()), "collection.id")?;
        let before = tx.collection(&id)?.definition.clone();
        let definition = sent.apply(before, whole, tx.now)?;
        Ok(define(tx, definition, if whole { WHOLE } else { PART }))
    })
    .await
}

pub(super) async fn delete(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<ManageDataCollections>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        tx.collection(&id)?;
        tx.apply(Op::Drop { collection: id.clone() });
        Ok(Written { reply: json!({}), collection: id, changes: Vec::new() })
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldCall {
    data_collection_id: Option<String>,
    field: Option<Map<String, Value>>,
    field_key: Option<String>,
}

pub(super) async fn create_field(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<FieldCall>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let (mut definition, field) = asked.open(tx)?;
        let key = check_field(&field)?;
        if definition.field(&key).is_some() {
            let text = format!("The field {key} already exists in collection [{}].", definition.id);
            return Err(DataError::new(StatusCode::CONFLICT, "WDE0157", text));
        }
        definition.fields.push(field);
        Ok(define_next(tx, definition))
    })
    .await
}

pub(super) async fn update_field(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<FieldCall>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let (mut definition, field) = asked.open(tx)?;
        let key = check_field(&field)?;
        *slot(&mut definition, &key)? = field;
        Ok(define_next(tx, definition))
    })
    .await
}

pub(super) async fn patch_field(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<FieldCall>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let asked = FieldCall { data_collection_id: Some(id), ..asked };
        let (mut definition, field) = asked.open(tx)?;
        let key = field.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        let have = slot(&mut definition, &key)?;
        have.extend(field);
        check_field(have)?;
        Ok(define_next(tx, definition))
    })
    .await
}

pub(super) async fn delete_field(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<FieldCall>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let id = required(asked.data_collection_id, "dataCollectionId")?;
        let key = required(asked.field_key, "fieldKey")?;
        let mut definition = tx.collection(&id)?.definition.clone();
        slot(&mut definition, &key)?;
        definition.fields.retain(|field| field.get("key").and_then(Value::as_str) != Some(&key));
        Ok(define_next(tx, definition))
    })
    .await
}

impl FieldCall {
    fn open(self, tx: &mut Tx<'_>) -> Result<(Definition, Map<String, Value>), DataError> {
        let id = required(self.data_collection_id, "dataCollectionId")?;
        let definition = tx.collection(&id)?.definition.clone();
        Ok((definition, self.field.ok_or_else(|| DataError::missing("field"))?))
    }
}

fn slot<'a>(definition: &'a mut Definition, key: &str) -> Result<&'a mut Map<String, Value>, DataError> {
    let text = format!("The field [{key}] does not exist in collection [{}].", definition.id);
    let found =
        definition.fields.iter_mut().find(|field| field.get("key").and_then(Value::as_str) == Some(key));
    found.ok_or_else(|| DataError::new(StatusCode::NOT_FOUND, "WDE0024", text))
}

pub(super) fn define_next(tx: &mut Tx<'_>, definition: Definition) -> Written {
    let now = tx.now;
    define(tx, Definition { revision: definition.revision + 1, updated_at: now, ..definition }, PART)
}

fn define(tx: &mut Tx<'_>, definition: Definition, name: &str) -> Written {
    let reply = json!({ name: shown(&definition) });
    let collection = definition.id.clone();
    tx.apply(Op::Define(Box::new(definition)));
    Written { reply, collection, changes: Vec::new() }
}

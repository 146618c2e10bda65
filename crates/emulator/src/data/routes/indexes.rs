//! Indexes asked for by name. A unique one refuses a second item with the same value.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, Written, read, required, write};
use crate::Emulator;
use crate::api::permitted::ManageDataCollections;
use crate::data::error::DataError;
use crate::data::filter::Filter;
use crate::data::query::find;
use crate::data::query::page::{CursorPaging, Page, Paging, resume, slice};
use crate::data::request::{Asked, Permitted};
use crate::data::store::Tx;
use crate::data::store::definition::{DeclaredIndex, Definition, IndexField, Order};
use crate::data::store::op::Op;
use crate::data::value::{Key, keys_at};

/// How many of each kind a collection has at Wix.
const REGULAR: usize = 3;
const UNIQUE: usize = 1;

/// How many fields a regular index has.
const MAX_FIELDS: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    data_collection_id: Option<String>,
    index: Option<SentIndex>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentIndex {
    name: Option<String>,
    fields: Option<Vec<SentField>>,
    unique: Option<bool>,
    case_insensitive: Option<bool>,
}

#[derive(Deserialize)]
struct SentField {
    path: Option<String>,
    order: Option<Order>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Read {
    data_collection_id: Option<String>,
    index_name: Option<String>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
}

pub(super) async fn create(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Create>,
) -> Reply {
    write(emulator, caller, move |tx, writer| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let mut definition = tx.collection(&collection)?.definition.clone();
        let sent = asked.index.ok_or_else(|| DataError::missing("index"))?;
        let id =
            writer.seed.guid_of(&format!("index:{}:{collection}:{}", writer.site_id, definition.revision));
        let index = sent.open(id)?;
        ensure_room(&definition, &index)?;
        let clash = if index.unique { duplicate(tx, &collection, &index)? } else { None };
        if let Some(item_id) = clash {
            let reply = json!({ "index": shown(&index, Some(&item_id)) });
            return Ok(Written { reply, collection, changes: Vec::new() });
        }
        let reply = json!({ "index": shown(&index, None) });
        definition.indexes.push(index);
        definition.revision += 1;
        tx.apply(Op::Define(Box::new(definition)));
        Ok(Written { reply, collection, changes: Vec::new() })
    })
    .await
}

pub(super) async fn drop(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Read>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let name = required(asked.index_name, "indexName")?;
        let mut definition = tx.collection(&collection)?.definition.clone();
        let before = definition.indexes.len();
        definition.indexes.retain(|index| index.name != name);
        if definition.indexes.len() == before {
            let text = format!("The index {name} does not exist in collection [{collection}].");
            return Err(DataError::new(StatusCode::NOT_FOUND, "WDE0115", text));
        }
        definition.revision += 1;
        tx.apply(Op::Define(Box::new(definition)));
        Ok(Written { reply: json!({}), collection, changes: Vec::new() })
    })
    .await
}

pub(super) async fn list(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Read>,
) -> Reply {
    read(emulator, caller, true, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let page = Page::parse(asked.paging.as_ref(), asked.cursor_paging.as_ref())?;
        let (request, offset) = resume("indexes", json!({}), &page)?;
        let indexes: Vec<Value> =
            site.collection(&collection)?.definition.indexes.iter().map(|index| shown(index, None)).collect();
        let (kept, info) = slice("indexes", indexes, &page, offset, true, &request);
        Ok(json!({ "indexes": kept, "pagingMetadata": info.json() }))
    })
    .await
}

pub(super) async fn available(
    State(emulator): State<Emulator>,
    caller: Permitted<ManageDataCollections>,
    Asked(asked): Asked<Read>,
) -> Reply {
    read(emulator, caller, true, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let (regular, unique) = left(&site.collection(&collection)?.definition);
        Ok(json!({ "regular1Field": 0, "regular3Field": regular, "unique1Field": unique, "total": regular + unique }))
    })
    .await
}

impl SentIndex {
    fn open(self, id: String) -> Result<DeclaredIndex, DataError> {
        let name = required(self.name, "index.name")?;
        let unique = self.unique.unwrap_or(false);
        let most = if unique { 1 } else { MAX_FIELDS };
        let fields = self.fields.unwrap_or_default();
        if fields.is_empty() || fields.len() > most {
            return Err(DataError::field("index.fields", format!("must be 1 to {most}"), "SIZE"));
        }
        let fields = fields.into_iter().map(|field| {
            let path = required(field.path, "index.fields.path")?;
            Ok::<_, DataError>(IndexField { path, order: field.order.unwrap_or(Order::Asc) })
        });
        let case_insensitive = self.case_insensitive.unwrap_or(false);
        if unique && case_insensitive {
            let text = "cannot be both unique and case insensitive on the local platform";
            return Err(DataError::field("index", text, "UNSUPPORTED"));
        }
        Ok(DeclaredIndex { id, name, fields: fields.collect::<Result<_, _>>()?, unique, case_insensitive })
    }
}

/// How many more indexes there may be: regular, unique.
fn left(definition: &Definition) -> (usize, usize) {
    let unique = definition.indexes.iter().filter(|index| index.unique).count();
    (REGULAR.saturating_sub(definition.indexes.len() - unique), UNIQUE.saturating_sub(unique))
}

fn ensure_room(definition: &Definition, index: &DeclaredIndex) -> Result<(), DataError> {
    if definition.indexes.iter().any(|have| have.name == index.name) {
        let text = format!("The index {} already exists.", index.name);
        return Err(DataError::new(StatusCode::CONFLICT, "WDE0128", text));
    }
    let (regular, unique) = left(definition);
    if if index.unique { unique } else { regular } == 0 {
        let text = format!("A collection has at most {REGULAR} regular indexes and {UNIQUE} unique one.");
        return Err(DataError::bad("WDE0132", text));
    }
    Ok(())
}

/// The id of an item whose value another item has too.
fn duplicate(tx: &mut Tx<'_>, collection: &str, index: &DeclaredIndex) -> Result<Option<String>, DataError> {
    let Some(path) = index.fields.first().map(|field| field.path.clone()) else { return Ok(None) };
    let (mut seen, mut clash) = (BTreeMap::new(), None);
    find::each(tx.collection(collection)?, &Filter::ALL, |item| {
        for key in keys_at(&item, &path) {
            let id = item["_id"].as_str().unwrap_or_default().to_owned();
            if key != Key::Empty && seen.insert(key, id.clone()).is_some_and(|other| other != id) {
                clash.get_or_insert(id);
            }
        }
    });
    Ok(clash)
}

fn shown(index: &DeclaredIndex, clash: Option<&str>) -> Value {
    let mut shown = json!({
        "id": index.id, "name": index.name, "fields": index.fields, "unique": index.unique,
        "caseInsensitive": index.case_insensitive, "source": "USER",
        "status": if clash.is_some() { "FAILED" } else { "ACTIVE" },
    });
    if let Some(item) = clash {
        let text = "Duplicate key error while building collection index.";
        shown["failure"] = json!({ "code": "WDE0113", "description": text, "itemId": item });
    }
    shown
}

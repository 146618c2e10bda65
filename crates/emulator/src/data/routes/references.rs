//! References: adding, removing, replacing, asking for and following them.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bulk::few;
use super::{Reply, Written, read, required, write};
use crate::Emulator;
use crate::api::permitted::{ReadDataItems, WriteDataItems};
use crate::data::error::DataError;
use crate::data::query::page::{CursorPaging, Page, Paging, resume, slice};
use crate::data::reference::{Link, SentLink, followed, targets};
use crate::data::request::{Asked, Permitted};
use crate::data::store::Tx;
use crate::data::store::definition::Order;

const CURSOR: &str = "referenced";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Links {
    data_collection_id: Option<String>,
    data_item_references: Option<Vec<SentLink>>,
    return_entity: Option<bool>,
}

pub(super) async fn insert(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Links>,
) -> Reply {
    bulk(emulator, caller, asked, "INSERT", |tx, of, link| tx.add_link(of, link)).await
}

pub(super) async fn remove(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Links>,
) -> Reply {
    bulk(emulator, caller, asked, "DELETE", |tx, of, link| tx.remove_link(of, link)).await
}

async fn bulk(
    emulator: Emulator,
    caller: Permitted<WriteDataItems>,
    asked: Links,
    action: &'static str,
    apply: fn(&mut Tx<'_>, &str, &Link) -> Result<(), DataError>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        tx.collection(&collection)?;
        let (mut results, mut successes) = (Vec::new(), 0);
        for (index, sent) in few(asked.data_item_references, "dataItemReferences", "WDE0006")?.into_iter().enumerate() {
            let link = sent.open()?;
            let mut result = json!({ "action": action });
            result["referenceMetadata"] = match apply(tx, &collection, &link) {
                Ok(()) => {
                    successes += 1;
                    json!({ "originalIndex": index, "success": true })
                }
                // A field that is none concerns the whole request.
                Err(error @ DataError::Application { code: "WDE0020", .. }) => return Err(error),
                Err(error) => {
                    json!({ "originalIndex": index, "success": false, "error": error.into_item_error()?.json() })
                }
            };
            if asked.return_entity.unwrap_or(false) {
                result["dataItemReference"] = link.json();
            }
            results.push(result);
        }
        let metadata = json!({ "totalSuccesses": successes, "totalFailures": results.len() - successes });
        let reply = json!({ "results": results, "bulkActionMetadata": metadata });
        Ok(Written { reply, collection, changes: Vec::new() })
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OneLink {
    data_collection_id: Option<String>,
    data_item_reference: Option<SentLink>,
}

pub(super) async fn insert_one(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<OneLink>,
) -> Reply {
    single(emulator, caller, asked, |tx, of, link| tx.add_link(of, link)).await
}

pub(super) async fn remove_one(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<OneLink>,
) -> Reply {
    single(emulator, caller, asked, |tx, of, link| tx.remove_link(of, link)).await
}

async fn single(
    emulator: Emulator,
    caller: Permitted<WriteDataItems>,
    asked: OneLink,
    apply: fn(&mut Tx<'_>, &str, &Link) -> Result<(), DataError>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let sent = asked.data_item_reference.ok_or_else(|| DataError::missing("dataItemReference"))?;
        let link = sent.open()?;
        apply(tx, &collection, &link)?;
        Ok(Written { reply: json!({ "dataItemReference": link.json() }), collection, changes: Vec::new() })
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Replace {
    data_collection_id: Option<String>,
    referring_item_field_name: Option<String>,
    referring_item_id: Option<String>,
    new_referenced_item_ids: Option<Vec<String>>,
}

pub(super) async fn replace(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<Replace>,
) -> Reply {
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let field = required(asked.referring_item_field_name, "referringItemFieldName")?;
        let from = required(asked.referring_item_id, "referringItemId")?;
        let to = asked.new_referenced_item_ids.unwrap_or_default();
        let links = tx.replace_links(&collection, &field, &from, &to)?;
        let links: Vec<Value> = links.iter().map(Link::json).collect();
        Ok(Written { reply: json!({ "dataItemReferences": links }), collection, changes: Vec::new() })
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IsReferenced {
    data_collection_id: Option<String>,
    #[serde(flatten)]
    link: SentLink,
    consistent_read: Option<bool>,
}

pub(super) async fn is_referenced(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<IsReferenced>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let link = asked.link.open()?;
        let (_, have) = targets(site, &collection, &link.field, &link.from)?;
        Ok(json!({ "isReferenced": have.contains(&link.to) }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Follow {
    data_collection_id: Option<String>,
    referring_item_id: Option<String>,
    referring_item_ids: Option<Vec<String>>,
    referring_item_field_name: Option<String>,
    order: Option<Order>,
    fields: Option<Vec<String>>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
    return_total_count: Option<bool>,
    consistent_read: Option<bool>,
}

/// Follows the references of one or several items.
pub(super) async fn query(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Follow>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let page = Page::parse(asked.paging.as_ref(), asked.cursor_paging.as_ref())?;
        let mut from = asked.referring_item_ids.unwrap_or_default();
        from.extend(asked.referring_item_id);
        let fresh = json!({ "from": from, "field": asked.referring_item_field_name, "down": asked.order == Some(Order::Desc) });
        let (request, offset) = resume(CURSOR, fresh, &page)?;
        let field = required(request["field"].as_str().map(str::to_owned), "referringItemFieldName")?;
        let from: Vec<&str> = request["from"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if from.is_empty() {
            return Err(DataError::missing("referringItemId"));
        }
        let mut links = Vec::new();
        let mut target = String::new();
        for id in from {
            let (collection, ids) = targets(site, &collection, &field, id)?;
            target = collection;
            links.extend(ids.into_iter().map(|to| Link { field: field.clone(), from: id.to_owned(), to }));
        }
        if request["down"] == true {
            links.reverse();
        }
        let total = asked.return_total_count.unwrap_or(false);
        let (links, info) = slice(CURSOR, links, &page, offset, total, &request);
        let fields = asked.fields.unwrap_or_default();
        let results: Vec<Value> = links.iter().map(|link| followed(site, &target, link, &fields)).collect();
        Ok(json!({ "results": results, "pagingMetadata": info.json() }))
    })
    .await
}

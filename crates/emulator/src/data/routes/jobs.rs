//! Changing all items that match a filter. The call answers with a job, which is done by then.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, Written, required, write};
use crate::Emulator;
use crate::api::permitted::WriteDataItems;
use crate::data::error::DataError;
use crate::data::filter::Filter;
use crate::data::patch::{Modification, Patch};
use crate::data::query::find;
use crate::data::request::{Asked, Permitted};
use crate::data::store::Tx;
use crate::http::part::Segment;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ByFilter {
    data_collection_id: Option<String>,
    filter: Option<Value>,
    field_modifications: Option<Vec<Modification>>,
}

pub(super) async fn patch(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<ByFilter>,
) -> Reply {
    let job = emulator.engine().jobs().begin(emulator.engine())?;
    let engine = std::sync::Arc::clone(emulator.engine());
    write(emulator, caller, move |tx, writer| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let modifications = asked.field_modifications.filter(|list| !list.is_empty());
        let modifications = modifications.ok_or_else(|| DataError::missing("fieldModifications"))?;
        let mut changes = Vec::new();
        for id in matching(tx, &collection, asked.filter.as_ref())? {
            let patch = Patch { data_item_id: Some(id), field_modifications: Some(modifications.clone()) };
            changes.push(tx.patch(&collection, patch, writer, &Filter::ALL)?);
        }
        engine.jobs().end(&job, changes.len());
        Ok(Written { reply: json!({ "jobId": job }), collection, changes })
    })
    .await
}

pub(super) async fn remove(
    State(emulator): State<Emulator>,
    caller: Permitted<WriteDataItems>,
    Asked(asked): Asked<ByFilter>,
) -> Reply {
    let job = emulator.engine().jobs().begin(emulator.engine())?;
    let engine = std::sync::Arc::clone(emulator.engine());
    write(emulator, caller, move |tx, _| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let mut changes = Vec::new();
        for id in matching(tx, &collection, asked.filter.as_ref())? {
            changes.push(tx.remove(&collection, &id, &Filter::ALL)?);
        }
        engine.jobs().end(&job, changes.len());
        Ok(Written { reply: json!({ "jobId": job }), collection, changes })
    })
    .await
}

pub(super) async fn status(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    _: Permitted<WriteDataItems>,
) -> Reply {
    let unknown = || DataError::new(StatusCode::NOT_FOUND, "WDE0075", "There is no such job.");
    let count = emulator.engine().jobs().find(&id).ok_or_else(unknown)?;
    Ok(Json(json!({ "status": "SUCCEEDED", "successCount": count })).into_response())
}

fn matching(tx: &mut Tx<'_>, collection: &str, filter: Option<&Value>) -> Result<Vec<String>, DataError> {
    let filter = Filter::parse(filter)?;
    let mut ids = Vec::new();
    find::each(tx.collection(collection)?, &filter, |item| {
        ids.extend(item["_id"].as_str().map(str::to_owned));
    });
    Ok(ids)
}

//! The addresses below `/wix-data/v2`.

mod bulk;
mod collections;
mod indexes;
mod items;
mod jobs;
mod plugins;
mod queries;
mod references;

use axum::Json;
use axum::Router;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use serde_json::Value;

use super::error::DataError;
use super::item::{Change, Writer};
use super::request::{CONSISTENT, Permitted};
use super::store::Tx;
use super::store::op::SiteData;
use crate::Emulator;
use crate::api::permitted::Need;

/// What a call answers.
type Reply = Result<Response, DataError>;

/// What a writing call did: the reply, and the changed items of a collection.
struct Written {
    reply: Value,
    collection: String,
    changes: Vec<Change>,
}

pub(crate) fn routes() -> Router<Emulator> {
    Router::new().nest("/wix-data/v2", items().merge(bulk_items()).merge(structure()))
}

fn items() -> Router<Emulator> {
    Router::new()
        .route("/items", post(items::insert))
        .route("/items/get", post(items::get))
        .route("/items/insert", post(items::insert))
        .route("/items/update", post(items::update))
        .route("/items/save", post(items::save))
        .route("/items/patch", post(items::patch))
        .route("/items/remove", post(items::remove))
        .route("/items/truncate", post(items::truncate))
        .route(
            "/items/{id}",
            get(items::get_by_path)
                .put(items::update_by_path)
                .patch(items::patch_by_path)
                .delete(items::remove_by_path),
        )
        .route("/items/query", get(queries::query).post(queries::query))
        .route("/items/count", post(queries::count))
        .route("/items/query-distinct-values", post(queries::distinct))
        .route("/items/search", post(queries::search))
        .route("/items/aggregate", post(queries::aggregate))
        .route("/items/aggregate-pipeline", post(queries::pipeline))
        .route("/items/is-referenced", post(references::is_referenced))
        .route("/items/replace-references", post(references::replace))
        .route("/items/query-referenced", post(references::query))
        .route("/items/insert-reference", post(references::insert_one))
        .route("/items/remove-reference", post(references::remove_one))
}

fn bulk_items() -> Router<Emulator> {
    Router::new()
        .route("/bulk/items/insert", post(bulk::insert))
        .route("/bulk/items/update", post(bulk::update))
        .route("/bulk/items/save", post(bulk::save))
        .route("/bulk/items/patch", post(bulk::patch))
        .route("/bulk/items/remove", post(bulk::remove))
        .route("/bulk/items/insert-references", post(references::insert))
        .route("/bulk/items/remove-references", post(references::remove))
        .route("/bulk/items/async-patch-by-filter", post(jobs::patch))
        .route("/bulk/items/async-remove-by-filter", post(jobs::remove))
        .route("/async-jobs/{id}/status", get(jobs::status))
}

fn structure() -> Router<Emulator> {
    Router::new()
        .route("/collections", get(collections::list).post(collections::create).put(collections::update))
        .route("/collections/create-field", post(collections::create_field))
        .route("/collections/update-field", post(collections::update_field))
        .route("/collections/delete-field", post(collections::delete_field))
        .route("/collections/add-plugin", post(plugins::add))
        .route("/collections/delete-plugin", post(plugins::delete))
        .route(
            "/collections/{id}",
            get(collections::get).patch(collections::patch).delete(collections::delete),
        )
        .route("/collections/{id}/patch-field", patch(collections::patch_field))
        .route("/indexes", get(indexes::list).post(indexes::create).delete(indexes::drop))
        .route("/indexes/available", get(indexes::available))
}

/// Looks at the site's data, off the threads that serve requests: a long look must not hold up short ones.
async fn read(
    emulator: Emulator,
    caller: Permitted<impl Need>,
    consistent: bool,
    look: impl FnOnce(&mut SiteData) -> Result<Value, DataError> + Send + 'static,
) -> Reply {
    let caller = caller.caller();
    let work = move || {
        let engine = emulator.engine();
        let now = engine.now();
        let mut store = engine.data();
        look(store.read(&caller.site_id, now, consistent || caller.consistent))
            .map(|reply| Json(reply).into_response())
    };
    tokio::task::spawn_blocking(work).await.expect("looking at data does not panic")
}

/// Changes the site's data, and tells the app of it where it wants to know.
async fn write(
    emulator: Emulator,
    caller: Permitted<impl Need>,
    work: impl FnOnce(&mut Tx<'_>, &Writer) -> Result<Written, DataError> + Send + 'static,
) -> Reply {
    let caller = caller.caller();
    let work = move || {
        let engine = emulator.engine();
        let (now, writer) = (engine.now(), caller.writer(&emulator));
        let mut store = engine.data();
        let written = store.write(&caller.site_id, now, |tx| work(tx, &writer))?;
        let eventual = store.is_eventual();
        drop(store);
        engine.tell_app_of_data(&caller, &written.collection, &written.changes)?;
        let mut response = Json(written.reply).into_response();
        if eventual {
            let mark = HeaderValue::from(now.as_millisecond());
            response.headers_mut().insert(CONSISTENT, mark);
        }
        Ok(response)
    };
    tokio::task::spawn_blocking(work).await.expect("changing data does not panic")
}

/// A field of the request that must be there.
fn required(text: Option<String>, field: &str) -> Result<String, DataError> {
    text.filter(|text| !text.is_empty()).ok_or_else(|| DataError::missing(field))
}

/// An item as replies carry it.
fn data_item(collection: &str, item: Value) -> Value {
    serde_json::json!({ "id": item["_id"], "dataCollectionId": collection, "data": item })
}

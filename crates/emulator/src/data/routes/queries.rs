//! Asking for many items: query, count, distinct values, search, aggregation.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, data_item, read, required};
use crate::Emulator;
use crate::api::permitted::ReadDataItems;
use crate::data::aggregate::{self, Aggregation, pipeline::Pipeline};
use crate::data::error::DataError;
use crate::data::filter::Filter;
use crate::data::query::order::{SortField, Sorting};
use crate::data::query::page::{CursorPaging, Page, Paging};
use crate::data::query::shape::{Include, include, project};
use crate::data::query::{Query, find, run};
use crate::data::request::{Asked, Permitted};
use crate::data::search::{self, Search};
use crate::data::store::definition::Order;
use crate::data::store::op::SiteData;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryCall {
    data_collection_id: Option<String>,
    query: Option<QueryBody>,
    return_total_count: Option<bool>,
    consistent_read: Option<bool>,
    include_references: Option<Vec<Include>>,
    /// The older form of `includeReferences`.
    include_referenced_items: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryBody {
    filter: Option<Value>,
    sort: Option<Vec<SortField>>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
    fields: Option<Vec<String>>,
}

pub(super) async fn query(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<QueryCall>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let body = asked.query.unwrap_or_default();
        let query = Query {
            collection: required(asked.data_collection_id, "dataCollectionId")?,
            filter: body.filter.unwrap_or_default(),
            sorting: Sorting::parse(body.sort.as_ref())?,
            page: Page::parse(body.paging.as_ref(), body.cursor_paging.as_ref())?,
            total: asked.return_total_count.unwrap_or(false),
        };
        let (items, info) = run(site, &query)?;
        let mut includes = asked.include_references.unwrap_or_default();
        includes.extend(asked.include_referenced_items.unwrap_or_default().into_iter().map(Include::of));
        let items = shaped(site, &query.collection, items, &includes, &body.fields.unwrap_or_default())?;
        Ok(json!({ "dataItems": items, "pagingMetadata": info.json() }))
    })
    .await
}

fn shaped(
    site: &SiteData,
    collection: &str,
    items: Vec<Value>,
    includes: &[Include],
    fields: &[String],
) -> Result<Vec<Value>, DataError> {
    let each = items.into_iter().map(|mut item| {
        include(site, collection, &mut item, includes)?;
        Ok(data_item(collection, project(item, fields)))
    });
    each.collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Count {
    data_collection_id: Option<String>,
    filter: Option<Value>,
    consistent_read: Option<bool>,
}

pub(super) async fn count(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Count>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let filter = Filter::parse(asked.filter.as_ref())?;
        Ok(json!({ "totalCount": find::count(site.collection(&collection)?, &filter) }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Distinct {
    data_collection_id: Option<String>,
    field_name: Option<String>,
    filter: Option<Value>,
    order: Option<Order>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
    return_total_count: Option<bool>,
    consistent_read: Option<bool>,
}

pub(super) async fn distinct(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Distinct>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let page = Page::parse(asked.paging.as_ref(), asked.cursor_paging.as_ref())?;
        let request = json!({ "field": asked.field_name, "filter": asked.filter, "down": asked.order == Some(Order::Desc) });
        let total = asked.return_total_count.unwrap_or(false);
        let (values, info) = aggregate::distinct(site.collection(&collection)?, request, &page, total)?;
        Ok(json!({ "distinctValues": values, "pagingMetadata": info.json() }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SearchCall {
    data_collection_id: Option<String>,
    search: Option<Search>,
    consistent_read: Option<bool>,
    include_references: Option<Vec<Include>>,
}

pub(super) async fn search(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<SearchCall>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let search = asked.search.ok_or_else(|| DataError::missing("search"))?;
        let (items, info) = search::run(site.collection(&collection)?, &search)?;
        let includes = asked.include_references.unwrap_or_default();
        let items = shaped(site, &collection, items, &includes, search.fields())?;
        Ok(json!({ "dataItems": items, "pagingMetadata": info.json() }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Aggregate {
    data_collection_id: Option<String>,
    initial_filter: Option<Value>,
    aggregation: Option<Value>,
    final_filter: Option<Value>,
    sort: Option<Vec<SortField>>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
    return_total_count: Option<bool>,
    consistent_read: Option<bool>,
}

pub(super) async fn aggregate(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<Aggregate>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let page = Page::parse(asked.paging.as_ref(), asked.cursor_paging.as_ref())?;
        let request = json!({
            "initial": asked.initial_filter, "aggregation": asked.aggregation, "final": asked.final_filter,
            "sort": asked.sort,
        });
        let total = asked.return_total_count.unwrap_or(false);
        let (results, info) = Aggregation::run(site.collection(&collection)?, request, &page, total)?;
        Ok(json!({ "results": results, "pagingMetadata": info.json() }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PipelineCall {
    data_collection_id: Option<String>,
    pipeline: Option<PipelineBody>,
    return_total_count: Option<bool>,
    consistent_read: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PipelineBody {
    stages: Option<Vec<Value>>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
}

pub(super) async fn pipeline(
    State(emulator): State<Emulator>,
    caller: Permitted<ReadDataItems>,
    Asked(asked): Asked<PipelineCall>,
) -> Reply {
    let strong = asked.consistent_read.unwrap_or(false);
    read(emulator, caller, strong, move |site| {
        let collection = required(asked.data_collection_id, "dataCollectionId")?;
        let body = asked.pipeline.ok_or_else(|| DataError::missing("pipeline"))?;
        let page = Page::parse(body.paging.as_ref(), body.cursor_paging.as_ref())?;
        let total = asked.return_total_count.unwrap_or(false);
        let stages = json!(body.stages.unwrap_or_default());
        let (results, info) = Pipeline::run(site.collection(&collection)?, stages, &page, total)?;
        Ok(json!({ "results": results, "pagingMetadata": info.json() }))
    })
    .await
}

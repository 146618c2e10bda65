//! The shape of items in replies: chosen fields, and referenced items in the place of their ids.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::data::error::DataError;
use crate::data::store::definition::Target;
use crate::data::store::op::SiteData;

/// How many items of a multi-reference field are included when no number is asked for.
const INCLUDED: usize = 50;

/// How many can be asked for.
const MAX_INCLUDED: usize = 1_000;

/// A reference field whose items the caller wants.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Include {
    field: Option<String>,
    limit: Option<i64>,
}

impl Include {
    /// The older form: only the name.
    pub(crate) fn of(field: String) -> Self {
        Self { field: Some(field), limit: None }
    }
}

/// Keeps `_id` and the fields asked for; all when none is.
pub(crate) fn project(item: Value, fields: &[String]) -> Value {
    let Value::Object(mut have) = item else { return item };
    if fields.is_empty() {
        return Value::Object(have);
    }
    let mut kept = Map::new();
    if let Some(id) = have.remove("_id") {
        kept.insert("_id".to_owned(), id);
    }
    for field in fields {
        keep(&have, field, &mut kept);
    }
    Value::Object(kept)
}

fn keep(from: &Map<String, Value>, path: &str, into: &mut Map<String, Value>) {
    if let Some(value) = from.get(path) {
        into.insert(path.to_owned(), value.clone());
        return;
    }
    let Some((first, rest)) = path.split_once('.') else { return };
    if let Some(Value::Object(inner)) = from.get(first) {
        let slot = into.entry(first).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(slot) = slot {
            keep(inner, rest, slot);
        }
    }
}

/// Puts referenced items into an item of `collection`.
pub(crate) fn include(
    site: &SiteData,
    collection: &str,
    item: &mut Value,
    includes: &[Include],
) -> Result<(), DataError> {
    for include in includes {
        let field = include.field.as_deref().filter(|field| !field.is_empty());
        let field = field.ok_or_else(|| DataError::missing("includeReferences.field"))?;
        let limit = match include.limit.map(usize::try_from) {
            None => INCLUDED,
            Some(Ok(limit)) if limit <= MAX_INCLUDED => limit,
            Some(_) => {
                let text = format!("must be 0 to {MAX_INCLUDED}");
                return Err(DataError::field("includeReferences.limit", text, "RANGE"));
            }
        };
        include_field(site, collection, item, field, limit)?;
    }
    Ok(())
}

fn include_field(
    site: &SiteData,
    collection: &str,
    item: &mut Value,
    field: &str,
    limit: usize,
) -> Result<(), DataError> {
    let have = site.collections.get(collection).ok_or_else(|| DataError::no_collection(collection))?;
    let find = |target: &str, id: &str| site.collections.get(target)?.find(id);
    match have.definition.target(field) {
        Some(Target::One { collection: target }) => {
            let found = item.get(field).and_then(Value::as_str).and_then(|id| find(target, id));
            if let Some(found) = found {
                item[field] = found;
            }
        }
        Some(Target::Many { collection: target }) => {
            let id = item.get("_id").and_then(Value::as_str).unwrap_or_default();
            let found: Vec<Value> =
                have.links(field, id).iter().filter_map(|id| find(target, id)).take(limit).collect();
            item[field] = found.into();
        }
        None => {
            let text = format!("Provided property [{field}] is not a reference field.");
            return Err(DataError::bad("WDE0020", text));
        }
    }
    Ok(())
}

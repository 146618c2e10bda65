//! Aggregation: groups and sums over items, and the distinct values of a field.

mod expression;
mod group;
pub(crate) mod pipeline;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::group::{Gather, Tally};
use super::error::DataError;
use super::filter::Filter;
use super::query::find;
use super::query::order::{Position, SortField, Sorting};
use super::query::page::{Page, PageInfo, resume, slice};
use super::store::collection::Collection;
use super::value::{Key, at_path};

/// `groupingFields` and `operations` of the plain aggregate call.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aggregation {
    grouping_fields: Option<Vec<String>>,
    operations: Option<Vec<Operation>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    result_field_name: Option<String>,
    average: Option<Of>,
    min: Option<Of>,
    max: Option<Of>,
    sum: Option<Of>,
    item_count: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Of {
    item_field_name: Option<String>,
}

/// An operation that was checked: where its result goes, what it gathers, and from which field.
struct Planned {
    name: String,
    gather: Gather,
    path: Option<String>,
}

impl Aggregation {
    pub(crate) fn run(
        collection: &mut Collection,
        request: Value,
        page: &Page,
        total: bool,
    ) -> Result<(Vec<Value>, PageInfo), DataError> {
        const CURSOR: &str = "aggregate";
        let (request, offset) = resume(CURSOR, request, page)?;
        let wrong =
            |_| DataError::field("aggregation", "must have groupingFields and operations", "INVALID_TYPE");
        let asked: Option<Self> = serde_json::from_value(request["aggregation"].clone()).map_err(wrong)?;
        let asked = asked.unwrap_or_default();
        let fields = asked.grouping_fields.unwrap_or_default();
        let planned: Vec<Planned> = asked
            .operations
            .unwrap_or_default()
            .into_iter()
            .map(Operation::plan)
            .collect::<Result<_, _>>()?;
        if fields.is_empty() && planned.is_empty() {
            return Err(DataError::missing("aggregation"));
        }
        let initial = Filter::parse(Some(&request["initial"]))?;
        let last = Filter::parse(Some(&request["final"]))?;
        let sort: Option<Vec<SortField>> =
            serde_json::from_value(request["sort"].clone()).unwrap_or_default();
        let sorting = Sorting::parse(sort.as_ref())?;
        let rows = grouped(collection, &initial, &fields, &planned);
        let rows = sorted(rows.into_iter().filter(|row| last.matches(row)).collect(), &sorting);
        Ok(slice(CURSOR, rows, page, offset, total, &request))
    }
}

impl Operation {
    fn plan(self) -> Result<Planned, DataError> {
        let chosen = [
            (Gather::Average, self.average.map(|of| of.item_field_name)),
            (Gather::Min, self.min.map(|of| of.item_field_name)),
            (Gather::Max, self.max.map(|of| of.item_field_name)),
            (Gather::Sum, self.sum.map(|of| of.item_field_name)),
            (Gather::Count, self.item_count.map(|_| None)),
        ];
        let mut chosen = chosen.into_iter().filter_map(|(gather, path)| Some((gather, path?)));
        let (Some((gather, path)), None) = (chosen.next(), chosen.next()) else {
            let text = "must be exactly one of average, min, max, sum and itemCount";
            return Err(DataError::field("aggregation.operations", text, "ONE_OF"));
        };
        let path = path.filter(|path| !path.is_empty());
        if path.is_none() && gather != Gather::Count {
            return Err(DataError::missing("aggregation.operations.itemFieldName"));
        }
        let name = self.result_field_name.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| DataError::missing("aggregation.operations.resultFieldName"))?;
        Ok(Planned { name, gather, path })
    }
}

fn grouped(
    collection: &mut Collection,
    filter: &Filter,
    fields: &[String],
    planned: &[Planned],
) -> Vec<Value> {
    let mut groups: BTreeMap<Vec<Key>, (Value, Vec<Tally>)> = BTreeMap::new();
    find::each(collection, filter, |item| {
        let values: Vec<Value> = fields.iter().map(|field| first_at(&item, field)).collect();
        let group = groups.entry(values.iter().map(Key::of).collect()).or_insert_with(|| {
            let id: Map<String, Value> = fields.iter().cloned().zip(values).collect();
            (Value::Object(id), planned.iter().map(|_| Tally::default()).collect())
        });
        for (tally, operation) in group.1.iter_mut().zip(planned) {
            match &operation.path {
                Some(path) => tally.take(&first_at(&item, path)),
                None => tally.take(&Value::Null),
            }
        }
    });
    let row = |(id, tallies): (Value, Vec<Tally>)| {
        let mut row = Map::new();
        // Without grouping there is one group, which has no id.
        row.insert("_id".to_owned(), if fields.is_empty() { Value::Null } else { id });
        for (tally, operation) in tallies.into_iter().zip(planned) {
            row.insert(operation.name.clone(), tally.result(operation.gather));
        }
        Value::Object(row)
    };
    groups.into_values().map(row).collect()
}

pub(super) fn first_at(item: &Value, path: &str) -> Value {
    at_path(item, path).first().map_or(Value::Null, |value| (*value).clone())
}

/// In the order asked for; without one, as they came.
pub(super) fn sorted(rows: Vec<Value>, sorting: &Sorting) -> Vec<Value> {
    if sorting.0.is_empty() {
        return rows;
    }
    let place = |(number, row): (usize, Value)| (sorting.position(&row, number as u64), row);
    let mut rows: Vec<(Position, Value)> = rows.into_iter().enumerate().map(place).collect();
    // Equal rows keep the order they had.
    rows.sort_by(|(a, _), (b, _)| {
        let (a, b) = (Position { seq: 0, ..a.clone() }, Position { seq: 0, ..b.clone() });
        sorting.compare(&a, &b)
    });
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The distinct values of a field, in order; the elements where a value is a list.
pub(crate) fn distinct(
    collection: &mut Collection,
    request: Value,
    page: &Page,
    total: bool,
) -> Result<(Vec<Value>, PageInfo), DataError> {
    const CURSOR: &str = "distinct";
    let (request, offset) = resume(CURSOR, request, page)?;
    let field = request["field"].as_str().filter(|field| !field.is_empty());
    let field = field.ok_or_else(|| DataError::missing("fieldName"))?;
    let filter = Filter::parse(Some(&request["filter"]))?;
    let mut keys = BTreeSet::new();
    find::each(collection, &filter, |item| {
        for value in at_path(&item, field) {
            match value {
                Value::Array(elements) => keys.extend(elements.iter().map(Key::of)),
                other => {
                    keys.insert(Key::of(other));
                }
            }
        }
    });
    let mut values: Vec<Value> = keys.iter().map(Key::json).collect();
    if request["down"] == json!(true) {
        values.reverse();
    }
    Ok(slice(CURSOR, values, page, offset, total, &request))
}

//! Aggregation pipelines: stages, each taking the rows of the one before it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::expression::Expression;
use super::group::{Gather, Tally};
use super::sorted;
use crate::data::error::DataError;
use crate::data::filter::Filter;
use crate::data::query::find;
use crate::data::query::order::{SortField, Sorting};
use crate::data::query::page::{Page, PageInfo, resume, slice};
use crate::data::query::shape::project;
use crate::data::store::collection::Collection;
use crate::data::value::Key;

/// How many stages a pipeline may have.
const MAX_STAGES: usize = 50;

/// A pipeline that was checked.
pub(crate) struct Pipeline(Vec<Stage>);

enum Stage {
    Filter(Filter),
    Sort(Sorting),
    Skip(usize),
    Limit(usize),
    Group { ids: Vec<(String, Expression)>, gathered: Vec<(String, Gather, Expression)> },
    Project(Projection),
    Unwind(String),
    ObjectToArray { from: String, to: String },
}

#[derive(Default)]
struct Projection {
    include: Vec<String>,
    exclude: Vec<String>,
    reshape: Vec<(String, Expression)>,
    nested: Vec<(String, Projection)>,
}

type Parsed<T> = Result<T, DataError>;

impl Pipeline {
    pub(crate) fn run(
        collection: &mut Collection,
        stages: Value,
        page: &Page,
        total: bool,
    ) -> Parsed<(Vec<Value>, PageInfo)> {
        const CURSOR: &str = "pipeline";
        let (stages, offset) = resume(CURSOR, stages, page)?;
        let list = stages.as_array().ok_or_else(|| wrong("stages", "must be a list"))?;
        if list.len() > MAX_STAGES {
            return Err(wrong("stages", &format!("at most {MAX_STAGES} stages")));
        }
        let pipeline = Self(list.iter().map(Stage::parse).collect::<Parsed<_>>()?);
        let mut rows = Vec::new();
        // The first filter finds its items as a query does.
        let (first, rest) = match pipeline.0.split_first() {
            Some((Stage::Filter(filter), rest)) => (filter, rest),
            _ => (&Filter::ALL, &pipeline.0[..]),
        };
        find::each(collection, first, |item| rows.push(item));
        let rows = rest.iter().fold(rows, |rows, stage| stage.apply(rows));
        Ok(slice(CURSOR, rows, page, offset, total, &stages))
    }
}

impl Stage {
    fn parse(json: &Value) -> Parsed<Self> {
        let fields = json.as_object().filter(|fields| fields.len() == 1);
        let (name, value) = fields
            .and_then(|fields| fields.iter().next())
            .ok_or_else(|| wrong("stages", "each must be one stage"))?;
        let number = || {
            value
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(|| wrong(name, "must be a whole number of 0 or more"))
        };
        match name.as_str() {
            "filter" => Filter::parse(Some(value)).map(Self::Filter),
            "sort" => {
                let fields: Vec<SortField> = serde_json::from_value(value["values"].clone())
                    .map_err(|_| wrong("sort.values", "must be a list of fieldName and order"))?;
                Sorting::parse(Some(&fields)).map(Self::Sort)
            }
            "skip" => number().map(Self::Skip),
            "limit" => number().map(Self::Limit),
            "group" => Self::group(value),
            "projection" => Projection::parse(&value["fields"]).map(Self::Project),
            "unwindArray" => text(value, "arrayFieldName").map(Self::Unwind),
            "objectToArray" => Ok(Self::ObjectToArray {
                from: text(value, "objectFieldName")?,
                to: text(value, "destinationFieldName")?,
            }),
            _ => Err(wrong(
                "stages",
                "a stage is filter, sort, skip, limit, group, projection, unwindArray or objectToArray",
            )),
        }
    }

    fn group(value: &Value) -> Parsed<Self> {
        let mut ids = Vec::new();
        for id in value["groupIds"].as_array().into_iter().flatten() {
            let expression = Expression::parse(&id["expression"])?;
            let name = match (id["key"].as_str(), &expression) {
                (Some(name), _) => name.to_owned(),
                (None, Expression::Field(path)) => path.clone(),
                (None, _) => return Err(wrong("group.groupIds.key", "must not be empty")),
            };
            ids.push((name, expression));
        }
        let mut gathered = Vec::new();
        for accumulator in value["accumulators"].as_array().into_iter().flatten() {
            gathered.push(accumulated(accumulator)?);
        }
        Ok(Self::Group { ids, gathered })
    }

    fn apply(&self, rows: Vec<Value>) -> Vec<Value> {
        match self {
            Self::Filter(filter) => rows.into_iter().filter(|row| filter.matches(row)).collect(),
            Self::Sort(sorting) => sorted(rows, sorting),
            Self::Skip(count) => rows.into_iter().skip(*count).collect(),
            Self::Limit(count) => rows.into_iter().take(*count).collect(),
            Self::Group { ids, gathered } => grouped(&rows, ids, gathered),
            Self::Project(projection) => rows.into_iter().map(|row| projection.apply(row)).collect(),
            Self::Unwind(field) => rows.into_iter().flat_map(|row| unwound(row, field)).collect(),
            Self::ObjectToArray { from, to } => rows.into_iter().map(|row| listed(row, from, to)).collect(),
        }
    }
}

fn accumulated(json: &Value) -> Parsed<(String, Gather, Expression)> {
    let known = [
        ("avg", Gather::Average),
        ("min", Gather::Min),
        ("max", Gather::Max),
        ("sum", Gather::Sum),
        ("first", Gather::First),
        ("last", Gather::Last),
        ("push", Gather::Push),
    ];
    let name = text(json, "resultFieldName")?;
    let found = known.into_iter().find_map(|(word, gather)| Some((gather, json.get(word)?)));
    let (gather, of) = found.ok_or_else(|| wrong("group.accumulators", "each must gather something"))?;
    Ok((name, gather, Expression::parse(&of["expression"])?))
}

fn grouped(
    rows: &[Value],
    ids: &[(String, Expression)],
    gathered: &[(String, Gather, Expression)],
) -> Vec<Value> {
    type Group = (Map<String, Value>, Vec<Tally>);
    let mut groups: BTreeMap<Vec<Key>, Group> = BTreeMap::new();
    for row in rows {
        let values: Vec<Value> = ids.iter().map(|(_, expression)| expression.value(row)).collect();
        let group = groups.entry(values.iter().map(Key::of).collect()).or_insert_with(|| {
            let id = ids.iter().map(|(name, _)| name.clone()).zip(values).collect();
            (id, gathered.iter().map(|(_, gather, _)| Tally::of(*gather)).collect())
        });
        for (tally, (_, _, expression)) in group.1.iter_mut().zip(gathered) {
            tally.take(&expression.value(row));
        }
    }
    let row = |(id, tallies): Group| {
        let mut row = Map::new();
        row.insert("_id".to_owned(), if ids.is_empty() { Value::Null } else { Value::Object(id) });
        for (tally, (name, gather, _)) in tallies.into_iter().zip(gathered) {
            row.insert(name.clone(), tally.result(*gather));
        }
        Value::Object(row)
    };
    groups.into_values().map(row).collect()
}

impl Projection {
    fn parse(fields: &Value) -> Parsed<Self> {
        let mut projection = Self::default();
        for field in fields.as_array().into_iter().flatten() {
            if let Some(include) = field.get("include") {
                projection.include.push(text(include, "fieldName")?);
            } else if let Some(exclude) = field.get("exclude") {
                projection.exclude.push(text(exclude, "fieldName")?);
            } else if let Some(reshape) = field.get("reshape") {
                let expression = Expression::parse(&reshape["expression"])?;
                projection.reshape.push((text(reshape, "resultFieldName")?, expression));
            } else if let Some(nested) = field.get("projectNested") {
                let name = text(nested, "resultFieldName")?;
                projection.nested.push((name, Self::parse(&nested["fields"])?));
            } else {
                return Err(wrong("projection.fields", "each must include, exclude, reshape or nest"));
            }
        }
        Ok(projection)
    }

    fn apply(&self, row: Value) -> Value {
        let mut made = self.added(&row);
        let chooses = !self.include.is_empty() || !made.is_empty();
        let mut kept = match (chooses, &self.include) {
            (true, include) if include.is_empty() => json!({ "_id": row["_id"] }),
            (true, include) => project(row, include),
            (false, _) => row,
        };
        if let Value::Object(fields) = &mut kept {
            self.exclude.iter().for_each(|name| drop(fields.remove(name)));
            fields.append(&mut made);
        }
        kept
    }

    fn added(&self, row: &Value) -> Map<String, Value> {
        let reshaped = self.reshape.iter().map(|(name, expression)| (name.clone(), expression.value(row)));
        let nested = self.nested.iter().map(|(name, inner)| {
            let mut fields = inner.added(row);
            if let Value::Object(mut kept) = project(row.clone(), &inner.include) {
                kept.retain(|name, _| inner.include.contains(name));
                fields.append(&mut kept);
            }
            (name.clone(), Value::Object(fields))
        });
        reshaped.chain(nested).collect()
    }
}

/// One row for each element of the list; none where there is no element.
fn unwound(row: Value, field: &str) -> Vec<Value> {
    match row.get(field) {
        Some(Value::Array(elements)) => {
            let with = |element: &Value| {
                let mut row = row.clone();
                row[field] = element.clone();
                row
            };
            elements.iter().map(with).collect()
        }
        None | Some(Value::Null) => Vec::new(),
        Some(_) => vec![row],
    }
}

/// Puts the fields of an object into a list of `{key, value}`.
fn listed(mut row: Value, from: &str, to: &str) -> Value {
    if let Some(Value::Object(fields)) = row.get(from) {
        let list: Vec<Value> =
            fields.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        row[to] = list.into();
    }
    row
}

fn text(json: &Value, name: &str) -> Parsed<String> {
    let text = json[name].as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| wrong(name, "must not be empty"))
}

fn wrong(field: &str, description: &str) -> DataError {
    DataError::field(&format!("pipeline.{field}"), description, "INVALID_STAGE")
}

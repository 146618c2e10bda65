//! The order of a result, and places in it.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::data::error::DataError;
use crate::data::store::definition::Order;
use crate::data::value::{Key, sort_key};

/// How many fields a result can be sorted by.
const MAX_FIELDS: usize = 20;

/// A field to sort by, as requests carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SortField {
    pub(crate) field_name: Option<String>,
    pub(crate) order: Option<Order>,
}

/// The whole order. Without fields the newest item comes first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sorting(pub(crate) Vec<(String, bool)>);

/// Where an item stands in an order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    pub(crate) keys: Vec<Key>,
    pub(crate) seq: u64,
}

impl Sorting {
    pub(crate) fn parse(fields: Option<&Vec<SortField>>) -> Result<Self, DataError> {
        let fields = fields.map_or(&[][..], Vec::as_slice);
        if fields.len() > MAX_FIELDS {
            return Err(DataError::field("sort", format!("at most {MAX_FIELDS} fields"), "MAX_SIZE"));
        }
        let each = fields.iter().map(|field| match field.field_name.as_deref() {
            Some(name) if !name.is_empty() => Ok((name.to_owned(), field.order == Some(Order::Desc))),
            _ => Err(DataError::missing("sort.fieldName")),
        });
        each.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn json(&self) -> Value {
        let field = |(path, down): &(String, bool)| json!({ "fieldName": path, "order": if *down { "DESC" } else { "ASC" } });
        self.0.iter().map(field).collect()
    }

    pub(crate) fn position(&self, item: &Value, seq: u64) -> Position {
        Position { keys: self.0.iter().map(|(path, down)| sort_key(item, path, *down)).collect(), seq }
    }

    /// Whether, of two items alike, the newer comes first.
    pub(crate) fn newest_first(&self) -> bool {
        self.0.last().is_none_or(|(_, down)| *down)
    }

    pub(crate) fn compare(&self, a: &Position, b: &Position) -> Ordering {
        let keys = a.keys.iter().zip(&b.keys).zip(&self.0);
        let by_keys = keys.map(|((a, b), (_, down))| if *down { b.cmp(a) } else { a.cmp(b) });
        by_keys
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| if self.newest_first() { b.seq.cmp(&a.seq) } else { a.seq.cmp(&b.seq) })
    }
}

impl Position {
    pub(crate) fn json(&self) -> Value {
        json!([self.keys.iter().map(Key::json).collect::<Vec<_>>(), self.seq])
    }

    pub(crate) fn parse(value: &Value, sorting: &Sorting) -> Option<Self> {
        let keys: Vec<Key> = value.get(0)?.as_array()?.iter().map(Key::of).collect();
        (keys.len() == sorting.0.len()).then_some(Self { keys, seq: value.get(1)?.as_u64()? })
    }
}

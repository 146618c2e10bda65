//! The order of what is asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Which end comes first.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Order, Stage};
/// let stage = Stage::sort([("likes", Order::Descending), ("title", Order::Ascending)]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The least.
    #[serde(rename = "ASC")]
    Ascending,
    /// The greatest.
    #[serde(rename = "DESC")]
    Descending,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Sort(Vec<Value>);

impl Sort {
    pub(super) fn push(&mut self, field: String, order: Order) {
        self.0.push(json!({ "fieldName": field, "order": order }));
    }

    /// The order of one field, if it is sorted by.
    pub(super) fn order_of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|sorted| sorted["fieldName"] == field)?["order"].as_str()
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>) {
        if !self.0.is_empty() {
            into.insert("sort".to_owned(), self.json());
        }
    }

    pub(super) fn json(&self) -> Value {
        json!(self.0)
    }
}

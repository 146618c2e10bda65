//! What a collection is: its fields, permissions and declared indexes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A collection without its items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) id: String,
    pub(crate) display_name: Option<String>,
    pub(crate) display_field: Option<String>,
    /// As the app wrote them; each has at least `key` and `type`.
    pub(crate) fields: Vec<Map<String, Value>>,
    pub(crate) permissions: Permissions,
    pub(crate) plugins: Vec<Value>,
    pub(crate) revision: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    #[serde(default)]
    pub(crate) indexes: Vec<DeclaredIndex>,
}

/// The lowest role that may do what. An app acts with the rights of an administrator, so that they never stop it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Permissions {
    pub(crate) insert: Role,
    pub(crate) update: Role,
    pub(crate) remove: Role,
    pub(crate) read: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Role {
    Admin,
    SiteMemberAuthor,
    SiteMember,
    Anyone,
}

/// An index asked for by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeclaredIndex {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) fields: Vec<IndexField>,
    pub(crate) unique: bool,
    pub(crate) case_insensitive: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IndexField {
    pub(crate) path: String,
    pub(crate) order: Order,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Order {
    Asc,
    Desc,
}

/// How a field points to items of another collection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target<'a> {
    /// `REFERENCE`: the field holds the id of one item.
    One { collection: &'a str },
    /// `MULTI_REFERENCE`: the links are kept beside the items.
    Many { collection: &'a str },
}

impl Definition {
    pub(crate) fn field(&self, key: &str) -> Option<&Map<String, Value>> {
        self.fields.iter().find(|field| field.get("key").and_then(Value::as_str) == Some(key))
    }

    /// Where a reference field leads; `None` for every other field.
    pub(crate) fn target(&self, key: &str) -> Option<Target<'_>> {
        target_of(self.field(key)?)
    }

    /// The keys of the fields with several references.
    pub(crate) fn multi_references(&self) -> impl Iterator<Item = &str> {
        let many = self.fields.iter().filter(|field| matches!(target_of(field), Some(Target::Many { .. })));
        many.filter_map(|field| field.get("key")?.as_str())
    }
}

fn target_of(field: &Map<String, Value>) -> Option<Target<'_>> {
    let metadata = field.get("typeMetadata");
    let collection = |name: &str| metadata?.get(name)?.get("referencedCollectionId")?.as_str();
    match field.get("type")?.as_str()? {
        "REFERENCE" => Some(Target::One { collection: collection("reference").unwrap_or_default() }),
        "MULTI_REFERENCE" => {
            Some(Target::Many { collection: collection("multiReference").unwrap_or_default() })
        }
        _ => None,
    }
}

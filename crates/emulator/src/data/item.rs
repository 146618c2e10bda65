//! Items: what is allowed into one, what the platform adds, and inserting, replacing and removing them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::error::DataError;
use super::filter::Filter;
use super::store::Tx;
use super::store::collection::Stored;
use super::store::definition::{Definition, Target};
use super::store::op::Op;
use super::value::{date, moment};

/// The largest item, as JSON.
pub(crate) const MAX_ITEM: usize = 500 * 1024;

/// The longest id of an item.
const MAX_ID: usize = 256;

/// The fields the platform fills in.
const SYSTEM_DATES: [&str; 2] = ["_createdDate", "_updatedDate"];

type Fields = Map<String, Value>;

/// Who writes, and how ids come about.
pub(crate) struct Writer {
    pub(crate) owner_id: String,
    pub(crate) seed: crate::world::seed::Seed,
    pub(crate) site_id: String,
}

/// What became of an item, for the reply and for the app's webhooks.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) kind: ChangeKind,
    pub(crate) id: String,
    /// The item after an insert or update, and before a removal.
    pub(crate) item: Value,
    pub(crate) before: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ChangeKind {
    Created,
    Updated,
    Deleted,
}

/// An item as a request carries it.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentItem {
    pub(crate) id: Option<String>,
    pub(crate) data: Option<Value>,
}

impl SentItem {
    /// The fields and the id, if it has one in either place.
    pub(crate) fn open(self) -> Result<(Fields, Option<String>), DataError> {
        let mut fields = match self.data {
            Some(Value::Object(fields)) => fields,
            None | Some(Value::Null) => Map::new(),
            Some(_) => {
                return Err(DataError::bad(
                    "WDE0004",
                    "Failed to save the item. Items must be JavaScript objects.",
                ));
            }
        };
        let within = match fields.remove("_id") {
            None => None,
            Some(Value::String(id)) if is_id(&id) => Some(id),
            Some(_) => return Err(bad_id()),
        };
        let beside = self.id.filter(|id| !id.is_empty());
        if beside.as_ref().is_some_and(|id| !is_id(id)) {
            return Err(bad_id());
        }
        match (&beside, &within) {
            (Some(a), Some(b)) if a != b => {
                let text = "`dataItem.id` and `dataItem.data._id` name two different items.";
                Err(DataError::bad("WDE0079", text))
            }
            _ => Ok((fields, beside.or(within))),
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
}

fn bad_id() -> DataError {
    DataError::bad("WDE0002", format!("Item ID must be a string of 1 to {MAX_ID} bytes."))
}

impl Tx<'_> {
    /// Adds an item; refuses one whose id is taken.
    pub(crate) fn insert(
        &mut self,
        to: &str,
        sent: SentItem,
        writer: &Writer,
        links: bool,
    ) -> Result<Change, DataError> {
        let (fields, id) = sent.open()?;
        let have = self.collection(to)?;
        if let Some(id) = id.as_deref().filter(|id| have.seq_of(id).is_some()) {
            return Err(DataError::item_exists(id, to));
        }
        let seq = have.next_seq();
        let id = id.unwrap_or_else(|| writer.new_id(to, seq, &self.now.to_string()));
        self.write_item(to, Place { seq, id, before: None }, fields, writer, links)
    }

    /// Replaces the whole item.
    pub(crate) fn update(
        &mut self,
        to: &str,
        sent: SentItem,
        writer: &Writer,
        links: bool,
        only_if: &Filter,
    ) -> Result<Change, DataError> {
        let (fields, id) = sent.open()?;
        let no_id = "Invalid update. Updated object must have a string _id property.";
        let id = id.ok_or_else(|| DataError::bad("WDE0007", no_id))?;
        let (seq, before) = self.existing(to, &id, only_if)?;
        self.write_item(to, Place { seq, id, before: Some(before) }, fields, writer, links)
    }

    /// Inserts or replaces.
    pub(crate) fn save(
        &mut self,
        to: &str,
        sent: SentItem,
        writer: &Writer,
        links: bool,
    ) -> Result<Change, DataError> {
        let (fields, id) = sent.open()?;
        let known = match &id {
            Some(id) => self.collection(to)?.seq_of(id).is_some(),
            None => false,
        };
        let sent = SentItem { id, data: Some(Value::Object(fields)) };
        if known {
            self.update(to, sent, writer, links, &Filter::ALL)
        } else {
            self.insert(to, sent, writer, links)
        }
    }

    pub(crate) fn remove(&mut self, from: &str, id: &str, only_if: &Filter) -> Result<Change, DataError> {
        let (seq, item) = self.existing(from, id, only_if)?;
        let fields: Vec<String> =
            self.collection(from)?.definition.multi_references().map(str::to_owned).collect();
        for field in fields {
            self.link(from, &field, id, Vec::new())?;
        }
        self.apply(Op::Remove { collection: from.to_owned(), seq });
        Ok(Change { kind: ChangeKind::Deleted, id: id.to_owned(), before: Some(item.clone()), item })
    }

    /// An item that is there and fits the condition.
    pub(crate) fn existing(
        &mut self,
        of: &str,
        id: &str,
        only_if: &Filter,
    ) -> Result<(u64, Value), DataError> {
        let have = self.collection(of)?;
        let found = have.seq_of(id).and_then(|seq| Some((seq, have.item(seq)?)));
        found.filter(|(_, item)| only_if.matches(item)).ok_or_else(|| DataError::no_item(id, of))
    }

    /// Sets the links of one item, unless it has just these.
    pub(crate) fn link(&mut self, of: &str, field: &str, id: &str, to: Vec<String>) -> Result<(), DataError> {
        if self.collection(of)?.links(field, id) != to {
            self.apply(Op::Link {
                collection: of.to_owned(),
                field: field.to_owned(),
                id: Arc::from(id),
                to,
            });
        }
        Ok(())
    }

    /// Writes the fields as the item's new content, with what the platform adds.
    pub(crate) fn write_item(
        &mut self,
        to: &str,
        place: Place,
        mut fields: Fields,
        writer: &Writer,
        links: bool,
    ) -> Result<Change, DataError> {
        let definition = &self.collection(to)?.definition;
        let linked = pull_references(definition, &mut fields)?;
        check_names(&mut fields)?;
        let kept = |name: &str| place.before.as_ref().and_then(|before| before.get(name).cloned());
        let owner = fields.remove("_owner").filter(Value::is_string).or_else(|| kept("_owner"));
        SYSTEM_DATES.iter().for_each(|name| drop(fields.remove(*name)));
        fields.insert("_id".to_owned(), place.id.as_str().into());
        fields.insert("_owner".to_owned(), owner.unwrap_or_else(|| writer.owner_id.as_str().into()));
        fields.insert("_createdDate".to_owned(), kept("_createdDate").unwrap_or_else(|| date(self.now)));
        fields.insert("_updatedDate".to_owned(), date(self.now));
        let item = Value::Object(fields);
        self.put(to, place.seq, &place.id, &item)?;
        if links {
            for (field, ids) in linked {
                self.link(to, &field, &place.id, ids)?;
            }
        }
        let kind = if place.before.is_some() { ChangeKind::Updated } else { ChangeKind::Created };
        Ok(Change { kind, id: place.id, item, before: place.before })
    }

    fn put(&mut self, to: &str, seq: u64, id: &str, item: &Value) -> Result<(), DataError> {
        let text = item.to_string();
        if text.len() > MAX_ITEM {
            let size = format!("Document is too large: {} bytes, and {MAX_ITEM} are allowed.", text.len());
            return Err(DataError::bad("WDE0009", size));
        }
        let have = self.collection(to)?;
        if let Some((index, other)) = have.clash(seq, item) {
            let other = have.stored(other).map(|stored| stored.id.to_string());
            let text = format!("The unique index {index} of collection [{to}] has this value already.");
            let status = axum::http::StatusCode::CONFLICT;
            let data = json!({ "indexName": index, "itemId": other });
            return Err(DataError::new(status, "WDE0123", text).with(data));
        }
        let stored = Stored { id: Arc::from(id), text: text.into() };
        self.apply(Op::Put { collection: to.to_owned(), seq, stored });
        Ok(())
    }
}

/// Where an item goes.
pub(crate) struct Place {
    pub(crate) seq: u64,
    pub(crate) id: String,
    pub(crate) before: Option<Value>,
}

impl Writer {
    fn new_id(&self, collection: &str, seq: u64, now: &str) -> String {
        self.seed.guid_of(&format!("item:{}:{collection}:{seq}:{now}", self.site_id))
    }
}

/// Makes ids of referenced items, and takes the links of multi-reference fields out of the item.
fn pull_references(
    definition: &Definition,
    fields: &mut Fields,
) -> Result<Vec<(String, Vec<String>)>, DataError> {
    let mut links = Vec::new();
    for field in definition.fields.iter().filter_map(|field| field.get("key")?.as_str()) {
        match definition.target(field) {
            Some(Target::One { .. }) => {
                if let Some(value) = fields.get_mut(field)
                    && let Some(id) = value.get("_id").and_then(Value::as_str)
                {
                    *value = id.into();
                }
            }
            Some(Target::Many { .. }) => {
                if let Some(value) = fields.remove(field)
                    && !value.is_null()
                {
                    links.push((field.to_owned(), ids_in(&value)?));
                }
            }
            None => {}
        }
    }
    Ok(links)
}

/// The ids in a list of ids or items, each once.
fn ids_in(value: &Value) -> Result<Vec<String>, DataError> {
    let list = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    let mut ids: Vec<String> = Vec::new();
    for value in list {
        let id = value.as_str().or_else(|| value.get("_id")?.as_str()).filter(|id| is_id(id));
        let id = id.ok_or_else(|| {
            DataError::bad("WDE0021", "Invalid reference: an id or an item with an _id belongs there.")
        })?;
        if !ids.iter().any(|have| have == id) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

/// Refuses names that operators use, and writes dates in one form.
fn check_names(fields: &mut Fields) -> Result<(), DataError> {
    for (name, value) in fields.iter_mut() {
        if name.starts_with('$') {
            let text = format!("Field name [{name}] begins with a dollar sign, which is not allowed.");
            return Err(DataError::bad("WDE0134", text));
        }
        check_value(value)?;
    }
    Ok(())
}

fn check_value(value: &mut Value) -> Result<(), DataError> {
    if let Some(at) = moment(value) {
        *value = date(at);
        return Ok(());
    }
    match value {
        Value::Object(fields) => check_names(fields),
        Value::Array(elements) => elements.iter_mut().try_for_each(check_value),
        _ => Ok(()),
    }
}

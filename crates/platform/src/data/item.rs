//! An item: the app's fields, and those that Wix keeps.

use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use wixapp_core::clock::Timestamp;

use super::date::Date;
use crate::error::Error;
use crate::{json, wire};

const ITEM: &str = "item";
const ANSWER: &str = "item in an answer of Wix";

/// An item of a collection, as Wix gives it: `data` has the app's own fields, the rest is Wix's.
///
/// In JSON they lie side by side, Wix's as `_id`, `_owner`, `_createdDate` and `_updatedDate`; a field with a referenced
/// item in it can be an `Item` too.
///
/// # Example
/// ```
/// use wixapp_platform::data::Item;
/// #[derive(serde::Deserialize)]
/// struct Post { title: String }
/// let json = r#"{"_id": "p-1", "title": "Hello", "_createdDate": {"$date": "2026-01-01T00:00:00.000Z"}}"#;
/// let item: Item<Post> = serde_json::from_str(json).unwrap();
/// assert_eq!((item.id.as_str(), item.data.title.as_str()), ("p-1", "Hello"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Item<T> {
    /// The item's id.
    pub id: String,
    /// Who made it: a person's or an app's id.
    pub owner: Option<String>,
    /// When it was made. Missing where only some fields were asked for.
    pub created_at: Option<Timestamp>,
    /// When it was last changed. Missing where only some fields were asked for.
    pub updated_at: Option<Timestamp>,
    /// The app's own fields.
    pub data: T,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let text = |value: Option<Value>| match value {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let id = text(fields.remove("_id")).ok_or_else(|| D::Error::custom("an item has no `_id`"))?;
        let owner = text(fields.remove("_owner"));
        let mut time = |name| fields.remove(name).and_then(moment);
        let (created_at, updated_at) = (time("_createdDate"), time("_updatedDate"));
        let data = serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)?;
        Ok(Self { id, owner, created_at, updated_at, data })
    }
}

/// Items of Wix's own apps have their times as text.
fn moment(value: Value) -> Option<Timestamp> {
    match value {
        Value::Object(_) => serde_json::from_value(value).map(Date::timestamp).ok(),
        other => wire::optional_time(other).ok().flatten(),
    }
}

impl<T: Serialize> Serialize for Item<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = fields_of(&self.data).map_err(S::Error::custom)?;
        fields.insert("_id".to_owned(), self.id.as_str().into());
        if let Some(owner) = &self.owner {
            fields.insert("_owner".to_owned(), owner.as_str().into());
        }
        for (name, time) in [("_createdDate", self.created_at), ("_updatedDate", self.updated_at)] {
            if let Some(time) = time {
                fields.insert(name.to_owned(), json!(Date::new(time)));
            }
        }
        fields.serialize(serializer)
    }
}

fn fields_of<T: Serialize>(data: &T) -> Result<Map<String, Value>, &'static str> {
    match serde_json::to_value(data) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err("it is not an object"),
        Err(_) => Err("it cannot be written as JSON"),
    }
}

/// The `data` of a `dataItem` in an answer.
pub(super) fn read<T: DeserializeOwned>(mut data_item: Value) -> Result<Item<T>, Error> {
    let Some(Value::Object(mut fields)) = data_item.get_mut("data").map(Value::take) else {
        return Err(Error::malformed(ANSWER, "it is not an object"));
    };
    fields.entry("_id").or_insert_with(|| data_item["id"].take());
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| Error::malformed(ANSWER, json::describe(&error)))
}

/// An item to be written: the app's own fields, and an id where the app chooses it.
///
/// Any `T` converts into one without an id, and an [`Item`] into one with its id and owner.
///
/// # Example
/// ```
/// use wixapp_platform::data::Draft;
/// #[derive(serde::Serialize)]
/// struct Post { title: String }
/// let draft = Draft::new(Post { title: "Hello".into() }).with_id("p-1");
/// assert_eq!(draft.id.as_deref(), Some("p-1"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Draft<T> {
    /// The item's id, at most 256 bytes; Wix makes one where there is none.
    pub id: Option<String>,
    owner: Option<String>,
    /// The app's own fields. Names must not begin with `$`.
    pub data: T,
}

impl<T> Draft<T> {
    /// An item without an id.
    ///
    /// # Example
    /// ```
    /// assert_eq!(wixapp_platform::data::Draft::new(serde_json::json!({"title": "Hello"})).id, None);
    /// ```
    pub fn new(data: T) -> Self {
        Self { id: None, owner: None, data }
    }

    /// The same with an id.
    ///
    /// # Example
    /// ```
    /// let draft = wixapp_platform::data::Draft::new(serde_json::json!({"title": "Hello"})).with_id("p-1");
    /// assert_eq!(draft.id.as_deref(), Some("p-1"));
    /// ```
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }
}

impl<T> From<T> for Draft<T> {
    fn from(data: T) -> Self {
        Self::new(data)
    }
}

impl<T> From<Item<T>> for Draft<T> {
    fn from(item: Item<T>) -> Self {
        Self { id: Some(item.id), owner: item.owner, data: item.data }
    }
}

/// A draft as it is sent.
pub(super) struct DataItem {
    pub(super) id: Option<String>,
    pub(super) json: Value,
}

impl<T: Serialize> Draft<T> {
    pub(super) fn data_item(&self) -> Result<DataItem, Error> {
        let mut fields = fields_of(&self.data).map_err(|why| Error::malformed(ITEM, why))?;
        if let Some(owner) = &self.owner {
            fields.insert("_owner".to_owned(), owner.as_str().into());
        }
        let id = self.id.clone().or_else(|| fields.get("_id")?.as_str().map(str::to_owned));
        let Some(id) = id else { return Ok(DataItem { id: None, json: json!({ "data": fields }) }) };
        fields.insert("_id".to_owned(), id.as_str().into());
        Ok(DataItem { json: json!({ "id": id, "data": fields }), id: Some(id) })
    }
}

impl DataItem {
    /// Refuses a draft that names no item: Wix would not know which one is meant.
    pub(super) fn named(self) -> Result<Self, Error> {
        let has_id = self.id.as_ref().is_some_and(|id| !id.is_empty());
        if has_id { Ok(self) } else { Err(Error::malformed(ITEM, "it has no id")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_wix_keeps_is_apart_from_what_the_app_keeps() {
        let json = json!({"_id": "i", "_owner": "o", "_createdDate": {"$date": "2026-01-01T00:00:00.000Z"}, "_updatedDate": {"$date": "2026-01-02T00:00:00.000Z"}, "n": 1});
        let item: Item<BTreeMap<String, i32>> = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(item.data, BTreeMap::from([("n".to_owned(), 1)]));
        assert_eq!(item.created_at, Some("2026-01-01T00:00:00Z".parse().unwrap()));
        assert_eq!(serde_json::to_value(&item).unwrap(), json);
    }

    #[test]
    fn an_item_of_chosen_fields_has_an_id_and_may_have_nothing_else() {
        let item = read::<Value>(json!({"id": "i", "data": {"n": 1}})).unwrap();
        assert_eq!(
            (item.id.as_str(), item.owner, item.updated_at, item.data),
            ("i", None, None, json!({"n": 1}))
        );
    }

    #[test]
    fn times_of_wix_own_collections_are_text() {
        let item =
            read::<Value>(json!({"data": {"_id": "i", "_createdDate": "2026-01-01T00:00:00Z"}})).unwrap();
        assert!(item.created_at.is_some());
    }

    #[rstest::rstest]
    #[case(json!({}))]
    #[case(json!({"id": 7, "data": {}}))]
    #[case(json!({"id": "i", "data": []}))]
    #[case(json!(null))]
    #[case(json!("s3cr3t"))]
    fn what_is_no_item_is_refused(#[case] data_item: Value) {
        assert!(read::<Value>(data_item).unwrap_err().is_malformed());
    }

    #[test]
    fn an_item_that_does_not_fit_is_not_quoted() {
        let error = read::<BTreeMap<String, i32>>(json!({"id": "i", "data": {"n": "s3cr3t"}})).unwrap_err();
        assert!(error.is_malformed() && !format!("{error} {error:?}").contains("s3cr3t"));
    }

    #[test]
    fn a_draft_is_named_by_itself_or_by_its_fields() {
        let sent = |draft: Draft<Value>| draft.data_item().unwrap().json;
        assert_eq!(sent(json!({"n": 1}).into()), json!({"data": {"n": 1}}));
        let named = json!({"id": "i", "data": {"_id": "i", "n": 1}});
        assert_eq!(sent(Draft::new(json!({"n": 1})).with_id("i")), named);
        assert_eq!(sent(json!({"n": 1, "_id": "i"}).into()), named);
        assert_eq!(sent(Draft::new(json!({"n": 1, "_id": "other"})).with_id("i")), named);
    }

    #[test]
    fn a_changed_item_goes_back_with_its_id_and_owner() {
        let item = read(
            json!({"data": {"_id": "i", "_owner": "o", "_createdDate": {"$date": "2026-01-01T00:00:00Z"}, "n": 1}}),
        );
        let draft: Draft<Value> = item.unwrap().into();
        assert_eq!(
            draft.data_item().unwrap().json,
            json!({"id": "i", "data": {"_id": "i", "_owner": "o", "n": 1}})
        );
    }

    #[test]
    fn what_is_no_object_is_not_sent() {
        assert!(Draft::new(7).data_item().is_err_and(|error| error.is_malformed()));
        assert!(Draft::new(json!({})).data_item().unwrap().named().is_err_and(|error| error.is_malformed()));
        assert!(Draft::new(json!({})).with_id("").data_item().unwrap().named().is_err());
    }
}

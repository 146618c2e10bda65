//! What a collection looks like to its callers, and what they may say of one.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::DataError;
use super::store::definition::{Definition, Permissions, Role};
use crate::event::wix_time;

const MAX_ID: usize = 256;
const MAX_FIELDS: usize = 1_000;

/// The types a field can have.
const TYPES: [&str; 35] = [
    "TEXT",
    "NUMBER",
    "DATE",
    "DATETIME",
    "IMAGE",
    "BOOLEAN",
    "DOCUMENT",
    "URL",
    "RICH_TEXT",
    "VIDEO",
    "ANY",
    "ARRAY_STRING",
    "ARRAY_DOCUMENT",
    "AUDIO",
    "TIME",
    "LANGUAGE",
    "RICH_CONTENT",
    "MEDIA_GALLERY",
    "ADDRESS",
    "PAGE_LINK",
    "REFERENCE",
    "MULTI_REFERENCE",
    "OBJECT",
    "ARRAY",
    "LEGACY_TIME",
    "LEGACY_BOOK",
    "LEGACY_EXTERNAL_URL",
    "LEGACY_BROKEN_REFERENCE",
    "LEGACY_IMAGE",
    "LEGACY_COLOR",
    "LEGACY_EXTERNAL_VIDEO",
    "SLUG",
    "EMAIL",
    "MEDIA_IMAGE",
    "MEDIA_VECTOR_ART",
];

/// What can be done with the items of a collection.
const OPERATIONS: [&str; 21] = [
    "AGGREGATE",
    "BULK_INSERT",
    "BULK_REMOVE",
    "BULK_SAVE",
    "BULK_UPDATE",
    "COUNT",
    "DISTINCT",
    "FIND",
    "GET",
    "INSERT",
    "INSERT_REFERENCE",
    "IS_REFERENCED",
    "QUERY_REFERENCED",
    "REMOVE",
    "REMOVE_REFERENCE",
    "REPLACE_REFERENCES",
    "SAVE",
    "TRUNCATE",
    "UPDATE",
    "PATCH",
    "BULK_PATCH",
];

/// The fields every collection has.
const SYSTEM_FIELDS: [(&str, &str, &str); 4] = [
    ("_id", "ID", "TEXT"),
    ("_createdDate", "Created Date", "DATETIME"),
    ("_updatedDate", "Updated Date", "DATETIME"),
    ("_owner", "Owner", "TEXT"),
];

/// A collection as a caller sends it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    pub(crate) id: Option<String>,
    display_name: Option<String>,
    display_field: Option<String>,
    fields: Option<Vec<Map<String, Value>>>,
    permissions: Option<SentPermissions>,
    plugins: Option<Vec<Value>>,
    revision: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
struct SentPermissions {
    insert: Option<Role>,
    update: Option<Role>,
    remove: Option<Role>,
    read: Option<Role>,
}

impl SentPermissions {
    fn or(self, have: &Permissions) -> Permissions {
        Permissions {
            insert: self.insert.unwrap_or(have.insert),
            update: self.update.unwrap_or(have.update),
            remove: self.remove.unwrap_or(have.remove),
            read: self.read.unwrap_or(have.read),
        }
    }
}

impl Change {
    /// The collection it describes, new.
    pub(crate) fn create(self, id: String, now: Timestamp) -> Result<Definition, DataError> {
        if id.len() > MAX_ID || id.chars().any(char::is_control) {
            let text = format!("must have 1 to {MAX_ID} bytes and no control characters");
            return Err(DataError::field("collection.id", text, "FORMAT"));
        }
        let role = Role::Admin;
        let only_admin = Permissions { insert: role, update: role, remove: role, read: role };
        Ok(Definition {
            id,
            display_name: self.display_name,
            display_field: self.display_field,
            fields: check_fields(self.fields.unwrap_or_default())?,
            permissions: self.permissions.unwrap_or_default().or(&only_admin),
            plugins: self.plugins.unwrap_or_default(),
            revision: 1,
            created_at: now,
            updated_at: now,
            indexes: Vec::new(),
        })
    }

    /// The collection after the change; with `whole`, what is not sent is taken away.
    pub(crate) fn apply(
        self,
        before: Definition,
        whole: bool,
        now: Timestamp,
    ) -> Result<Definition, DataError> {
        let sent = self.revision.as_ref().and_then(|revision| match revision {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        let stale = sent.is_some_and(|sent| sent != before.revision) || (whole && sent.is_none());
        if stale {
            let text = format!("The revision of {} is {}: send that one.", before.id, before.revision);
            return Err(DataError::new(StatusCode::CONFLICT, "WDE0178", text));
        }
        let kept = |sent: Option<String>, had: Option<String>| if whole { sent } else { sent.or(had) };
        let fields = match self.fields {
            Some(fields) => check_fields(fields)?,
            None if whole => Vec::new(),
            None => before.fields,
        };
        Ok(Definition {
            display_name: kept(self.display_name, before.display_name),
            display_field: kept(self.display_field, before.display_field),
            fields,
            permissions: self.permissions.unwrap_or_default().or(&before.permissions),
            plugins: self.plugins.unwrap_or(before.plugins),
            revision: before.revision + 1,
            updated_at: now,
            ..before
        })
    }
}

/// The app's own fields, each with a key of its own and a type. System fields that were read before may come along.
fn check_fields(fields: Vec<Map<String, Value>>) -> Result<Vec<Map<String, Value>>, DataError> {
    if fields.len() > MAX_FIELDS {
        return Err(DataError::field(
            "collection.fields",
            format!("at most {MAX_FIELDS} fields"),
            "MAX_SIZE",
        ));
    }
    let mut kept: Vec<Map<String, Value>> = Vec::new();
    for field in fields {
        let key = check_field(&field)?;
        if SYSTEM_FIELDS.iter().any(|(name, _, _)| *name == key) {
            continue;
        }
        if kept.iter().any(|have| have.get("key") == field.get("key")) {
            return Err(DataError::field(
                "collection.fields.key",
                format!("{key} stands there twice"),
                "UNIQUE",
            ));
        }
        kept.push(field);
    }
    Ok(kept)
}

/// The key of a field that is right in itself.
pub(crate) fn check_field(field: &Map<String, Value>) -> Result<String, DataError> {
    let key = field.get("key").and_then(Value::as_str).unwrap_or_default();
    if key.is_empty() || key.contains(['.', '$']) {
        let text = "must not be empty, and have neither `.` nor `$`";
        return Err(DataError::field("field.key", text, "FORMAT"));
    }
    let kind = field.get("type").and_then(Value::as_str).unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Err(DataError::field(
            "field.type",
            format!("of {key} must be a type of Wix Data"),
            "INVALID_ENUM",
        ));
    }
    let target = match kind {
        "REFERENCE" => "reference",
        "MULTI_REFERENCE" => "multiReference",
        _ => return Ok(key.to_owned()),
    };
    let metadata = field.get("typeMetadata").and_then(|metadata| metadata.get(target));
    let referenced = metadata.and_then(|metadata| metadata.get("referencedCollectionId")?.as_str());
    if referenced.is_none_or(str::is_empty) {
        let name = format!("field.typeMetadata.{target}.referencedCollectionId");
        return Err(DataError::missing(&name));
    }
    Ok(key.to_owned())
}

/// The collection as replies carry it.
pub(crate) fn shown(definition: &Definition) -> Value {
    let system = SYSTEM_FIELDS.iter().map(|(key, name, kind)| {
        json!({ "key": key, "displayName": name, "type": kind, "systemField": true, "encrypted": false })
    });
    let own = definition.fields.iter().map(|field| {
        let mut field = field.clone();
        field.insert("systemField".to_owned(), false.into());
        field.entry("encrypted").or_insert(false.into());
        Value::Object(field)
    });
    json!({
        "id": definition.id,
        "collectionType": "NATIVE",
        "displayName": definition.display_name,
        "displayField": definition.display_field,
        "defaultDisplayOrder": { "fieldKey": "_createdDate", "direction": "DESC" },
        "maxPageSize": super::query::page::MAX_PAGE,
        "pagingModes": ["OFFSET", "CURSOR"],
        "capabilities": {
            "dataOperations": OPERATIONS,
            "collectionOperations": ["UPDATE", "REMOVE"],
            "indexLimits": { "regular": 3, "unique": 1, "total": 4 },
        },
        "fields": system.chain(own).collect::<Vec<_>>(),
        "permissions": definition.permissions,
        "plugins": definition.plugins,
        "revision": definition.revision.to_string(),
        "createdDate": wix_time(definition.created_at),
        "updatedDate": wix_time(definition.updated_at),
    })
}

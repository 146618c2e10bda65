//! Changing single fields of an item.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::DataError;
use super::filter::Filter;
use super::item::{Change, Place, Writer};
use super::store::Tx;
use super::store::definition::Target;
use super::value::Key;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patch {
    pub(crate) data_item_id: Option<String>,
    pub(crate) field_modifications: Option<Vec<Modification>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Modification {
    field_path: Option<String>,
    action: Option<String>,
    set_field_options: Option<Operand>,
    increment_field_options: Option<Operand>,
    append_to_array_options: Option<Operand>,
    remove_from_array_options: Option<Operand>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Operand {
    value: Option<Value>,
}

impl Tx<'_> {
    /// Applies the modifications in their order, all or none.
    pub(crate) fn patch(
        &mut self,
        of: &str,
        patch: Patch,
        writer: &Writer,
        only_if: &Filter,
    ) -> Result<Change, DataError> {
        let id = patch.data_item_id.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| DataError::missing("patch.dataItemId"))?;
        let modifications = patch.field_modifications.unwrap_or_default();
        let (seq, before) = self.existing(of, &id, only_if)?;
        let mut after = before.clone();
        for modification in &modifications {
            let path = modification.path()?;
            let field = path.split('.').next().unwrap_or_default();
            if let Some(Target::Many { .. }) = self.collection(of)?.definition.target(field) {
                let text =
                    format!("[{field}] is a multi-reference field: use the reference calls to change it.");
                return Err(DataError::bad("WDE0075", text));
            }
            modification.apply(&mut after, path)?;
        }
        let Value::Object(fields) = after else { return Err(DataError::no_item(&id, of)) };
        self.write_item(of, Place { seq, id, before: Some(before) }, fields, writer, false)
    }
}

impl Modification {
    fn path(&self) -> Result<&str, DataError> {
        let path = self.field_path.as_deref().unwrap_or_default();
        if path.is_empty() || path.split('.').any(str::is_empty) {
            return Err(DataError::missing("fieldModifications.fieldPath"));
        }
        let first = path.split('.').next().unwrap_or_default();
        if path.contains('$') || ["_id", "_createdDate", "_updatedDate"].contains(&first) {
            return Err(DataError::bad("WDE0075", format!("The field [{path}] cannot be patched.")));
        }
        Ok(path)
    }

    fn apply(&self, item: &mut Value, path: &str) -> Result<(), DataError> {
        let action = self.action.as_deref().unwrap_or_default();
        if action == "REMOVE_FIELD" {
            remove(item, path);
            return Ok(());
        }
        let operand = |options: &Option<Operand>, name: &str| {
            options.as_ref().and_then(|operand| operand.value.clone()).ok_or_else(|| DataError::missing(name))
        };
        match action {
            "SET_FIELD" => {
                // Null is a value here.
                let options = self.set_field_options.as_ref();
                let options =
                    options.ok_or_else(|| DataError::missing("fieldModifications.setFieldOptions"))?;
                *place(item, path)? = options.value.clone().unwrap_or(Value::Null);
            }
            "INCREMENT_FIELD" => {
                let by =
                    operand(&self.increment_field_options, "fieldModifications.incrementFieldOptions.value")?;
                let slot = place(item, path)?;
                *slot = sum(slot, &by).ok_or_else(|| wrong_type(path, "a number"))?;
            }
            "APPEND_TO_ARRAY" => {
                let value =
                    operand(&self.append_to_array_options, "fieldModifications.appendToArrayOptions.value")?;
                let slot = place(item, path)?;
                if slot.is_null() {
                    *slot = Value::Array(Vec::new());
                }
                slot.as_array_mut().ok_or_else(|| wrong_type(path, "an array"))?.push(value);
            }
            "REMOVE_FROM_ARRAY" => {
                let value = operand(
                    &self.remove_from_array_options,
                    "fieldModifications.removeFromArrayOptions.value",
                )?;
                let key = Key::of(&value);
                match place(item, path)? {
                    Value::Array(elements) => elements.retain(|element| Key::of(element) != key),
                    Value::Null => remove(item, path),
                    _ => return Err(wrong_type(path, "an array")),
                }
            }
            _ => {
                let text =
                    "must be SET_FIELD, REMOVE_FIELD, INCREMENT_FIELD, APPEND_TO_ARRAY or REMOVE_FROM_ARRAY";
                return Err(DataError::field("fieldModifications.action", text, "INVALID_ENUM"));
            }
        }
        Ok(())
    }
}

/// Whole numbers stay whole as long as they fit.
fn sum(have: &Value, by: &Value) -> Option<Value> {
    let whole = |value: &Value| if value.is_null() { Some(0) } else { value.as_i64() };
    if let Some(sum) = whole(have).and_then(|have| have.checked_add(by.as_i64()?)) {
        return Some(sum.into());
    }
    let number = |value: &Value| if value.is_null() { Some(0.0) } else { value.as_f64() };
    let sum = number(have)? + by.as_f64()?;
    serde_json::Number::from_f64(sum).map(Value::Number)
}

fn wrong_type(path: &str, wanted: &str) -> DataError {
    DataError::bad("WDE0075", format!("The field [{path}] is not {wanted}."))
}

/// The slot at a path; objects on the way are made, and the slot is null when it is new.
fn place<'a>(item: &'a mut Value, path: &str) -> Result<&'a mut Value, DataError> {
    let mut slot = item;
    for name in path.split('.') {
        if slot.is_null() {
            *slot = Value::Object(Map::new());
        }
        slot = match slot {
            Value::Object(fields) => fields.entry(name).or_insert(Value::Null),
            Value::Array(elements) => {
                let at = name.parse::<usize>().ok();
                at.and_then(|at| elements.get_mut(at)).ok_or_else(|| wrong_type(path, "within an object"))?
            }
            _ => return Err(wrong_type(path, "within an object")),
        };
    }
    Ok(slot)
}

fn remove(item: &mut Value, path: &str) {
    let (before, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = if before.is_empty() {
        Some(item)
    } else {
        before.split('.').try_fold(item, |slot, name| slot.get_mut(name))
    };
    if let Some(Value::Object(fields)) = parent {
        fields.remove(name);
    }
}

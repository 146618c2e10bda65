//! Changes of single fields.

use serde_json::{Value, json};

use super::operand::Operand;
use crate::error::Error;

/// Changes of single fields of an item, made in their order, all or none. A field may be a path (`address.city`).
///
/// # Example
/// ```
/// use wixapp_platform::data::Patch;
/// let patch = Patch::new()
///     .set("title", "New")
///     .increment("edits", 1)
///     .append("tags", "edited")
///     .remove_from("tags", "draft")
///     .remove("note");
/// ```
#[derive(Debug, Clone)]
pub struct Patch {
    modifications: Vec<Value>,
    repeatable: bool,
    fault: Option<&'static str>,
}

impl Default for Patch {
    fn default() -> Self {
        Self::new()
    }
}

impl Patch {
    /// No changes.
    ///
    /// # Example
    /// ```
    /// let patch = wixapp_platform::data::Patch::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { modifications: Vec::new(), repeatable: true, fault: None }
    }

    /// Sets a field to a value.
    ///
    /// # Example
    /// ```
    /// let patch = wixapp_platform::data::Patch::new().set("title", "New").set("address.city", "Kyiv");
    /// ```
    #[must_use]
    pub fn set(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.with(field.into(), "SET_FIELD", Some(("setFieldOptions", value.into())))
    }

    /// Removes a field.
    ///
    /// # Example
    /// ```
    /// let patch = wixapp_platform::data::Patch::new().remove("note");
    /// ```
    #[must_use]
    pub fn remove(self, field: impl Into<String>) -> Self {
        self.with(field.into(), "REMOVE_FIELD", None)
    }

    /// Adds a number, which may be negative, to a number; a missing one counts as 0.
    ///
    /// # Example
    /// ```
    /// let patch = wixapp_platform::data::Patch::new().increment("stock", -1);
    /// ```
    #[must_use]
    pub fn increment(self, field: impl Into<String>, by: impl Into<Operand>) -> Self {
        let patch = self.with(field.into(), "INCREMENT_FIELD", Some(("incrementFieldOptions", by.into())));
        Self { repeatable: false, ..patch }
    }

    /// Adds a value to the end of a list; a missing one counts as empty.
    ///
    /// # Example
    /// ```
    /// let patch = wixapp_platform::data::Patch::new().append("tags", "edited");
    /// ```
    #[must_use]
    pub fn append(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        let patch = self.with(field.into(), "APPEND_TO_ARRAY", Some(("appendToArrayOptions", value.into())));
        Self { repeatable: false, ..patch }
    }

    /// Removes a value from a list, wherever it stands there.
    ///
    /// # Example
    /// ```
    /// let patch = wixapp_platform::data::Patch::new().remove_from("tags", "draft");
    /// ```
    #[must_use]
    pub fn remove_from(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.with(field.into(), "REMOVE_FROM_ARRAY", Some(("removeFromArrayOptions", value.into())))
    }

    fn with(mut self, field: String, action: &str, options: Option<(&str, Operand)>) -> Self {
        if field.is_empty() {
            self.fault.get_or_insert("a field's name is empty");
        }
        let mut modification = json!({ "fieldPath": field, "action": action });
        match options.map(|(name, operand)| (name, operand.0)) {
            Some((name, Ok(value))) => modification[name] = json!({ "value": value }),
            Some((_, Err(why))) => {
                self.fault.get_or_insert(why);
            }
            None => {}
        }
        self.modifications.push(modification);
        self
    }

    /// Whether doing it twice is the same as doing it once.
    pub(super) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// The changes, as they are sent.
    pub(super) fn modifications(&self) -> Result<&[Value], Error> {
        self.fault.map_or(Ok(&self.modifications), |why| Err(Error::malformed("patch", why)))
    }

    /// The patch of one item, as it is sent.
    pub(super) fn of(&self, id: &str) -> Result<Value, Error> {
        Ok(json!({ "dataItemId": id, "fieldModifications": self.modifications()? }))
    }
}

//! Filters: which items are meant.

use serde_json::{Map, Value, json};

use super::conditions::Conditions;
use crate::error::Error;

/// Which items are meant; a new one means all. [`Conditions`] has the operators.
///
/// Conditions are joined by *and*. A mistake, such as an empty field name, is told by the call that uses the filter:
/// [`Error::is_malformed`], and nothing is sent.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Conditions as _, Filter};
/// let mine = Filter::new().eq("author", "Ada").or(Filter::new().has_some("tags", ["shared", "team"]));
/// let filter = Filter::new().ge("likes", 10).and(mine);
/// assert_eq!(
///     filter.to_json()?.to_string(),
///     r#"{"$and":[{"likes":{"$gte":10}},{"$or":[{"author":"Ada"},{"tags":{"$hasSome":["shared","team"]}}]}]}"#,
/// );
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Joined by *and*.
    clauses: Vec<Map<String, Value>>,
    fault: Option<&'static str>,
}

impl Filter {
    /// A filter that means all items.
    ///
    /// # Example
    /// ```
    /// assert_eq!(wixapp_platform::data::Filter::new().to_json()?.to_string(), "{}");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The filter as it is sent.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when a condition was given something impossible.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert!(Filter::new().eq("", 1).to_json().unwrap_err().is_malformed());
    /// ```
    pub fn to_json(&self) -> Result<Value, Error> {
        self.fault.map_or_else(|| Ok(self.json()), |why| Err(Error::malformed("filter", why)))
    }

    /// A filter that is JSON already, in the form of Wix: `{"year": {"$gte": 1982}}`.
    ///
    /// For filters that were stored, and for operators that have no method here. Anything that is no object makes a
    /// faulty filter, as an impossible value does. JSON that a visitor of the site chose may hold any operator: build
    /// such filters with [`Conditions`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// let stored = serde_json::json!({"year": {"$gte": 1982}});
    /// let filter = Filter::from_json(stored).eq("published", true);
    /// assert_eq!(filter.to_json()?, serde_json::json!({"year": {"$gte": 1982}, "published": true}));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn from_json(json: Value) -> Self {
        match json {
            Value::Object(fields) if fields.is_empty() => Self::new(),
            Value::Object(fields) => Self::new().joined(fields),
            _ => Self::new().faulty("it is not an object"),
        }
    }

    /// Whether it means all items.
    pub(super) fn is_all(&self) -> bool {
        self.clauses.is_empty()
    }

    /// One more condition: `field` passes `operator` with `operand`.
    pub(super) fn with(
        self,
        field: String,
        operator: Option<&'static str>,
        operand: Result<Value, &'static str>,
    ) -> Self {
        let name = match field.chars().next() {
            None => Err("a field's name is empty"),
            // It would be taken for an operator.
            Some('$') => Err("a field's name begins with a dollar sign"),
            Some(_) => Ok(field),
        };
        match (name, operand) {
            (Ok(name), Ok(value)) => {
                let test = operator.map_or_else(|| value.clone(), |operator| json!({ operator: value }));
                self.joined(Map::from_iter([(name, test)]))
            }
            (Err(why), _) | (_, Err(why)) => self.faulty(why),
        }
    }

    /// One more condition: `operator` over whole filters.
    pub(super) fn with_all(mut self, operator: &'static str, filters: &[&Self]) -> Self {
        self.fault = filters.iter().fold(self.fault, |fault, filter| fault.or(filter.fault));
        let filters: Vec<Value> = filters.iter().map(|filter| filter.json()).collect();
        self.joined(Map::from_iter([(operator.to_owned(), filters.into())]))
    }

    /// The conditions of both.
    pub(super) fn with_those_of(mut self, other: Self) -> Self {
        self.fault = self.fault.or(other.fault);
        self.clauses.extend(other.clauses);
        self
    }

    fn joined(mut self, clause: Map<String, Value>) -> Self {
        self.clauses.push(clause);
        self
    }

    fn faulty(mut self, why: &'static str) -> Self {
        self.fault.get_or_insert(why);
        self
    }

    /// Conditions on different fields become one object, which Wix reads as *and*; what else there is, a list. A short
    /// filter can travel in a URL, where answers are cached.
    fn json(&self) -> Value {
        let (operators, fields): (Vec<_>, Vec<_>) =
            self.clauses.iter().cloned().partition(|clause| clause.keys().all(|name| name.starts_with('$')));
        let size: usize = fields.iter().map(Map::len).sum();
        let pairs = fields.iter().flatten();
        let merged: Map<String, Value> = pairs.map(|(name, test)| (name.clone(), test.clone())).collect();
        let mut parts = if merged.len() == size && !merged.is_empty() { vec![merged] } else { fields };
        parts.extend(operators);
        match parts.len() {
            0 => json!({}),
            1 => Value::Object(parts.remove(0)),
            _ => json!({ "$and": parts }),
        }
    }
}

impl Conditions for Filter {
    fn narrowed(self, narrow: impl FnOnce(Filter) -> Filter) -> Self {
        narrow(self)
    }
}

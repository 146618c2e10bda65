//! How Wix Data looks at values: paths into items, equality within one type, and one order over all types.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::event::wix_time;

/// A value as it is compared. Types never equal each other, and sort in the order written here: an item without a value
/// comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Missing or null.
    Empty,
    Number(Number),
    Text(Box<str>),
    /// An object or an array, by its JSON text.
    Structure(Box<str>),
    Flag(bool),
    /// Milliseconds since 1970.
    Moment(i64),
}

/// A JSON number; JavaScript, where they come from, has no others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(f64);

impl Number {
    pub(crate) fn new(value: f64) -> Self {
        // Two zeros that differ would be two groups.
        Self(if value == 0.0 { 0.0 } else { value })
    }
}

impl Number {
    /// Whole numbers are written without a point.
    pub(crate) fn json(self) -> Value {
        #[allow(clippy::cast_possible_truncation, reason = "compared with the number it came from")]
        let whole = self.0 as i64;
        #[allow(clippy::cast_precision_loss, reason = "the comparison says whether any was lost")]
        if whole as f64 == self.0 { whole.into() } else { self.0.into() }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Key {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Empty,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(Number::new(number.as_f64().unwrap_or(f64::NAN))),
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Object(_) => match moment(value) {
                Some(at) => Self::Moment(at.as_millisecond()),
                None => Self::Structure(value.to_string().into()),
            },
            Value::Array(_) => Self::Structure(value.to_string().into()),
        }
    }

    /// The value again.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Number(number) => number.json(),
            Self::Text(text) => text.as_ref().into(),
            Self::Structure(text) => serde_json::from_str(text).unwrap_or_default(),
            Self::Flag(flag) => (*flag).into(),
            Self::Moment(ms) => Timestamp::from_millisecond(*ms).map(date).unwrap_or_default(),
        }
    }

    /// Whether both are of one type and can be asked which is greater.
    pub(crate) fn comparable(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The time in `{"$date": "…"}`.
pub(crate) fn moment(value: &Value) -> Option<Timestamp> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let at: Timestamp = fields.get("$date")?.as_str()?.parse().ok()?;
    Timestamp::from_millisecond(at.as_millisecond()).ok()
}

pub(crate) fn date(at: Timestamp) -> Value {
    json!({ "$date": wix_time(at) })
}

/// The values at a dotted path. Where the path crosses a list of objects it leads into each of them.
pub(crate) fn at_path<'a>(item: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    walk(item, path, &mut found);
    found
}

fn walk<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            if let Some(value) = fields.get(path) {
                found.push(value);
            } else if let Some((first, rest)) = path.split_once('.')
                && let Some(value) = fields.get(first)
            {
                walk(value, rest, found);
            }
        }
        Value::Array(items) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            match first.parse::<usize>() {
                Ok(at) if rest.is_empty() => found.extend(items.get(at)),
                Ok(at) => items.get(at).into_iter().for_each(|item| walk(item, rest, found)),
                Err(_) => items.iter().for_each(|item| walk(item, path, found)),
            }
        }
        _ => {}
    }
}

/// The keys under which an item is found: those of the values, and of the elements where a value is a list.
pub(crate) fn keys_at(item: &Value, path: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    for value in at_path(item, path) {
        if let Value::Array(elements) = value {
            keys.extend(elements.iter().map(Key::of));
        }
        keys.push(Key::of(value));
    }
    if keys.is_empty() {
        keys.push(Key::Empty);
    }
    keys
}

/// The one key an item is sorted by: of a list the least element, or the greatest when sorting downwards.
pub(crate) fn sort_key(item: &Value, path: &str, descending: bool) -> Key {
    let mut keys = Vec::new();
    for value in at_path(item, path) {
        match value {
            Value::Array(elements) if !elements.is_empty() => keys.extend(elements.iter().map(Key::of)),
            other => keys.push(Key::of(other)),
        }
    }
    let chosen = if descending { keys.into_iter().max() } else { keys.into_iter().min() };
    chosen.unwrap_or(Key::Empty)
}

/// Lower case as the text operators compare it.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_sort_one_after_another_and_never_equal() {
        let values = [
            json!(null),
            json!(-1.5),
            json!(3),
            json!("A"),
            json!("a"),
            json!({ "a": 1 }),
            json!(false),
            json!(true),
            json!({ "$date": "2027-01-01T00:00:00Z" }),
        ];
        let keys: Vec<Key> = values.iter().map(Key::of).collect();
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?}");
        assert_eq!(Key::of(&json!(0.0)), Key::of(&json!(-0.0)));
        assert_eq!(Key::of(&json!(2)), Key::of(&json!(2.0)));
    }

    #[test]
    fn one_moment_is_one_key_however_it_is_written() {
        let utc = json!({ "$date": "2027-01-01T10:00:00.000Z" });
        assert_eq!(Key::of(&utc), Key::of(&json!({ "$date": "2027-01-01T12:00:00+02:00" })));
        assert!(matches!(Key::of(&json!({ "$date": "soon" })), Key::Structure(_)));
        assert!(matches!(Key::of(&json!({ "$date": "2027-01-01T10:00:00Z", "x": 1 })), Key::Structure(_)));
    }

    #[test]
    fn paths_lead_into_objects_lists_and_names_with_dots() {
        let item = json!({ "a": { "b": 1 }, "list": [{ "n": 1 }, { "n": 2 }, 7], "x.y": 3 });
        assert_eq!(at_path(&item, "a.b"), [&json!(1)]);
        assert_eq!(at_path(&item, "list.n"), [&json!(1), &json!(2)]);
        assert_eq!(at_path(&item, "list.2"), [&json!(7)]);
        assert_eq!(at_path(&item, "list.1.n"), [&json!(2)]);
        assert_eq!(at_path(&item, "x.y"), [&json!(3)]);
        assert!(at_path(&item, "a.c").is_empty() && at_path(&item, "a.b.c").is_empty());
        assert_eq!(keys_at(&item, "none"), [Key::Empty]);
        assert_eq!(sort_key(&item, "list.n", false), Key::of(&json!(1)));
        assert_eq!(sort_key(&item, "list.n", true), Key::of(&json!(2)));
    }
}

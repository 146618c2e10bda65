//! Filters: read strictly, then asked of items.

mod parse;
#[cfg(any(test, fuzzing))]
pub(crate) mod prove;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use serde_json::Value;

use super::value::{Key, at_path, folded, keys_at};

/// A filter in the form of wix-protocol §6, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Field { path: String, test: Test },
}

/// What is asked of the value at a path. Where the value is a list, one of its elements has to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Equals(Key),
    NotEquals(Key),
    /// Greater or less than a value of the same type, or equal to it when `inclusive`.
    Compares {
        side: Ordering,
        inclusive: bool,
        than: Key,
    },
    /// `$in` and `$hasSome`.
    AnyOf(Vec<Key>),
    AllOf(Vec<Key>),
    /// The operand in lower case.
    Text {
        place: Place,
        text: String,
    },
    Exists(bool),
    Matches(Vec<Piece>),
    Not(Vec<Test>),
}

/// Where a text operator looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Anywhere,
    Start,
    End,
}

/// A part of `$matches`: one of these characters, or this text in lower case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    OneOf(String),
    Literal(String),
}

impl Filter {
    /// The filter that lets everything through.
    pub(crate) const ALL: Self = Self::And(Vec::new());

    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Self::And(parts) if parts.iter().all(Self::is_all))
    }

    pub(crate) fn matches(&self, item: &Value) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(item)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(item)),
            Self::Not(inner) => !inner.matches(item),
            Self::Field { path, test } => test.matches(item, path),
        }
    }

    /// The tests that every match passes, whatever else the filter asks.
    pub(crate) fn required(&self) -> Vec<(&str, &Test)> {
        match self {
            Self::And(parts) => parts.iter().flat_map(Self::required).collect(),
            Self::Field { path, test } => vec![(path, test)],
            Self::Or(parts) if parts.len() == 1 => parts[0].required(),
            Self::Or(_) | Self::Not(_) => Vec::new(),
        }
    }

    /// Whether any test looks at a path that begins with one of these fields.
    pub(crate) fn mentions(&self, field: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.mentions(field)),
            Self::Not(inner) => inner.mentions(field),
            Self::Field { path, .. } => path.split('.').next() == Some(field),
        }
    }
}

impl Test {
    fn matches(&self, item: &Value, path: &str) -> bool {
        match self {
            Self::Equals(key) => keys_at(item, path).contains(key),
            Self::NotEquals(key) => !keys_at(item, path).contains(key),
            Self::Compares { side, inclusive, than } => keys_at(item, path).iter().any(|key| {
                let order = key.cmp(than);
                key.comparable(than) && (order == *side || (*inclusive && order == Ordering::Equal))
            }),
            Self::AnyOf(keys) => keys_at(item, path).iter().any(|key| keys.contains(key)),
            Self::AllOf(keys) => {
                let have = keys_at(item, path);
                keys.iter().all(|key| have.contains(key))
            }
            Self::Text { place, text } => any_text(item, path, |have| match place {
                Place::Anywhere => have.contains(text.as_str()),
                Place::Start => have.starts_with(text.as_str()),
                Place::End => have.ends_with(text.as_str()),
            }),
            Self::Exists(wanted) => at_path(item, path).is_empty() != *wanted,
            Self::Matches(pieces) => any_text(item, path, |have| fits(have, pieces)),
            Self::Not(tests) => !tests.iter().all(|test| test.matches(item, path)),
        }
    }
}

fn any_text(item: &Value, path: &str, ask: impl Fn(&str) -> bool) -> bool {
    let ask = |value: &Value| value.as_str().is_some_and(|text| ask(&folded(text)));
    at_path(item, path).into_iter().any(|value| match value {
        Value::Array(elements) => elements.iter().any(&ask),
        other => ask(other),
    })
}

/// Whether the pieces make up the whole text.
fn fits(text: &str, pieces: &[Piece]) -> bool {
    let mut rest = text;
    for piece in pieces {
        let after = match piece {
            Piece::Literal(literal) => rest.strip_prefix(literal.as_str()),
            Piece::OneOf(characters) => rest.strip_prefix(|first| characters.contains(first)),
        };
        let Some(after) = after else { return false };
        rest = after;
    }
    rest.is_empty()
}

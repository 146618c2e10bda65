//! Reading a filter, with Wix's codes for what is wrong with it.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Filter, Piece, Place, Test};
use crate::data::error::DataError;
use crate::data::value::{Key, folded, moment};

/// How deep `$and`, `$or` and `$not` may stand in each other.
const DEPTH: usize = 20;

/// How many values a list operator takes: more than a page has items.
const VALUES: usize = 10_000;

type Parsed<T> = Result<T, DataError>;

impl Filter {
    /// Reads the JSON of a filter; none and null let everything through.
    pub(crate) fn parse(json: Option<&Value>) -> Parsed<Self> {
        match json {
            None | Some(Value::Null) => Ok(Self::ALL),
            Some(json) => tree(json, "filter", 0),
        }
    }
}

fn tree(json: &Value, at: &str, depth: usize) -> Parsed<Filter> {
    if depth > DEPTH {
        return Err(DataError::bad("WDE0169", format!("The filter is nested more than {DEPTH} deep.")));
    }
    let fields = object(json, at)?;
    let mut parts = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        parts.push(part(name, value, depth)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) })
}

fn part(name: &str, value: &Value, depth: usize) -> Parsed<Filter> {
    match name {
        "$and" => Ok(Filter::And(list_of_trees(value, name, depth)?)),
        "$or" => {
            let parts = list_of_trees(value, name, depth)?;
            if parts.is_empty() {
                return Err(DataError::bad("WDE0057", "$or should be an Array with at least one filter."));
            }
            Ok(Filter::Or(parts))
        }
        "$not" => {
            let inner = match value {
                Value::Array(list) => match list.as_slice() {
                    [one] => one,
                    _ => return Err(DataError::bad("WDE0057", "$not Array should have length 1.")),
                },
                other => other,
            };
            Ok(Filter::Not(Box::new(tree(inner, name, depth + 1)?)))
        }
        "$regex" => Err(no_regex()),
        _ if name.starts_with('$') => Err(unknown(name)),
        _ => field(name, value),
    }
}

fn list_of_trees(value: &Value, at: &str, depth: usize) -> Parsed<Vec<Filter>> {
    array(value, at)?.iter().map(|part| tree(part, at, depth + 1)).collect()
}

fn field(path: &str, value: &Value) -> Parsed<Filter> {
    if path.is_empty() {
        return Err(DataError::bad("WDE0003", "Field name must be a non-empty string."));
    }
    let tests = match value {
        Value::Object(fields) if moment(value).is_none() && fields.keys().any(|key| key.starts_with('$')) => {
            tests(fields, path)?
        }
        _ => vec![Test::Equals(Key::of(value))],
    };
    let mut parts: Vec<Filter> =
        tests.into_iter().map(|test| Filter::Field { path: path.to_owned(), test }).collect();
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) })
}

fn tests(operators: &Map<String, Value>, path: &str) -> Parsed<Vec<Test>> {
    operators.iter().map(|(operator, value)| test(operator, value, &format!("{path}.{operator}"))).collect()
}

fn test(operator: &str, value: &Value, at: &str) -> Parsed<Test> {
    let compares = |side, inclusive| {
        let allowed = value.is_string() || value.is_number() || value.is_boolean() || moment(value).is_some();
        let text = format!("{at} should be a Date, Number, String, or Boolean.");
        if allowed {
            Ok(Test::Compares { side, inclusive, than: Key::of(value) })
        } else {
            Err(DataError::bad("WDE0058", text))
        }
    };
    let text = |place| match value.as_str() {
        Some(text) => Ok(Test::Text { place, text: folded(text).into_owned() }),
        None => Err(DataError::bad("WDE0059", format!("{at} should be a String."))),
    };
    match operator {
        "$eq" => Ok(Test::Equals(Key::of(value))),
        "$ne" => Ok(Test::NotEquals(Key::of(value))),
        "$gt" => compares(Ordering::Greater, false),
        "$gte" => compares(Ordering::Greater, true),
        "$lt" => compares(Ordering::Less, false),
        "$lte" => compares(Ordering::Less, true),
        "$in" | "$hasSome" => values(value, at).map(Test::AnyOf),
        "$nin" => values(value, at).map(|keys| Test::Not(vec![Test::AnyOf(keys)])),
        "$hasAll" => values(value, at).map(Test::AllOf),
        "$contains" => text(Place::Anywhere),
        "$startsWith" => text(Place::Start),
        "$endsWith" => text(Place::End),
        "$exists" => flag(value, at).map(Test::Exists),
        "$isEmpty" => flag(value, at).map(|empty| {
            let nothing = Key::of(&Value::Null);
            if empty { Test::Equals(nothing) } else { Test::NotEquals(nothing) }
        }),
        "$matches" => pieces(value, at).map(Test::Matches),
        "$not" => tests(object(value, at)?, at).map(Test::Not),
        "$regex" => Err(no_regex()),
        _ => Err(unknown(at)),
    }
}

fn flag(value: &Value, at: &str) -> Parsed<bool> {
    value.as_bool().ok_or_else(|| DataError::bad("WDE0093", format!("{at} should be a Boolean.")))
}

fn values(value: &Value, at: &str) -> Parsed<Vec<Key>> {
    let list = array(value, at)?;
    if list.len() > VALUES {
        return Err(DataError::bad("WDE0093", format!("{at} Array has more than {VALUES} values.")));
    }
    let simple = |value: &Value| {
        !(value.is_null() || value.is_array()) && (!value.is_object() || moment(value).is_some())
    };
    if !list.iter().all(simple) {
        let text =
            format!("{at} Array should only contain values of types Date, Number, String, and Boolean.");
        return Err(DataError::bad("WDE0060", text));
    }
    Ok(list.iter().map(Key::of).collect())
}

fn pieces(value: &Value, at: &str) -> Parsed<Vec<Piece>> {
    let fields = object(value, at)?;
    if fields.get("ignoreCase") != Some(&Value::Bool(true)) {
        return Err(DataError::bad("WDE0063", "$matches.ignoreCase should equal true."));
    }
    let spec = fields
        .get("spec")
        .ok_or_else(|| DataError::bad("WDE0062", "The $matches value does not have property spec."))?;
    let piece = |piece: &Value| {
        let text = piece["value"].as_str()?;
        match piece["type"].as_str()? {
            "literal" => Some(Piece::Literal(folded(text).into_owned())),
            "anyOf" if !text.is_empty() => Some(Piece::OneOf(text.to_owned())),
            _ => None,
        }
    };
    let wrong = || {
        let text = "$matches.spec Array values should be a literal or an anyOf, each with a value.";
        DataError::bad("WDE0064", text)
    };
    array(spec, &format!("{at}.spec"))?.iter().map(|value| piece(value).ok_or_else(wrong)).collect()
}

fn object<'a>(value: &'a Value, at: &str) -> Parsed<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| DataError::bad("WDE0056", format!("{at} should be an Object.")))
}

fn array<'a>(value: &'a Value, at: &str) -> Parsed<&'a Vec<Value>> {
    value.as_array().ok_or_else(|| DataError::bad("WDE0057", format!("{at} should be an Array.")))
}

fn no_regex() -> DataError {
    DataError::bad("WDE0070", "$regex keyword is not allowed.")
}

fn unknown(at: &str) -> DataError {
    DataError::bad("WDE0093", format!("Unknown operator {at}."))
}

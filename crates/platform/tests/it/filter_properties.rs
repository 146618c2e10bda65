//! Whatever filter is built: what is sent means the same, and is of the form that Wix's own SDK accepts.

use proptest::prelude::*;
use serde_json::{Value, json};
use wixapp_platform::data::{Conditions as _, Filter};

/// What is meant.
#[derive(Debug, Clone)]
enum Meant {
    Eq(char, Option<i8>),
    Ne(char, Option<i8>),
    Gt(char, i8),
    Ge(char, i8),
    Lt(char, i8),
    Le(char, i8),
    Between(char, i8, i8),
    In(char, Vec<i8>),
    And(Vec<Meant>),
    Or(Vec<Meant>),
    Not(Box<Meant>),
}

fn meant() -> impl Strategy<Value = Meant> {
    let (field, number) = (prop_oneof![Just('a'), Just('b'), Just('c')], -3_i8..4);
    let leaf = prop_oneof![
        (field.clone(), proptest::option::of(number.clone())).prop_map(|(f, n)| Meant::Eq(f, n)),
        (field.clone(), proptest::option::of(number.clone())).prop_map(|(f, n)| Meant::Ne(f, n)),
        (field.clone(), number.clone()).prop_map(|(f, n)| Meant::Gt(f, n)),
        (field.clone(), number.clone()).prop_map(|(f, n)| Meant::Ge(f, n)),
        (field.clone(), number.clone()).prop_map(|(f, n)| Meant::Lt(f, n)),
        (field.clone(), number.clone()).prop_map(|(f, n)| Meant::Le(f, n)),
        (field.clone(), number.clone(), number.clone()).prop_map(|(f, n, m)| Meant::Between(f, n, m)),
        (field, proptest::collection::vec(number, 0..3)).prop_map(|(f, list)| Meant::In(f, list)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Meant::And),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Meant::Or),
            inner.prop_map(|inner| Meant::Not(Box::new(inner))),
        ]
    })
}

impl Meant {
    fn built(&self) -> Filter {
        let (new, name) = (Filter::new(), |field: &char| field.to_string());
        match self {
            Self::Eq(f, n) => new.eq(name(f), *n),
            Self::Ne(f, n) => new.ne(name(f), *n),
            Self::Gt(f, n) => new.gt(name(f), *n),
            Self::Ge(f, n) => new.ge(name(f), *n),
            Self::Lt(f, n) => new.lt(name(f), *n),
            Self::Le(f, n) => new.le(name(f), *n),
            Self::Between(f, n, m) => new.between(name(f), *n, *m),
            Self::In(f, list) => new.is_in(name(f), list.clone()),
            Self::And(all) => all.iter().fold(new, |filter, one| filter.and(one.built())),
            Self::Or(any) => any.iter().fold(new, |filter, one| filter.or(one.built())),
            Self::Not(inner) => new.not(inner.built()),
        }
    }

    fn means(&self, item: &Value) -> bool {
        let number = |field: &char| item[field.to_string()].as_i64();
        let compares = |field: &char, to: &i8, by: fn(&i64, &i64) -> bool| {
            number(field).is_some_and(|value| by(&value, &i64::from(*to)))
        };
        match self {
            Self::Eq(f, n) => number(f) == n.map(i64::from),
            Self::Ne(f, n) => number(f) != n.map(i64::from),
            Self::Gt(f, n) => compares(f, n, i64::gt),
            Self::Ge(f, n) => compares(f, n, i64::ge),
            Self::Lt(f, n) => compares(f, n, i64::lt),
            Self::Le(f, n) => compares(f, n, i64::le),
            Self::Between(f, n, m) => compares(f, n, i64::ge) && compares(f, m, i64::lt),
            Self::In(f, list) => list.iter().any(|n| number(f) == Some(i64::from(*n))),
            Self::And(all) => all.iter().all(|one| one.means(item)),
            Self::Or(any) => any.iter().any(|one| one.means(item)),
            Self::Not(inner) => !inner.means(item),
        }
    }
}

/// Reads a filter as wix-protocol §6 says, refusing what Wix's own SDK refuses.
fn matches(filter: &Value, item: &Value) -> bool {
    let fields = filter.as_object().expect("a filter is an object");
    let list = |value: &Value| value.as_array().expect("a list of filters").clone();
    fields.iter().all(|(name, value)| match name.as_str() {
        "$and" => list(value).iter().all(|part| matches(part, item)),
        "$or" => list(value).iter().any(|part| matches(part, item)),
        "$not" => match list(value).as_slice() {
            [one] => !matches(one, item),
            _ => panic!("`$not` takes one filter"),
        },
        name => {
            assert!(!name.starts_with('$') && !name.is_empty(), "{name}");
            passes(value, &item[name])
        }
    })
}

fn passes(test: &Value, value: &Value) -> bool {
    let Some(operators) = test.as_object() else { return test == value };
    assert!(!operators.is_empty());
    operators.iter().all(|(operator, operand)| {
        let compares = |by: fn(&i64, &i64) -> bool| {
            let operand = operand.as_i64().expect("a comparable value");
            value.as_i64().is_some_and(|value| by(&value, &operand))
        };
        match operator.as_str() {
            "$ne" => operand != value,
            "$gt" => compares(i64::gt),
            "$gte" => compares(i64::ge),
            "$lt" => compares(i64::lt),
            "$lte" => compares(i64::le),
            "$in" => operand.as_array().expect("a list").contains(value),
            other => panic!("unexpected operator {other}"),
        }
    })
}

fn item() -> impl Strategy<Value = Value> {
    let number = || proptest::option::of(-3_i8..4);
    (number(), number(), number()).prop_map(|(a, b, c)| json!({"a": a, "b": b, "c": c}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_filter_means_what_was_said(meant in meant(), items in proptest::collection::vec(item(), 1..8)) {
        let filter = meant.built().to_json().unwrap();
        for item in items {
            prop_assert_eq!(matches(&filter, &item), meant.means(&item), "{} {}", filter, item);
        }
    }

    #[test]
    fn whatever_is_typed_stays_a_value(field in "\\PC*", text in "\\PC*") {
        let filters = [
            Filter::new().eq(field.as_str(), text.as_str()),
            Filter::new().contains(field.as_str(), text.as_str()),
            Filter::new().is_in(field.as_str(), [text.as_str()]),
        ];
        for filter in filters {
            match filter.to_json() {
                Ok(json) => {
                    prop_assert!(json.as_object().unwrap().keys().eq([&field]));
                    prop_assert!(json.to_string().contains(&json!(text).to_string()));
                }
                Err(error) => prop_assert!(error.is_malformed() && (field.is_empty() || field.starts_with('$'))),
            }
        }
    }
}

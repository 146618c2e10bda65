use serde_json::{Value, json};

use super::expression::Expression;

#[track_caller]
fn value(expression: &Value) -> Value {
    let item = json!({ "n": 7, "half": 0.5, "text": "Ada Lovelace", "list": [1] });
    Expression::parse(expression).unwrap().value(&item)
}

#[test]
fn every_function_gives_its_value_and_null_for_other_types() {
    let (n, text) = (json!({ "fieldPath": "n" }), json!({ "fieldPath": "text" }));
    let two = |a: &Value, b: i64| json!({ "firstExpression": a, "secondExpression": { "numeric": b } });
    let cases = [
        (json!({ "add": { "expressions": [n, { "fieldPath": "half" }] } }), json!(7.5)),
        (json!({ "sum": { "expressions": [n, n] } }), json!(14)),
        (json!({ "subtract": two(&n, 10) }), json!(-3)),
        (json!({ "multiply": { "expressions": [n, { "numeric": 2 }] } }), json!(14)),
        (json!({ "divide": two(&n, 2) }), json!(3.5)),
        (json!({ "divide": two(&n, 0) }), Value::Null),
        (json!({ "mod": two(&n, 4) }), json!(3)),
        (json!({ "abs": { "expression": { "subtract": two(&n, 10) } } }), json!(3)),
        (json!({ "floor": { "expression": { "fieldPath": "half" } } }), json!(0)),
        (json!({ "ceil": { "expression": { "fieldPath": "half" } } }), json!(1)),
        (json!({ "concat": { "expressions": [text, { "text": "!" }] } }), json!("Ada Lovelace!")),
        (json!({ "concat": { "expressions": [text, n] } }), Value::Null),
        (json!({ "stringify": { "expression": n } }), json!("7")),
        (json!({ "toLower": { "expression": text } }), json!("ada lovelace")),
        (json!({ "toUpper": { "expression": text } }), json!("ADA LOVELACE")),
        (
            json!({ "substring": { "expression": text, "startExpression": { "numeric": 4 } } }),
            json!("Lovelace"),
        ),
        (
            json!({ "substring": { "expression": text, "startExpression": { "numeric": 0 },
                "lengthExpression": { "numeric": 3 } } }),
            json!("Ada"),
        ),
        (json!({ "length": { "expression": text } }), json!(12)),
        (json!({ "fieldPath": "none" }), Value::Null),
    ];
    for (expression, expected) in cases {
        assert_eq!(value(&expression), expected, "{expression}");
    }
}

#[test]
fn what_is_no_expression_is_refused() {
    let mut deep = json!({ "numeric": 1 });
    for _ in 0..30 {
        deep = json!({ "abs": { "expression": deep } });
    }
    let wrong = [
        json!(1),
        json!({}),
        json!({ "fieldPath": "" }),
        json!({ "numeric": "1" }),
        json!({ "numeric": 1, "text": "x" }),
        json!({ "power": { "expression": { "numeric": 1 } } }),
        json!({ "divide": { "firstExpression": { "numeric": 1 } } }),
        json!({ "add": { "expressions": 1 } }),
        deep,
    ];
    for expression in wrong {
        assert!(Expression::parse(&expression).is_err(), "{expression}");
    }
}

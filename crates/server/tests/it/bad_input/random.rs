//! Bodies that nobody thought of.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::Stage;
use crate::app::TestApp;
use crate::catalogue::{Operation, operations};

/// Any JSON that is not too deep.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| json!(value).to_string()),
        "\\PC{0,40}".prop_map(|text| json!(text).to_string()),
        "-?[0-9]{1,30}(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,4})?",
    ];
    let names = prop_oneof![
        "amount|action|reference|holdId|ttlS|planId|billingCycle|couponCode|languageCode|countryCode|end",
        "\\PC{0,10}"
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        let field =
            (names.clone(), inner.clone()).prop_map(|(name, value)| format!("{}:{value}", json!(name)));
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(|values| format!("[{}]", values.join(","))),
            proptest::collection::vec(field, 0..6).prop_map(|fields| format!("{{{}}}", fields.join(","))),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => any_json().prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..200),
        1 => (any_json(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(text, at, byte)| {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
    ]
}

#[test]
fn no_body_breaks_the_server_on_sqlite() {
    no_body_breaks(TestApp::start());
}

#[test]
fn no_body_breaks_the_server_on_postgres() {
    no_body_breaks(TestApp::on_postgres());
}

fn no_body_breaks(app: impl Future<Output = TestApp>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let stage = runtime.block_on(async { Stage::on(app.await).await });
    let operations: Vec<Operation> = operations().into_iter().filter(Operation::writes).collect();
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let input = (any_body(), any::<prop::sample::Index>(), "[!-~]{1,20}");
    let outcome = runner.run(&input, |(body, at, key)| {
        let operation = &operations[at.index(operations.len())];
        let request = stage
            .app
            .request(&operation.method, &operation.address(&stage.things), &stage.site.token)
            .header("idempotency-key", key)
            .header("content-type", "application/json")
            .body(body);
        let answer = runtime.block_on(stage.app.send(request));
        prop_assert!(answer.status < 500, "{}: {} {}", operation.id, answer.status, answer.text);
        if answer.status >= 400 {
            answer.refused_somehow();
        }
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(stage.app.finish());
}

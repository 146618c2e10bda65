//! The list of cases that Wix's own packages pass (`tests/sdk-conformance/cases.json`), passed by the Rust client.
//!
//! Each call of the list has its cases here under the same titles: what the package does in JavaScript is done through
//! `wixapp-platform`. Where a case cannot have a counterpart, a sentence says why.

mod aggregate;
mod api_key;
mod apps;
mod auth;
mod browser;
mod bulk;
mod charges;
mod collections;
mod filter;
mod http;
mod items;
mod management;
mod query;
mod references;
mod rules;
pub(crate) mod scene;
mod search;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde_json::Value;
use wixapp_platform::data::Query;

use scene::{Scene, ids};

/// A call of the packages with its cases, by their titles in the list.
pub(crate) struct Call {
    name: &'static str,
    cases: &'static [(&'static str, Case)],
}

/// What stands for a case of the list.
pub(crate) enum Case {
    /// Something is done, and what comes of it is looked at.
    Runs(for<'s> fn(&'s Scene) -> LocalBoxFuture<'s, ()>),
    /// A query of the films finds these, in the order of their ids.
    Finds(fn(Query<Value>) -> Query<Value>, &'static [&'static str]),
    /// The case is about JavaScript, or about something the client makes impossible.
    Cannot(&'static str),
}

/// Defines a call: `"title" => |scene| { … }` runs, and `"title" = case;` is any other case.
macro_rules! call {
    ($id:ident $name:literal $($cases:tt)+) => {
        static $id: super::Call = super::Call { name: $name, cases: call!(@ [] $($cases)+) };
    };
    (@ [$($done:expr,)*]) => { &[$($done),*] };
    (@ [$($done:expr,)*] $title:literal => |$scene:ident| $body:block $($rest:tt)*) => {
        call!(@ [$($done,)* ($title, super::Case::Runs(|$scene| Box::pin(async move $body))),] $($rest)*)
    };
    (@ [$($done:expr,)*] $title:literal = $case:expr; $($rest:tt)*) => {
        call!(@ [$($done,)* ($title, $case),] $($rest)*)
    };
}
pub(crate) use call;

/// Makes a test of each call of a file, and the list of them.
macro_rules! tests {
    ($($test:ident: $call:ident),+ $(,)?) => {
        pub(super) static CALLS: &[&super::Call] = &[$(&$call),+];
        $(#[tokio::test]
        async fn $test() {
            $call.run().await;
        })+
    };
}
pub(crate) use tests;

impl Call {
    /// Runs all cases on one site, and names all that failed.
    async fn run(&self) {
        let scene = Scene::new().await;
        let mut failed = Vec::new();
        for (title, case) in self.cases {
            if AssertUnwindSafe(case.run(&scene)).catch_unwind().await.is_err() {
                failed.push(*title);
            }
        }
        assert!(failed.is_empty(), "{}: {failed:#?}", self.name);
    }
}

impl Case {
    async fn run(&self, scene: &Scene) {
        match self {
            Self::Runs(run) => run(scene).await,
            Self::Finds(ask, expected) => {
                let query = ask(scene.films().await.query()).ascending("_id");
                assert_eq!(ids(&query.find().await.unwrap()), *expected);
            }
            Self::Cannot(why) => assert!(why.len() > 20, "a reason is a sentence"),
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    call: String,
    cases: Vec<String>,
}

/// The titles of each call that has cases.
fn listed() -> BTreeMap<String, BTreeSet<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/sdk-conformance/cases.json");
    let list: Vec<Listed> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let with_cases = list.into_iter().filter(|listed| !listed.cases.is_empty());
    with_cases.map(|listed| (listed.call, listed.cases.into_iter().collect())).collect()
}

#[test]
fn every_case_of_the_list_has_its_counterpart_here_and_no_other_is_here() {
    let files = [
        aggregate::CALLS,
        api_key::CALLS,
        apps::CALLS,
        auth::CALLS,
        browser::CALLS,
        bulk::CALLS,
        charges::CALLS,
        collections::CALLS,
        filter::CALLS,
        http::CALLS,
        items::CALLS,
        management::CALLS,
        query::CALLS,
        references::CALLS,
        rules::CALLS,
        search::CALLS,
        webhooks::CALLS,
    ];
    let mut here: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for call in files.into_iter().flatten() {
        let titles: BTreeSet<String> = call.cases.iter().map(|(title, _)| (*title).to_owned()).collect();
        assert_eq!(titles.len(), call.cases.len(), "{}: each title once", call.name);
        assert!(here.insert(call.name.to_owned(), titles).is_none(), "{} is here twice", call.name);
    }
    let flat = |calls: &BTreeMap<String, BTreeSet<String>>| -> BTreeSet<String> {
        calls
            .iter()
            .flat_map(|(call, titles)| titles.iter().map(move |title| format!("{call}: {title}")))
            .collect()
    };
    let (listed, here) = (flat(&listed()), flat(&here));
    let (missing, stale): (Vec<_>, Vec<_>) =
        (listed.difference(&here).collect(), here.difference(&listed).collect());
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:#?}\nnot in the list: {stale:#?}");
}

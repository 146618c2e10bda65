//! What cargo says about our packages and about all that they bring in.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Member>,
}

/// A package of ours.
#[derive(Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    kind: Option<String>,
    features: Vec<String>,
}

impl Dependency {
    /// Whether it is part of what ships, and not only of the tests.
    pub(crate) fn is_shipped(&self) -> bool {
        self.kind.as_deref() != Some("dev")
    }

    pub(crate) fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature == name)
    }
}

/// A package that is built into what ships, or runs while it is built.
#[derive(Debug)]
pub(crate) struct Shipped {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
}

/// Our own packages.
pub(crate) fn members() -> Vec<Member> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Metadata = serde_json::from_str(&text).expect("cargo prints JSON");
    metadata.packages
}

/// Everything in what ships, on any platform.
///
/// Read from `cargo tree`, for the graph of `cargo metadata` holds optional packages that nothing enables.
pub(crate) fn shipped() -> Vec<Shipped> {
    let text = cargo(&[
        "tree",
        "--workspace",
        "--edges=normal,build",
        "--target=all",
        "--prefix=none",
        "--format={p}|{l}",
    ]);
    let lines: BTreeMap<_, _> = text.lines().filter_map(|line| line.split_once('|')).collect();
    lines.into_iter().map(|(package, licence)| read_package(package, licence)).collect()
}

/// Reads `name v1.2.3 (where from)`; a licence repeated further down the tree is followed by `(*)`.
fn read_package(package: &str, licence: &str) -> Shipped {
    let mut words = package.split(' ');
    let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    Shipped {
        name: name.to_owned(),
        version: version.trim_start_matches('v').to_owned(),
        licence: licence.trim_end_matches("(*)").trim().to_owned(),
    }
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs: it runs these tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

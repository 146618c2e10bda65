//! The arrows of ARCHITECTURE.md: which of our crates may use which.

use std::collections::{BTreeMap, BTreeSet};

use crate::metadata;

/// Each of our packages with those of ours that it may use outside tests.
const ARROWS: [(&str, &[&str]); 15] = [
    ("wixapp-core", &[]),
    ("wixapp-platform", &["wixapp-core"]),
    ("wixapp-stripe", &["wixapp-core"]),
    ("wixapp-store", &["wixapp-core"]),
    ("wixapp-jobs", &["wixapp-core", "wixapp-store"]),
    ("wixapp-server", &["wixapp-core", "wixapp-platform", "wixapp-stripe", "wixapp-store", "wixapp-jobs"]),
    ("wixapp-emulator", &["wixapp-core", "wixapp-platform"]),
    (
        "wixapp",
        &[
            "wixapp-core",
            "wixapp-platform",
            "wixapp-store",
            "wixapp-jobs",
            "wixapp-server",
            "wixapp-emulator",
        ],
    ),
    ("wixapp-cli", &["wixapp"]),
    ("autopost", &["wixapp"]),
    (
        "wixapp-bench",
        &["wixapp", "wixapp-core", "wixapp-platform", "wixapp-store", "wixapp-jobs", "wixapp-emulator"],
    ),
    ("wixapp-sim", &["wixapp-core", "wixapp-platform", "wixapp-store", "wixapp-server", "wixapp-emulator"]),
    (
        "wixapp-torture",
        &[
            "wixapp-core",
            "wixapp-platform",
            "wixapp-store",
            "wixapp-jobs",
            "wixapp-server",
            "wixapp-emulator",
            "wixapp-sim",
            "wixapp",
            "autopost",
        ],
    ),
    // Tests use it, and nothing that ships.
    ("wixapp-place", &[]),
    ("xtask", &[]),
];

/// What speaks to the outside, and the only packages of ours that may use it directly.
const DOORS: [(&str, &[&str]); 6] = [
    ("rusqlite", &["wixapp-store", "wixapp-bench", "wixapp-place", "wixapp-torture"]),
    ("tokio-postgres", &["wixapp-store", "wixapp-place", "wixapp-torture"]),
    ("deadpool-postgres", &["wixapp-store"]),
    ("axum", &["wixapp-server", "wixapp-emulator", "wixapp", "wixapp-bench", "autopost"]),
    (
        "reqwest",
        &[
            "wixapp-platform",
            "wixapp-stripe",
            "wixapp-server",
            "wixapp-emulator",
            "wixapp",
            "autopost",
            "wixapp-torture",
        ],
    ),
    (
        "tokio",
        &[
            "wixapp-platform",
            "wixapp-stripe",
            "wixapp-store",
            "wixapp-jobs",
            "wixapp-server",
            "wixapp-emulator",
            "wixapp",
            "autopost",
            "wixapp-bench",
            "wixapp-place",
            "wixapp-torture",
        ],
    ),
];

/// Our packages with what each uses outside tests.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let shipped = |package: &metadata::Member| {
        let used = package.dependencies.iter().filter(|used| used.is_shipped());
        used.map(|used| used.name.clone()).collect()
    };
    metadata::members().into_iter().map(|package| (package.name.clone(), shipped(&package))).collect()
}

/// Every pair of a package of ours and something it uses.
fn pairs(uses: &BTreeMap<String, BTreeSet<String>>) -> impl Iterator<Item = (&str, &str)> {
    uses.iter().flat_map(|(package, used)| used.iter().map(move |used| (package.as_str(), used.as_str())))
}

#[test]
fn our_crates_use_each_other_only_along_the_arrows() {
    let uses = uses();
    let along = |package, used| ARROWS.iter().any(|(name, to)| *name == package && to.contains(&used));
    let wrong: Vec<_> =
        pairs(&uses).filter(|(package, used)| uses.contains_key(*used) && !along(*package, *used)).collect();
    assert!(wrong.is_empty(), "these go against the arrows: {wrong:?}");
}

#[test]
fn every_package_of_ours_has_its_place_in_the_arrows() {
    let known: BTreeSet<_> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(uses().into_keys().collect::<BTreeSet<_>>(), known);
}

#[test]
fn drivers_and_protocols_are_used_only_behind_their_doors() {
    let uses = uses();
    let past = |package, used| DOORS.iter().any(|(door, users)| *door == used && !users.contains(&package));
    let wrong: Vec<_> = pairs(&uses).filter(|(package, used)| past(*package, *used)).collect();
    assert!(wrong.is_empty(), "these go past a door: {wrong:?}");
}

#[test]
fn the_doors_are_in_use() {
    let uses = uses();
    for (door, _) in DOORS {
        assert!(pairs(&uses).any(|(_, used)| used == door), "nothing uses {door}: its rule checks nothing");
    }
}

//! What must not be in the tree; deny.toml says the same to cargo-deny.

use crate::metadata::{self, Shipped};

/// One crypto provider, aws-lc-rs: jsonwebtoken panics with two, and `rsa` has a timing leak without a fix.
const BANNED: [&str; 5] = ["ring", "openssl", "openssl-sys", "native-tls", "rsa"];

/// sqlx before 0.9 bundles a SQLite whose write-ahead log can corrupt a database.
fn is_old_sqlx(package: &Shipped) -> bool {
    package.name.starts_with("sqlx") && package.version.starts_with("0.") && minor(&package.version) < 9
}

/// libsqlite3-sys 0.37 is the first with SQLite 3.51.3, which fixes that corruption.
fn is_old_sqlite(package: &Shipped) -> bool {
    package.name == "libsqlite3-sys" && package.version.starts_with("0.") && minor(&package.version) < 37
}

fn minor(version: &str) -> u64 {
    version.split('.').nth(1).and_then(|text| text.parse().ok()).expect("versions have a minor number")
}

fn is_banned(package: &Shipped) -> bool {
    BANNED.contains(&package.name.as_str()) || is_old_sqlx(package) || is_old_sqlite(package)
}

fn package(name: &str, version: &str) -> Shipped {
    Shipped { name: name.to_owned(), version: version.to_owned(), licence: String::new() }
}

#[test]
fn nothing_banned_is_in_what_ships() {
    let found: Vec<_> = metadata::shipped()
        .into_iter()
        .filter(is_banned)
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    assert!(found.is_empty(), "banned: {found:?}");
}

#[test]
fn bans_know_versions() {
    assert!(is_banned(&package("sqlx-core", "0.8.6")) && !is_banned(&package("sqlx", "0.9.0")));
    assert!(is_banned(&package("libsqlite3-sys", "0.30.1")));
    assert!(is_banned(&package("ring", "0.17.14")));
    assert!(!is_banned(&package("libsqlite3-sys", "0.37.0")));
}

#[test]
fn the_whole_tree_is_looked_at() {
    let shipped = metadata::shipped();
    for expected in ["rusqlite", "libsqlite3-sys", "aws-lc-sys", "axum", "xtask"] {
        assert!(shipped.iter().any(|package| package.name == expected), "{expected} was not seen");
    }
}

//! Every public item of the crate that speaks with Wix is shown in use: rustdoc compiles examples, but asks for none.

use std::fs;
use std::path::{Path, PathBuf};

const CRATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/platform/src");
const KINDS: [&str; 7] = ["fn ", "async fn ", "const fn ", "struct ", "enum ", "trait ", "const "];

#[test]
fn every_public_item_of_the_platform_crate_has_an_example() {
    let (mut items, mut without) = (0, Vec::new());
    for file in sources(Path::new(CRATE)) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(CRATE).unwrap().display().to_string();
        // The enums that this file's macro makes bring their own documentation.
        if name == "wire.rs" {
            continue;
        }
        for (line, item, has_example) in public_items(&text) {
            items += 1;
            if !has_example {
                without.push(format!("{name}:{line} {item}"));
            }
        }
    }
    assert!(items > 300, "only {items} items were found: the scan is broken");
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn the_scan_sees_what_is_missing() {
    let text = "/// A.\n/// # Example\npub struct A;\n/// B.\n#[must_use]\npub fn b() {}\npub(crate) fn c() {}\n\
                wire::text_enum!(\n    /// D.\n    D {\n        /// One.\n        One = \"1\",\n";
    let found: Vec<_> = public_items(text).into_iter().map(|(line, _, example)| (line, example)).collect();
    assert_eq!(found, [(3, true), (6, false), (10, false)]);
    assert!(public_items("#[cfg(test)]\nmod tests {\npub fn a() {}").is_empty());
}

/// The line, the text, and whether an example stands above it, of each public item.
fn public_items(text: &str) -> Vec<(usize, String, bool)> {
    let (mut found, mut has_example, mut before) = (Vec::new(), false, "");
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line == "#[cfg(test)]" {
            break;
        }
        let is_item =
            line.strip_prefix("pub ").is_some_and(|rest| KINDS.iter().any(|kind| rest.starts_with(kind)));
        let is_made = before.ends_with("text_enum!(") && line.ends_with('{');
        if is_item || is_made {
            found.push((index + 1, line.to_owned(), has_example));
        }
        match line {
            "/// # Example" => has_example = true,
            // Attributes may stand on several lines between the documentation and the item.
            _ if line.starts_with("///") || line.starts_with("#[") || is_within_attribute(line) => {}
            _ => {
                has_example = false;
                before = line;
            }
        }
    }
    found
}

fn is_within_attribute(line: &str) -> bool {
    line == ")]" || line.starts_with("clippy::") || line.starts_with("reason = ") || line.starts_with("// ")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("a source").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

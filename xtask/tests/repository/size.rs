//! How large the reference app is: the README promises less than 3,000 lines of code.

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const LIMIT: usize = 3_000;

/// As `cargo xtask bench` counts what a user writes (`src/bench/written.rs`): without blanks, comments and tests.
fn code_lines(text: &str) -> usize {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

/// The lines of code of all sources in a folder. What follows a file's tests would not be counted: nothing does.
fn code_lines_in(folder: &Path) -> usize {
    let lines = |path: &Path| {
        if path.is_dir() {
            return code_lines_in(path);
        }
        let text = fs::read_to_string(path).expect("a source");
        if let Some((_, tests)) = text.split_once("#[cfg(test)]") {
            let is_last = tests.starts_with("\nmod tests {\n") && tests.matches("\n}\n").count() == 1;
            assert!(is_last && tests.ends_with("\n}\n"), "{} has code after its tests", path.display());
        }
        code_lines(&text)
    };
    let entries = fs::read_dir(folder).expect("a folder of sources");
    entries.map(|entry| lines(&entry.expect("a source").path())).sum()
}

#[test]
fn the_reference_app_has_fewer_lines_of_code_than_the_readme_promises() {
    let lines = code_lines_in(&Path::new(ROOT).join("apps/autopost/src"));
    assert!(lines < LIMIT, "autopost has {lines} lines of code");
    assert!(lines > LIMIT / 2, "only {lines} lines were found: the scan is broken");
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    assert!(readme.contains("in less than 3,000 lines of code"), "the README promises something else");
}

#[test]
fn blanks_comments_and_tests_are_no_lines_of_code() {
    let text =
        "//! Doc.\n\nuse a; // why\n\n/// Doc.\nfn b() {\n    // why\n}\n\n#[cfg(test)]\nmod tests {\n}\n";
    assert_eq!(code_lines(text), 3);
}

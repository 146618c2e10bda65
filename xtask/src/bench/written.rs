//! How much a user writes: lines of code, without blanks, comments and tests.

use anyhow::{Context, Result};

use crate::repo::Repo;

/// What is counted: how people call it, and where it stands.
const SAMPLES: [(&str, &str, Option<&str>); 6] = [
    (
        "one more job: its data and its handler",
        "crates/wixapp/template/src/main.rs",
        Some("impl Job for Greet"),
    ),
    ("the route that starts it for a credit", "crates/wixapp/template/src/main.rs", Some("async fn greet(")),
    ("one more network: that of the local platform", "apps/autopost/src/network/fake.rs", None),
    ("Mastodon, with images", "apps/autopost/src/network/mastodon.rs", None),
    ("Bluesky, with images, links and tags", "apps/autopost/src/network/bluesky.rs", None),
    ("Ayrshare, with what its history tells", "apps/autopost/src/network/ayrshare.rs", None),
];

/// The counted lines of each sample, and the file it is in.
pub(super) fn count(repo: &Repo) -> Result<Vec<(&'static str, usize, &'static str)>> {
    let counted = SAMPLES.into_iter().map(|(what, file, item)| {
        let text = std::fs::read_to_string(repo.join(file)).with_context(|| format!("cannot read {file}"))?;
        let text = match item {
            Some(item) => blocks(&text, item).with_context(|| format!("{file} has no `{item}`"))?,
            None => text,
        };
        Ok((what, code_lines(&text), file))
    });
    counted.collect()
}

/// The block of lines that holds `item`; before a job's handler, its data too.
fn blocks(text: &str, item: &str) -> Option<String> {
    let mut before = "";
    for block in text.split_inclusive("\n}\n") {
        if block.contains(item) {
            let data = if item.starts_with("impl Job") { before } else { "" };
            return Some(format!("{data}{block}"));
        }
        // Without what stands above it.
        before = block.rsplit_once("\n\n").map_or(block, |(_, last)| last);
    }
    None
}

/// The lines of code, up to the tests.
fn code_lines(text: &str) -> usize {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "use a;\n\n/// Data.\nstruct Greet {\n    name: String,\n}\n\nimpl Job for Greet {\n    // why\n    fn run() {}\n}\n\n\
                        #[path]\nasync fn greet(\n) {\n    work();\n}\n\n#[cfg(test)]\nmod tests {\n    fn more() {}\n}\n";

    #[test]
    fn a_job_is_its_data_and_its_handler_and_a_route_stands_alone() {
        assert_eq!(code_lines(&blocks(FILE, "impl Job for Greet").unwrap()), 6);
        assert_eq!(code_lines(&blocks(FILE, "async fn greet(").unwrap()), 5);
        assert_eq!(blocks(FILE, "impl Job for Nobody"), None);
        assert_eq!(code_lines(FILE), 12);
    }

    /// The lines of code of a folder.
    fn lines_of(folder: &std::path::Path) -> usize {
        let lines = folder.read_dir().unwrap().map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { lines_of(&path) } else { code_lines(&std::fs::read_to_string(path).unwrap()) }
        });
        lines.sum()
    }

    #[test]
    fn the_reference_app_is_a_whole_app_in_less_than_three_thousand_lines() {
        let app = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../apps/autopost/src");
        let lines = lines_of(&app);
        assert!((1_000..3_000).contains(&lines), "{lines} lines of code");
    }
}

//! The table of planted bugs in docs/testing.md.

use std::fs;

use anyhow::{Context, Result};

use crate::repo::Repo;

use super::list::Mutation;

const PAGE: &str = "docs/testing.md";
const BEGIN: &str = "<!-- planted bugs: written by `cargo xtask torture mutants` -->\n";
const END: &str = "<!-- end of planted bugs -->";

/// Writes the table in place of the last one.
pub(super) fn write(repo: &Repo, mutations: &[Mutation]) -> Result<()> {
    let path = repo.join(PAGE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {PAGE}"))?;
    let text = replaced(&text, &table(mutations))?;
    fs::write(&path, text).with_context(|| format!("cannot write {PAGE}"))
}

fn replaced(page: &str, table: &str) -> Result<String> {
    let (before, rest) =
        page.split_once(BEGIN).with_context(|| format!("no `{}` in {PAGE}", BEGIN.trim()))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("no `{END}` in {PAGE}"))?;
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

fn table(mutations: &[Mutation]) -> String {
    let row = |mutation: &Mutation| {
        let test = mutation.caught_by;
        format!("| {} | `{}` | `{}` `{}` |\n", mutation.name, mutation.file, test.package, test.name)
    };
    let rows: String = mutations.iter().map(row).collect();
    format!("| planted bug | in | caught by |\n|---|---|---|\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::super::list::MUTATIONS;
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_last_one() {
        let page = format!("before\n{BEGIN}old\n{END}\nafter\n");
        assert_eq!(replaced(&page, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}\nafter\n"));
        assert!(replaced("before", "new").is_err());
    }

    #[test]
    fn the_page_names_every_planted_bug_of_today() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/testing.md");
        let text = fs::read_to_string(page).unwrap();
        assert!(text.contains(&table(&MUTATIONS)), "run `cargo xtask torture mutants`");
    }
}

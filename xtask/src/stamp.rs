//! Whether inputs changed since a step last succeeded: a hash of them, kept in a file.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that never hold inputs.
const SKIPPED: [&str; 4] = ["node_modules", "dist", "coverage", "screenshots"];

/// Remembers the inputs of one step.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    now: String,
}

impl Stamp {
    /// Hashes the inputs, files or whole folders, and the notes (tool versions and such).
    pub(crate) fn of(file: PathBuf, inputs: &[PathBuf], notes: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        for input in inputs {
            collect(input, &mut files)?;
        }
        files.sort();
        // Not a lasting or hostile-proof hash: the worst a change of it can do is one build too many.
        let mut hasher = DefaultHasher::new();
        notes.hash(&mut hasher);
        for file in files {
            let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            (file, bytes).hash(&mut hasher);
        }
        Ok(Self { file, now: format!("{:016x}\n", hasher.finish()) })
    }

    /// Whether the step last succeeded on these very inputs.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.now)
    }

    /// Remembers that the step succeeded.
    pub(crate) fn keep(&self) -> Result<()> {
        let folder = self.file.parent().context("a stamp lies in a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, &self.now))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() && path.extension().is_none_or(|extension| extension != "tsbuildinfo") {
        files.push(path.to_owned());
    }
    if !path.is_dir() || path.file_name().is_some_and(|name| SKIPPED.iter().any(|skip| name == *skip)) {
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(folder: &Path, note: &str) -> Stamp {
        Stamp::of(folder.join("node_modules/.xtask/build"), &[folder.to_owned()], &[note]).unwrap()
    }

    #[test]
    fn a_stamp_is_current_until_an_input_or_a_note_changes() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.ts"), "1").unwrap();
        let first = stamp(folder.path(), "v20");
        assert!(!first.is_current());
        first.keep().unwrap();
        assert!(stamp(folder.path(), "v20").is_current());
        assert!(!stamp(folder.path(), "v22").is_current());
        fs::write(folder.path().join("a.ts"), "2").unwrap();
        assert!(!stamp(folder.path(), "v20").is_current());
    }

    #[test]
    fn a_renamed_input_counts_as_changed_and_what_tools_write_does_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.ts"), "1").unwrap();
        stamp(folder.path(), "").keep().unwrap();
        fs::create_dir(folder.path().join("dist")).unwrap();
        fs::write(folder.path().join("dist/out.js"), "x").unwrap();
        fs::write(folder.path().join("a.tsbuildinfo"), "x").unwrap();
        assert!(stamp(folder.path(), "").is_current());
        fs::rename(folder.path().join("a.ts"), folder.path().join("b.ts")).unwrap();
        assert!(!stamp(folder.path(), "").is_current());
    }
}

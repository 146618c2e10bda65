//! A copy of the working tree in which bugs are planted; the tree itself is never touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::failure::Failure;
use crate::repo::Repo;

use super::list::Mutation;

/// The copy, with a target folder of its own that is kept between runs.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    target: PathBuf,
}

impl Tree {
    /// Copies what git knows or would take; what is the same already keeps its date, so that it is not built again.
    pub(super) fn copy(repo: &Repo) -> Result<Self> {
        let folder = repo.scratch()?.join("mutants");
        let tree = Self { root: folder.join("tree"), target: folder.join("target") };
        let files = files(repo.root())?;
        for file in &files {
            copy(&repo.join(file), &tree.root.join(file))?;
        }
        tree.remove_others(&files)?;
        Ok(tree)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// The file of a mutation with the mutation in it.
    fn mutated(&self, mutation: &Mutation) -> Result<(String, String)> {
        let path = self.root.join(mutation.file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", mutation.file))?;
        let found = text.matches(mutation.from).count();
        if found != 1 {
            let message = format!("{}: its text is found {found} times in {}", mutation.name, mutation.file);
            return Err(Failure::new(message).hint("change the mutation with the code").into());
        }
        let mutated = text.replacen(mutation.from, mutation.to, 1);
        Ok((text, mutated))
    }

    /// Fails when a mutation does not fit the code any more.
    pub(super) fn check(&self, mutation: &Mutation) -> Result<()> {
        self.mutated(mutation).map(drop)
    }

    /// Plants a bug; gives what takes it out again.
    pub(super) fn plant(&self, mutation: &Mutation) -> Result<Planted> {
        let (healthy, mutated) = self.mutated(mutation)?;
        let path = self.root.join(mutation.file);
        fs::write(&path, mutated)?;
        Ok(Planted { path, healthy })
    }

    /// A file that is gone from the tree must not be built here.
    fn remove_others(&self, files: &[PathBuf]) -> Result<()> {
        for other in all_files(&self.root)? {
            let name = other.strip_prefix(&self.root)?;
            if !files.iter().any(|file| file == name) {
                fs::remove_file(&other)?;
            }
        }
        Ok(())
    }
}

/// A bug in the copy.
#[must_use = "the bug stays until it is taken out"]
pub(super) struct Planted {
    path: PathBuf,
    healthy: String,
}

impl Planted {
    pub(super) fn take_out(self) -> Result<()> {
        fs::write(&self.path, self.healthy).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("cannot run git")?;
    ensure!(output.status.success(), "git: {}", String::from_utf8_lossy(&output.stderr).trim());
    let text = String::from_utf8(output.stdout).context("a file's name is no UTF-8")?;
    let names = text.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    // One that was removed and not committed is still listed.
    Ok(names.filter(|name| root.join(name).is_file()).collect())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}

fn all_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(all_files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    Ok(found)
}

//! The data folder: what `dev` keeps between starts.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::local::Identity;

/// What belongs to us in the folder; `--reset` removes this and nothing else.
const FILES: [&str; 10] = [
    "app.sqlite3",
    "app.sqlite3-wal",
    "app.sqlite3-shm",
    "platform.json",
    "platform.json.tmp",
    "platform.json.lock",
    "platform.json.items",
    "platform.json.items.tmp",
    "identity.json",
    "identity.json.tmp",
];

/// Held by the process that uses the folder; it stays there and marks the folder as ours.
const LOCK: &str = "dev.lock";

/// The folder of snapshots; `--reset` removes those in it.
const SNAPSHOTS: &str = "snapshots";

/// What marks a snapshot's folder as ours.
const SNAPSHOT_MARK: &str = "snapshot.json";

/// The folder of mails, of which `--reset` removes the mails.
const MAIL: &str = "mail";

/// The data folder, this process's own until dropped.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(super) fn open(path: &Path, reset: bool) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| {
            Failure::user(format!("the data folder {} cannot be used", path.display()))
                .because(&error)
                .hint("choose a folder you can write to with --data-dir")
        };
        std::fs::create_dir_all(path).map_err(refused)?;
        let path = path.canonicalize().map_err(refused)?;
        if !is_ours(&path).map_err(refused)? {
            return Err(Failure::user(format!(
                "the folder {} holds other things and no data of `dev`",
                path.display()
            ))
            .hint("name an empty or a new folder with --data-dir, for example --data-dir .wixapp"));
        }
        let lock = private(&path.join(LOCK), false).map_err(refused)?;
        // Before anything is removed: the files of a running process must stay.
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Failure::user(format!("another process uses the data folder {}", path.display()))
                    .hint("stop that one, or choose another folder with --data-dir")
            }
            TryLockError::Error(error) => refused(error),
        })?;
        if reset {
            for name in FILES {
                match std::fs::remove_file(path.join(name)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(refused(error)),
                    _ => {}
                }
            }
        }
        let folder = Self { path, _lock: lock };
        if reset {
            folder.forget_mails().map_err(refused)?;
            folder.forget_snapshots().map_err(refused)?;
        }
        Ok(folder)
    }

    fn forget_mails(&self) -> std::io::Result<()> {
        let files = match std::fs::read_dir(self.mail_folder()) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for file in files {
            let path = file?.path();
            if path.extension().is_some_and(|end| end == "eml") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// A snapshot belongs to the identity that goes.
    fn forget_snapshots(&self) -> std::io::Result<()> {
        let folders = match std::fs::read_dir(self.snapshot_folder()) {
            Ok(folders) => folders,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for folder in folders {
            let path = folder?.path();
            if path.join(SNAPSHOT_MARK).exists() {
                std::fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }

    /// Where snapshots are kept.
    pub(super) fn snapshot_folder(&self) -> PathBuf {
        self.path.join(SNAPSHOTS)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database_url(&self) -> String {
        format!("sqlite:{}", self.path.join("app.sqlite3").display())
    }

    /// Where the mails are kept that the app would send.
    pub(super) fn mail_folder(&self) -> PathBuf {
        self.path.join(MAIL)
    }

    pub(super) fn platform_file(&self) -> PathBuf {
        self.path.join("platform.json")
    }

    /// The app's id and secret: made at the first start, kept from then on.
    pub(super) fn identity(&self) -> Result<Identity, Failure> {
        let file = self.path.join("identity.json");
        match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                Failure::user(format!("{} cannot be used: {error}", file.display()))
                    .hint("begin anew with --reset")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&file),
            Err(error) => Err(Failure::user(format!("{} cannot be read", file.display())).because(&error)),
        }
    }
}

/// Whether `dev` may keep its data there: the folder is empty, or it did so before.
fn is_ours(path: &Path) -> std::io::Result<bool> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path)? {
        names.push(entry?.file_name());
    }
    Ok(names.is_empty() || names.iter().any(|name| FILES.iter().chain([&LOCK]).any(|ours| name == ours)))
}

fn make(file: &Path) -> Result<Identity, Failure> {
    let identity = Identity::new();
    let text = serde_json::to_string_pretty(&identity).map_err(|error| Failure::ours(error.to_string()))?;
    // A process that dies in between must not leave half a file.
    let draft = file.with_extension("json.tmp");
    let written = private(&draft, true)
        .and_then(|mut draft| draft.write_all(text.as_bytes()).and_then(|()| draft.sync_all()))
        .and_then(|()| std::fs::rename(&draft, file));
    written
        .map_err(|error| Failure::user(format!("{} cannot be written", file.display())).because(&error))?;
    Ok(identity)
}

/// Opens for writing what only the owner may read.
fn private(path: &Path, empty: bool) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(empty).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(folder: &Path, reset: bool) -> String {
        Folder::open(folder, reset).unwrap().identity().unwrap().app_secret
    }

    #[test]
    fn the_identity_is_made_once_and_forgotten_by_reset_only() {
        let dir = tempfile::tempdir().unwrap();
        let first = secret(dir.path(), false);
        assert_eq!(first, secret(dir.path(), false));
        std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        let mail = dir.path().join("mail");
        std::fs::create_dir(&mail).unwrap();
        std::fs::write(mail.join("1.eml"), "").unwrap();
        std::fs::write(mail.join("notes.txt"), "mine").unwrap();
        let (snapshot, other) = (dir.path().join("snapshots/a"), dir.path().join("snapshots/b"));
        std::fs::create_dir_all(&snapshot).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        std::fs::write(snapshot.join("snapshot.json"), "{}").unwrap();
        assert_ne!(first, secret(dir.path(), true));
        assert!(!mail.join("1.eml").exists() && mail.join("notes.txt").exists());
        assert!(!snapshot.exists() && other.exists());
        assert!(dir.path().join("notes.txt").exists(), "reset removes only what is ours");
    }

    #[test]
    fn a_broken_identity_is_a_clear_error() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("identity.json"), "{").unwrap();
        let error = Folder::open(dir.path(), false).unwrap().identity().err().unwrap();
        assert!(error.to_string().contains("--reset"), "{error}");
    }

    #[test]
    fn a_folder_of_other_things_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
        for reset in [false, true] {
            let error = Folder::open(dir.path(), reset).err().unwrap();
            assert!(error.to_string().contains("holds other things"), "{error}");
            assert!(error.advice().is_some_and(|hint| hint.contains("--data-dir")), "{error}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(Folder::open(&dir.path().join("new/folder"), false).is_ok());
    }

    #[test]
    fn a_folder_in_use_is_not_even_reset() {
        let dir = tempfile::tempdir().unwrap();
        let running = Folder::open(dir.path(), false).unwrap();
        running.identity().unwrap();
        let error = Folder::open(dir.path(), true).err().unwrap();
        assert!(error.to_string().contains("another process uses"), "{error}");
        assert!(dir.path().join("identity.json").exists());
    }
}

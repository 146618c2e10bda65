//! The data folder: what `dev` keeps between starts.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What belongs to us in the folder; `--reset` removes this and nothing else.
const FILES: [&str; 6] = [
    "app.sqlite3",
    "app.sqlite3-wal",
    "app.sqlite3-shm",
    "platform.json",
    "platform.json.lock",
    "identity.json",
];

/// The app's id and secret on the local platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    pub(super) app_id: String,
    pub(super) app_secret: String,
}

pub(super) struct Folder {
    path: PathBuf,
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
        if reset {
            for name in FILES {
                match std::fs::remove_file(path.join(name)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(refused(error)),
                    _ => {}
                }
            }
        }
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database_url(&self) -> String {
        format!("sqlite:{}", self.path.join("app.sqlite3").display())
    }

    pub(super) fn platform_file(&self) -> PathBuf {
        self.path.join("platform.json")
    }

    /// The app's id and secret: made at the first start, kept from then on.
    pub(super) fn identity(&self) -> Result<Identity, Failure> {
        let file = self.path.join("identity.json");
        match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| self.broken(&error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&file),
            Err(error) => Err(Failure::user(format!("{} cannot be read", file.display())).because(&error)),
        }
    }

    pub(super) fn broken(&self, reason: &str) -> Failure {
        Failure::user(format!("identity.json in {} cannot be used: {reason}", self.path.display()))
            .hint("begin anew with --reset")
    }
}

fn make(file: &Path) -> Result<Identity, Failure> {
    let random = |bytes: &mut [u8]| rand::rng().fill(bytes);
    let (mut id, mut secret) = ([0_u8; 16], [0_u8; 32]);
    random(&mut id);
    random(&mut secret);
    let id = hex::encode(id);
    let app_id = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-");
    let identity = Identity { app_id, app_secret: hex::encode(secret) };
    let text = serde_json::to_string_pretty(&identity).map_err(|error| Failure::ours(error.to_string()))?;
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written
        .map_err(|error| Failure::user(format!("{} cannot be written", file.display())).because(&error))?;
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_made_once_and_forgotten_by_reset_only() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::open(dir.path(), false).unwrap().identity().unwrap();
        let again = Folder::open(dir.path(), false).unwrap().identity().unwrap();
        assert_eq!(first.app_secret, again.app_secret);
        std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        let anew = Folder::open(dir.path(), true).unwrap().identity().unwrap();
        assert_ne!(first.app_secret, anew.app_secret);
        assert!(dir.path().join("notes.txt").exists(), "reset removes only what is ours");
    }

    #[test]
    fn a_broken_identity_is_a_clear_error() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("identity.json"), "{").unwrap();
        let error = Folder::open(dir.path(), false).unwrap().identity().unwrap_err();
        assert!(error.to_string().contains("--reset"), "{error}");
    }
}

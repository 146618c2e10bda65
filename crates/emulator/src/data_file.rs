//! The platform's state on disk: one JSON file, replaced whole, and held by one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::world::{LAYOUT, World};

/// The file, locked for this process until dropped.
#[derive(Debug)]
pub(crate) struct DataFile {
    path: PathBuf,
    _lock: File,
}

impl DataFile {
    /// Takes the file for this process; its folder is made when missing.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let fail = |reason: &dyn ToString| Error::data(path, reason.to_string());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| fail(&e))?;
        }
        let lock = private(&beside(path, "lock")).map_err(|e| fail(&e))?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => {
                fail(&"another process is using it; stop that one or choose another folder")
            }
            TryLockError::Error(e) => fail(&e),
        })?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The saved state, or `None` when there is none yet.
    pub(crate) fn load(&self, app_id: &str) -> Result<Option<World>, Error> {
        let fail = |reason: String| Err(Error::data(&self.path, reason));
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return fail(e.to_string()),
        };
        let world: World = match serde_json::from_slice(&bytes) {
            Ok(world) => world,
            Err(e) => return fail(format!("it is damaged or was written by another version ({e})")),
        };
        if world.layout != LAYOUT {
            return fail(format!("it has layout {}, this version reads {LAYOUT}", world.layout));
        }
        if world.app_id != app_id {
            return fail(format!("it belongs to the app {}, not to {app_id}", world.app_id));
        }
        Ok(Some(world))
    }

    /// Replaces the file so that a crash leaves either the old or the new state, never a mixture.
    pub(crate) fn save(&self, world: &World) -> io::Result<()> {
        let bytes = serde_json::to_vec(world)?;
        let draft = beside(&self.path, "tmp");
        write_private(&draft, &bytes)?;
        std::fs::rename(&draft, &self.path)?;
        self.sync_folder()
    }

    /// A rename is durable only once the folder is.
    #[cfg(unix)]
    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(extension);
    path.with_file_name(name)
}

/// Writes a file whole and through to the disk; only the owner may read it.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private(path)?;
    file.set_len(0)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Opens for writing; only the owner may read, since the state holds the platform's keys.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::seed::Seed;

    fn world() -> World {
        World::new("app-1", Seed::fixed(1), "2027-01-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn saved_state_comes_back_and_no_draft_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/platform.json");
        let file = DataFile::open(&path).unwrap();
        assert!(file.load("app-1").unwrap().is_none());
        file.save(&world()).unwrap();
        file.save(&world()).unwrap();
        assert_eq!(file.load("app-1").unwrap().unwrap().sites.len(), 3);
        assert!(!path.with_file_name("platform.json.tmp").exists());
    }

    #[test]
    fn a_damaged_file_a_foreign_app_and_a_second_process_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.json");
        let file = DataFile::open(&path).unwrap();
        file.save(&world()).unwrap();
        assert!(file.load("app-2").unwrap_err().to_string().contains("belongs to the app app-1"));
        assert!(DataFile::open(&path).unwrap_err().to_string().contains("another process"));
        std::fs::write(&path, b"{\"layout\":1").unwrap();
        assert!(file.load("app-1").unwrap_err().is_data());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.json");
        DataFile::open(&path).unwrap().save(&world()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

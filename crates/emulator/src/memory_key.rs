//! The key with which platforms in memory sign.
//!
//! Making an RSA key takes longer than the rest of such a platform's start, so one is kept in the user's cache folder. It proves
//! nothing to anybody but the apps that were given the public half of one of these platforms. A platform that outlives its process, in a
//! data file, has a key of its own.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use wixapp_platform::webhook::WebhookSigner;

use crate::data_file::write_private;
use crate::error::Error;

const FOLDER: &str = "wixapp";
const FILE: &str = "local-platform-key.pem";

/// More than a key of 4096 bits has; a longer file is none of ours.
const MAX_LEN: u64 = 8 * 1024;

/// One key for all platforms of this process, and of the processes before and after it.
pub(crate) fn shared() -> Result<String, Error> {
    static READ: Mutex<Option<String>> = Mutex::new(None);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pem) = &*read {
        return Ok(pem.clone());
    }
    Ok(read.insert(kept_in(cache_folder().as_deref())?).clone())
}

/// A fresh key.
pub(crate) fn fresh() -> Result<String, Error> {
    let pem = WebhookSigner::generate().and_then(|signer| signer.to_pkcs8_pem()).map_err(Error::key)?;
    Ok(pem.to_string())
}

/// The key in `folder`, or a fresh one, which is put there if that is possible.
fn kept_in(folder: Option<&Path>) -> Result<String, Error> {
    let Some(folder) = folder else { return fresh() };
    match read(&folder.join(FILE)) {
        Ok(pem) => return Ok(pem),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            tracing::debug!(%error, "the kept key of local platforms is no good: a fresh one takes its place")
        }
    }
    let pem = fresh()?;
    if let Err(error) = keep(folder, &pem) {
        tracing::debug!(%error, "the key of local platforms could not be kept: the next start makes another one");
    }
    Ok(pem)
}

/// Reads a key that is one, and that nobody else could have read or put there.
fn read(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    if !is_private(&file.metadata()?) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "others may read or write it"));
    }
    let mut pem = String::new();
    file.take(MAX_LEN).read_to_string(&mut pem)?;
    WebhookSigner::from_pkcs8_pem(&pem).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(pem)
}

/// Puts the whole key there or nothing of it: of two processes that do so at once the later one wins, and each has a good key.
fn keep(folder: &Path, pem: &str) -> io::Result<()> {
    static DRAFTS: AtomicU32 = AtomicU32::new(0);
    private_folder().create(folder)?;
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!("{FILE}.{}-{number}", std::process::id()));
    let kept = write_private(&draft, pem.as_bytes()).and_then(|()| fs::rename(&draft, folder.join(FILE)));
    if kept.is_err() {
        // The draft may not be there at all.
        let _ = fs::remove_file(&draft);
    }
    kept
}

#[cfg(unix)]
fn is_private(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.is_file() && found.mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_private(found: &fs::Metadata) -> bool {
    found.is_file()
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Where the user's programs keep what they can make again.
fn cache_folder() -> Option<PathBuf> {
    // The XDG specification says that a relative path is to be ignored.
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
    };
    Some(caches?.join(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_reads_the_key_of_the_first() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("not/there/yet");
        let first = kept_in(Some(&folder)).unwrap();
        assert_eq!(kept_in(Some(&folder)).unwrap(), first);
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, [FILE]);
    }

    #[test]
    fn a_file_that_is_no_key_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let file = cache.path().join(FILE);
        let good = kept_in(Some(cache.path())).unwrap();
        for bad in ["", "no key", &good[..good.len() / 2], &"x".repeat(100_000)] {
            fs::write(&file, bad).unwrap();
            let fresh = kept_in(Some(cache.path())).unwrap();
            assert_ne!(fresh, good);
            assert_eq!(fs::read_to_string(&file).unwrap(), fresh);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_no_error() {
        let cache = tempfile::tempdir().unwrap();
        let file = cache.path().join("a file");
        fs::write(&file, "").unwrap();
        let folders = [Some(file.join("below")), Some(file), Some(PathBuf::from("\0")), None];
        for folder in folders {
            let pem = kept_in(folder.as_deref()).unwrap();
            assert!(WebhookSigner::from_pkcs8_pem(&pem).is_ok(), "{folder:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_the_users_alone_and_one_that_was_not_is_replaced() {
        use std::os::unix::fs::PermissionsExt as _;
        let cache = tempfile::tempdir().unwrap();
        let (folder, mode) = (cache.path().join("wixapp"), |path: &Path| {
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        });
        let file = folder.join(FILE);
        let first = kept_in(Some(&folder)).unwrap();
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_ne!(kept_in(Some(&folder)).unwrap(), first);
        assert_eq!(mode(&file), 0o600);
    }
}

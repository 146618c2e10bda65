//! A storage for files of the app's own, such as images: a folder, or a bucket that speaks S3.

#[cfg(feature = "s3")]
mod bucket;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::fs;
use tokio::io::AsyncWriteExt;
use wixapp_core::InstanceId;

use crate::config::ConfigError;

/// A file in a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose.
    pub instance_id: InstanceId,
    /// Its name.
    pub name: String,
    /// How long ago it was put there, by the clocks of machines and not the app's.
    pub age: Duration,
}

/// Where the bytes of files are, by instance and name: 1 or more of `[A-Za-z0-9_]`.
///
/// What is known of a file belongs into a [record](wixapp_store::Record), whose id is a good name for it. Write the file first and
/// delete it last: a file without a record is garbage that [`list`](Storage::list) finds.
///
/// # Example
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path().to_str().expect("a path of letters");
/// let storage = wixapp_server::storage::open(folder)?;
/// let site = "site-1".parse()?;
/// storage.put(&site, "logo", "the bytes".into()).await?;
/// assert_eq!(storage.get(&site, "logo").await?.as_deref(), Some(b"the bytes".as_slice()));
/// storage.delete(&site, "logo").await?;
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Storage: Send + Sync {
    /// Keeps the bytes of a file; once it returns they survive a power cut.
    async fn put(&self, instance_id: &InstanceId, name: &str, bytes: Bytes) -> io::Result<()>;
    /// The bytes, if they are there.
    async fn get(&self, instance_id: &InstanceId, name: &str) -> io::Result<Option<Bytes>>;
    /// Deletes the bytes, which need not be there.
    async fn delete(&self, instance_id: &InstanceId, name: &str) -> io::Result<()>;
    /// All that is there, of all instances.
    async fn list(&self) -> io::Result<Vec<Kept>>;
}

/// Opens the storage at `place`: a folder, made when it is missing, or `s3://bucket/prefix` with the feature `s3`, whose keys,
/// region and endpoint come from the usual `AWS_…` variables.
///
/// # Errors
/// [`ConfigError`] when it is a bucket and the program was built without the feature, or the variables describe none.
pub fn open(place: &str) -> Result<Box<dyn Storage>, ConfigError> {
    match place.strip_prefix("s3://") {
        #[cfg(feature = "s3")]
        Some(bucket) => Ok(Box::new(bucket::Bucket::open(bucket)?)),
        #[cfg(not(feature = "s3"))]
        Some(_) => Err(ConfigError::new("a bucket needs a program that was built with the feature `s3`")),
        None => Ok(Box::new(Folder { root: PathBuf::from(place) })),
    }
}

/// One folder for each instance in it, one file for each name.
struct Folder {
    root: PathBuf,
}

/// The folders of instances begin with this, so that none of them is called `..`.
const PREFIX: &str = "site-";

impl Folder {
    fn path(&self, instance_id: &InstanceId, name: &str) -> io::Result<PathBuf> {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of a file"));
        }
        Ok(self.root.join(format!("{PREFIX}{instance_id}")).join(name))
    }
}

#[async_trait]
impl Storage for Folder {
    async fn put(&self, instance_id: &InstanceId, name: &str, bytes: Bytes) -> io::Result<()> {
        let path = self.path(instance_id, name)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).await?;
        // Under another name first: half a file is never seen under its own.
        let unfinished = path.with_file_name(format!("{name}_part"));
        let mut file = fs::File::create(&unfinished).await?;
        file.write_all(&bytes).await?;
        file.sync_all().await?;
        fs::rename(&unfinished, &path).await?;
        fs::File::open(folder).await?.sync_all().await
    }

    async fn get(&self, instance_id: &InstanceId, name: &str) -> io::Result<Option<Bytes>> {
        found(fs::read(self.path(instance_id, name)?).await).map(|bytes| bytes.map(Bytes::from))
    }

    async fn delete(&self, instance_id: &InstanceId, name: &str) -> io::Result<()> {
        found(fs::remove_file(self.path(instance_id, name)?).await).map(|_| ())
    }

    async fn list(&self) -> io::Result<Vec<Kept>> {
        let mut all = Vec::new();
        let Some(mut folders) = found(fs::read_dir(&self.root).await)? else { return Ok(all) };
        while let Some(folder) = folders.next_entry().await? {
            let name = folder.file_name();
            let instance_id =
                name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<InstanceId>().ok());
            let Some(instance_id) = instance_id else { continue };
            let Some(mut files) = found(fs::read_dir(folder.path()).await)? else { continue };
            while let Some(file) = files.next_entry().await? {
                let Some(name) = file.file_name().to_str().map(str::to_owned) else { continue };
                let written = found(file.metadata().await)?.and_then(|data| data.modified().ok());
                let age = written.map(|at| at.elapsed().unwrap_or_default()).unwrap_or_default();
                all.push(Kept { instance_id: instance_id.clone(), name, age });
            }
        }
        Ok(all)
    }
}

/// What is not there is nothing, and no error.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_are_kept_apart_by_instance_until_they_are_deleted() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder { root: root.path().join("images") };
        let (one, two): (InstanceId, InstanceId) = ("site-1".parse().unwrap(), "..".parse().unwrap());
        assert_eq!(folder.list().await.unwrap(), []);
        folder.put(&one, "img_1", Bytes::from_static(b"a")).await.unwrap();
        folder.put(&two, "img_1", Bytes::from_static(b"b")).await.unwrap();
        assert_eq!(folder.get(&one, "img_1").await.unwrap().unwrap(), "a");
        assert_eq!(folder.get(&two, "img_1").await.unwrap().unwrap(), "b");
        assert_eq!(folder.list().await.unwrap().len(), 2);
        folder.delete(&one, "img_1").await.unwrap();
        folder.delete(&one, "img_1").await.unwrap();
        assert_eq!(folder.get(&one, "img_1").await.unwrap(), None);
        assert_eq!(folder.list().await.unwrap()[0].instance_id, two);
        for name in ["", "..", "a/b", "img_1.part", "\0"] {
            assert!(folder.put(&one, name, Bytes::new()).await.is_err(), "{name}");
        }
    }
}

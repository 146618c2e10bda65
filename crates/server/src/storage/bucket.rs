//! Files in a bucket that speaks S3.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use wixapp_core::InstanceId;

use super::{Kept, PREFIX, Storage};
use crate::config::ConfigError;

/// A bucket, and where in it the files are.
pub(super) struct Bucket {
    store: AmazonS3,
    root: Path,
}

impl Bucket {
    /// Opens `bucket/prefix`.
    pub(super) fn open(place: &str) -> Result<Self, ConfigError> {
        let (bucket, root) = place.split_once('/').unwrap_or((place, ""));
        // One file is deleted at a time, and not every server that speaks S3 knows of deleting many.
        let store =
            AmazonS3Builder::from_env().with_bucket_name(bucket).with_disable_bulk_delete(true).build();
        let store = store.map_err(|error| ConfigError::new(format!("the bucket `{bucket}`: {error}")))?;
        Ok(Self { store, root: Path::from(root) })
    }

    fn path(&self, instance_id: &InstanceId, name: &str) -> Path {
        self.root.clone().join(format!("{PREFIX}{instance_id}")).join(name)
    }
}

#[async_trait]
impl Storage for Bucket {
    async fn put(&self, instance_id: &InstanceId, name: &str, bytes: Bytes) -> io::Result<()> {
        self.store
            .put(&self.path(instance_id, name), bytes.into())
            .await
            .map(|_| ())
            .map_err(io::Error::other)
    }

    async fn get(&self, instance_id: &InstanceId, name: &str) -> io::Result<Option<Bytes>> {
        match self.store.get(&self.path(instance_id, name)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(io::Error::other),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    async fn delete(&self, instance_id: &InstanceId, name: &str) -> io::Result<()> {
        match self.store.delete(&self.path(instance_id, name)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    async fn list(&self) -> io::Result<Vec<Kept>> {
        let objects: Vec<_> =
            self.store.list(Some(&self.root)).try_collect().await.map_err(io::Error::other)?;
        // The ages are those of the machine that keeps the bucket; this one's clock is near enough for minutes.
        #[expect(clippy::disallowed_methods, reason = "the age of files is the machine's")]
        let now_s = jiff::Timestamp::now().as_second();
        let kept = |object: object_store::ObjectMeta| {
            let mut parts = object.location.parts();
            let (name, site) = (parts.next_back()?, parts.next_back()?);
            let instance_id = site.as_ref().strip_prefix(PREFIX)?.parse().ok()?;
            let age_s = u64::try_from(now_s - object.last_modified.timestamp()).unwrap_or(0);
            Some(Kept { instance_id, name: name.as_ref().to_owned(), age: Duration::from_secs(age_s) })
        };
        Ok(objects.into_iter().filter_map(kept).collect())
    }
}

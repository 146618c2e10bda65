//! Extractors, named for what they prove.

mod bytes;
mod idempotency_key;
mod json;
mod owner;
mod path;
mod query;
mod shared;
mod stranger;
mod time;

pub use bytes::BoundedBytes;
pub use idempotency_key::IdempotencyKey;
pub use json::{NoBody, ValidJson};
pub use owner::OwnerSession;
pub(crate) use owner::ensure_installed;
pub use path::ValidPath;
pub use query::ValidQuery;
pub use shared::Shared;
pub use stranger::Stranger;
pub use time::{Day, Moment};

//! Posts on the fake social network.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One published post.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) network: String,
    pub(crate) text: String,
    pub(crate) idempotency_key: String,
    pub(crate) at: Timestamp,
}

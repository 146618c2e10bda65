//! Wix Data: the collections of a site and their items.
//!
//! [`WixClient::items`](crate::WixClient::items) gives a collection's [`Items`]: get, insert, save, update, patch and
//! remove, one or many at a time, also on a condition ([`Items::only_if`]) or by a filter ([`Items::patch_matching`]);
//! [`Items::query`] finds, counts and lists; [`Items::aggregate`] and [`Items::pipeline`] add up; [`Items::referenced`]
//! follows references. Collections and their indexes are made and changed by
//! [`WixClient::create_collection`](crate::WixClient::create_collection),
//! [`WixClient::create_index`](crate::WixClient::create_index) and their like. [`AppConfig`] keeps settings.
//!
//! Items are a site's: what an app stores there is the owner's to read and change, also by hand. An item has at most
//! 500 KB, a page at most 1,000 items, and an instance 200 requests a minute. What was written may be seen by reads a
//! moment later ([`Items::consistent`]), except by those of the same client: Wix's `X-Wix-Consistent` is sent back to it.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use serde_json::{Value, json};
//! use wixapp_platform::data::Conditions as _;
//! let posts = client.items::<Value>(&instance, "Posts");
//! posts.insert(json!({"title": "Hello", "likes": 11})).await?;
//! let liked = posts.query().gt("likes", 10).descending("likes").find().await?.items;
//! # Ok(())
//! # }
//! ```

mod aggregate;
mod app_config;
mod bulk;
mod collections;
mod conditions;
mod data_job;
mod date;
mod expression;
mod field;
mod filter;
mod index;
mod item;
mod items;
mod lookup;
mod only_if;
mod operand;
mod page;
mod patch;
mod pipeline;
mod plugin;
mod query;
mod references;
mod save;
mod search;
mod sort;
mod stage;
mod structure;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::aggregate::Aggregate;
pub use self::app_config::AppConfig;
pub use self::bulk::{Bulk, BulkAction, BulkResult};
pub use self::collections::{Collection, CollectionPermissions, CollectionRole};
pub use self::conditions::Conditions;
pub use self::data_job::{DataJob, DataJobState};
pub use self::date::Date;
pub use self::expression::Expression;
pub use self::field::{Field, FieldType};
pub use self::filter::Filter;
pub use self::index::{AvailableIndexes, Index, IndexFailure, IndexField, IndexStatus};
pub use self::item::{Draft, Item};
pub use self::items::Items;
pub use self::lookup::Lookup;
pub use self::only_if::OnlyIf;
pub use self::operand::Operand;
pub use self::page::Page;
pub use self::patch::Patch;
pub use self::pipeline::Pipeline;
pub use self::plugin::{CollectionPlugin, PluginType};
pub use self::query::Query;
pub use self::references::{Reference, Referenced, References};
pub use self::save::Saved;
pub use self::search::Search;
pub use self::sort::Order;
pub use self::stage::{Group, Projection, Stage};
pub use self::structure::CollectionPatch;
use crate::client::Endpoint;
use crate::error::Error;
use crate::json;

/// A page of the largest items would have 500 MB; one of usual items stays far below this.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// An operation of Wix Data that may be repeated by itself.
const fn endpoint(method: Method, path: &'static str, name: &'static str) -> Endpoint {
    Endpoint::repeatable(method, path, name).answering(MAX_ANSWER)
}

/// One whose method is POST, as that of most.
macro_rules! post {
    ($path:literal) => {
        super::endpoint(reqwest::Method::POST, $path, concat!("POST ", $path))
    };
}
use post;

/// A value of an answer as the caller wants it.
fn value<V: DeserializeOwned>(value: Value) -> Result<V, Error> {
    serde_json::from_value(value).map_err(|error| Error::malformed("answer of Wix", json::describe(&error)))
}

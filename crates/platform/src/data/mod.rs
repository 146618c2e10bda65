//! Wix Data: the collections of a site and their items.
//!
//! [`WixClient::items`](crate::WixClient::items) gives a collection's [`Items`]: get, insert, save, update, patch and
//! remove, one or many at a time; [`Items::query`] finds, counts and lists; [`Items::aggregate`] adds up;
//! [`Items::referenced`] follows references. Collections themselves are made and changed by
//! [`WixClient::create_collection`](crate::WixClient::create_collection) and its like. [`AppConfig`] keeps settings.
//!
//! Items are a site's: what an app stores there is the owner's to read and change, also by hand. An item has at most
//! 500 KB, a page at most 1,000 items, and an instance 200 requests a minute. What was written may be seen by reads a
//! moment later ([`Items::consistent`]), except by those of the same client: Wix's `X-Wix-Consistent` is sent back to it.

mod aggregate;
mod app_config;
mod bulk;
mod collections;
mod conditions;
mod date;
mod expression;
mod field;
mod filter;
mod item;
mod items;
mod operand;
mod page;
mod patch;
mod pipeline;
mod query;
mod references;
mod sort;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::aggregate::Aggregate;
pub use self::app_config::AppConfig;
pub use self::bulk::{Bulk, BulkAction, BulkResult};
pub use self::collections::{Collection, CollectionPermissions, CollectionRole};
pub use self::conditions::Conditions;
pub use self::date::Date;
pub use self::expression::Expression;
pub use self::field::{Field, FieldType};
pub use self::filter::Filter;
pub use self::item::{Draft, Item};
pub use self::items::{Items, Saved};
pub use self::operand::Operand;
pub use self::page::Page;
pub use self::patch::Patch;
pub use self::pipeline::{Group, Projection, Stage};
pub use self::query::{Query, SearchMode};
pub use self::references::{Reference, Referenced, References};
pub use self::sort::Order;
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

//! Wix Data (wix-protocol §6): collections of a site, their items, and everything that can be asked of them.
//!
//! It owns the data and its endpoints. What a filter means is in [`filter`] and [`value`], how an answer is found in
//! [`query`], where it is kept in [`store`].

mod aggregate;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod filter;
mod item;
pub(crate) mod job;
mod patch;
mod query;
mod reference;
mod request;
mod routes;
mod schema;
mod search;
pub(crate) mod store;
mod value;

pub(crate) use self::routes::routes;

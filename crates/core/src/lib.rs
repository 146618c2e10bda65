//! The rules of wixapp without I/O.
//!
//! This crate owns what is *true* about an instance: which plan it is on ([`derive()`]), which credits must exist
//! ([`cycle`]), what a spend may do ([`account`]), and which states a job moves through ([`job`]). Nothing here reads
//! a clock, a database, the network or a random number: time, ids and randomness are parameters, so the server, the
//! worker, the local platform and the simulator all get the same answer for the same input.

pub mod account;
pub mod billing_source;
pub mod catalog;
pub mod clock;
pub mod crash;
pub mod credits;
pub mod cycle;
pub mod derive;
pub mod entry;
pub mod error_code;
pub mod fact;
pub mod grant;
pub mod hold;
pub mod id;
pub mod input;
pub mod job;
pub mod reason;
pub mod settle;
pub mod subscription;

pub use account::Account;
pub use billing_source::BillingSource;
pub use catalog::{Catalog, Plan};
pub use clock::{Clock, SystemClock, Timestamp, VirtualClock};
pub use credits::Credits;
pub use derive::derive;

pub use error_code::ErrorCode;
pub use fact::{BillingCycle, Fact, FactKind};
pub use id::{CheckoutId, DeliveryId, EntryId, GrantId, HoldId, InstanceId, JobGroupId, JobId, PlanId};

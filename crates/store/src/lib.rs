//! The database of wixapp: SQLite by default, PostgreSQL for many processes.
//!
//! [`Store`] is the one handle; handlers and workers see nothing else. All SQL is written once, in the subset both
//! databases understand (see `conn`), and one conformance suite runs it on both. Money changes through
//! [`Store::transact`] only.

mod arrival;
mod billing_source;
mod checkout;
mod claim;
mod conn;
mod copy;
mod cron;
mod due;
mod ending;
mod error;
mod explain;
mod history;
mod inbox;
mod instance;
mod job;
mod kept;
mod ledger;
mod live;
mod load;
mod migration;
mod notice;
mod postgres;
mod promo;
mod purge;
mod record;
mod save;
mod sqlite;
mod store;
mod stripe;
mod transact;
mod tx;
mod value;
mod want;

pub use arrival::{Arrival, FactRecord, ParkedFact};
pub use checkout::{Checkout, CheckoutState};
pub use claim::{Beat, Claim, Limits};
pub use cron::CronEntry;
pub use ending::StripeEnding;
pub use error::Error;
pub use explain::{EntryStory, FactNote};
pub use history::{DayUsage, EntryFilter, EntryPlace};
pub use inbox::{Accepted, Delivery, NewDelivery};
pub use instance::Instance;
pub use job::{Job, JobFilter, JobLine, MemberTaken, NewGroup, NewJob, Rate, Unique};
pub use ledger::Flaw;
pub use live::{Change, Topic};
pub use migration::{Migrated, SCHEMA_VERSION};
pub use notice::{NewGrant, NewNotice, Notice, NoticeEnd, NoticeSettings, NoticeView};
pub use record::{Record, RecordError, RecordFilter, RecordPlace, Stored};
pub use store::Store;
pub use stripe::{
    StripeDelivery, StripeEvent, StripeEventRecord, StripeKept, StripeLink, StripeOwner, StripeWait,
};
pub use tx::{Added, Lease, LeaseLost, Profile, Reply, StoredFact, Tx};
pub use want::Want;

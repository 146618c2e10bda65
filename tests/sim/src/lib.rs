//! The simulator: the product's own decisions and the local platform's own state machine, years of them in a moment.
//!
//! A run is decided by its seed alone: the clock is virtual, chance is [`rng::Rng`], nothing depends on the order of a
//! hash map, and the same seed gives the same [log hash](run::Outcome::hash). Owners install, buy, change, cancel, fail
//! to pay and spend ([`owner`]); the network loses, repeats, reorders and delays ([`weather`]); the app is killed
//! between any two steps ([`app`]). Every half year the network heals, the app asks Wix, and three oracles look at
//! every instance ([`oracle`]): the books against themselves, access against the platform, and the balances against a
//! [`model`] that knows the true history and, through [`words`], which parts of it got through.

/// Years in memory are mostly allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod app;
pub mod campaign;
pub mod chronicle;
pub mod log;
pub mod model;
pub mod oracle;
pub mod owner;
pub mod purse;
pub mod rare;
pub mod rng;
pub mod run;
pub mod store;
pub mod weather;
pub mod words;

pub use campaign::{ENOUGH, SimArgs, Summary, campaign, command};
pub use run::{Failure, Outcome, Setup, run};

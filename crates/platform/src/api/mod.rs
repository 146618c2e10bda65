//! Calls of Wix's API, one module per area; each adds methods to [`WixClient`](crate::WixClient).
//!
//! Each takes a [`Credential`](crate::Credential) first; `&InstanceId` is one.

pub mod bi;
pub mod billing;
pub mod custom_charges;
pub mod instance;
pub mod plans;
pub mod purchases;
pub mod scripts;
pub mod secrets;

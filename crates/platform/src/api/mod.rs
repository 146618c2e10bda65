//! Calls of Wix's API, one module per area; each adds methods to [`WixClient`](crate::WixClient).

pub mod billing;
pub mod instance;

//! About the caller's instance.

pub mod status;

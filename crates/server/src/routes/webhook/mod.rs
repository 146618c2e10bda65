//! What Wix sends.

pub mod receive;

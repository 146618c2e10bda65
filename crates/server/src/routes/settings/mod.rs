//! What the owner decides.

pub mod data;
pub mod notices;

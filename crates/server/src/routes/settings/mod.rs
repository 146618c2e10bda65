//! What the owner decides.

pub mod notices;

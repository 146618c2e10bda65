//! Plans and buying them.

pub mod checkout;
pub mod checkout_url;
pub mod plans;

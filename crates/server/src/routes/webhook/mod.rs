//! What Wix sends, and Stripe.

pub mod receive;
pub mod stripe;

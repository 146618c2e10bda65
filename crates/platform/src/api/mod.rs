//! Calls of Wix's API, one module per area; each adds methods to [`WixClient`](crate::WixClient).
//!
//! Each takes a [`Credential`](crate::Credential) first; `&InstanceId` is one.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use wixapp_platform::CheckoutRequest;
//! if client.app_instance(&instance).await?.instance.is_free {
//!     let checkout = client.checkout_url(&instance, &CheckoutRequest::new("starter")).await?;
//!     println!("to upgrade: {}", checkout.checkout_url);
//! }
//! # Ok(())
//! # }
//! ```

pub mod bi;
pub mod billing;
pub mod custom_charges;
pub mod instance;
pub mod plans;
pub mod purchases;
pub mod scripts;
pub mod secrets;

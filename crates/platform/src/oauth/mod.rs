//! OAuth: the app's own access tokens (wix-protocol §3).
//!
//! - Today's flow: client credentials, one token per instance, four hours long. Calls of [`WixClient`] that are given
//!   an instance get and keep such tokens by themselves.
//! - Custom authentication, for apps that began with it: the owner's browser is sent to Wix's installer
//!   ([`WixClient::install_url`]) with a [`OAuthState`], comes back with a code ([`InstallCallback`]), and the code buys
//!   a [`RefreshToken`] ([`WixClient::complete_install`]), which is sealed
//!   ([`RefreshToken::seal`]) before it is stored.
//! - A token of the dashboard SDK becomes one that a server may use: [`WixClient::server_token`].
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! let token = client.access_token(&instance).await?;
//! let header = ("authorization", token.expose());
//! # Ok(())
//! # }
//! ```
//!
//! [`WixClient`]: crate::WixClient
//! [`WixClient::install_url`]: crate::WixClient::install_url
//! [`WixClient::complete_install`]: crate::WixClient::complete_install
//! [`WixClient::server_token`]: crate::WixClient::server_token

mod access_token;
mod bound;
mod client_credentials;
mod custom;
mod refresh;
mod state;

pub use self::access_token::AccessToken;
pub(crate) use self::access_token::CachedToken;
pub use self::custom::{InstallCallback, InstallGrant};
pub use self::refresh::RefreshToken;
pub use self::state::OAuthState;

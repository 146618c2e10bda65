//! What the local platform must know about the app it hosts.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::SignedDuration;
use reqwest::Url;
use wixapp_core::catalog::Catalog;
use wixapp_core::clock::VirtualClock;
use wixapp_platform::AppSecret;

use crate::error::Error;

/// Settings of one [`Emulator`](crate::Emulator).
///
/// [`EmulatorConfig::new`] fills in everything a test needs; the public fields can be changed before the start.
#[derive(Debug, Clone)]
pub struct EmulatorConfig {
    /// The app's id at Wix (`client_id`, `appDefId`).
    pub app_id: String,
    /// The name shown in the App Market and in the side menu.
    pub app_name: String,
    /// One line under the name in the App Market.
    pub tagline: String,
    /// The longer text of the App Market listing.
    pub description: String,
    /// Who made the app.
    pub developer: String,
    /// The app's icon, as an absolute URL.
    pub icon_url: Option<String>,
    /// The version reported by Get App Instance.
    pub app_version: String,
    /// The app secret: signs instance tokens and is the `client_secret`.
    pub app_secret: AppSecret,
    /// Where the app's dashboard page lives, for example `http://127.0.0.1:4101`.
    pub app_url: String,
    /// Where the app's own pricing page is; `{app_url}/plans` by default.
    pub pricing_url: String,
    /// Where webhooks go; `{app_url}/api/v1/wix/webhook` by default.
    pub webhook_url: String,
    /// Where a browser reaches the local platform, for example `http://127.0.0.1:4100`.
    pub public_url: String,
    /// The plans on sale.
    pub catalog: Catalog,
    /// Where the app answers as a provider of custom charges (`{base}/v1/charge-limit` and so on); `None` where it is
    /// not paid by use.
    pub custom_charges_url: Option<String>,
    /// The template of the app's embedded script: HTML in which `{{name}}` stands for a parameter of that name.
    pub embedded_script: Option<String>,
    /// The app's custom elements, shown on the page of every site that has the app.
    pub widgets: Vec<Widget>,
    /// How many calls a minute the platform takes for one install; `None` takes any number.
    pub calls_a_minute: Option<u32>,
    /// The RSA private key (PKCS#8 PEM) that signs webhooks. By default one is made, which takes about a tenth of a second:
    /// with a data file once, to be kept in it; without, once for all platforms of the user, to be kept in the cache folder
    /// (`wixapp/local-platform-key.pem`). Deleting it is harmless.
    pub signer_pem: Option<String>,
    /// Where the platform's state is kept as JSON, written after every change; `None` keeps it in memory.
    pub data_file: Option<PathBuf>,
    /// Where snapshots are kept; in `snapshots` beside the data file by default. Without either, none can be taken.
    pub snapshot_folder: Option<PathBuf>,
    /// The time of the platform. Share it with the app: tokens and webhooks carry this time.
    pub clock: VirtualClock,
    /// How far plain reads of Wix Data are behind writes; `None`, the default, lets every read see every write.
    pub data_lag: Option<SignedDuration>,
    /// The domain events the app gets as webhooks, for example `wix.data.v2.data_item_created`; none by default.
    pub subscriptions: BTreeSet<String>,
    /// Fixes every id and token the platform makes, so that the same calls give the same results. Only for tests: who
    /// knows the seed can forge the platform's tokens. `None` takes a random one.
    pub seed: Option<u64>,
}

impl EmulatorConfig {
    /// A platform in memory for the app at `app_url`, with the standard catalogue and a running clock.
    #[must_use]
    pub fn new(app_id: impl Into<String>, app_secret: AppSecret, app_url: &str, public_url: &str) -> Self {
        let app_url = app_url.trim_end_matches('/').to_owned();
        Self {
            app_id: app_id.into(),
            app_name: "My app".to_owned(),
            tagline: "An app in development".to_owned(),
            description: "This app runs on your own machine, on the local Wix platform.".to_owned(),
            developer: "You".to_owned(),
            icon_url: None,
            app_version: "1.0.0".to_owned(),
            app_secret,
            pricing_url: format!("{app_url}/plans"),
            webhook_url: format!("{app_url}/api/v1/wix/webhook"),
            app_url,
            public_url: public_url.trim_end_matches('/').to_owned(),
            catalog: Catalog::standard(),
            custom_charges_url: None,
            embedded_script: None,
            widgets: Vec::new(),
            calls_a_minute: Some(crate::limiter::USUAL),
            signer_pem: None,
            data_file: None,
            snapshot_folder: None,
            clock: VirtualClock::new(),
            data_lag: None,
            subscriptions: BTreeSet::new(),
            seed: None,
        }
    }

    pub(crate) fn addresses(&self) -> Result<Addresses, Error> {
        if self.app_id.is_empty() || self.app_id.len() > 128 {
            return Err(Error::config("the app id must have 1 to 128 characters"));
        }
        self.widgets.iter().try_for_each(Widget::check)?;
        let charges = self.custom_charges_url.as_deref();
        Ok(Addresses {
            custom_charges: charges.map(|url| http_url("custom_charges_url", url)).transpose()?,
            app: http_url("app_url", &self.app_url)?,
            pricing: http_url("pricing_url", &self.pricing_url)?,
            webhook: http_url("webhook_url", &self.webhook_url)?,
            public: http_url("public_url", &self.public_url)?,
        })
    }
}

/// A custom element of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widget {
    /// The element's name, for example `my-counter`.
    pub tag_name: String,
    /// The module that defines it.
    pub script_url: String,
}

impl Widget {
    fn check(&self) -> Result<(), Error> {
        let name = self.tag_name.as_str();
        let shaped = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.contains('-')
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !shaped {
            return Err(Error::config(format!(
                "`{name}` is no name of a custom element; write it as my-widget"
            )));
        }
        http_url("the widget's script", &self.script_url).map(|_| ())
    }
}

/// The configured addresses, checked once at the start.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) custom_charges: Option<Url>,
    pub(crate) app: Url,
    pub(crate) pricing: Url,
    pub(crate) webhook: Url,
    pub(crate) public: Url,
}

impl Addresses {
    /// The origin of the app's pages, for example `http://127.0.0.1:4101`.
    pub(crate) fn app_origin(&self) -> String {
        self.app.origin().ascii_serialization()
    }

    /// The origin of the platform's own pages.
    pub(crate) fn public_origin(&self) -> String {
        self.public.origin().ascii_serialization()
    }
}

fn http_url(name: &str, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|e| Error::config(format!("{name} `{text}` is no URL: {e}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Error::config(format!("{name} `{text}` must start with http:// or https://")));
    }
    Ok(url)
}

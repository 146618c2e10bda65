//! Everything the local platform remembers, as one value that is saved as one JSON file.
//!
//! A [`World`] is changed by plain functions on a copy, which replaces the original only once it is saved: a refused or
//! unsaved change never happened.

pub(crate) mod charge;
pub(crate) mod checkout;
pub(crate) mod consent;
pub(crate) mod coupon;
pub(crate) mod delivery;
pub(crate) mod demo;
pub(crate) mod invoice;
pub(crate) mod post;
pub(crate) mod report;
pub(crate) mod script;
pub(crate) mod seed;
pub(crate) mod settings;
pub(crate) mod site;
pub(crate) mod subscription;
mod trim;
pub(crate) mod vault;

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

use self::charge::Charge;
use self::checkout::Checkout;
use self::consent::{AuthCode, RefreshToken};
use self::coupon::Coupon;
use self::delivery::Delivery;
use self::invoice::Invoice;
use self::post::{FakeNetwork, Post};
use self::report::BiEvent;
use self::seed::Seed;
use self::settings::AppSettings;
use self::site::{Install, Site};
use crate::chaos::ChaosRun;
use crate::error::Refusal;

/// The layout of the data file; a file of another layout is refused, not guessed at.
pub(crate) const LAYOUT: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct World {
    pub(crate) layout: u32,
    pub(crate) app_id: String,
    pub(crate) seed: Seed,
    pub(crate) signer_pem: Option<String>,
    pub(crate) clock_offset_ms: i64,
    /// The virtual time of the last save: time never goes back behind it.
    pub(crate) saved_at: Timestamp,
    pub(crate) sites: Vec<Site>,
    pub(crate) checkouts: VecDeque<Checkout>,
    pub(crate) invoices: VecDeque<Invoice>,
    pub(crate) deliveries: VecDeque<Delivery>,
    pub(crate) posts: VecDeque<Post>,
    #[serde(default)]
    pub(crate) fake_network: FakeNetwork,
    #[serde(default)]
    pub(crate) settings: AppSettings,
    #[serde(default = "coupon::usual")]
    pub(crate) coupons: Vec<Coupon>,
    #[serde(default)]
    pub(crate) bi_events: VecDeque<BiEvent>,
    #[serde(default)]
    pub(crate) charges: VecDeque<Charge>,
    #[serde(default)]
    pub(crate) codes: VecDeque<AuthCode>,
    #[serde(default)]
    pub(crate) refresh_tokens: VecDeque<RefreshToken>,
    /// What goes wrong on the way to the app; nothing when `None`.
    #[serde(default)]
    pub(crate) chaos: Option<ChaosRun>,
}

impl World {
    pub(crate) fn new(app_id: &str, seed: Seed, now: Timestamp) -> Self {
        Self {
            layout: LAYOUT,
            app_id: app_id.to_owned(),
            seed,
            signer_pem: None,
            clock_offset_ms: 0,
            saved_at: now,
            sites: demo::sites(),
            checkouts: VecDeque::new(),
            invoices: VecDeque::new(),
            deliveries: VecDeque::new(),
            posts: VecDeque::new(),
            fake_network: FakeNetwork::default(),
            settings: AppSettings::default(),
            coupons: coupon::usual(),
            bi_events: VecDeque::new(),
            charges: VecDeque::new(),
            codes: VecDeque::new(),
            refresh_tokens: VecDeque::new(),
            chaos: None,
        }
    }

    pub(crate) fn site(&self, site_id: &str) -> Result<&Site, Refusal> {
        self.sites.iter().find(|site| site.site_id == site_id).ok_or_else(no_site)
    }

    pub(crate) fn site_mut(&mut self, site_id: &str) -> Result<&mut Site, Refusal> {
        self.sites.iter_mut().find(|site| site.site_id == site_id).ok_or_else(no_site)
    }

    /// The site an instance lives on, with the instance itself.
    pub(crate) fn find_instance(&self, instance_id: &str) -> Option<(&Site, &Install)> {
        self.sites.iter().find_map(|site| {
            let install = site.install.as_ref()?;
            (install.instance_id.as_str() == instance_id).then_some((site, install))
        })
    }

    pub(crate) fn find_instance_mut(&mut self, instance_id: &str) -> Option<&mut Install> {
        let mut installs = self.sites.iter_mut().filter_map(|site| site.install.as_mut());
        installs.find(|install| install.instance_id.as_str() == instance_id)
    }

    /// The name of the site an instance lives on, for people.
    pub(crate) fn site_name_of(&self, instance_id: &InstanceId) -> String {
        self.find_instance(instance_id.as_str()).map_or_else(String::new, |(site, _)| site.name.clone())
    }
}

fn no_site() -> Refusal {
    Refusal::not_found("There is no such site on the local platform.")
}

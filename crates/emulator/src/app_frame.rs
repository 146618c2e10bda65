//! The addresses at which Wix opens the app's pages, with a freshly signed instance token.

use reqwest::Url;
use wixapp_platform::instance_token::{InstanceClaims, sign};

use crate::engine::Engine;
use crate::error::Refusal;
use crate::record::{About, Kind, Outcome};
use crate::world::site::{Install, Site};

/// What the platform itself puts into the query; a page can not override it.
const RESERVED: [&str; 5] = ["instance", "locale", "origin", "siteUrl", "viewMode"];

impl Engine {
    /// The app's address for the owner of a site, as Wix builds it (wix-protocol §1); `extra` is passed through.
    pub(crate) fn app_frame(
        &self,
        site_id: &str,
        origin: &str,
        extra: &[(String, String)],
    ) -> Result<String, Refusal> {
        let (locale, site_url) = self.read(|world| {
            let site = world.site(site_id)?;
            Ok::<_, Refusal>((site.locale.clone(), site.url.clone()))
        })?;
        let mut url = self.addresses.app.clone();
        url.query_pairs_mut()
            .clear()
            .append_pair("instance", &self.new_owner_token(site_id)?)
            .append_pair("locale", &locale)
            .append_pair("origin", origin)
            .append_pair("siteUrl", &site_url)
            .append_pair("viewMode", "site")
            .extend_pairs(extra.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str())));
        Ok(url.into())
    }

    /// The app's own pricing page for the owner of a site. It is no page of the dashboard, so it gets the token alone.
    pub(crate) fn pricing_page(&self, site_id: &str) -> Result<String, Refusal> {
        let mut url = self.addresses.pricing.clone();
        url.query_pairs_mut().append_pair("instance", &self.new_owner_token(site_id)?);
        Ok(url.into())
    }

    /// An instance token of a site's owner, noted in the time line.
    fn new_owner_token(&self, site_id: &str) -> Result<String, Refusal> {
        let claims = self.read(|world| {
            let site = world.site(site_id)?;
            Ok::<_, Refusal>(self.owner_claims(site, site.active_install()?))
        })?;
        self.record_at(
            self.now(),
            Kind::Token,
            "Instance token for the site's owner".to_owned(),
            Outcome::Done,
            About {
                instance_id: Some(claims.instance_id.clone()),
                detail: serde_json::json!({ "claims": claims }),
                ..About::default()
            },
        );
        Ok(sign(&claims, &self.config.app_secret))
    }

    /// An instance token of a site's owner, as the app's page gets one.
    pub(crate) fn owner_token(&self, site_id: &str) -> Result<String, Refusal> {
        self.read(|world| {
            let site = world.site(site_id)?;
            Ok(sign(&self.owner_claims(site, site.active_install()?), &self.config.app_secret))
        })
    }

    /// The dashboard page in which a site's owner sees the app.
    pub(crate) fn app_home(&self, site_id: &str) -> Url {
        let mut url = self.addresses.public.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["dashboard", site_id, "app", &self.config.app_id]);
        }
        url
    }

    /// A page of the platform.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.public.as_str().trim_end_matches('/'))
    }

    fn owner_claims(&self, site: &Site, install: &Install) -> InstanceClaims {
        let now = self.now();
        InstanceClaims {
            uid: Some(site.owner_id.clone()),
            app_def_id: Some(self.config.app_id.clone()),
            meta_site_id: Some(site.site_id.clone()),
            vendor_product_id: install.product_id(now).map(str::to_owned),
            demo_mode: Some(false),
            site_owner_id: Some(site.owner_id.clone()),
            login_account_id: Some(site.owner_id.clone()),
            locale: Some(site.locale.clone()),
            ..InstanceClaims::owner(install.instance_id.clone(), now)
        }
    }
}

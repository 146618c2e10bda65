//! The App Market: putting the app on a site and taking it off.

use jiff::Timestamp;
use serde::Deserialize;
use wixapp_core::id::InstanceId;

use crate::error::Refusal;
use crate::event;
use crate::world::World;
use crate::world::site::{Install, Site};

/// Whom a site goes to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOwner {
    /// The name people see.
    pub name: String,
    /// The address of the account; the same address is the same owner.
    pub email: String,
}

impl NewOwner {
    fn check(&self) -> Result<(), Refusal> {
        if self.name.trim().is_empty() || self.name.chars().count() > 100 {
            return Err(Refusal::invalid("`name` has 1 to 100 characters."));
        }
        let parts = self.email.split_once('@').filter(|(user, host)| !user.is_empty() && !host.is_empty());
        if parts.is_none()
            || self.email.len() > 254
            || self.email.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(Refusal::invalid(
                "`email` must be an e-mail address, for example \"ada@example.com\".",
            ));
        }
        Ok(())
    }
}

impl World {
    /// Installs the app; a site that had it before gets its old instance back, with a plan that is still paid.
    pub(crate) fn install(&mut self, site_id: &str, now: Timestamp) -> Result<(), Refusal> {
        let site = self.site(site_id)?;
        if site.active_install().is_ok() {
            return Err(Refusal::conflict("already_installed", "The app is already installed on this site."));
        }
        let instance_id = self.instance_id_for(site_id);
        let install = self.site_mut(site_id)?.install.get_or_insert(Install::new(instance_id, now, None));
        install.removed = false;
        install.installed_at = now;
        let (instance_id, origin) = (install.instance_id.clone(), install.origin.clone());
        self.queue_delivery(&instance_id, event::app_installed(&self.app_id, origin.as_ref()), now, now);
        Ok(())
    }

    /// Duplicates a site with the app on it: an instance of its own, without the plan. Gives the new site's id.
    pub(crate) fn duplicate(&mut self, site_id: &str, now: Timestamp) -> Result<String, Refusal> {
        let site = self.site(site_id)?;
        let origin = site.active_install()?.instance_id.clone();
        let copy_id = self.seed.guid_of(&format!("copy:{}:{site_id}", self.sites.len()));
        let copy = Site {
            name: format!("{} (copy)", site.name),
            // The copies' own addresses, as a site has that is not connected to a domain.
            url: format!("https://{}.example", copy_id.get(..8).unwrap_or(&copy_id)),
            site_id: copy_id.clone(),
            ..site.clone()
        };
        let instance_id = self.instance_id_for(&copy_id);
        let mut install = Install::new(instance_id.clone(), now, Some(origin.clone()));
        // What the app put on the site is part of the site; what it sold there is not.
        install.scripts.clone_from(&site.active_install()?.scripts);
        self.sites.push(Site { install: Some(install), secrets: Vec::new(), ..copy });
        self.queue_delivery(&instance_id, event::app_installed(&self.app_id, Some(&origin)), now, now);
        Ok(copy_id)
    }

    /// Removes the app. A paid plan runs on, as it does at Wix, and is there again after a reinstall.
    pub(crate) fn uninstall(&mut self, site_id: &str, now: Timestamp) -> Result<(), Refusal> {
        self.site(site_id)?.active_install()?;
        let Some(install) = &mut self.site_mut(site_id)?.install else { return Ok(()) };
        install.removed = true;
        let instance_id = install.instance_id.clone();
        self.forget_consent(&instance_id);
        self.queue_delivery(&instance_id, event::app_removed(&self.app_id), now, now);
        Ok(())
    }

    /// Gives a site to another owner. Its plan goes with it, and is paid from another account from now on.
    pub(crate) fn transfer(&mut self, site_id: &str, owner: NewOwner, now: Timestamp) -> Result<(), Refusal> {
        owner.check()?;
        let owner_id = self.seed.guid_of(&format!("owner:{}", owner.email.to_ascii_lowercase()));
        let site = self.site_mut(site_id)?;
        if site.owner_id == owner_id {
            return Err(Refusal::conflict("same_owner", "The site belongs to this owner already."));
        }
        (site.owner_id, site.owner_name, site.owner_email) = (owner_id, owner.name, owner.email);
        let Some(install) = &site.install else { return Ok(()) };
        let Some(plan) = install.live_plan(now) else { return Ok(()) };
        let (instance_id, event) = (install.instance_id.clone(), event::transferred(plan, now));
        self.queue_delivery(&instance_id, event, now, now);
        Ok(())
    }

    /// One app and one site always give the same instance id.
    pub(crate) fn instance_id_for(&self, site_id: &str) -> InstanceId {
        let guid = self.seed.guid_of(&format!("instance:{}:{site_id}", self.app_id));
        InstanceId::try_from(guid).expect("a GUID is a valid id")
    }
}

//! The App Market: putting the app on a site and taking it off.

use jiff::Timestamp;
use wixapp_core::id::InstanceId;

use crate::error::Refusal;
use crate::event;
use crate::world::World;
use crate::world::site::{Install, Site};

impl World {
    /// Installs the app; a site that had it before gets its old instance back, with a plan that is still paid.
    pub(crate) fn install(&mut self, site_id: &str, now: Timestamp) -> Result<(), Refusal> {
        let site = self.site(site_id)?;
        if site.active_install().is_ok() {
            return Err(Refusal::conflict("already_installed", "The app is already installed on this site."));
        }
        let instance_id = self.instance_id_for(site_id);
        let fresh = Install { instance_id, installed_at: now, removed: false, origin: None, plan: None };
        let install = self.site_mut(site_id)?.install.get_or_insert(fresh);
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
        let copy = Site { site_id: copy_id.clone(), name: format!("{} (copy)", site.name), ..site.clone() };
        let instance_id = self.instance_id_for(&copy_id);
        let install = Install {
            instance_id: instance_id.clone(),
            installed_at: now,
            removed: false,
            origin: Some(origin.clone()),
            plan: None,
        };
        self.sites.push(Site { install: Some(install), ..copy });
        self.queue_delivery(&instance_id, event::app_installed(&self.app_id, Some(&origin)), now, now);
        Ok(copy_id)
    }

    /// Removes the app. A paid plan runs on, as it does at Wix, and is there again after a reinstall.
    pub(crate) fn uninstall(&mut self, site_id: &str, now: Timestamp) -> Result<(), Refusal> {
        self.site(site_id)?.active_install()?;
        let Some(install) = &mut self.site_mut(site_id)?.install else { return Ok(()) };
        install.removed = true;
        let instance_id = install.instance_id.clone();
        self.queue_delivery(&instance_id, event::app_removed(&self.app_id), now, now);
        Ok(())
    }

    /// One app and one site always give the same instance id.
    fn instance_id_for(&self, site_id: &str) -> InstanceId {
        let guid = self.seed.guid_of(&format!("instance:{}:{site_id}", self.app_id));
        InstanceId::try_from(guid).expect("a GUID is a valid id")
    }
}

//! The secrets manager of a site.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use super::site::Site;
use crate::error::Refusal;

/// How many secrets a site keeps.
const MAX_SECRETS: usize = 100;

/// One secret of a site.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Secret {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) value: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a new secret has, or what changes about one.
#[derive(Clone, Default)]
pub(crate) struct SecretDraft {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) value: Option<String>,
}

impl SecretDraft {
    fn check(&self) -> Result<(), Refusal> {
        let word = |text: &str| {
            (1..=50).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
                && !text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("wix"))
        };
        if !self.name.as_deref().is_none_or(word) {
            return Err(Refusal::invalid(
                "`secret.name` has 1 to 50 of the characters A-Z, a-z, 0-9, `_` and `-`, and does not begin with `wix`.",
            ));
        }
        if self.value.as_deref().is_some_and(|text| text.is_empty() || text.chars().count() > 3_000) {
            return Err(Refusal::invalid("`secret.value` has 1 to 3,000 characters."));
        }
        if self.description.as_deref().is_some_and(|text| text.chars().count() > 255) {
            return Err(Refusal::invalid("`secret.description` has at most 255 characters."));
        }
        Ok(())
    }
}

impl Site {
    pub(crate) fn secret(&self, name: &str) -> Result<&Secret, Refusal> {
        let unknown = || Refusal::not_found("There is no secret with this name on the site.");
        self.secrets.iter().find(|secret| secret.name == name).ok_or_else(unknown)
    }

    fn is_taken(&self, name: &str, but_by: &str) -> bool {
        self.secrets.iter().any(|secret| secret.name == name && secret.id != but_by)
    }
}

fn taken() -> Refusal {
    Refusal::conflict("already_exists", "There is a secret with this name on the site.")
}

impl World {
    /// Keeps a new secret; gives its id.
    pub(crate) fn add_secret(
        &mut self,
        site_id: &str,
        draft: SecretDraft,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        draft.check()?;
        let missing = |field: &str| Refusal::invalid(format!("`secret.{field}` is missing."));
        let name = draft.name.ok_or_else(|| missing("name"))?;
        let value = draft.value.ok_or_else(|| missing("value"))?;
        let id = self.seed.next_guid();
        let site = self.site_mut(site_id)?;
        if site.is_taken(&name, "") {
            return Err(taken());
        }
        if site.secrets.len() >= MAX_SECRETS {
            let message = format!("A site keeps at most {MAX_SECRETS} secrets.");
            return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "quota_exceeded", message));
        }
        let description = draft.description.unwrap_or_default();
        let secret = Secret { id: id.clone(), name, description, value, created_at: now, updated_at: now };
        site.secrets.push(secret);
        Ok(id)
    }

    /// Changes what the draft names.
    pub(crate) fn change_secret(
        &mut self,
        site_id: &str,
        id: &str,
        draft: SecretDraft,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        draft.check()?;
        let site = self.site_mut(site_id)?;
        if draft.name.as_deref().is_some_and(|name| site.is_taken(name, id)) {
            return Err(taken());
        }
        let secret = site.secrets.iter_mut().find(|secret| secret.id == id).ok_or_else(unknown_id)?;
        secret.updated_at = now;
        secret.name = draft.name.unwrap_or_else(|| std::mem::take(&mut secret.name));
        secret.value = draft.value.unwrap_or_else(|| std::mem::take(&mut secret.value));
        secret.description = draft.description.unwrap_or_else(|| std::mem::take(&mut secret.description));
        Ok(())
    }

    pub(crate) fn remove_secret(&mut self, site_id: &str, id: &str) -> Result<(), Refusal> {
        let secrets = &mut self.site_mut(site_id)?.secrets;
        let at = secrets.iter().position(|secret| secret.id == id).ok_or_else(unknown_id)?;
        secrets.remove(at);
        Ok(())
    }
}

fn unknown_id() -> Refusal {
    Refusal::not_found("There is no secret with this id on the site.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_value() {
        let at = "2027-01-01T00:00:00Z".parse().unwrap();
        let secret = Secret {
            id: "1".to_owned(),
            name: "key".to_owned(),
            description: String::new(),
            value: "hunter2".to_owned(),
            created_at: at,
            updated_at: at,
        };
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}

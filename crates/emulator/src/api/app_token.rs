//! Who is calling: the app for one of its installs, a person, or the holder of an API key.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use wixapp_core::id::InstanceId;
use wixapp_platform::webhook::Identity;

use crate::Emulator;
use crate::access_token::{Subject, TokenClaims};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::world::World;
use crate::world::settings::Permission;

/// The one API key of the platform. Whoever reaches the platform may act for all of its sites anyway: it is no secret.
const API_KEY: &str = "IST.local-platform";
/// The site that a call with an API key is about.
const SITE: &str = "wix-site-id";

/// Proof of a valid access token of the app, or an API key, for an install that is still there, and of a call less than the
/// limit.
pub(crate) struct AppToken {
    pub(crate) instance_id: InstanceId,
    pub(crate) subject: Subject,
    /// Whether it came as an API key: then the app's permissions do not matter.
    by_api_key: bool,
}

impl AppToken {
    /// Whether the caller has a permission.
    pub(crate) fn may(&self, engine: &Engine, wanted: Permission) -> bool {
        self.by_api_key || engine.read(|world| world.settings.grants(wanted))
    }

    /// Refuses what the app may not do, naming the permission it lacks.
    pub(crate) fn require(&self, engine: &Engine, wanted: Permission) -> Result<(), Refusal> {
        if self.may(engine, wanted) {
            return Ok(());
        }
        let message = format!("The app lacks the permission \"{}\" ({}).", wanted.name(), wanted.id());
        Err(Refusal::new(StatusCode::FORBIDDEN, "permission_denied", message))
    }

    /// Refuses visitors: what follows is for the app itself and for people in the dashboard.
    pub(crate) fn require_app_or_user(&self) -> Result<(), Refusal> {
        let message =
            "A site visitor may not do this; call as the app (client credentials) or as a Wix user.";
        match self.subject {
            Subject::App | Subject::User(_) => Ok(()),
            Subject::Visitor(_) => Err(Refusal::new(StatusCode::FORBIDDEN, "permission_denied", message)),
        }
    }

    /// Who it is in a webhook.
    pub(crate) fn identity(&self, engine: &Engine) -> Identity {
        match &self.subject {
            Subject::App => Identity::app(&engine.config.app_id),
            Subject::User(id) => Identity::wix_user(id),
            Subject::Visitor(id) => Identity::anonymous_visitor(id),
        }
    }

    /// The site of the install.
    pub(crate) fn site_id(&self, engine: &Engine) -> Result<String, Refusal> {
        let gone = || Refusal::not_found("There is no such instance of the app.");
        let found = |world: &World| {
            world.find_instance(self.instance_id.as_str()).map(|(site, _)| site.site_id.clone())
        };
        engine.read(found).ok_or_else(gone)
    }
}

impl FromRequestParts<Emulator> for AppToken {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, emulator: &Emulator) -> Result<Self, Refusal> {
        let engine = emulator.engine();
        let token = bearer(&parts.headers)?;
        if token == API_KEY {
            return of_api_key(engine, &parts.headers);
        }
        let claims = engine.token_key.verify(token, engine.now());
        let claims = claims.filter(|claims| claims.client_id == engine.config.app_id);
        let refused = || Refusal::unauthorized("The access token is not valid, or its four hours are over.");
        let TokenClaims { instance_id, subject, .. } = claims.ok_or_else(refused)?;
        ensure_installed(engine, &instance_id)?;
        engine.limiter.admit(&instance_id, engine.now())?;
        Ok(Self { instance_id, subject, by_api_key: false })
    }
}

/// The owner of the site that the headers name.
fn of_api_key(engine: &Engine, headers: &HeaderMap) -> Result<AppToken, Refusal> {
    let site_id = headers.get(SITE).and_then(|id| id.to_str().ok()).map(str::trim);
    let message = "This call is about a site: name it in the `wix-site-id` header beside the API key.";
    let site_id = site_id.filter(|id| !id.is_empty()).ok_or_else(|| Refusal::invalid(message))?;
    // No 404: a client would take that for the item or the secret it asks for.
    let message = "The API key has no access to such a site.";
    let unknown = || Refusal::new(StatusCode::FORBIDDEN, "permission_denied", message);
    let (subject, instance_id) = engine.read(|world| {
        let site = world.site(site_id).map_err(|_| unknown())?;
        let install = site.install.as_ref().filter(|install| !install.removed).ok_or_else(not_installed)?;
        Ok((Subject::User(site.owner_id.clone()), install.instance_id.clone()))
    })?;
    engine.limiter.admit(&instance_id, engine.now())?;
    Ok(AppToken { instance_id, subject, by_api_key: true })
}

/// Refuses an instance whose app was removed.
pub(crate) fn ensure_installed(engine: &Engine, instance_id: &InstanceId) -> Result<(), Refusal> {
    let installed = engine
        .read(|world| world.find_instance(instance_id.as_str()).is_some_and(|(_, install)| !install.removed));
    if installed { Ok(()) } else { Err(not_installed()) }
}

fn not_installed() -> Refusal {
    let message = "The app is not installed on this instance's site.";
    Refusal::new(StatusCode::FORBIDDEN, "app_not_installed", message)
}

/// Wix takes the token raw; `Bearer` in front of it is accepted too (wix-protocol §2).
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let missing = || Refusal::unauthorized("Send an access token in the `Authorization` header.");
    let text = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(missing)?.trim();
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => text,
    };
    if token.is_empty() { Err(missing()) } else { Ok(token) }
}

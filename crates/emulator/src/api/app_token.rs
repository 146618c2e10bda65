//! Who is calling: the app, for one of its installs.

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

/// Proof of a valid access token of the app for an install that is still there, and of a call less than the limit.
pub(crate) struct AppToken {
    pub(crate) instance_id: InstanceId,
    pub(crate) subject: Subject,
}

impl AppToken {
    /// Refuses what the app may not do, naming the permission it lacks.
    pub(crate) fn require(&self, engine: &Engine, wanted: Permission) -> Result<(), Refusal> {
        if engine.read(|world| world.settings.grants(wanted)) {
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
        let claims = engine.token_key.verify(token, engine.now());
        let claims = claims.filter(|claims| claims.client_id == engine.config.app_id);
        let refused = || Refusal::unauthorized("The access token is not valid, or its four hours are over.");
        let TokenClaims { instance_id, subject, .. } = claims.ok_or_else(refused)?;
        ensure_installed(engine, &instance_id)?;
        engine.limiter.admit(&instance_id, engine.now())?;
        Ok(Self { instance_id, subject })
    }
}

/// Refuses an instance whose app was removed.
pub(crate) fn ensure_installed(engine: &Engine, instance_id: &InstanceId) -> Result<(), Refusal> {
    let message = "The app is not installed on this instance's site.";
    let gone = || Refusal::new(StatusCode::FORBIDDEN, "app_not_installed", message);
    let installed = engine
        .read(|world| world.find_instance(instance_id.as_str()).is_some_and(|(_, install)| !install.removed));
    if installed { Ok(()) } else { Err(gone()) }
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

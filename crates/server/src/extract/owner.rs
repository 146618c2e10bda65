//! [`OwnerSession`]: the caller is the owner of the site, for one instance.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use wixapp_core::{ErrorCode, InstanceId, Timestamp};
use wixapp_store::Profile;

use crate::error::ApiError;
use crate::state::App;

/// Proves that the caller's token was given by Wix to the owner of the site, for this app and this instance.
///
/// `Authorization: WixInstance <instance token>`, or a token of the dashboard SDK, raw or as `Bearer`. Anything but a
/// `GET` needs an instance token that is less than 24 hours old.
#[derive(Debug, Clone)]
pub struct OwnerSession {
    /// The instance the caller may act for.
    pub instance_id: InstanceId,
    /// The owner's language, where the token says it.
    pub locale: Option<String>,
    /// The site, where the token says it.
    pub site_id: Option<String>,
    /// When the token ends, where it says it.
    pub expires_at: Option<Timestamp>,
}

impl<S> FromRequestParts<S> for OwnerSession
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = Arc::<App>::from_ref(state);
        let proven = prove(&app, parts).await;
        match &proven {
            Ok(session) => app.limits.count_instance(&session.instance_id)?,
            // Who proves nothing is counted by the address: guessing must cost the guesser.
            Err(refusal) if refusal.is_of_caller() => app.limits.count_stranger(parts)?,
            Err(_) => {}
        }
        proven
    }
}

async fn prove(app: &App, parts: &Parts) -> Result<OwnerSession, ApiError> {
    let token = token(&parts.headers).ok_or_else(|| {
        ApiError::new(ErrorCode::Unauthorized).with_hint("Send `Authorization: WixInstance <token>`.")
    })?;
    let writes = parts.method != Method::GET && parts.method != Method::HEAD;
    match token {
        Token::Instance(token) => by_instance_token(app, token, writes),
        Token::Access(token) => {
            app.limits.check_stranger(parts)?;
            by_access_token(app, token).await
        }
    }
}

enum Token<'a> {
    Instance(&'a str),
    Access(&'a str),
}

fn token(headers: &HeaderMap) -> Option<Token<'_>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or(("", value));
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("WixInstance") {
        return Some(Token::Instance(token));
    }
    if !scheme.is_empty() && !scheme.eq_ignore_ascii_case("Bearer") {
        return None;
    }
    // An instance token has exactly one dot; the dashboard SDK's tokens have more. Wix is not asked about anything else.
    match token.matches('.').count() {
        0 => None,
        1 => Some(Token::Instance(token)),
        _ => Some(Token::Access(token)),
    }
}

fn by_instance_token(app: &App, token: &str, writes: bool) -> Result<OwnerSession, ApiError> {
    let now = app.clock.now();
    let claims = app.instance_tokens.verify(token, now).map_err(|error| refuse(&error))?;
    if claims.is_visitor() || !claims.is_owner() {
        return Err(
            ApiError::new(ErrorCode::Forbidden).with_message("Only the owner of the site may do this.")
        );
    }
    if writes && !claims.is_fresh_for_write(now) {
        return Err(ApiError::new(ErrorCode::TokenExpired));
    }
    Ok(OwnerSession {
        instance_id: claims.instance_id,
        locale: claims.locale,
        site_id: claims.meta_site_id,
        expires_at: claims.expiration_date,
    })
}

async fn by_access_token(app: &App, token: &str) -> Result<OwnerSession, ApiError> {
    let info = app.wix.token_info(token).await.map_err(|error| {
        if error.is_unavailable() || error.is_timeout() || error.is_rate_limited() {
            return ApiError::from(error);
        }
        refuse(&error)
    })?;
    if !info.is_owner() {
        return Err(
            ApiError::new(ErrorCode::Forbidden).with_message("Only the owner of the site may do this.")
        );
    }
    Ok(OwnerSession {
        instance_id: info.instance_id,
        locale: None,
        site_id: info.site_id,
        expires_at: Some(info.expires_at),
    })
}

/// Refuses to change anything of an instance whose site the app was removed from. Looking is still allowed.
pub(crate) fn ensure_installed(profile: &Profile) -> Result<(), ApiError> {
    match profile.removed_at {
        None => Ok(()),
        Some(_) => {
            Err(ApiError::new(ErrorCode::Forbidden).with_message("The app was removed from this site."))
        }
    }
}

fn refuse(error: &wixapp_platform::Error) -> ApiError {
    let code = if error.is_expired() { ErrorCode::TokenExpired } else { ErrorCode::Unauthorized };
    ApiError::new(code)
}

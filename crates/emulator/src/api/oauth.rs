//! `POST /oauth2/token` and `POST /oauth2/token-info` (wix-protocol §2, §3).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

use super::app_token::ensure_installed;
use crate::Emulator;
use crate::access_token::{self, LIFETIME_S, TokenClaims};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::reply::{Wix, WixError};

#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    instance_id: Option<String>,
    access_token: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct TokenReply {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
}

/// Gives the app a token: of its own for one install, or one of a person that its server may use.
pub(crate) async fn token(
    State(emulator): State<Emulator>,
    Wix(Strict(request)): Wix<Strict<TokenRequest>>,
) -> Result<Json<TokenReply>, WixError> {
    let engine = emulator.engine();
    let claims = match request.grant_type.as_str() {
        "client_credentials" => of_client(engine, &request)?,
        "strip_bound_session" => stripped(engine, &request)?,
        _ => {
            let message = "`grant_type` must be \"client_credentials\" or \"strip_bound_session\".";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", message).into());
        }
    };
    let expires_in = claims.exp - engine.now().as_second();
    Ok(Json(TokenReply { access_token: engine.token_key.issue(&claims), token_type: "Bearer", expires_in }))
}

/// Client id, secret and instance must all be right.
fn of_client(engine: &Engine, request: &TokenRequest) -> Result<TokenClaims, Refusal> {
    check_client(engine, request.client_id.as_deref(), request.client_secret.as_deref())?;
    let instance_id =
        request.instance_id.as_deref().ok_or_else(|| Refusal::invalid("`instance_id` is missing."))?;
    let unknown = || Refusal::not_found("There is no such instance of the app.");
    let instance_id = engine
        .read(|world| world.find_instance(instance_id).map(|(_, install)| install.instance_id.clone()))
        .ok_or_else(unknown)?;
    ensure_installed(engine, &instance_id)?;
    Ok(TokenClaims::new(&engine.config.app_id, &instance_id, engine.now()))
}

/// The same person without the browser's session; it ends when the session's token would have ended.
fn stripped(engine: &Engine, request: &TokenRequest) -> Result<TokenClaims, Refusal> {
    let app_id = engine.config.app_id.as_str();
    let client_id = request.client_id.as_deref().unwrap_or(app_id);
    check_client(engine, Some(client_id), request.client_secret.as_deref())?;
    let token =
        request.access_token.as_deref().ok_or_else(|| Refusal::invalid("`access_token` is missing."))?;
    let claims = engine.token_key.verify(token, engine.now()).filter(|claims| claims.client_id == app_id);
    let refused = || Refusal::unauthorized("`access_token` is not a valid token of this app.");
    let claims = claims.ok_or_else(refused)?;
    ensure_installed(engine, &claims.instance_id)?;
    Ok(TokenClaims { bound: false, ..claims })
}

/// Whether id and secret are the app's.
pub(super) fn check_client(engine: &Engine, id: Option<&str>, secret: Option<&str>) -> Result<(), Refusal> {
    let known_id = id == Some(engine.config.app_id.as_str());
    let known_secret = secret.is_some_and(|text| engine.config.app_secret.matches(text));
    if known_id && known_secret {
        return Ok(());
    }
    let message = "`client_id` and `client_secret` are not those of the app on this local platform.";
    Err(Refusal::new(StatusCode::UNAUTHORIZED, "invalid_client", message))
}

#[derive(Deserialize)]
pub(crate) struct TokenInfoRequest {
    token: String,
}

/// What Wix says of a token; times are texts of seconds, as Wix writes them.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenInfo {
    active: bool,
    #[serde(flatten)]
    subject: Option<Subject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    subject_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_id: Option<String>,
    exp: String,
    iat: String,
    client_id: String,
    account_id: String,
    site_id: String,
    instance_id: InstanceId,
}

/// Tells whether a token is valid now and whose it is: access tokens and instance tokens alike.
pub(crate) async fn token_info(
    State(emulator): State<Emulator>,
    Wix(Strict(request)): Wix<Strict<TokenInfoRequest>>,
) -> Json<TokenInfo> {
    let engine = emulator.engine();
    let subject =
        of_access_token(engine, &request.token).or_else(|| of_instance_token(engine, &request.token));
    Json(TokenInfo { active: subject.is_some(), subject })
}

fn of_access_token(engine: &Engine, token: &str) -> Option<Subject> {
    // The installer's tokens are made with the same key, and are no access tokens.
    let is_ours = |claims: &TokenClaims| claims.client_id == engine.config.app_id;
    let claims = engine.token_key.verify(token, engine.now()).filter(is_ours)?;
    let (subject_type, subject_id) = match claims.subject {
        access_token::Subject::App => ("APP", claims.client_id),
        access_token::Subject::User(id) => ("USER", id),
        access_token::Subject::Visitor(id) => ("VISITOR", id),
    };
    subject(engine, subject_type, Some(subject_id), &claims.instance_id, (claims.iat, claims.exp))
}

/// Every field but the instance and the date may be missing (wix-protocol §1): without an end the token lives as long as
/// Wix's do, and without anybody's id an owner's token is the owner's and any other a visitor's.
fn of_instance_token(engine: &Engine, token: &str) -> Option<Subject> {
    let now = engine.now();
    let claims = engine.instance_tokens.verify(token, now).ok()?;
    let lifetime = SignedDuration::from_secs(LIFETIME_S);
    let expires_at = claims.expiration_date.or_else(|| claims.sign_date.checked_add(lifetime).ok())?;
    if now >= expires_at {
        return None;
    }
    let times = (claims.sign_date.as_second(), expires_at.as_second());
    let is_owner = claims.is_owner();
    let (subject_type, id) = match (claims.aid, claims.uid, claims.site_member_id) {
        (Some(visitor), ..) => ("VISITOR", Some(visitor)),
        (None, Some(user), _) => ("USER", Some(user)),
        (None, None, _) if is_owner => ("USER", owner_of(engine, &claims.instance_id)),
        (None, None, Some(member)) => ("MEMBER", Some(member)),
        (None, None, None) => ("VISITOR", None),
    };
    subject(engine, subject_type, id, &claims.instance_id, times)
}

fn owner_of(engine: &Engine, instance_id: &InstanceId) -> Option<String> {
    engine.read(|world| world.find_instance(instance_id.as_str()).map(|(site, _)| site.owner_id.clone()))
}

/// `None` when the install is gone: its tokens are no longer active.
fn subject(
    engine: &Engine,
    subject_type: &'static str,
    subject_id: Option<String>,
    instance_id: &InstanceId,
    (iat, exp): (i64, i64),
) -> Option<Subject> {
    let (site_id, account_id) = engine.read(|world| {
        let (site, install) = world.find_instance(instance_id.as_str())?;
        (!install.removed).then(|| (site.site_id.clone(), site.owner_id.clone()))
    })?;
    Some(Subject {
        subject_type,
        subject_id,
        exp: exp.to_string(),
        iat: iat.to_string(),
        client_id: engine.config.app_id.clone(),
        account_id,
        site_id,
        instance_id: instance_id.clone(),
    })
}

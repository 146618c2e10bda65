//! `POST /oauth/access`: tokens of apps with custom authentication (wix-protocol §3).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::app_token::ensure_installed;
use super::oauth::check_client;
use crate::Emulator;
use crate::access_token::TokenClaims;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::reply::{Wix, WixError};

/// How long such an access token lives.
const LIFETIME_S: i64 = 300;

#[derive(Deserialize)]
pub(crate) struct AccessRequest {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    code: Option<String>,
    refresh_token: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct AccessReply {
    access_token: String,
    refresh_token: String,
}

/// Trades a code in for tokens, once, or a refresh token for a new access token.
pub(crate) async fn access(
    State(emulator): State<Emulator>,
    Wix(Strict(request)): Wix<Strict<AccessRequest>>,
) -> Result<Json<AccessReply>, WixError> {
    let engine = emulator.engine();
    check_client(engine, request.client_id.as_deref(), request.client_secret.as_deref())?;
    let refused = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, "invalid_grant", message);
    let missing = |field: &str| Refusal::invalid(format!("`{field}` is missing."));
    let (instance_id, refresh_token) = match request.grant_type.as_str() {
        "authorization_code" => {
            let code = request.code.ok_or_else(|| missing("code"))?;
            let traded = engine.change(|world| Ok(world.trade_code(&code, engine.now())))?;
            traded
                .ok_or_else(|| refused("`code` is unknown, was used before, or is older than 10 minutes."))?
        }
        "refresh_token" => {
            let token = request.refresh_token.ok_or_else(|| missing("refresh_token"))?;
            let found = engine.read(|world| world.refreshed(&token));
            let gone = "`refresh_token` is unknown, or the app was removed from its site.";
            (found.ok_or_else(|| refused(gone))?, token)
        }
        _ => {
            let message = "`grant_type` must be \"authorization_code\" or \"refresh_token\".";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", message).into());
        }
    };
    ensure_installed(engine, &instance_id)?;
    let claims = TokenClaims::new(&engine.config.app_id, &instance_id, engine.now()).living(LIFETIME_S);
    Ok(Json(AccessReply { access_token: engine.token_key.issue(&claims), refresh_token }))
}

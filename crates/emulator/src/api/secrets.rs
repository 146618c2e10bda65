//! The secrets of a site: `/_api/cloud-secrets-vault-server/api/v1/secrets` (wix-protocol §7).

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::permitted::{ManageSecrets, Permitted, ReadSecrets};
use crate::Emulator;
use crate::error::Refusal;
use crate::event::wix_time;
use crate::http::body::Strict;
use crate::http::part::Segment;
use crate::http::reply::{Wix, WixError, WixPart};
use crate::world::vault::{Secret, SecretDraft};

/// A secret as the app writes it. The package also sends ids and dates back, which nobody may set and nobody reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecretBody {
    name: Option<String>,
    description: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SecretRequest {
    secret: SecretBody,
}

impl From<SecretRequest> for SecretDraft {
    fn from(request: SecretRequest) -> Self {
        let SecretBody { name, description, value } = request.secret;
        Self { name, description, value }
    }
}

/// `GET …/name/{name}`: the value.
pub(crate) async fn value(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ReadSecrets>>,
    WixPart(Segment(name)): WixPart<Segment<String>>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    let site_id = app.site_id(engine)?;
    let value = engine.read(|world| Ok::<_, Refusal>(world.site(&site_id)?.secret(&name)?.value.clone()))?;
    Ok(Json(json!({ "value": value })))
}

/// `GET …`: every secret without its value.
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ReadSecrets>>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    let site_id = app.site_id(engine)?;
    let shown = |secret: &Secret| {
        json!({
            "id": secret.id,
            "name": secret.name,
            "description": secret.description,
            "createdDate": wix_time(secret.created_at),
            "updatedDate": wix_time(secret.updated_at),
        })
    };
    let secrets: Vec<Value> =
        engine.read(|world| Ok::<_, Refusal>(world.site(&site_id)?.secrets.iter().map(shown).collect()))?;
    Ok(Json(json!({ "secrets": secrets })))
}

/// `POST …`: a new secret.
pub(crate) async fn create(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageSecrets>>,
    Wix(Strict(request)): Wix<Strict<SecretRequest>>,
) -> Result<Json<Value>, WixError> {
    let site_id = app.site_id(emulator.engine())?;
    let engine = emulator.engine();
    let id = engine.change(|world| world.add_secret(&site_id, request.into(), engine.now()))?;
    Ok(Json(json!({ "id": id })))
}

/// `PATCH …/{id}`: changes what is named.
pub(crate) async fn update(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageSecrets>>,
    WixPart(Segment(id)): WixPart<Segment<String>>,
    Wix(Strict(request)): Wix<Strict<SecretRequest>>,
) -> Result<Json<Value>, WixError> {
    let site_id = app.site_id(emulator.engine())?;
    let engine = emulator.engine();
    engine.change(|world| world.change_secret(&site_id, &id, request.into(), engine.now()))?;
    Ok(Json(json!({})))
}

/// `DELETE …/{id}`
pub(crate) async fn delete(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageSecrets>>,
    WixPart(Segment(id)): WixPart<Segment<String>>,
) -> Result<Json<Value>, WixError> {
    let site_id = app.site_id(emulator.engine())?;
    emulator.engine().change(|world| world.remove_secret(&site_id, &id))?;
    Ok(Json(json!({})))
}

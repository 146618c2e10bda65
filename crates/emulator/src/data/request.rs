//! Who asks, with what rights, and the body or query that says what.

use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wixapp_core::id::InstanceId;
use wixapp_core::input::{Unreadable, query_pairs, read_json};
use wixapp_platform::webhook::Identity;

use super::error::DataError;
use super::item::Writer;
use crate::Emulator;
use crate::api::app_token::AppToken;
use crate::api::permitted::Need;
use crate::error::Refusal;
use crate::world::settings::Permission;

/// The largest body: a bulk of a thousand usual items, or a few of the largest.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;

/// The header that asks for what was just written, and is given back after writing.
pub(crate) const CONSISTENT: &str = "x-wix-consistent";

/// The app, asking for the data of one site.
pub(crate) struct Caller {
    pub(crate) instance_id: InstanceId,
    pub(crate) site_id: String,
    pub(crate) owner_id: String,
    /// Who it is in the eyes of whoever is told of what it changes.
    pub(crate) identity: Identity,
    /// Whether it wrote before and must see that.
    pub(crate) consistent: bool,
}

/// A caller with permission `N`.
pub(crate) struct Permitted<N>(Caller, PhantomData<N>);

impl<N> Permitted<N> {
    pub(crate) fn caller(self) -> Caller {
        self.0
    }
}

impl<N: Need> FromRequestParts<Emulator> for Permitted<N> {
    type Rejection = DataError;

    async fn from_request_parts(parts: &mut Parts, emulator: &Emulator) -> Result<Self, DataError> {
        let caller = Caller::read(parts, emulator, N::PERMISSION).await?;
        Ok(Self(caller, PhantomData))
    }
}

impl Caller {
    async fn read(parts: &mut Parts, emulator: &Emulator, permission: Permission) -> Result<Self, DataError> {
        let app = AppToken::from_request_parts(parts, emulator).await?;
        app.require_app_or_user()?;
        if !app.may(emulator.engine(), permission) {
            return Err(lacks(permission));
        }
        let identity = app.identity(emulator.engine());
        let instance_id = app.instance_id;
        let engine = emulator.engine();
        let place = engine.read(|world| {
            let (site, _) = world.find_instance(instance_id.as_str())?;
            Some((site.site_id.clone(), site.owner_id.clone()))
        });
        let gone = || Refusal::not_found("There is no such instance of the app.");
        let (site_id, owner_id) = place.ok_or_else(gone)?;
        let consistent = parts.headers.contains_key(CONSISTENT);
        Ok(Self { instance_id, site_id, owner_id, identity, consistent })
    }

    pub(crate) fn writer(&self, emulator: &Emulator) -> Writer {
        let seed = emulator.engine().read(|world| world.seed.clone());
        Writer { owner_id: self.owner_id.clone(), seed, site_id: self.site_id.clone() }
    }
}

/// Names the permission that the app lacks.
fn lacks(permission: Permission) -> DataError {
    let text = format!(
        "The app lacks the permission \"{}\" ({}). Grant it to the app to make this call.",
        permission.name(),
        permission.id()
    );
    let refused = DataError::new(axum::http::StatusCode::FORBIDDEN, "WDE0027", text);
    refused.with(json!({ "permission": permission.id() }))
}

/// What a call is asked to do: the JSON body of a POST, PUT or PATCH; for a GET or DELETE the query, as `.r` with
/// base64url JSON or as plain names.
///
/// Unknown fields are let through, as Wix does: the official packages send some that only Wix understands.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Emulator> for Asked<T> {
    type Rejection = DataError;

    async fn from_request(request: Request, _: &Emulator) -> Result<Self, DataError> {
        let has_body = !matches!(request.method().as_str(), "GET" | "DELETE" | "HEAD");
        let query = request.uri().query().unwrap_or_default().to_owned();
        if !has_body {
            return read_value(&of_query(&query)?).map(Self);
        }
        if !is_json(&request) {
            let message = "Send JSON with the header `Content-Type: application/json`.";
            let status = axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Refusal::new(status, "unsupported_media_type", message).into());
        }
        read(&body(request).await?).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let text = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

async fn body(request: Request) -> Result<Bytes, DataError> {
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|text| text.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(DataError::payload_too_large());
    }
    axum::body::to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| DataError::payload_too_large())
}

fn read_value<T: DeserializeOwned>(value: &Value) -> Result<T, DataError> {
    read(value.to_string().as_bytes())
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DataError> {
    read_json(bytes).map_err(|error| match error {
        Unreadable::Malformed(text) => {
            Refusal::new(axum::http::StatusCode::BAD_REQUEST, "malformed_json", text).into()
        }
        // The sentence names the field in backticks.
        Unreadable::Unfit(text) => match text.split('`').nth(1).map(str::to_owned) {
            Some(field) => DataError::field(&field, text, "INVALID_TYPE"),
            None => DataError::field("body", text, "INVALID_TYPE"),
        },
    })
}

fn of_query(query: &str) -> Result<Value, DataError> {
    let pairs = query_pairs(query).map_err(|error| Refusal::invalid(error.to_string()))?;
    if let Some((_, text)) = pairs.iter().find(|(name, _)| name == ".r") {
        let wrong = || DataError::field(".r", "must be base64url of a JSON object", "INVALID_FORMAT");
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| wrong())?;
        return serde_json::from_slice(&bytes).ok().filter(Value::is_object).ok_or_else(wrong);
    }
    let mut asked = Map::new();
    for (name, text) in pairs {
        insert(&mut asked, &name, text);
    }
    Ok(Value::Object(asked))
}

/// Puts a plain parameter where its dotted name says. `fields` may stand there several times.
fn insert(into: &mut Map<String, Value>, name: &str, text: String) {
    if let Some((first, rest)) = name.split_once('.') {
        let slot = into.entry(first).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(slot) = slot {
            insert(slot, rest, text);
        }
        return;
    }
    let value = match (name, text.as_str()) {
        ("limit" | "offset", number) => number.parse::<i64>().map_or(Value::String(text), Value::from),
        ("consistentRead" | "returnTotalCount", "true") => true.into(),
        ("consistentRead" | "returnTotalCount", "false") => false.into(),
        _ => Value::String(text),
    };
    if name == "fields" {
        let list = into.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value);
        }
        return;
    }
    into.insert(name.to_owned(), value);
}

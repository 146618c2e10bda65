//! `POST webhook`: verify, store in one transaction, answer 200. Everything else happens afterwards.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::crash::{Moment, here};
use wixapp_core::{DeliveryId, ErrorCode};
use wixapp_store::NewDelivery;

use crate::error::ApiError;
use crate::extract::BoundedBytes;
use crate::reply::Reply;
use crate::state::App;
use crate::webhook_fact;

/// Wix's webhooks are a few kilobytes (wix-protocol §4).
const LIMIT: usize = 256 * 1024;

/// A webhook was stored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// The id of this arrival.
    #[schema(value_type = String)]
    pub delivery_id: DeliveryId,
    /// Whether the same event had come before.
    pub duplicate: bool,
}

/// Takes a webhook of Wix: one signed JWT as the whole body.
///
/// Answers 200 once the event is on disk, also for event types this version does not know. Nothing is granted or
/// changed before the answer, so a slow plan change never costs a delivery.
#[utoipa::path(post, path = "/webhook", tag = "webhook", operation_id = "webhook_receive", security(()),
    request_body(content = String, content_type = "text/plain", description = "The JWT"),
    responses(
        (status = 200, body = Reply<Received>),
        (status = 400, description = "`malformed_json`: not a webhook of Wix", body = crate::error::Refusal),
        (status = 401, description = "`unauthorized`: the signature or the dates do not hold", body = crate::error::Refusal),
        (status = 413, description = "`payload_too_large`: more than 256 KiB", body = crate::error::Refusal),
        (status = 503, description = "`unavailable`: not stored, send it again", body = crate::error::Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    BoundedBytes(body): BoundedBytes<LIMIT>,
) -> Result<Reply<Received>, ApiError> {
    let verifier = app.webhooks.as_ref().ok_or_else(|| {
        tracing::error!("a webhook came, and no public key is configured: set wix.webhook_public_key");
        ApiError::new(ErrorCode::Unavailable).with_retry_after(60)
    })?;
    let now = app.clock.now();
    let event = verifier.verify(&body, now).map_err(|error| refuse(&error))?;
    here(Moment::WebhookVerified);
    let (fact_key, fact, parked) = webhook_fact::read(&event);
    let delivery = NewDelivery {
        delivery_id: DeliveryId::new(now, app.random()),
        instance_id: event.instance_id,
        event_type: event.event_type,
        fact_key,
        fact,
        payload: event.payload_text,
        received_at: now,
        parked,
    };
    let (delivery_id, event_type) = (delivery.delivery_id.clone(), delivery.event_type.clone());
    let accepted = app.store.accept(delivery).await?;
    here(Moment::WebhookStored);
    metrics::counter!("wixapp_webhooks_total", "duplicate" => if accepted.duplicate { "yes" } else { "no" })
        .increment(1);
    tracing::debug!(delivery.id = %delivery_id, event.kind = %event_type, duplicate = accepted.duplicate, "webhook stored");
    Ok(Reply::new(Received { delivery_id, duplicate: accepted.duplicate }))
}

fn refuse(error: &wixapp_platform::Error) -> ApiError {
    metrics::counter!("wixapp_webhooks_refused_total").increment(1);
    tracing::warn!(error = %error, "a webhook was refused");
    if error.is_malformed() {
        return ApiError::new(ErrorCode::MalformedJson).with_message("This is not a webhook of Wix.");
    }
    if error.is_too_large() {
        return ApiError::new(ErrorCode::PayloadTooLarge);
    }
    ApiError::new(ErrorCode::Unauthorized).with_message("The webhook's signature or dates do not hold.")
}

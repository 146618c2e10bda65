//! `POST webhook/stripe`: verify, store in one transaction, answer 200. Everything else happens afterwards.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::ErrorCode;
use wixapp_stripe::Event;

use crate::billing_source::{self, Intake};
use crate::error::ApiError;
use crate::extract::BoundedBytes;
use crate::reply::Reply;
use crate::state::App;

/// An invoice with many lines is larger than anything of Wix's.
const LIMIT: usize = 512 * 1024;

/// An event of Stripe was taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StripeReceived {
    /// The event's own id.
    pub event_id: String,
    /// Whether the same event had come before.
    pub duplicate: bool,
    /// Whether it was kept: what another app sold on the same account of Stripe is not.
    pub stored: bool,
}

/// Takes an event of Stripe: its JSON as the whole body, signed in the `Stripe-Signature` header.
///
/// Answers 200 once the event is on disk, also for types this version does not know and for events that cannot be used.
/// Nothing is granted or changed before the answer.
#[utoipa::path(post, path = "/webhook/stripe", tag = "webhook", operation_id = "webhook_stripe", security(()),
    request_body(content = String, content_type = "text/plain", description = "The event, as Stripe signed it"),
    responses(
        (status = 200, body = Reply<StripeReceived>),
        (status = 400, description = "`malformed_json`: not an event of Stripe", body = crate::error::Refusal),
        (status = 401, description = "`unauthorized`: the signature or its time do not hold", body = crate::error::Refusal),
        (status = 404, description = "`not_found`: nothing is sold through Stripe here", body = crate::error::Refusal),
        (status = 413, description = "`payload_too_large`: more than 512 KiB", body = crate::error::Refusal),
        (status = 503, description = "`unavailable`: not stored, send it again", body = crate::error::Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    BoundedBytes(body): BoundedBytes<LIMIT>,
) -> Result<Reply<StripeReceived>, ApiError> {
    let side = app.stripe.as_ref().ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let unauthorized = || {
        metrics::counter!("wixapp_stripe_refused_total").increment(1);
        ApiError::new(ErrorCode::Unauthorized).with_message("The event's signature or its time do not hold.")
    };
    // Of two headers nobody can say which one counts.
    let mut given = headers.get_all("stripe-signature").iter();
    let only = given.next().filter(|_| given.next().is_none()).and_then(|value| value.to_str().ok());
    let header = only.ok_or_else(unauthorized)?;
    side.verifier.verify(header, &body, app.clock.now()).map_err(|error| {
        tracing::warn!(error = %error, "an event of Stripe was refused");
        unauthorized()
    })?;
    let event = Event::parse(&body).map_err(|error| {
        tracing::warn!(error = %error, "an event of Stripe was not understood");
        ApiError::new(ErrorCode::MalformedJson).with_message("This is not an event of Stripe.")
    })?;
    let intake = billing_source::receive(&app, &event, side.livemode).await?;
    metrics::counter!("wixapp_stripe_events_total").increment(1);
    tracing::debug!(event.id = %event.id, event.kind = %event.kind, ?intake, "event of Stripe taken");
    let (duplicate, stored) = match intake {
        Intake::Stored { duplicate } => (duplicate, true),
        Intake::Foreign => (false, false),
    };
    Ok(Reply::new(StripeReceived { event_id: event.id, duplicate, stored }))
}

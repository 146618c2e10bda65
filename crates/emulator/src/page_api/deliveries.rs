//! The inspector: every webhook with its requests and answers.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use wixapp_core::input::Whole;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::part::{Params, Segment};
use crate::view::{Delivery, DeliveryDetail};

/// How many deliveries a page has when it does not say.
const USUAL_LIMIT: i64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    limit: Option<Whole<1, 300>>,
    /// The last delivery of the page before.
    after: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Deliveries {
    deliveries: Vec<Delivery>,
}

/// `GET deliveries?limit=&after=`: newest first; `after` continues behind a delivery.
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    Params(page): Params<Page>,
) -> Result<Json<Deliveries>, Refusal> {
    let limit = usize::try_from(page.limit.map_or(USUAL_LIMIT, Whole::get)).unwrap_or_default();
    let deliveries = emulator.engine().read(|world| {
        let newest = world.deliveries.iter().rev();
        let start = match &page.after {
            None => 0,
            Some(after) => {
                world.delivery(after)?;
                newest
                    .clone()
                    .position(|delivery| delivery.delivery_id.as_str() == after)
                    .map_or(0, |at| at + 1)
            }
        };
        Ok(newest.skip(start).take(limit).map(Delivery::from).collect())
    })?;
    Ok(Json(Deliveries { deliveries }))
}

/// `GET deliveries/{id}`
pub(crate) async fn get(
    State(emulator): State<Emulator>,
    Segment(delivery_id): Segment<String>,
) -> Result<Json<DeliveryDetail>, Refusal> {
    emulator.engine().delivery_detail(&delivery_id).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resend {
    times: Whole<1, 20>,
}

/// `POST deliveries/{id}/resend`: queues the same event again; the page sees the results in the live stream.
pub(crate) async fn resend(
    State(emulator): State<Emulator>,
    Segment(delivery_id): Segment<String>,
    Strict(body): Strict<Resend>,
) -> Result<Json<Deliveries>, Refusal> {
    let deliveries =
        emulator.engine().queue_resends(&delivery_id, u32::try_from(body.times.get()).unwrap_or(1))?;
    Ok(Json(Deliveries { deliveries }))
}

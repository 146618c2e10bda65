//! The inspector: every webhook with its requests and answers.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::part::{Params, Segment};
use crate::view::{Delivery, DeliveryDetail};

const MAX_LIMIT: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    #[serde(default = "default_limit")]
    limit: usize,
    /// The last delivery of the page before.
    after: Option<String>,
}

fn default_limit() -> usize {
    100
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
    if !(1..=MAX_LIMIT).contains(&page.limit) {
        return Err(Refusal::invalid(format!("`limit` must be 1 to {MAX_LIMIT}.")));
    }
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
        Ok(newest.skip(start).take(page.limit).map(Delivery::from).collect())
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
    times: u32,
}

/// `POST deliveries/{id}/resend`: queues the same event again; the page sees the results in the live stream.
pub(crate) async fn resend(
    State(emulator): State<Emulator>,
    Segment(delivery_id): Segment<String>,
    Strict(body): Strict<Resend>,
) -> Result<Json<Deliveries>, Refusal> {
    let deliveries = emulator.engine().queue_resends(&delivery_id, body.times)?;
    Ok(Json(Deliveries { deliveries }))
}

//! The invoices of an installed app.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::part::Segment;
use crate::view::Invoice;

#[derive(Serialize)]
pub(crate) struct Invoices {
    invoices: Vec<Invoice>,
}

/// `GET instances/{instanceId}/invoices`: newest first.
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
) -> Result<Json<Invoices>, Refusal> {
    let unknown = || Refusal::not_found("There is no such instance of the app.");
    let invoices = emulator.engine().read(|world| {
        world.find_instance(&instance_id).ok_or_else(unknown)?;
        let newest = world.invoices.iter().rev();
        Ok(newest.filter(|invoice| invoice.instance_id.as_str() == instance_id).map(Invoice::from).collect())
    })?;
    Ok(Json(Invoices { invoices }))
}

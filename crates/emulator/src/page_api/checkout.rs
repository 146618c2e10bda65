//! The checkout page: showing, paying and closing.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::Emulator;
use crate::card::Card;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::part::Segment;
use crate::view::Checkout;

/// Where the browser goes next.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redirect {
    redirect_url: String,
}

/// `GET checkout/{token}`
pub(crate) async fn get(
    State(emulator): State<Emulator>,
    Segment(token): Segment<String>,
) -> Result<Json<Checkout>, Refusal> {
    emulator.engine().checkout_view(&token).map(Json)
}

/// `POST checkout/{token}/pay`
pub(crate) async fn pay(
    State(emulator): State<Emulator>,
    Segment(token): Segment<String>,
    Strict(card): Strict<Card>,
) -> Result<Json<Redirect>, Refusal> {
    let redirect_url = emulator.engine().pay(&token, &card)?;
    Ok(Json(Redirect { redirect_url }))
}

/// `POST checkout/{token}/cancel`
pub(crate) async fn cancel(
    State(emulator): State<Emulator>,
    Segment(token): Segment<String>,
    _: NoBody,
) -> Result<Json<Redirect>, Refusal> {
    let redirect_url = emulator.engine().cancel_checkout(&token)?;
    Ok(Json(Redirect { redirect_url }))
}

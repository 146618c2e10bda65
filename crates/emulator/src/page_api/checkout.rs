//! The checkout page: showing, paying and closing.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

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
    let engine = emulator.engine();
    let redirect_url = engine.pay(&token, &card)?;
    if let Ok(checkout) = engine.read(|world| world.checkout(&token).cloned()) {
        engine.after_purchase(&checkout.instance_id).await;
    }
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CouponBody {
    code: Option<String>,
}

/// `POST checkout/{token}/coupon`: puts a coupon on the order; null takes it off again.
pub(crate) async fn coupon(
    State(emulator): State<Emulator>,
    Segment(token): Segment<String>,
    Strict(body): Strict<CouponBody>,
) -> Result<Json<Checkout>, Refusal> {
    let engine = emulator.engine();
    engine.change(|world| world.use_coupon(&token, body.code.as_deref(), engine.now()))?;
    engine.checkout_view(&token).map(Json)
}

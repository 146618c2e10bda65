//! Switching chaos on and off.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use wixapp_core::input::Whole;

use crate::Emulator;
use crate::chaos::{Chaos, ChaosRun};
use crate::error::Refusal;
use crate::http::body::Strict;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChaosView {
    on: bool,
    profile: Option<Chaos>,
    /// How many webhooks were queued since it was switched on.
    seen: u64,
}

impl ChaosView {
    fn of(run: Option<&ChaosRun>) -> Self {
        Self { on: run.is_some(), profile: run.map(|run| run.profile), seen: run.map_or(0, |run| run.seen) }
    }
}

/// `GET chaos`
pub(crate) async fn get(State(emulator): State<Emulator>) -> Json<ChaosView> {
    Json(emulator.engine().read(|world| ChaosView::of(world.chaos.as_ref())))
}

type Percent = Whole<0, 100>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    on: bool,
    seed: Option<Whole<0, 9_007_199_254_740_991>>,
    duplicate: Option<Percent>,
    reorder: Option<Percent>,
    delay: Option<Percent>,
    drop: Option<Percent>,
    slow: Option<Percent>,
}

impl Switch {
    fn profile(&self) -> Option<Chaos> {
        let usual = Chaos::seeded(self.seed.map_or(1, |seed| u64::try_from(seed.get()).unwrap_or(1)));
        let rate = |given: Option<Percent>, usual: u8| {
            given.and_then(|percent| u8::try_from(percent.get()).ok()).unwrap_or(usual)
        };
        self.on.then(|| Chaos {
            seed: usual.seed,
            duplicate: rate(self.duplicate, usual.duplicate),
            reorder: rate(self.reorder, usual.reorder),
            delay: rate(self.delay, usual.delay),
            drop: rate(self.drop, usual.drop),
            slow: rate(self.slow, usual.slow),
        })
    }
}

/// `POST chaos`: switching it on begins a new run, also when it was on.
pub(crate) async fn switch(
    State(emulator): State<Emulator>,
    Strict(switch): Strict<Switch>,
) -> Result<Json<ChaosView>, Refusal> {
    emulator.engine().set_chaos(switch.profile())?;
    Ok(get(State(emulator)).await)
}

//! The clock panel.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::duration::parse_duration;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::pace::Pace;
use crate::timeline::Advance;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockView {
    now: Timestamp,
    offset_ms: i64,
    next_event_at: Option<Timestamp>,
    next_event: Option<String>,
    pace: Option<Pace>,
}

/// `GET clock`
pub(crate) async fn get(State(emulator): State<Emulator>) -> Json<ClockView> {
    let engine = emulator.engine();
    let (next_event_at, next_event) = engine.next_event().await.unzip();
    Json(ClockView {
        now: engine.now(),
        offset_ms: engine.clock().offset_ms(),
        next_event_at,
        next_event,
        pace: engine.gear.get(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdvanceBody {
    duration: String,
}

/// `POST clock/advance`
pub(crate) async fn advance(
    State(emulator): State<Emulator>,
    Strict(body): Strict<AdvanceBody>,
) -> Result<Json<Advance>, Refusal> {
    let by = parse_duration(&body.duration)?;
    emulator.engine().advance(by).await.map(Json)
}

/// `POST clock/next-event`
pub(crate) async fn next_event(
    State(emulator): State<Emulator>,
    _: NoBody,
) -> Result<Json<Advance>, Refusal> {
    emulator.engine().advance_to_next().await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetBody {
    to: String,
}

/// `POST clock/set`
pub(crate) async fn set(
    State(emulator): State<Emulator>,
    Strict(body): Strict<SetBody>,
) -> Result<Json<Advance>, Refusal> {
    emulator.engine().advance_to(parse_time("to", &body.to)?).await.map(Json)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunBody {
    /// What passes in a second; real speed when it is null.
    per_second: Option<String>,
    #[serde(default)]
    until: Option<String>,
}

/// `POST clock/run`
pub(crate) async fn run(
    State(emulator): State<Emulator>,
    Strict(body): Strict<RunBody>,
) -> Result<Json<ClockView>, Refusal> {
    let until = body.until.as_deref().map(|text| parse_time("until", text)).transpose()?;
    let pace = match &body.per_second {
        Some(text) => Some(Pace { per_second_ms: per_second_ms(parse_duration(text)?)?, until }),
        None if until.is_some() => {
            return Err(Refusal::invalid(
                "`until` needs a pace: say how much passes in a second in `perSecond`.",
            ));
        }
        None => None,
    };
    emulator.engine().set_pace(pace)?;
    Ok(get(State(emulator)).await)
}

/// The fastest pace: a year in a second.
const FASTEST: SignedDuration = SignedDuration::from_hours(366 * 24);

fn per_second_ms(duration: SignedDuration) -> Result<i64, Refusal> {
    let message = "`perSecond` is at most 366d: a year in a second.";
    let fits = i64::try_from(duration.as_millis()).ok().filter(|_| duration <= FASTEST);
    fits.ok_or_else(|| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_duration", message))
}

/// Reads `2028-01-31T08:00:00Z`, or `2028-01-31` for its beginning in UTC.
pub(crate) fn parse_time(field: &str, text: &str) -> Result<Timestamp, Refusal> {
    let day = || format!("{text}T00:00:00Z").parse().ok().filter(|_| text.len() == 10);
    let wrong = || {
        let message = format!(
            "`{field}` must be a time such as \"2028-01-31T08:00:00Z\", or a day such as \"2028-01-31\"."
        );
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_time", message)
    };
    text.parse().ok().or_else(day).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moments_or_days() {
        let at = |text| parse_time("to", text).unwrap().to_string();
        assert_eq!(at("2028-01-31"), "2028-01-31T00:00:00Z");
        assert_eq!(at("2028-01-31T08:00:00+02:00"), "2028-01-31T06:00:00Z");
        for text in ["", "tomorrow", "2028-02-30", "2028-1-1", "12:00", "2028-01-31T08:00:00"] {
            assert_eq!(parse_time("to", text).unwrap_err().code, "invalid_time", "{text}");
        }
    }
}

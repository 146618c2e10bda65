//! `GET credits/usage`: what was spent, by day and action.

use std::sync::Arc;

use axum::extract::State;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wixapp_core::clock::Timestamp;

use crate::error::ApiError;
use crate::extract::{Day, OwnerSession, ValidQuery};
use crate::reply::Reply;
use crate::state::App;

/// The longest stretch that is summed up at once.
const MAX_DAYS: i32 = 366;
const DEFAULT_DAYS: i32 = 30;

/// Which days, and where they begin.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// The first day, for example `2026-03-01`; 29 days before the last when left out.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// The last day; today when left out. At most 366 days are summed up at once.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    /// Where days begin: `Z` or an offset such as `+02:00`; UTC when left out.
    #[param(value_type = Option<String>, pattern = "^(Z|[+-][0-9]{2}:[0-9]{2})$")]
    utc_offset: Option<UtcOffset>,
}

/// An offset from UTC as `Z` or `±HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct UtcOffset(Offset);

impl TryFrom<String> for UtcOffset {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "it must be `Z` or an offset such as `+02:00`";
        if text == "Z" {
            return Ok(Self(Offset::UTC));
        }
        // A plus that was not written as %2B arrives as a space.
        let (sign, rest) = match text.strip_prefix(['+', ' ']) {
            Some(rest) => (1, rest),
            None => (-1, text.strip_prefix('-').ok_or(WRONG)?),
        };
        let digits = |part: &str| -> Option<i32> {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
        };
        let (hours, minutes) = rest.split_once(':').ok_or(WRONG)?;
        let (hours, minutes) = (digits(hours).ok_or(WRONG)?, digits(minutes).ok_or(WRONG)?);
        // No place on earth is further from UTC than 14 hours.
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return Err(WRONG);
        }
        Offset::from_seconds(sign * (hours * 60 + minutes) * 60).map(Self).map_err(|_| WRONG)
    }
}

/// What was spent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// All credits that were spent on these days.
    pub credits: i64,
    /// Every day, oldest first.
    pub days: Vec<UsageDay>,
}

/// What was spent on one day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageDay {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// All credits that were spent on it.
    pub credits: i64,
    /// By what they were spent on.
    pub actions: Vec<ActionUsage>,
}

/// What was spent on one action.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionUsage {
    /// The action, for example `publish`.
    pub action: String,
    /// How many credits.
    pub credits: i64,
}

/// What the caller's instance spent, by day and action.
#[utoipa::path(get, path = "/credits/usage", tag = "credits", operation_id = "credits_usage", params(UsageQuery), responses(
    (status = 200, body = Reply<Usage>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidQuery(query): ValidQuery<UsageQuery>,
) -> Result<Reply<Usage>, ApiError> {
    let offset = query.utc_offset.map_or(Offset::UTC, |UtcOffset(offset)| offset);
    let (from, to) = range(&query, offset.to_datetime(app.clock.now()).date())?;
    let after = to.checked_add(1.day()).map_err(|_| too_far())?;
    let (begins, ends) = (midnight(from, offset)?, midnight(after, offset)?);
    let offset_s = i64::from(offset.seconds());
    let used = app.store.list_usage(&session.instance_id, begins, ends, offset_s).await?;
    let mut days: Vec<UsageDay> = from
        .series(1.day())
        .take_while(|date| *date <= to)
        .map(|date| UsageDay { date, credits: 0, actions: Vec::new() })
        .collect();
    for used in used {
        let date = offset.to_datetime(used.starts_at(offset_s)).date();
        if let Some(day) = days.iter_mut().find(|day| day.date == date) {
            day.credits = day.credits.saturating_add(used.credits.get());
            day.actions.push(ActionUsage { action: used.action, credits: used.credits.get() });
        }
    }
    let credits = days.iter().fold(0_i64, |sum, day| sum.saturating_add(day.credits));
    Ok(Reply::new(Usage { from, to, credits, days }))
}

fn range(query: &UsageQuery, today: Date) -> Result<(Date, Date), ApiError> {
    let to = query.to.map_or(today, |Day(day)| day);
    let back = |days: i32| to.checked_sub(Span::new().days(days - 1)).map_err(|_| too_far());
    let from = match query.from {
        Some(Day(from)) => from,
        None => back(DEFAULT_DAYS)?,
    };
    if from > to {
        return Err(ApiError::invalid("`from` must not lie after `to`."));
    }
    if from < back(MAX_DAYS)? {
        return Err(ApiError::invalid(format!("At most {MAX_DAYS} days are summed up at once."))
            .with_hint("Ask for one year after the other."));
    }
    Ok((from, to))
}

fn midnight(date: Date, offset: Offset) -> Result<Timestamp, ApiError> {
    let zoned = date.to_zoned(TimeZone::fixed(offset)).map_err(|_| too_far())?;
    Ok(zoned.timestamp())
}

fn too_far() -> ApiError {
    ApiError::invalid("`from` and `to` must lie between the years 1970 and 9999.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_read_and_what_is_none_is_refused() {
        let seconds = |text: &str| UtcOffset::try_from(text.to_owned()).map(|offset| offset.0.seconds());
        for (text, hours) in
            [("Z", 0.0), ("+02:00", 2.0), (" 05:30", 5.5), ("-03:30", -3.5), ("+14:00", 14.0)]
        {
            assert_eq!(seconds(text).map(f64::from), Ok(hours * 3600.0), "{text}");
        }
        for text in ["", "z", "+2:00", "+0200", "+02:60", "+14:01", "-15:00", "02:00", "+aa:bb", "++2:00"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}

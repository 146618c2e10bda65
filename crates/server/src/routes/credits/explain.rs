//! `GET credits/explain/{entryId}`: why an entry is there, in words.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::EntryCode;
use wixapp_core::grant::{CreditGrant, Source};
use wixapp_core::hold::{Hold, HoldState};
use wixapp_core::{Catalog, EntryId, ErrorCode, HoldId};
use wixapp_store::{EntryStory, FactNote};

use super::history::EntryView;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidPath};
use crate::openapi::closed;
use crate::reply::Reply;
use crate::state::App;

/// Why an entry is there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The entry.
    pub entry: EntryView,
    /// The whole story in a sentence or two.
    pub sentence: String,
    /// What could be spent before it.
    pub balance_before: i64,
    /// What could be spent after it.
    pub balance_after: i64,
    /// Who made it: `wix`, `cycle`, `user`, or the name of an operator.
    pub actor: String,
    /// The reason that was given.
    pub reason: String,
    /// What Wix said, where that was the reason.
    pub fact: Option<FactView>,
    /// The plan whose credits these are.
    pub plan: Option<PlanNote>,
    /// The credits that were given, where the entry gave some.
    pub grant: Option<GrantView>,
    /// The reservation it belongs to.
    pub hold: Option<HoldView>,
}

/// Something Wix said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactView {
    /// Wix's name of the event; `GetAppInstance` is an answer to a question of ours.
    pub event_type: String,
    /// When it happened, by Wix's clock.
    pub happened_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
}

/// A plan, and the catalogue it is in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanNote {
    /// The plan's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The version of the catalogue that set the number of credits.
    pub catalog_version: String,
}

/// Credits that were given once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    /// Why: `free`, `cycle`, `upgrade`, `top_up`, `promo`, `adjust`, `trial` or `carried`.
    pub source: String,
    /// From when they count; for a cycle, when the cycle began.
    pub effective_at: Timestamp,
    /// When they expire.
    pub expires_at: Option<Timestamp>,
    /// How many they were.
    pub amount: i64,
    /// How many of them are left.
    pub remaining: i64,
}

/// A reservation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldView {
    /// The reservation.
    #[schema(value_type = String)]
    pub hold_id: HoldId,
    /// What for.
    pub action: String,
    /// How many credits.
    pub amount: i64,
    /// How many of them were spent in the end.
    pub posted: i64,
    /// How it ended, once it has.
    #[schema(value_type = Option<closed::HoldEnd>)]
    pub ended: Option<HoldState>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why an entry of the caller's instance is there: what happened, and the balance before and after.
#[utoipa::path(get, path = "/credits/explain/{entryId}", tag = "credits", operation_id = "credits_explain",
    params(("entryId" = String, Path, description = "The `entryId` of an entry of the history")),
    responses((status = 200, body = Reply<Explanation>)))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<EntryId>,
) -> Result<Reply<Explanation>, ApiError> {
    let story = app.store.find_entry_story(&session.instance_id, &id).await?;
    let story =
        story.ok_or_else(|| ApiError::new(ErrorCode::NotFound).with_message("There is no such entry."))?;
    Ok(Reply::new(Explanation::new(story, &app.catalog)))
}

impl Explanation {
    /// Tells an entry's story; the catalogue knows the names of plans.
    #[must_use]
    pub fn new(story: EntryStory, catalog: &Catalog) -> Self {
        let sentence = sentence(&story, catalog);
        let EntryStory { entry, fact, grant, hold } = story;
        let plan = grant.as_ref().and_then(|grant| PlanNote::of(grant, catalog));
        let (actor, reason) = (entry.cause.actor.clone(), entry.cause.reason.clone());
        let entry = EntryView::new(entry);
        Self {
            sentence,
            balance_before: entry.balance_after.saturating_sub(entry.amount),
            balance_after: entry.balance_after,
            entry,
            actor,
            reason,
            fact: fact.map(FactView::new),
            plan,
            grant: grant.as_ref().map(GrantView::new),
            hold: hold.map(HoldView::new),
        }
    }
}

impl FactView {
    fn new(fact: FactNote) -> Self {
        Self { event_type: fact.event_type, happened_at: fact.happened_at, received_at: fact.received_at }
    }
}

impl PlanNote {
    fn of(grant: &CreditGrant, catalog: &Catalog) -> Option<Self> {
        let id = grant.plan_id.as_ref()?;
        Some(Self {
            id: id.to_string(),
            name: plan_name(grant, catalog),
            catalog_version: grant.catalog_version.clone(),
        })
    }
}

impl GrantView {
    fn new(grant: &CreditGrant) -> Self {
        Self {
            source: grant.source.as_str().to_owned(),
            effective_at: grant.effective_at,
            expires_at: grant.expires_at,
            amount: grant.amount.get(),
            remaining: grant.remaining.get(),
        }
    }
}

impl HoldView {
    fn new(hold: Hold) -> Self {
        Self {
            hold_id: hold.id,
            action: hold.action,
            amount: hold.amount.get(),
            posted: hold.posted.get(),
            ended: Some(hold.state).filter(|state| *state != HoldState::Open),
            created_at: hold.created_at,
        }
    }
}

fn plan_name(grant: &CreditGrant, catalog: &Catalog) -> String {
    let Some(id) = &grant.plan_id else { return "your plan".to_owned() };
    catalog.find(id).map_or_else(|| id.to_string(), |plan| plan.name.clone())
}

fn sentence(story: &EntryStory, catalog: &Catalog) -> String {
    let entry = &story.entry;
    let credits = counted(entry.amount.get());
    let were = if entry.amount.get() == 1 { "was" } else { "were" };
    let reason = &entry.cause.reason;
    let action = story.hold.as_ref().map_or(reason, |hold| &hold.action);
    match entry.code {
        EntryCode::Grant => match &story.grant {
            Some(grant) => granted(grant, story, &format!("{credits} {were}"), catalog),
            None => format!("{credits} {were} given: {reason}."),
        },
        EntryCode::Reserve => format!("{credits} {were} put aside for `{action}`, which was about to begin."),
        EntryCode::Post => {
            format!("{credits} that had been put aside for `{action}` {were} spent when it was done.")
        }
        EntryCode::Void => {
            format!("{credits} that had been put aside for `{action}` came back: {}.", why_back(story))
        }
        EntryCode::Spend => format!("{credits} {were} spent on `{reason}`."),
        EntryCode::Reset => {
            format!(
                "{reason}: {credits} of the plan's pool left with it, and what the free plan gives stayed."
            )
        }
        EntryCode::Expire => format!("{credits} reached their last day and left unspent: {reason}."),
        EntryCode::Reversal => format!("{credits} that had been given {were} taken back: {reason}."),
        EntryCode::Repayment => format!("{credits} paid what was owed: {reason}."),
        EntryCode::Adjust => format!("{} corrected the balance by {credits}: {reason}.", entry.cause.actor),
    }
}

fn granted(grant: &CreditGrant, story: &EntryStory, credits_were: &str, catalog: &Catalog) -> String {
    let reason = &story.entry.cause.reason;
    let plan = plan_name(grant, catalog);
    let day = grant.effective_at.strftime("%-d %B %Y");
    match grant.source {
        Source::Free => format!("{credits_were} given to start with. Every site gets them once."),
        Source::Cycle if story.fact.is_some() => {
            format!("{plan} was bought on {day}, and its first {credits_were} given.")
        }
        Source::Cycle => format!("A new cycle of {plan} began on {day}, and its {credits_were} given."),
        Source::Upgrade => {
            format!("The plan went up to {plan} on {day}, and its {credits_were} added to what was there.")
        }
        Source::Trial => format!("{credits_were} given for trying {plan}. Every site gets them once."),
        Source::Carried => format!("{credits_were} carried over from before."),
        Source::TopUp => format!("{credits_were} bought on {day}. They stay until they are spent."),
        Source::Promo => format!("{credits_were} given for a code: {reason}."),
        Source::Adjust => format!("{credits_were} given by hand: {reason}."),
    }
}

fn why_back(story: &EntryStory) -> &'static str {
    match story.hold.as_ref().map(|hold| hold.state) {
        Some(HoldState::Expired) => "its time ran out",
        Some(HoldState::Posted) => "it took less than was put aside",
        Some(HoldState::Voided | HoldState::Open) | None => "it was not done after all",
    }
}

/// `1 credit`, `1,000 credits`.
fn counted(amount: i64) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {}", if amount == 1 { "credit" } else { "credits" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_in_words_people_use() {
        let texts = [1, 12, 123, 1_000, 25_000, 1_234_567].map(counted);
        assert_eq!(
            texts,
            ["1 credit", "12 credits", "123 credits", "1,000 credits", "25,000 credits", "1,234,567 credits"]
        );
    }
}

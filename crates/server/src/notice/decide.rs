//! What is to be written about an instance, from what changed of it.

use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;
use wixapp_core::subscription::SubscriptionStatus;
use wixapp_core::{Catalog, PlanId};
use wixapp_store::{NewNotice, NoticeView};

use super::Kind;

/// What a notice says, as it stands in the outbox: names and numbers, and nobody's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub(super) enum Content {
    /// Credits are running low.
    LowCredits {
        /// What is left.
        available: i64,
        /// When the next ones come, if they do.
        next_at: Option<Timestamp>,
    },
    /// A payment failed.
    BillingIssue {
        /// The plan's name.
        plan: String,
    },
    /// The plan is another.
    PlanChanged {
        /// The plan's name before.
        from: String,
        /// The plan's name now.
        to: String,
    },
    /// Credits were given.
    CreditsGranted {
        /// How many.
        amount: i64,
        /// What can be spent now.
        available: i64,
    },
}

impl Content {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::LowCredits { .. } => Kind::LowCredits,
            Self::BillingIssue { .. } => Kind::BillingIssue,
            Self::PlanChanged { .. } => Kind::PlanChanged,
            Self::CreditsGranted { .. } => Kind::CreditsGranted,
        }
    }
}

/// What is to be written, each under the key that makes it happen once.
pub(super) fn decide(view: &NoticeView, catalog: &Catalog, low_percent: u8) -> Vec<NewNotice> {
    let removed = |status| status == SubscriptionStatus::Removed;
    if view.after.as_ref().is_some_and(|after| removed(after.status)) {
        return Vec::new();
    }
    let all = [
        plan_changed(view, catalog),
        billing_issue(view, catalog),
        credits_granted(view),
        low_credits(view, catalog, low_percent),
    ];
    let wanted = |content: &Content| view.settings.kinds.iter().any(|name| name == content.kind().as_str());
    let found = all.into_iter().flatten().filter(|(_, content)| wanted(content));
    found
        .map(|(key, content)| NewNotice {
            key: format!("{}:{key}", content.kind().as_str()),
            content: serde_json::to_string(&content).expect("names and numbers can always be written"),
        })
        .collect()
}

type Found = Option<(String, Content)>;

fn name(catalog: &Catalog, id: &PlanId) -> String {
    catalog.find(id).map_or_else(|| id.to_string(), |plan| plan.name.clone())
}

fn plan_changed(view: &NoticeView, catalog: &Catalog) -> Found {
    let after = view.after.as_ref()?;
    let free = &catalog.free().id;
    let before = view.before.as_ref().map_or(free, |before| &before.plan_id);
    if *before == after.plan_id {
        return None;
    }
    // A paid life has a name; its end goes by the name of the life that ended. Within it a plan may come back: what was given
    // last tells one time from the other.
    let epoch = after.epoch.as_ref().or_else(|| view.before.as_ref()?.epoch.as_ref());
    let cycle = view.cycle.as_deref().unwrap_or("-");
    let key = format!("{}:{}:{cycle}", epoch.map_or("-", String::as_str), after.plan_id);
    Some((key, Content::PlanChanged { from: name(catalog, before), to: name(catalog, &after.plan_id) }))
}

fn billing_issue(view: &NoticeView, catalog: &Catalog) -> Found {
    let after = view.after.as_ref().filter(|after| after.status == SubscriptionStatus::BillingIssue)?;
    if view.before.as_ref().is_some_and(|before| before.status == SubscriptionStatus::BillingIssue) {
        return None;
    }
    // Once for each period whose payment fails.
    let period = after.current_period_end.map_or_else(|| "-".to_owned(), |end| end.as_second().to_string());
    let key = format!("{}:{period}", after.epoch.as_deref().unwrap_or("-"));
    Some((key, Content::BillingIssue { plan: name(catalog, &after.plan_id) }))
}

fn credits_granted(view: &NoticeView) -> Found {
    let last = view.grants.last()?;
    let amount = view.grants.iter().fold(0_i64, |sum, grant| sum.saturating_add(grant.amount));
    let available = view.balances.available();
    Some((last.business_key.clone(), Content::CreditsGranted { amount, available }))
}

fn low_credits(view: &NoticeView, catalog: &Catalog, low_percent: u8) -> Found {
    let after = view.after.as_ref()?;
    let plan = catalog.find(&after.plan_id).unwrap_or_else(|| catalog.free());
    let available = view.balances.available();
    let is_low = i128::from(available) * 100 < i128::from(plan.credits.get()) * i128::from(low_percent);
    let next_at = after.next_cycle_at;
    // Once a cycle: the newest credits are its name.
    let key = view.cycle.clone().unwrap_or_else(|| "-".to_owned());
    is_low.then_some((key, Content::LowCredits { available, next_at }))
}

#[cfg(test)]
mod tests {
    use wixapp_core::account::Balances;
    use wixapp_core::subscription::Subscription;
    use wixapp_store::{NewGrant, NoticeSettings};

    use super::*;

    fn subscription(plan: &str, status: SubscriptionStatus) -> Subscription {
        let epoch = (plan != "free").then(|| "in_1".to_owned());
        Subscription { status, epoch, ..Subscription::free(plan.parse().unwrap()) }
    }

    fn view(available: i64) -> NoticeView {
        let kinds = [Kind::LowCredits, Kind::BillingIssue, Kind::PlanChanged, Kind::CreditsGranted];
        NoticeView {
            settings: NoticeSettings {
                address: Some("owner@example.com".to_owned()),
                language: "en".to_owned(),
                kinds: kinds.map(|kind| kind.as_str().to_owned()).to_vec(),
            },
            before: Some(subscription("starter", SubscriptionStatus::Active)),
            after: Some(subscription("starter", SubscriptionStatus::Active)),
            balances: Balances { plan: available, ..Balances::default() },
            grants: Vec::new(),
            cycle: Some("cycle:site-1:in_1:0".to_owned()),
        }
    }

    fn keys(view: &NoticeView) -> Vec<String> {
        decide(view, &Catalog::standard(), 10).into_iter().map(|notice| notice.key).collect()
    }

    #[test]
    fn credits_are_low_below_a_tenth_of_the_plans() {
        assert_eq!(keys(&view(100)), [""; 0]);
        assert_eq!(keys(&view(99)), ["low_credits:cycle:site-1:in_1:0"]);
        let mut unlimited = view(0);
        unlimited.settings.kinds.clear();
        assert_eq!(keys(&unlimited), [""; 0], "what is not wanted is not written");
    }

    #[test]
    fn a_change_of_plan_is_named_by_its_paid_life_also_when_that_ends() {
        let mut view = view(1_000);
        view.before = None;
        assert_eq!(keys(&view), ["plan_changed:in_1:starter:cycle:site-1:in_1:0"]);
        view.before = view.after.take();
        view.after = Some(subscription("free", SubscriptionStatus::Free));
        assert_eq!(keys(&view), ["plan_changed:in_1:free:cycle:site-1:in_1:0"]);
    }

    #[test]
    fn a_plan_that_comes_back_in_the_same_paid_life_is_told_again() {
        let mut view = view(1_000);
        view.before = Some(subscription("pro", SubscriptionStatus::Active));
        let first = keys(&view);
        assert_eq!(keys(&view), first);
        view.cycle = Some("upgrade:site-1:in_1:2".to_owned());
        assert_eq!((keys(&view).len(), keys(&view) == first), (1, false));
    }

    #[test]
    fn a_payment_that_goes_on_failing_is_told_once() {
        let mut view = view(1_000);
        view.after = Some(subscription("starter", SubscriptionStatus::BillingIssue));
        assert_eq!(keys(&view), ["billing_issue:in_1:-"]);
        view.before = view.after.clone();
        assert_eq!(keys(&view), [""; 0]);
    }

    #[test]
    fn credits_that_came_together_are_one_mail_with_their_sum() {
        let mut view = view(3_000);
        let grant = |key: &str| NewGrant { business_key: key.to_owned(), amount: 1_000 };
        view.grants = vec![grant("cycle:a:1"), grant("cycle:a:2")];
        let notices = decide(&view, &Catalog::standard(), 10);
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].key, "credits_granted:cycle:a:2");
        let content: Content = serde_json::from_str(&notices[0].content).unwrap();
        assert_eq!(content, Content::CreditsGranted { amount: 2_000, available: 3_000 });
    }

    #[test]
    fn of_an_app_that_was_removed_nothing_is_written() {
        let mut view = view(0);
        view.after = Some(subscription("free", SubscriptionStatus::Removed));
        assert_eq!(keys(&view), [""; 0]);
    }
}

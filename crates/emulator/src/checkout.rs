//! Opening, paying and closing checkout pages.

use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use wixapp_core::catalog::{Catalog, Plan};
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::{InstanceId, PlanId};

use crate::card::Card;
use crate::error::Refusal;
use crate::http::guard::is_loopback;
use crate::world::World;
use crate::world::checkout::{Checkout, CheckoutStatus, LIFETIME};
use crate::world::subscription::Subscription;

/// What an app asks `POST /apps/v1/checkout` for (wix-protocol §5).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutOrder {
    /// The product to buy, by its id or slug.
    pub product_id: String,
    /// Where the browser goes after paying; the app's page in the dashboard by default.
    #[serde(default)]
    pub success_url: Option<String>,
    /// Charges 0.00 and does everything else.
    #[serde(default)]
    pub test_checkout: Option<bool>,
    /// How the plan is paid; monthly by default.
    #[serde(default)]
    pub billing_cycle: Option<BillingCycle>,
    /// Two letters, ISO 3166.
    #[serde(default)]
    pub country_code: Option<String>,
    /// Two letters, ISO 639.
    #[serde(default)]
    pub language_code: Option<String>,
    /// A coupon's code. For one it does not know the local platform charges the full price, as Wix does.
    #[serde(default)]
    pub coupon_code: Option<String>,
}

/// The paid price of `plan` for `cycle`, or `None` when it is not sold that way.
pub(crate) fn price_of<'a>(plan: &'a Plan, cycle: &BillingCycle) -> Option<&'a str> {
    let price = match cycle {
        BillingCycle::Monthly => &plan.price_monthly,
        BillingCycle::Yearly => &plan.price_yearly,
        BillingCycle::NoCycle
        | BillingCycle::OneTime
        | BillingCycle::TwoYears
        | BillingCycle::ThreeYears
        | BillingCycle::FourYears
        | BillingCycle::FiveYears
        | BillingCycle::Unknown(_) => return None,
    };
    price.bytes().any(|digit| matches!(digit, b'1'..=b'9')).then_some(price)
}

/// The plans a site owner can buy.
pub(crate) fn plans_on_sale(catalog: &Catalog) -> impl Iterator<Item = &Plan> {
    catalog.plans().iter().filter(|plan| !plan.is_free() && !plan.custom)
}

/// What is on sale under a product id, and for how much.
struct Offer {
    plan_id: PlanId,
    name: String,
    rank: u32,
    cycle: BillingCycle,
    price: String,
}

impl CheckoutOrder {
    /// The plan or the top-up that is ordered. A top-up is paid once, and needs no billing cycle.
    fn offer(&self, catalog: &Catalog) -> Result<Offer, Refusal> {
        let wanted = self.billing_cycle.clone();
        let top_up = catalog.top_ups().iter().find(|top_up| top_up.product_id() == self.product_id);
        if let Some(top_up) = top_up {
            let once =
                wanted.is_none_or(|cycle| matches!(cycle, BillingCycle::OneTime | BillingCycle::NoCycle));
            let plan_id = top_up.id.parse().ok().filter(|_| once);
            let not_sold =
                || Refusal::invalid("`billingCycle` of a one-time product is ONE_TIME, or left out.");
            return Ok(Offer {
                plan_id: plan_id.ok_or_else(not_sold)?,
                name: top_up.name.clone(),
                rank: 0,
                cycle: BillingCycle::OneTime,
                price: top_up.price.clone(),
            });
        }
        let plan = self.plan(catalog)?;
        let cycle = wanted.unwrap_or(BillingCycle::Monthly);
        let not_sold =
            || Refusal::invalid("`billingCycle` must be one the plan is sold in: MONTHLY or YEARLY.");
        let price = price_of(plan, &cycle).ok_or_else(not_sold)?.to_owned();
        Ok(Offer { plan_id: plan.id.clone(), name: plan.name.clone(), rank: plan.rank, cycle, price })
    }

    /// Whether it would buy once more what runs, and is to run on.
    pub(crate) fn is_for_running(&self, running: &Subscription, catalog: &Catalog) -> bool {
        let Ok(offer) = self.offer(catalog) else { return false };
        running.next.is_none() && (&offer.plan_id, &offer.cycle) == (&running.plan_id, &running.cycle)
    }

    /// The plan on sale under exactly this product id. Unlike an app, Wix forgives no spelling.
    fn plan<'a>(&self, catalog: &'a Catalog) -> Result<&'a Plan, Refusal> {
        let id = self.product_id.as_str();
        let matches =
            |plan: &&Plan| plan.id.as_str() == id || plan.vendor_product_ids.iter().any(|alias| alias == id);
        let unknown = || Refusal::invalid("`productId` is not a plan of this app that is on sale.");
        plans_on_sale(catalog).find(matches).ok_or_else(unknown)
    }

    fn check_texts(&self) -> Result<(), Refusal> {
        let two_letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
        if !self.country_code.as_deref().is_none_or(two_letters) {
            return Err(Refusal::invalid("`countryCode` has two letters, for example \"US\"."));
        }
        if !self.language_code.as_deref().is_none_or(two_letters) {
            return Err(Refusal::invalid("`languageCode` has two letters, for example \"EN\"."));
        }
        if self.coupon_code.as_deref().is_some_and(|code| code.chars().count() > 150) {
            return Err(Refusal::invalid("`couponCode` has at most 150 characters."));
        }
        Ok(())
    }
}

/// A return address must be a web page: https, or http on this machine or the platform's own host.
fn check_success_url(text: &str, platform: Option<&str>) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::invalid(format!("`successUrl` {why}.")));
    if text.len() > 2_048 {
        return wrong("has at most 2,048 characters");
    }
    let Ok(url) = Url::parse(text) else { return wrong("must be an absolute web address") };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("must not contain a user name or password");
    }
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => Ok(()),
        ("http", Some(host)) if is_loopback(host) || Some(host) == platform => Ok(()),
        ("http", Some(_)) => wrong("must start with https:// unless it points to this machine"),
        _ => wrong("must start with https://"),
    }
}

/// What opening a checkout page needs to know beside the order.
pub(crate) struct Counter<'a> {
    pub(crate) catalog: &'a Catalog,
    /// The app's page in the dashboard of the buying site.
    pub(crate) home: Url,
    /// For how many days a plan is tried out before it is paid.
    pub(crate) trial_days: Option<i64>,
    pub(crate) now: Timestamp,
}

impl World {
    /// Opens a checkout page for an instance.
    pub(crate) fn open_checkout(
        &mut self,
        instance_id: &InstanceId,
        order: CheckoutOrder,
        counter: &Counter<'_>,
    ) -> Result<Checkout, Refusal> {
        let Offer { plan_id, name, rank, cycle, price } = order.offer(counter.catalog)?;
        order.check_texts()?;
        // The app's page as it is: only the app knows under which id it would look for the payment.
        let success_url = order.success_url.unwrap_or_else(|| counter.home.to_string());
        check_success_url(&success_url, counter.home.host_str())?;
        let gone = || Refusal::not_found("There is no such instance of the app.");
        let (site, _) = self.find_instance(instance_id.as_str()).ok_or_else(gone)?;
        let once = cycle == BillingCycle::OneTime;
        let coupon = order.coupon_code.as_deref().and_then(|code| self.find_coupon(code)).cloned();
        let checkout = Checkout {
            site_id: site.site_id.clone(),
            token: self.seed.next_guid(),
            instance_id: instance_id.clone(),
            product_id: order.product_id,
            plan_id,
            plan_name: name,
            plan_rank: rank,
            trial_days: counter.trial_days.filter(|_| !once),
            coupon,
            cycle,
            price,
            currency: counter.catalog.currency().to_owned(),
            success_url,
            test_checkout: order.test_checkout.unwrap_or(false),
            status: CheckoutStatus::Open,
            created_at: counter.now,
            expires_at: counter.now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX),
        };
        self.checkouts.push_back(checkout.clone());
        Ok(checkout)
    }

    /// Pays an open checkout; gives the address the browser goes to.
    pub(crate) fn pay_checkout(
        &mut self,
        token: &str,
        card: &Card,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let checkout = self.checkout(token)?.clone();
        checkout.ensure_open(now)?;
        let webhook_delay = card.charge(now)?;
        self.close_checkout(token, CheckoutStatus::Paid);
        let webhook_at = now.checked_add(webhook_delay).unwrap_or(now);
        match checkout.cycle {
            BillingCycle::OneTime => self.sell_once(&checkout, now, webhook_at),
            _ => self.start_plan(&checkout, now, webhook_at),
        }
        Ok(checkout.success_url)
    }

    /// Closes an open checkout unpaid; gives the address the browser goes to.
    pub(crate) fn cancel_checkout(
        &mut self,
        token: &str,
        home: &Url,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let checkout = self.checkout(token)?.clone();
        // Closing a page twice is a double click, not a mistake.
        if checkout.status != CheckoutStatus::Cancelled {
            checkout.ensure_open(now)?;
            self.close_checkout(token, CheckoutStatus::Cancelled);
        }
        Ok(cancel_url(&checkout, home))
    }
}

/// Back to the app's page in the dashboard, naming the app's own checkout when its success URL did.
pub(crate) fn cancel_url(checkout: &Checkout, home: &Url) -> String {
    let success = Url::parse(&checkout.success_url).ok();
    let id = success.as_ref().and_then(|url| url.query_pairs().find(|(name, _)| name == "checkout"));
    match id {
        Some((_, id)) => with_query(home, &[("payment", "cancelled"), ("checkout", &id)]),
        None => with_query(home, &[("payment", "cancelled")]),
    }
}

fn with_query(page: &Url, pairs: &[(&str, &str)]) -> String {
    let mut url = page.clone();
    url.query_pairs_mut().extend_pairs(pairs);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_addresses_must_be_web_pages() {
        for good in [
            "https://manage.wix.com/x?a=b",
            "http://127.0.0.1:4100/d",
            "http://localhost/",
            "http://platform.test/d",
            "http://[::1]:1/",
        ] {
            assert_eq!(check_success_url(good, Some("platform.test")), Ok(()), "{good}");
        }
        let long = format!("https://a.example/{}", "x".repeat(2_048));
        for bad in [
            "",
            "/relative",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://evil.example/",
            "https://",
            "https://user@a.example/",
            "ftp://a.example/",
            "http://127.0.0.1.evil.example/",
            &long,
        ] {
            assert!(check_success_url(bad, Some("platform.test")).is_err(), "{bad}");
        }
    }

    #[test]
    fn plans_are_sold_only_in_the_cycles_that_have_a_price() {
        let catalog = Catalog::standard();
        let starter = catalog.normalise("starter").unwrap();
        assert_eq!(price_of(starter, &BillingCycle::Monthly), Some("9.00"));
        assert_eq!(price_of(starter, &BillingCycle::Yearly), Some("90.00"));
        assert_eq!(price_of(starter, &BillingCycle::TwoYears), None);
        assert_eq!(price_of(catalog.free(), &BillingCycle::Monthly), None);
    }
}

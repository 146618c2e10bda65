//! The plan catalogue: a typed, validated and versioned file, and the normalisation of Wix's product ids.

mod promo;
mod top_up;
mod translation;

pub use promo::{Promo, normalise_code};
pub use top_up::TopUp;
pub use translation::{Translation, Translations};

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::credits::Credits;
use crate::fact::BillingCycle;
use crate::id::PlanId;
use crate::input::read_toml;

/// One plan that can be sold or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Our id of the plan.
    pub id: PlanId,
    /// The name people see.
    pub name: String,
    /// The order of plans: moving to a higher rank is an upgrade.
    pub rank: u32,
    /// The credits of one cycle; for the free plan, the credits given once.
    pub credits: Credits,
    /// The credits of a free trial of this plan, given once; as many as a cycle's when it is not said.
    #[serde(default)]
    pub trial_credits: Option<Credits>,
    /// Wix's ids of the plan: GUIDs or slugs.
    #[serde(default)]
    pub vendor_product_ids: Vec<String>,
    /// Stripe's id of the price of a month (`price_…`), for apps that sell through Stripe.
    #[serde(default)]
    pub stripe_price_monthly: Option<String>,
    /// Stripe's id of the price of a year.
    #[serde(default)]
    pub stripe_price_yearly: Option<String>,
    /// Stripe's ids of older prices of this plan: not sold any more, and still paid by those who bought at them.
    #[serde(default)]
    pub stripe_price_ids: Vec<String>,
    /// The price of a month, as a decimal text in the catalogue's currency.
    #[serde(default = "zero_price")]
    pub price_monthly: String,
    /// The price of a year.
    #[serde(default = "zero_price")]
    pub price_yearly: String,
    /// What the plan gives, line by line.
    #[serde(default)]
    pub benefits: Vec<String>,
    /// Its benefits in other languages.
    #[serde(default)]
    pub translations: Translations,
    /// Whether the pricing page marks it as popular.
    #[serde(default)]
    pub popular: bool,
    /// Whether it is given by an operator and not sold on the page.
    #[serde(default)]
    pub custom: bool,
}

impl Plan {
    /// The product id to ask Wix's checkout for: the first alias, else our own id.
    #[must_use]
    pub fn product_id(&self) -> &str {
        self.vendor_product_ids.first().map_or(self.id.as_str(), String::as_str)
    }

    /// The credits of a free trial of this plan.
    #[must_use]
    pub fn credits_of_trial(&self) -> Credits {
        self.trial_credits.unwrap_or(self.credits)
    }

    /// The price to ask Stripe's checkout for; `None` when the plan is not sold that way.
    #[must_use]
    pub fn stripe_price(&self, cycle: &BillingCycle) -> Option<&str> {
        match cycle {
            BillingCycle::Monthly => self.stripe_price_monthly.as_deref(),
            BillingCycle::Yearly => self.stripe_price_yearly.as_deref(),
            _ => None,
        }
    }

    /// Every id that Stripe may name the plan by.
    fn stripe_prices(&self) -> impl Iterator<Item = &str> {
        let sold = self.stripe_price_monthly.iter().chain(&self.stripe_price_yearly);
        sold.chain(&self.stripe_price_ids).map(String::as_str)
    }

    /// The price of a month as people are to see it; `None` for a plan that is agreed on in person and names none.
    #[must_use]
    pub fn shown_price_monthly(&self) -> Option<&str> {
        self.shown(&self.price_monthly)
    }

    /// The price of a year as people are to see it; `None` for a plan that is agreed on in person and names none.
    #[must_use]
    pub fn shown_price_yearly(&self) -> Option<&str> {
        self.shown(&self.price_yearly)
    }

    fn shown<'p>(&self, price: &'p str) -> Option<&'p str> {
        let is_named = price.contains(|digit: char| ('1'..='9').contains(&digit));
        Some(price).filter(|_| is_named || !self.custom)
    }

    /// Whether this is the plan everybody starts on.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.rank == 0
    }
}

fn zero_price() -> String {
    "0.00".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    currency: String,
    #[serde(rename = "plan", default)]
    plans: Vec<Plan>,
    #[serde(rename = "promo", default)]
    promos: Vec<Promo>,
    #[serde(rename = "top_up", default)]
    top_ups: Vec<TopUp>,
}

/// What a product id of Wix can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Product {
    Plan(usize),
    TopUp(usize),
}

/// Why a catalogue file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file is no TOML of the expected shape.
    #[error("the plan catalogue cannot be read: {0}")]
    Syntax(String),
    /// The file breaks a rule.
    #[error("the plan catalogue is wrong: {0}")]
    Rule(String),
}

/// All plans of an app, by rank.
///
/// # Example
/// ```
/// use wixapp_core::Catalog;
/// let catalog = Catalog::standard();
/// assert_eq!(catalog.normalise(" Starter-Monthly ").map(|plan| plan.credits.get()), Some(1_000));
/// assert!(catalog.normalise("platinum").is_none(), "an unknown plan is never taken for another");
/// ```
#[derive(Debug, Clone)]
pub struct Catalog {
    name: String,
    version: String,
    currency: String,
    plans: Vec<Plan>,
    promos: Vec<Promo>,
    top_ups: Vec<TopUp>,
    by_alias: HashMap<String, Product>,
    digest: String,
}

impl Catalog {
    /// The catalogue most apps start from: free 200, starter 1,000, pro 5,000, scale 25,000.
    #[must_use]
    pub fn standard() -> Self {
        Self::from_toml(include_str!("../catalogs/standard.toml"))
            .expect("the shipped catalogue is valid: tested")
    }

    /// The catalogue of the reference app: free 3, starter 50, pro 100, agency 300.
    #[must_use]
    pub fn autopost() -> Self {
        Self::from_toml(include_str!("../catalogs/autopost.toml"))
            .expect("the shipped catalogue is valid: tested")
    }

    /// Reads and validates a `plans.toml`.
    ///
    /// # Errors
    /// [`CatalogError::Syntax`] when the text is not the expected TOML; [`CatalogError::Rule`] when there is no free
    /// plan, two plans share an id, rank or alias, a price is no decimal number, a translation lacks a line, or a promo or
    /// top-up is not usable.
    pub fn from_toml(text: &str) -> Result<Self, CatalogError> {
        let mut file: File = read_toml(text)
            .map_err(|error| CatalogError::Syntax(error.to_string().trim_end_matches('.').to_owned()))?;
        let mut plans = std::mem::take(&mut file.plans);
        plans.sort_by_key(|plan| plan.rank);
        check_rules(&plans)?;
        promo::check(&file.promos)?;
        top_up::check(&file.top_ups)?;
        let by_alias = aliases(&plans, &file.top_ups)?;
        let File { name, version, currency, promos, top_ups, .. } = file;
        let digest = digest(&version, &plans, &top_ups);
        Ok(Self { name, version, currency, plans, promos, top_ups, by_alias, digest })
    }

    /// The catalogue's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The catalogue's version; every grant keeps the version it came from.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A digest of all that decides which credits a fact brings; it changes when a plan or top-up does.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The currency of all prices.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The plans, lowest rank first.
    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The plan everybody starts on.
    #[must_use]
    pub fn free(&self) -> &Plan {
        self.plans.first().expect("validated: there is a plan of rank 0")
    }

    /// The plan with this id.
    #[must_use]
    pub fn find(&self, id: &PlanId) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == *id)
    }

    /// The plan that Wix's product id means; `None` when the catalogue does not know it.
    ///
    /// An exact id or alias wins; else the text is trimmed, lower-cased and loses ONE suffix of `plan`, `monthly` or
    /// `yearly` after `-` or `_` (billing-rules §2). A caller must park what is unknown, never take it for free.
    #[must_use]
    pub fn normalise(&self, vendor_product_id: &str) -> Option<&Plan> {
        match self.product(vendor_product_id)? {
            Product::Plan(index) => self.plans.get(index),
            Product::TopUp(_) => None,
        }
    }

    /// The promo codes.
    #[must_use]
    pub fn promos(&self) -> &[Promo] {
        &self.promos
    }

    /// The promo with this code, whatever its case and the spaces around it.
    #[must_use]
    pub fn find_promo(&self, code: &str) -> Option<&Promo> {
        let code = normalise_code(code);
        self.promos.iter().find(|promo| promo.code == code)
    }

    /// The top-ups.
    #[must_use]
    pub fn top_ups(&self) -> &[TopUp] {
        &self.top_ups
    }

    /// The top-up that Wix's product id means, found by the same rules as a plan.
    #[must_use]
    pub fn normalise_top_up(&self, vendor_product_id: &str) -> Option<&TopUp> {
        match self.product(vendor_product_id)? {
            Product::TopUp(index) => self.top_ups.get(index),
            Product::Plan(_) => None,
        }
    }

    fn product(&self, vendor_product_id: &str) -> Option<Product> {
        let exact = self.by_alias.get(vendor_product_id);
        let found = exact.or_else(|| {
            let text = vendor_product_id.trim().to_lowercase();
            self.by_alias.get(&text).or_else(|| self.by_alias.get(without_suffix(&text)))
        });
        found.copied()
    }
}

fn digest(version: &str, plans: &[Plan], top_ups: &[TopUp]) -> String {
    let mut sha = Sha256::new();
    sha.update(version);
    for plan in plans {
        let Plan { id, rank, credits, trial_credits, vendor_product_ids, .. } = plan;
        sha.update(format!("\n{id} {rank} {credits} {trial_credits:?} {vendor_product_ids:?}"));
    }
    for top_up in top_ups {
        let TopUp { id, credits, vendor_product_ids, .. } = top_up;
        sha.update(format!("\n{id} {credits} {vendor_product_ids:?}"));
    }
    hex::encode(&sha.finalize()[..8])
}

fn without_suffix(text: &str) -> &str {
    let suffixes = ["-plan", "_plan", "-monthly", "_monthly", "-yearly", "_yearly"];
    suffixes.iter().find_map(|suffix| text.strip_suffix(suffix)).unwrap_or(text)
}

fn check_rules(plans: &[Plan]) -> Result<(), CatalogError> {
    let rule = |text: String| Err(CatalogError::Rule(text));
    if plans.first().is_none_or(|plan| plan.rank != 0) {
        return rule("it needs a plan of rank 0: the free plan".to_owned());
    }
    let mut ranks = HashSet::new();
    for plan in plans {
        if !ranks.insert(plan.rank) {
            return rule(format!("two plans have rank {}", plan.rank));
        }
        for price in [&plan.price_monthly, &plan.price_yearly] {
            if !is_decimal(price) {
                return rule(format!("plan `{}` has the price `{price}`; write it as \"9.00\"", plan.id));
            }
        }
        translation::check(&plan.translations, &format!("plan `{}`", plan.id), Some(plan.benefits.len()))?;
    }
    Ok(())
}

fn is_decimal(text: &str) -> bool {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(cents)
}

/// Every text that names a product exactly: its id, its aliases, and their lower-case forms.
fn aliases(plans: &[Plan], top_ups: &[TopUp]) -> Result<HashMap<String, Product>, CatalogError> {
    let mut by_alias = HashMap::new();
    let plan_names = plans.iter().enumerate().flat_map(|(index, plan)| {
        let exact =
            std::iter::once(plan.id.as_str()).chain(plan.vendor_product_ids.iter().map(String::as_str));
        // Stripe's ids differ in capitals alone, and Stripe always writes them the same.
        let loose = exact.map(move |name| (name, Product::Plan(index), true));
        loose.chain(plan.stripe_prices().map(move |price| (price, Product::Plan(index), false)))
    });
    let top_up_names = top_ups.iter().enumerate().flat_map(|(index, top_up)| {
        let loose = top_up.names().map(move |name| (name, Product::TopUp(index), true));
        loose.chain(top_up.stripe_price.as_deref().map(move |price| (price, Product::TopUp(index), false)))
    });
    for (name, product, is_loose) in plan_names.chain(top_up_names) {
        let lower = is_loose.then(|| name.trim().to_lowercase());
        for alias in [name.to_owned()].into_iter().chain(lower) {
            if by_alias.insert(alias.clone(), product).is_some_and(|other| other != product) {
                return Err(CatalogError::Rule(format!("two plans or top-ups are called `{alias}`")));
            }
        }
    }
    Ok(by_alias)
}

#[cfg(test)]
mod tests;

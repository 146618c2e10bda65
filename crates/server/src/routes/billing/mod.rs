//! Plans and buying them.

pub mod checkout;
pub mod checkout_url;
pub mod plans;
pub mod portal_url;
pub mod preview;
pub mod promo;
pub mod public_plans;
pub mod top_up;
pub mod words;

use wixapp_core::{Catalog, PlanId};

use crate::error::ApiError;

/// The refusal of a plan that nobody can buy on our page.
fn not_on_sale(catalog: &Catalog, id: &PlanId) -> ApiError {
    let on_sale = catalog.plans().iter().filter(|plan| !plan.is_free() && !plan.custom);
    let names: Vec<_> = on_sale.map(|plan| plan.id.as_str()).collect();
    ApiError::invalid(format!("`{id}` is not a plan that can be bought."))
        .with_hint(format!("Plans that can be bought: {}.", names.join(", ")))
}

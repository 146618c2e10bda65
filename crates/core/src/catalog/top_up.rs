//! Top-ups: credits that are bought as a one-time product.

use serde::{Deserialize, Serialize};

use super::{CatalogError, Translations, is_decimal, translation, zero_price};
use crate::credits::Credits;

/// Credits that are bought as a one-time product. They never expire and no plan's end touches them.
///
/// # Example
/// ```
/// use wixapp_core::Catalog;
/// let text = r#"
///     name = "mine"
///     version = "1"
///     currency = "USD"
///     [[plan]]
///     id = "free"
///     name = "Free"
///     rank = 0
///     credits = 10
///     [[top_up]]
///     id = "thousand"
///     name = "1,000 credits"
///     credits = 1_000
///     price = "10.00"
///     vendor_product_ids = ["credits-1000"]
/// "#;
/// let catalog = Catalog::from_toml(text)?;
/// assert_eq!(catalog.normalise_top_up("Credits-1000").map(|top_up| top_up.credits.get()), Some(1_000));
/// # Ok::<(), wixapp_core::catalog::CatalogError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopUp {
    /// Our id of the top-up.
    pub id: String,
    /// The name people see.
    pub name: String,
    /// How many credits it gives.
    pub credits: Credits,
    /// The price, as a decimal text in the catalogue's currency.
    #[serde(default = "zero_price")]
    pub price: String,
    /// Wix's ids of the product: GUIDs or slugs.
    #[serde(default)]
    pub vendor_product_ids: Vec<String>,
    /// Stripe's id of the price, `price_…`, for apps that sell through Stripe: one that is paid once.
    #[serde(default)]
    pub stripe_price: Option<String>,
    /// Its name in other languages.
    #[serde(default)]
    pub translations: Translations,
}

impl TopUp {
    /// The product id to ask Wix's checkout for: the first alias, else our own id.
    #[must_use]
    pub fn product_id(&self) -> &str {
        self.vendor_product_ids.first().map_or(self.id.as_str(), String::as_str)
    }

    /// Every text that names it exactly.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.vendor_product_ids.iter().map(String::as_str))
    }
}

pub(super) fn check(top_ups: &[TopUp]) -> Result<(), CatalogError> {
    for top_up in top_ups {
        let id = &top_up.id;
        if id.trim().is_empty() || top_up.credits.is_zero() {
            return Err(CatalogError::Rule(format!("the top-up `{id}` needs an id and credits")));
        }
        if !is_decimal(&top_up.price) {
            let price = &top_up.price;
            return Err(CatalogError::Rule(format!(
                "top-up `{id}` has the price `{price}`; write it as \"9.00\""
            )));
        }
        translation::check(&top_up.translations, &format!("top-up `{id}`"), None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Catalog;

    #[rstest::rstest]
    #[case("[[top_up]]\nid='a'\nname='A'\ncredits=0", "credits")]
    #[case("[[top_up]]\nid=''\nname='A'\ncredits=1", "an id")]
    #[case("[[top_up]]\nid='a'\nname='A'\ncredits=1\nprice='x'", "price")]
    #[case("[[top_up]]\nid='a'\nname='A'\ncredits=1\nvendor_product_ids=['Free']", "called `free`")]
    #[case("[[top_up]]\nid='a'\nname='A'\ncredits=1\n[[top_up]]\nid='A'\nname='A'\ncredits=1", "called `a`")]
    #[case("[[top_up]]\nid='a'\nname='A'\ncredits=1\nrank=3", "cannot be read")]
    #[case("[[top_up]]\nid='a'\nname='A'\ncredits=1\nstripe_price='free'", "called `free`")]
    fn a_wrong_top_up_is_refused_with_its_reason(#[case] text: &str, #[case] reason: &str) {
        let free =
            "name='x'\nversion='1'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\n";
        let error = Catalog::from_toml(&format!("{free}{text}")).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

//! What people read of a plan or top-up, in another language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CatalogError;

/// The words of one plan or top-up in another language; what is left out is said as the catalogue says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The name people see of a top-up. A plan has one name in all languages: that of the books.
    #[serde(default)]
    pub name: Option<String>,
    /// What the plan gives: as many lines as in the catalogue's own language, in their order. A top-up has none.
    #[serde(default)]
    pub benefits: Vec<String>,
}

/// Translations by language: `de`, `he`, `pt-br`.
pub type Translations = BTreeMap<String, Translation>;

/// `what` is the plan or top-up whose words they are; `benefits` how many a plan has, `None` for a top-up.
pub(super) fn check(
    translations: &Translations,
    what: &str,
    benefits: Option<usize>,
) -> Result<(), CatalogError> {
    let rule = |text: String| Err(CatalogError::Rule(text));
    for (language, words) in translations {
        let mut parts = language.split('-');
        let is_part = |part: &str| {
            (2..=8).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !parts.all(is_part) {
            return rule(format!(
                "{what} has words in `{language}`; name the language as `de` or `pt-br`, in small letters"
            ));
        }
        let (count, wanted) = (words.benefits.len(), benefits.unwrap_or(0));
        if count > 0 && count != wanted {
            return rule(format!("{what} has {wanted} benefits, and {count} in `{language}`"));
        }
        if words.name.is_some() && benefits.is_some() {
            return rule(format!("{what} has a name in `{language}`; a plan has one name in all languages"));
        }
        if words.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return rule(format!("{what} has an empty name in `{language}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Catalog;

    const HEAD: &str = "name='x'\nversion='1'\ncurrency='USD'\n\
        [[plan]]\nid='free'\nname='Free'\nrank=0\ncredits=1\nbenefits=['a', 'b']\n";

    #[test]
    fn a_plan_and_a_top_up_have_their_words_by_language() {
        let text = format!(
            "{HEAD}[plan.translations.de]\nbenefits=['eins', 'zwei']\n[plan.translations.pt-br]\nbenefits=['um', 'dois']\n\
             [[top_up]]\nid='t'\nname='T'\ncredits=1\n[top_up.translations.de]\nname='Paket'\n"
        );
        let catalog = Catalog::from_toml(&text).unwrap();
        let plan = catalog.free();
        assert_eq!(plan.translations["de"].benefits, ["eins", "zwei"]);
        assert_eq!(plan.translations["pt-br"].benefits, ["um", "dois"]);
        assert_eq!(catalog.top_ups()[0].translations["de"].name.as_deref(), Some("Paket"));
    }

    #[test]
    fn what_is_sold_is_the_same_catalogue_in_any_language() {
        let translated =
            Catalog::from_toml(&format!("{HEAD}[plan.translations.de]\nbenefits=['x', 'y']\n")).unwrap();
        assert_eq!(Catalog::from_toml(HEAD).unwrap().digest(), translated.digest());
    }

    #[rstest::rstest]
    #[case("[plan.translations.de]\nbenefits=['eins']", "2 benefits, and 1 in `de`")]
    #[case("[plan.translations.DE]\nbenefits=['x', 'y']", "`DE`")]
    #[case("[plan.translations.d]\nbenefits=['x', 'y']", "`d`")]
    #[case("[plan.translations.de]\nname='Frei'", "one name in all languages")]
    #[case(
        "[[top_up]]\nid='t'\nname='T'\ncredits=1\n[top_up.translations.de]\nname=' '",
        "empty name in `de`"
    )]
    #[case("[plan.translations.de]\nprice='9.00'", "cannot be read")]
    #[case(
        "[[top_up]]\nid='t'\nname='T'\ncredits=1\n[top_up.translations.de]\nbenefits=['x']",
        "0 benefits, and 1 in `de`"
    )]
    fn wrong_words_are_refused_with_their_reason(#[case] text: &str, #[case] reason: &str) {
        let error = Catalog::from_toml(&format!("{HEAD}{text}")).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn the_shipped_catalogues_speak_german_and_hebrew() {
        for catalog in [Catalog::standard(), Catalog::autopost()] {
            for plan in catalog.plans() {
                for language in ["de", "he"] {
                    assert_eq!(
                        plan.translations[language].benefits.len(),
                        plan.benefits.len(),
                        "{}",
                        plan.id
                    );
                }
            }
        }
    }
}

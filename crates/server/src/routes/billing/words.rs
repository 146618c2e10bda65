//! What people read of a plan or top-up, in other languages.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::catalog::Translations;

/// The words of a plan or top-up in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Words {
    /// Its name.
    pub name: String,
    /// What it gives, line by line, in the order of the plan's own `benefits`; a top-up gives none.
    pub benefits: Vec<String>,
}

/// By language; what a translation leaves out is in the words of the catalogue.
pub(super) fn by_language(
    translations: &Translations,
    name: &str,
    benefits: &[String],
) -> BTreeMap<String, Words> {
    let all = translations.iter().map(|(language, words)| {
        let name = words.name.as_deref().unwrap_or(name).to_owned();
        let benefits = if words.benefits.is_empty() { benefits } else { &words.benefits };
        (language.clone(), Words { name, benefits: benefits.to_vec() })
    });
    all.collect()
}

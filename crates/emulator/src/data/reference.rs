//! References between items: adding, removing, replacing and following them.

use serde_json::{Value, json};

use super::error::DataError;
use super::filter::Filter;
use super::query::shape::project;
use super::store::Tx;
use super::store::definition::Target;
use super::store::op::SiteData;

/// A link from one item to another, as requests and replies carry it.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentLink {
    referring_item_field_name: Option<String>,
    referring_item_id: Option<String>,
    referenced_item_id: Option<String>,
}

/// A link whose parts are there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    pub(crate) field: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl SentLink {
    pub(crate) fn open(self) -> Result<Link, DataError> {
        let part = |text: Option<String>, name: &str| {
            text.filter(|text| !text.is_empty()).ok_or_else(|| DataError::missing(name))
        };
        Ok(Link {
            field: part(self.referring_item_field_name, "referringItemFieldName")?,
            from: part(self.referring_item_id, "referringItemId")?,
            to: part(self.referenced_item_id, "referencedItemId")?,
        })
    }
}

impl Link {
    pub(crate) fn json(&self) -> Value {
        json!({
            "referringItemFieldName": self.field, "referringItemId": self.from, "referencedItemId": self.to,
        })
    }
}

impl Tx<'_> {
    /// Adds a link; both items must be there and it must not.
    pub(crate) fn add_link(&mut self, of: &str, link: &Link) -> Result<(), DataError> {
        let mut links = self.links_of(of, &link.field, &link.from)?;
        self.ensure_target(of, link)?;
        if links.contains(&link.to) {
            let text = format!("Item [{}] refers to [{}] already.", link.from, link.to);
            return Err(DataError::new(axum::http::StatusCode::CONFLICT, "WDE0029", text).with(link.json()));
        }
        links.push(link.to.clone());
        self.link(of, &link.field, &link.from, links)
    }

    /// Removes a link, if it is there.
    pub(crate) fn remove_link(&mut self, of: &str, link: &Link) -> Result<(), DataError> {
        let mut links = self.links_of(of, &link.field, &link.from)?;
        links.retain(|to| *to != link.to);
        self.link(of, &link.field, &link.from, links)
    }

    /// Replaces all links of one item.
    pub(crate) fn replace_links(
        &mut self,
        of: &str,
        field: &str,
        from: &str,
        to: &[String],
    ) -> Result<Vec<Link>, DataError> {
        self.links_of(of, field, from)?;
        let mut links: Vec<Link> = Vec::new();
        for id in to {
            let link = Link { field: field.to_owned(), from: from.to_owned(), to: id.clone() };
            self.ensure_target(of, &link)?;
            if !links.contains(&link) {
                links.push(link);
            }
        }
        self.link(of, field, from, links.iter().map(|link| link.to.clone()).collect())?;
        Ok(links)
    }

    fn links_of(&mut self, of: &str, field: &str, from: &str) -> Result<Vec<String>, DataError> {
        let have = self.collection(of)?;
        if !matches!(have.definition.target(field), Some(Target::Many { .. })) {
            return Err(not_multi(field));
        }
        let links = have.links(field, from).to_vec();
        self.existing(of, from, &Filter::ALL)?;
        Ok(links)
    }

    fn ensure_target(&mut self, of: &str, link: &Link) -> Result<(), DataError> {
        let Some(Target::Many { collection }) = self.collection(of)?.definition.target(&link.field) else {
            return Err(not_multi(&link.field));
        };
        let target = collection.to_owned();
        self.existing(&target, &link.to, &Filter::ALL).map(drop)
    }
}

fn not_multi(field: &str) -> DataError {
    let text = format!("Provided property [{field}] is not a multi-reference field.");
    DataError::bad("WDE0020", text)
}

/// The ids an item refers to by a field, and the collection they are of.
pub(crate) fn targets(
    site: &mut SiteData,
    of: &str,
    field: &str,
    from: &str,
) -> Result<(String, Vec<String>), DataError> {
    let have = site.collection(of)?;
    match have.definition.target(field) {
        Some(Target::Many { collection }) => Ok((collection.to_owned(), have.links(field, from).to_vec())),
        Some(Target::One { collection }) => {
            let id = have.find(from).and_then(|item| Some(item.get(field)?.as_str()?.to_owned()));
            Ok((collection.to_owned(), id.into_iter().collect()))
        }
        None => {
            let text = format!("Provided property [{field}] is not a reference field.");
            Err(DataError::bad("WDE0020", text))
        }
    }
}

/// One result of following references: the item, or that it is not there.
pub(crate) fn followed(site: &SiteData, target: &str, link: &Link, fields: &[String]) -> Value {
    let found = site.collections.get(target).and_then(|collection| collection.find(&link.to));
    match found {
        Some(item) => json!({
            "referringItemId": link.from,
            "dataItem": { "id": link.to, "dataCollectionId": target, "data": project(item, fields) },
        }),
        None => json!({
            "referringItemId": link.from,
            "unresolvedReference": {
                "referringItemId": link.from, "referringItemFieldName": link.field, "referencedItemId": link.to,
            },
        }),
    }
}

//! The fields of a collection.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::wire;

wire::text_enum!(
    /// What a field holds.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::FieldType;
    /// assert_eq!(FieldType::from("TEXT".to_owned()), FieldType::Text);
    /// assert_eq!(FieldType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    FieldType in "wixapp_platform::data" {
        /// A text.
        Text = "TEXT",
        /// A number.
        Number = "NUMBER",
        /// A day, as the text `YYYY-MM-DD`.
        Date = "DATE",
        /// A moment: [`Date`](super::Date).
        DateTime = "DATETIME",
        /// The address of a picture.
        Image = "IMAGE",
        /// `true` or `false`.
        Boolean = "BOOLEAN",
        /// The address of a document.
        Document = "DOCUMENT",
        /// An address.
        Url = "URL",
        /// A text with HTML in it.
        RichText = "RICH_TEXT",
        /// The address of a video.
        Video = "VIDEO",
        /// Anything.
        Any = "ANY",
        /// A list of texts.
        ArrayString = "ARRAY_STRING",
        /// A list of addresses of documents.
        ArrayDocument = "ARRAY_DOCUMENT",
        /// The address of a sound.
        Audio = "AUDIO",
        /// A time of day, as the text `hh:mm:ss.SSS`.
        Time = "TIME",
        /// A language.
        Language = "LANGUAGE",
        /// Wix's rich content.
        RichContent = "RICH_CONTENT",
        /// A list of pictures and videos.
        MediaGallery = "MEDIA_GALLERY",
        /// A place.
        Address = "ADDRESS",
        /// The address of a page of the site.
        PageLink = "PAGE_LINK",
        /// An item of another collection: [`Field::reference`].
        Reference = "REFERENCE",
        /// Items of another collection: [`Field::multi_reference`].
        MultiReference = "MULTI_REFERENCE",
        /// An object.
        Object = "OBJECT",
        /// A list.
        Array = "ARRAY",
    }
);

/// A field of a collection.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Field, FieldType};
/// let fields = [Field::new("title", FieldType::Text), Field::reference("author", "Authors")];
/// assert_eq!(fields[1].referenced_collection(), Some("Authors"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// The name in items; neither `.` nor `$` may be in it.
    pub key: String,
    /// The name people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What Wix says besides, such as ranges and capabilities, in its own form; sent back as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Field {
    /// A field that holds something.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Field, FieldType};
    /// let field = Field::new("likes", FieldType::Number);
    /// ```
    #[must_use]
    pub fn new(key: impl Into<String>, kind: FieldType) -> Self {
        Self { key: key.into(), display_name: None, kind, more: Map::new() }
    }

    /// A field that holds the id of one item of another collection.
    ///
    /// # Example
    /// ```
    /// let field = wixapp_platform::data::Field::reference("author", "Authors");
    /// ```
    #[must_use]
    pub fn reference(key: impl Into<String>, collection: impl Into<String>) -> Self {
        let metadata = json!({ "reference": { "referencedCollectionId": collection.into() } });
        Self::new(key, FieldType::Reference).with("typeMetadata", metadata)
    }

    /// A field that refers to any number of items of another collection.
    ///
    /// # Example
    /// ```
    /// let field = wixapp_platform::data::Field::multi_reference("tags", "Tags");
    /// ```
    #[must_use]
    pub fn multi_reference(key: impl Into<String>, collection: impl Into<String>) -> Self {
        let metadata = json!({ "multiReference": { "referencedCollectionId": collection.into() } });
        Self::new(key, FieldType::MultiReference).with("typeMetadata", metadata)
    }

    /// The same with a name for people.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Field, FieldType};
    /// let field = Field::new("title", FieldType::Text).named("Title");
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { display_name: Some(name.into()), ..self }
    }

    /// The same with something this type has no name for, in Wix's own form.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Field, FieldType};
    /// let field = Field::new("title", FieldType::Text).with("description", "What stands above it");
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.more.insert(name.into(), value.into());
        self
    }

    /// The collection that a reference leads to.
    ///
    /// # Example
    /// ```
    /// assert_eq!(wixapp_platform::data::Field::multi_reference("tags", "Tags").referenced_collection(), Some("Tags"));
    /// ```
    #[must_use]
    pub fn referenced_collection(&self) -> Option<&str> {
        let metadata = self.more.get("typeMetadata")?;
        let target = metadata.get("reference").or_else(|| metadata.get("multiReference"))?;
        target.get("referencedCollectionId")?.as_str()
    }
}

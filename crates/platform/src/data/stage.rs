//! The stages of a pipeline, each of which takes the rows of the one before.

use serde_json::{Value, json};

use super::expression::Expression;
use super::filter::Filter;
use super::sort::{Order, Sort};
use crate::error::Error;

/// A stage of a pipeline ([`Items::pipeline`](super::Items::pipeline)).
///
/// # Example
/// ```
/// use wixapp_platform::data::{Conditions as _, Expression, Filter, Group, Order, Stage};
/// let top_tags = [
///     Stage::filter(&Filter::new().eq("published", true))?,
///     Stage::unwind("tags"),
///     Stage::group(Group::new().by(Expression::field("tags"), "tag").count("posts")),
///     Stage::sort([("posts", Order::Descending)]),
///     Stage::limit(10),
/// ];
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Stage(pub(super) Value);

impl Stage {
    /// Keeps the rows that the filter means.
    ///
    /// # Errors
    /// [`Error::is_malformed`] for a faulty filter.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter, Stage};
    /// let stage = Stage::filter(&Filter::new().gt("likes", 10))?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn filter(filter: &Filter) -> Result<Self, Error> {
        Ok(Self(json!({ "filter": filter.to_json()? })))
    }

    /// Sorts by fields.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Order, Stage};
    /// let stage = Stage::sort([("likes", Order::Descending)]);
    /// ```
    #[must_use]
    pub fn sort<F: Into<String>>(fields: impl IntoIterator<Item = (F, Order)>) -> Self {
        let mut sort = Sort::default();
        fields.into_iter().for_each(|(field, order)| sort.push(field.into(), order));
        Self(json!({ "sort": { "values": sort.json() } }))
    }

    /// Leaves out so many rows from the beginning.
    ///
    /// # Example
    /// ```
    /// let stage = wixapp_platform::data::Stage::skip(10);
    /// ```
    #[must_use]
    pub fn skip(rows: u32) -> Self {
        Self(json!({ "skip": rows }))
    }

    /// Keeps so many rows from the beginning.
    ///
    /// # Example
    /// ```
    /// let stage = wixapp_platform::data::Stage::limit(10);
    /// ```
    #[must_use]
    pub fn limit(rows: u32) -> Self {
        Self(json!({ "limit": rows }))
    }

    /// Makes one row of each group of rows.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Expression, Group, Stage};
    /// let stage = Stage::group(Group::new().by(Expression::field("author"), "author").count("posts"));
    /// ```
    #[must_use]
    pub fn group(group: Group) -> Self {
        Self(json!({ "group": { "groupIds": group.ids, "accumulators": group.accumulators } }))
    }

    /// Makes other fields of those of each row.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Expression, Projection, Stage};
    /// let stage = Stage::project(Projection::new().include(["title"]).reshape(Expression::upper(Expression::field("title")), "loud"));
    /// ```
    #[must_use]
    pub fn project(projection: Projection) -> Self {
        Self(json!({ "projection": { "fields": projection.0 } }))
    }

    /// Makes a row for each element of a list.
    ///
    /// # Example
    /// ```
    /// let stage = wixapp_platform::data::Stage::unwind("tags");
    /// ```
    #[must_use]
    pub fn unwind(field: impl Into<String>) -> Self {
        Self(json!({ "unwindArray": { "arrayFieldName": field.into() } }))
    }

    /// Makes a list of `{key, value}` of an object's fields, in another field.
    ///
    /// # Example
    /// ```
    /// let stage = wixapp_platform::data::Stage::object_to_array("counts", "count_list");
    /// ```
    #[must_use]
    pub fn object_to_array(field: impl Into<String>, into: impl Into<String>) -> Self {
        Self(
            json!({ "objectToArray": { "objectFieldName": field.into(), "destinationFieldName": into.into() } }),
        )
    }
}

/// What makes a group, and what is gathered of its rows.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Expression, Group};
/// let group = Group::new()
///     .by(Expression::field("author"), "author")
///     .sum(Expression::field("likes"), "likes")
///     .max(Expression::field("_createdDate"), "last_post")
///     .count("posts");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    ids: Vec<Value>,
    accumulators: Vec<Value>,
}

macro_rules! accumulators {
    ($($(#[$doc:meta])* $name:ident = $wire:literal;)+) => {
        $($(#[$doc])*
        ///
        /// # Example
        /// ```
        /// use wixapp_platform::data::{Expression, Group};
        #[doc = concat!("let group = Group::new().", stringify!($name), "(Expression::field(\"likes\"), \"result\");")]
        /// ```
        #[must_use]
        pub fn $name(self, of: Expression, name: impl Into<String>) -> Self {
            self.gather($wire, of, name.into())
        })+
    };
}

impl Group {
    /// One group of all rows.
    ///
    /// # Example
    /// ```
    /// let group = wixapp_platform::data::Group::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A group for each value; it is `_id.name` of a result.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Expression, Group};
    /// let group = Group::new().by(Expression::field("author"), "author");
    /// ```
    #[must_use]
    pub fn by(mut self, of: Expression, name: impl Into<String>) -> Self {
        self.ids.push(json!({ "expression": of.0, "key": name.into() }));
        self
    }

    accumulators! {
        /// The sum of the numbers, as `name` of a result.
        sum = "sum";
        /// The average of the numbers, as `name` of a result.
        average = "avg";
        /// The least value, as `name` of a result.
        min = "min";
        /// The greatest value, as `name` of a result.
        max = "max";
        /// The value of the first row, as `name` of a result.
        first = "first";
        /// The value of the last row, as `name` of a result.
        last = "last";
        /// The list of all values, as `name` of a result.
        push = "push";
    }

    /// The number of rows, as `name` of a result.
    ///
    /// # Example
    /// ```
    /// let group = wixapp_platform::data::Group::new().count("posts");
    /// ```
    #[must_use]
    pub fn count(self, name: impl Into<String>) -> Self {
        self.sum(Expression::number(1), name)
    }

    fn gather(mut self, what: &str, of: Expression, name: String) -> Self {
        self.accumulators.push(json!({ what: { "expression": of.0 }, "resultFieldName": name }));
        self
    }
}

/// Which fields a row keeps, and which are made.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Expression, Projection};
/// let size = Projection::new().include(["width", "height"]);
/// let projection = Projection::new()
///     .include(["title"])
///     .reshape(Expression::length(Expression::field("title")), "length")
///     .nested(size, "size");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Projection(Vec<Value>);

impl Projection {
    /// All fields as they are.
    ///
    /// # Example
    /// ```
    /// let projection = wixapp_platform::data::Projection::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps these fields only, and the id.
    ///
    /// # Example
    /// ```
    /// let projection = wixapp_platform::data::Projection::new().include(["title"]);
    /// ```
    #[must_use]
    pub fn include<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.0.extend(fields.into_iter().map(|field| json!({ "include": { "fieldName": field.into() } })));
        self
    }

    /// Leaves out these fields.
    ///
    /// # Example
    /// ```
    /// let projection = wixapp_platform::data::Projection::new().exclude(["_id"]);
    /// ```
    #[must_use]
    pub fn exclude<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.0.extend(fields.into_iter().map(|field| json!({ "exclude": { "fieldName": field.into() } })));
        self
    }

    /// Makes a field of what is computed.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Expression, Projection};
    /// let projection = Projection::new().reshape(Expression::upper(Expression::field("title")), "loud");
    /// ```
    #[must_use]
    pub fn reshape(mut self, of: Expression, name: impl Into<String>) -> Self {
        self.0.push(json!({ "reshape": { "resultFieldName": name.into(), "expression": of.0 } }));
        self
    }

    /// Makes an object of fields.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::Projection;
    /// let projection = Projection::new().nested(Projection::new().include(["width", "height"]), "size");
    /// ```
    #[must_use]
    pub fn nested(mut self, fields: Self, name: impl Into<String>) -> Self {
        self.0.push(json!({ "projectNested": { "resultFieldName": name.into(), "fields": fields.0 } }));
        self
    }
}

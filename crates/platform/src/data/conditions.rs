//! The operators, for everything that has a filter.

use serde_json::Value;

use super::filter::Filter;
use super::operand::Operand;

/// The operators of Wix Data, on a [`Filter`], a [`Query`](super::Query) or an [`Aggregate`](super::Aggregate).
///
/// A field may be a path (`address.city`). Where it holds a list, one element that passes is enough. Comparisons are
/// made within one type: a number is never greater than a text. Texts are compared with their case by [`eq`](Self::eq)
/// and its like, and without it by [`contains`](Self::contains), [`starts_with`](Self::starts_with) and
/// [`ends_with`](Self::ends_with). Names that begin with `$` are refused, in fields and in values: what a visitor typed
/// cannot become an operator.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Conditions as _, Filter};
/// let filter = Filter::new().between("likes", 10, 20).not(Filter::new().contains("title", "draft"));
/// assert_eq!(
///     filter.to_json()?.to_string(),
///     r#"{"$and":[{"likes":{"$gte":10}},{"likes":{"$lt":20}},{"$not":[{"title":{"$contains":"draft"}}]}]}"#,
/// );
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[allow(
    clippy::wrong_self_convention,
    reason = "the operators have the names of Wix's own SDK, and build by value"
)]
pub trait Conditions: Sized {
    /// The same with another filter; what the operators are made of.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// let filter = Filter::new().narrowed(|filter| filter.eq("published", true));
    /// assert_eq!(filter.to_json()?.to_string(), r#"{"published":true}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn narrowed(self, narrow: impl FnOnce(Filter) -> Filter) -> Self;

    /// The field is `value`, or a list with it.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().eq("title", "Hello").to_json()?.to_string(), r#"{"title":"Hello"}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn eq(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), None, value.into().literal()))
    }

    /// The field is not `value`, nor a list with it; a missing field is not it either.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().ne("state", "gone").to_json()?.to_string(), r#"{"state":{"$ne":"gone"}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn ne(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$ne"), value.into().literal()))
    }

    /// The field is greater than `value`: a text, number, boolean or date.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().gt("likes", 3).to_json()?.to_string(), r#"{"likes":{"$gt":3}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn gt(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$gt"), ordered(value.into())))
    }

    /// The field is `value` or greater.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().ge("likes", 3).to_json()?.to_string(), r#"{"likes":{"$gte":3}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn ge(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$gte"), ordered(value.into())))
    }

    /// The field is less than `value`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().lt("likes", 3).to_json()?.to_string(), r#"{"likes":{"$lt":3}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn lt(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$lt"), ordered(value.into())))
    }

    /// The field is `value` or less.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().le("likes", 3).to_json()?.to_string(), r#"{"likes":{"$lte":3}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn le(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$lte"), ordered(value.into())))
    }

    /// The field is `from` or greater, and less than `to`: the end is not part of it, as in Wix's own SDK.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// let january = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map(|text| text.parse::<jiff::Timestamp>().unwrap());
    /// let filter = Filter::new().between("publish_at", january[0], january[1]);
    /// # filter.to_json().unwrap();
    /// ```
    #[must_use]
    fn between(self, field: impl Into<String>, from: impl Into<Operand>, to: impl Into<Operand>) -> Self {
        let field = field.into();
        self.ge(field.clone(), from).lt(field, to)
    }

    /// The field is one of `values`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().is_in("likes", [1, 2]).to_json()?.to_string(), r#"{"likes":{"$in":[1,2]}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn is_in<O: Into<Operand>>(self, field: impl Into<String>, values: impl IntoIterator<Item = O>) -> Self {
        let list = list(values);
        self.narrowed(|filter| filter.with(field.into(), Some("$in"), list))
    }

    /// The field, a list, has at least one of `values`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().has_some("tags", ["a"]).to_json()?.to_string(), r#"{"tags":{"$hasSome":["a"]}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn has_some<O: Into<Operand>>(
        self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = O>,
    ) -> Self {
        let list = list(values);
        self.narrowed(|filter| filter.with(field.into(), Some("$hasSome"), list))
    }

    /// The field, a list, has all of `values`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().has_all("tags", ["a"]).to_json()?.to_string(), r#"{"tags":{"$hasAll":["a"]}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn has_all<O: Into<Operand>>(
        self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = O>,
    ) -> Self {
        let list = list(values);
        self.narrowed(|filter| filter.with(field.into(), Some("$hasAll"), list))
    }

    /// The field's text holds `text`, whatever the case.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().contains("title", "a").to_json()?.to_string(), r#"{"title":{"$contains":"a"}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn contains(self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$contains"), Ok(Value::String(text.into()))))
    }

    /// The field's text begins with `text`, whatever the case.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().starts_with("title", "a").to_json()?.to_string(), r#"{"title":{"$startsWith":"a"}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn starts_with(self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$startsWith"), Ok(Value::String(text.into()))))
    }

    /// The field's text ends with `text`, whatever the case.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().ends_with("title", "a").to_json()?.to_string(), r#"{"title":{"$endsWith":"a"}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn ends_with(self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$endsWith"), Ok(Value::String(text.into()))))
    }

    /// The field is missing or null.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().is_empty("title").to_json()?.to_string(), r#"{"title":null}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn is_empty(self, field: impl Into<String>) -> Self {
        self.eq(field, Value::Null)
    }

    /// The field has a value other than null.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().is_not_empty("title").to_json()?.to_string(), r#"{"title":{"$ne":null}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn is_not_empty(self, field: impl Into<String>) -> Self {
        self.ne(field, Value::Null)
    }

    /// The field is there, also when it is null; or, with `false`, it is not there.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// assert_eq!(Filter::new().exists("title", true).to_json()?.to_string(), r#"{"title":{"$exists":true}}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn exists(self, field: impl Into<String>, there: bool) -> Self {
        self.narrowed(|filter| filter.with(field.into(), Some("$exists"), Ok(there.into())))
    }

    /// Both: what was asked so far, and `other`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// let filter = Filter::new().eq("a", 1).and(Filter::new().eq("b", 2));
    /// assert_eq!(filter.to_json()?.to_string(), r#"{"a":1,"b":2}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn and(self, other: Filter) -> Self {
        self.narrowed(|filter| filter.with_those_of(other))
    }

    /// Either: all that was asked so far, or `other`. Where nothing was asked so far, it is `other` alone, as in Wix's
    /// own SDK; an `other` that asks nothing means all items.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// let filter = Filter::new().eq("a", 1).or(Filter::new().eq("b", 2));
    /// assert_eq!(filter.to_json()?.to_string(), r#"{"$or":[{"a":1},{"b":2}]}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn or(self, other: Filter) -> Self {
        self.narrowed(|filter| {
            if filter.is_all() {
                filter.with_those_of(other)
            } else {
                Filter::new().with_all("$or", &[&filter, &other])
            }
        })
    }

    /// What was asked so far, and not `other`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// let filter = Filter::new().not(Filter::new().eq("a", 1));
    /// assert_eq!(filter.to_json()?.to_string(), r#"{"$not":[{"a":1}]}"#);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    fn not(self, other: Filter) -> Self {
        self.narrowed(|filter| filter.with_all("$not", &[&other]))
    }
}

fn ordered(operand: Operand) -> Result<Value, &'static str> {
    if operand.is_comparable() {
        operand.0
    } else {
        Err("only text, numbers, booleans and dates can be compared")
    }
}

fn list<O: Into<Operand>>(values: impl IntoIterator<Item = O>) -> Result<Value, &'static str> {
    values.into_iter().map(|value| ordered(value.into())).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

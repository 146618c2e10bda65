//! What a pipeline computes of an item.

use serde_json::{Value, json};

/// Something computed of an item, in a [`Stage`](super::Stage) of a pipeline: a field, a constant, or a function of
/// others. Where the values are not of the types a function takes, its result is null.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Expression, Group};
/// let revenue = Expression::multiply([Expression::field("price"), Expression::field("sold")]);
/// let group = Group::new().by(Expression::upper(Expression::field("country")), "country").sum(revenue, "revenue");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(pub(super) Value);

macro_rules! functions {
    (of_all: $($(#[$doc:meta])* $name:ident = $wire:literal, $example:literal;)+) => {
        $($(#[$doc])*
        ///
        /// # Example
        /// ```
        /// use wixapp_platform::data::Expression;
        #[doc = concat!("let expression = Expression::", $example, ";")]
        /// ```
        #[must_use]
        pub fn $name(of: impl IntoIterator<Item = Self>) -> Self {
            Self::call($wire, json!({ "expressions": of.into_iter().map(|of| of.0).collect::<Vec<_>>() }))
        })+
    };
    (of_two: $($(#[$doc:meta])* $name:ident = $wire:literal, $example:literal;)+) => {
        $($(#[$doc])*
        ///
        /// # Example
        /// ```
        /// use wixapp_platform::data::Expression;
        #[doc = concat!("let expression = Expression::", $example, ";")]
        /// ```
        #[must_use]
        pub fn $name(first: Self, second: Self) -> Self {
            Self::call($wire, json!({ "firstExpression": first.0, "secondExpression": second.0 }))
        })+
    };
    (of_one: $($(#[$doc:meta])* $name:ident = $wire:literal, $example:literal;)+) => {
        $($(#[$doc])*
        ///
        /// # Example
        /// ```
        /// use wixapp_platform::data::Expression;
        #[doc = concat!("let expression = Expression::", $example, ";")]
        /// ```
        #[must_use]
        pub fn $name(of: Self) -> Self {
            Self::call($wire, json!({ "expression": of.0 }))
        })+
    };
}

impl Expression {
    /// The value of a field.
    ///
    /// # Example
    /// ```
    /// let expression = wixapp_platform::data::Expression::field("address.city");
    /// ```
    #[must_use]
    pub fn field(path: impl Into<String>) -> Self {
        Self(json!({ "fieldPath": path.into() }))
    }

    /// A text.
    ///
    /// # Example
    /// ```
    /// let expression = wixapp_platform::data::Expression::text(", ");
    /// ```
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self(json!({ "text": text.into() }))
    }

    /// A whole number, or any [`Number`](serde_json::Number).
    ///
    /// # Example
    /// ```
    /// let expression = wixapp_platform::data::Expression::number(2);
    /// ```
    #[must_use]
    pub fn number(number: impl Into<serde_json::Number>) -> Self {
        Self(json!({ "numeric": number.into() }))
    }

    functions!(of_all:
        /// The sum of numbers.
        add = "add", r#"add([Expression::field("net"), Expression::field("tax")])"#;
        /// The sum of numbers, as Wix's own SDK has it beside [`add`](Self::add).
        sum = "sum", r#"sum([Expression::field("net"), Expression::field("tax")])"#;
        /// The product of numbers.
        multiply = "multiply", r#"multiply([Expression::field("price"), Expression::field("sold")])"#;
        /// Texts, one after another.
        concat = "concat", r#"concat([Expression::field("first"), Expression::text(" "), Expression::field("last")])"#;
    );

    functions!(of_two:
        /// The first number less the second.
        subtract = "subtract", r#"subtract(Expression::field("price"), Expression::field("cost"))"#;
        /// The first number divided by the second.
        divide = "divide", r#"divide(Expression::field("price"), Expression::number(2))"#;
        /// What is left when the first number is divided by the second.
        remainder = "mod", r#"remainder(Expression::field("number"), Expression::number(10))"#;
    );

    functions!(of_one:
        /// A number without its sign.
        absolute = "abs", r#"absolute(Expression::field("change"))"#;
        /// The greatest whole number that is not greater.
        floor = "floor", r#"floor(Expression::field("price"))"#;
        /// The least whole number that is not less.
        ceiling = "ceil", r#"ceiling(Expression::field("price"))"#;
        /// A value as text.
        stringify = "stringify", r#"stringify(Expression::field("year"))"#;
        /// A text in lower case.
        lower = "toLower", r#"lower(Expression::field("title"))"#;
        /// A text in upper case.
        upper = "toUpper", r#"upper(Expression::field("title"))"#;
        /// The number of characters of a text.
        length = "length", r#"length(Expression::field("title"))"#;
    );

    /// A part of a text: from its character number `start`, beginning with 0, at most `length` characters.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::Expression;
    /// let year = Expression::substring(Expression::field("day"), Expression::number(0), Some(Expression::number(4)));
    /// ```
    #[must_use]
    pub fn substring(of: Self, start: Self, length: Option<Self>) -> Self {
        let mut arguments = json!({ "expression": of.0, "startExpression": start.0 });
        if let Some(length) = length {
            arguments["lengthExpression"] = length.0;
        }
        Self::call("substring", arguments)
    }

    fn call(function: &str, arguments: Value) -> Self {
        Self(json!({ function: arguments }))
    }
}

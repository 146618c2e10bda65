//! [`Unfit`]: what is wrong with a value, where, and the sentence that says so.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

/// Where a value stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Body,
    Query,
    File,
}

/// A step from a value to one inside it.
#[derive(Debug)]
pub(super) enum Step {
    Field(String),
    Item(usize),
}

#[derive(Debug)]
pub(super) struct Unfit {
    /// From the inside out.
    path: Vec<Step>,
    flaw: Flaw,
}

#[derive(Debug)]
enum Flaw {
    Wrong { expected: String, found: String },
    Missing(&'static str),
    Twice(&'static str),
    Unknown { field: String, known: &'static [&'static str] },
    NoChoice(&'static [&'static str]),
    Own(String),
}

impl Unfit {
    fn new(flaw: Flaw) -> Self {
        Self { path: Vec::new(), flaw }
    }

    fn wrong(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = in_words(&expected.to_string());
        Self::new(Flaw::Wrong { found: describe(found, &expected), expected })
    }

    pub(super) fn no_choice(choices: &'static [&'static str]) -> Self {
        Self::new(Flaw::NoChoice(choices))
    }

    /// It is inside this.
    pub(super) fn inside(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    /// The sentence.
    pub(super) fn sentence(&self, place: Place) -> String {
        match &self.flaw {
            Flaw::Wrong { .. } if self.path.is_empty() && place == Place::Body => {
                "The body must be a JSON object.".to_owned()
            }
            Flaw::Wrong { expected, found } if is_too_large(expected, found) => {
                format!("{} must be {expected}, and {found} is too large.", self.name(None))
            }
            Flaw::Wrong { expected, found } => {
                // TOML knows text by its quotes, which are easily forgotten there.
                let quoted = expected == "text" && place == Place::File;
                let expected = if quoted { "text in quotes" } else { expected };
                format!("{} must be {expected}, not {found}.", self.name(None))
            }
            Flaw::Missing(field) => format!("{} is missing.", self.name(Some(field))),
            Flaw::Twice(field) => format!("{} is there twice.", self.name(Some(field))),
            Flaw::Unknown { field, known } => {
                let known = match (place, list(known, "and")) {
                    (_, None) => "nothing is expected here".to_owned(),
                    (Place::Query, Some(known)) => format!("the query may have {known}"),
                    (Place::Body | Place::File, Some(known)) => format!("the fields are {known}"),
                };
                format!("{} is not known: {known}.", self.name(Some(field)))
            }
            Flaw::NoChoice(choices) => {
                format!("{} must be {}.", self.name(None), list(choices, "or").unwrap_or_default())
            }
            Flaw::Own(text) => {
                format!("{} is not right: {}.", self.name(None), text.trim_end_matches('.'))
            }
        }
    }

    fn name(&self, field: Option<&str>) -> String {
        let mut name = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Field(field) if name.is_empty() => name.push_str(field),
                Step::Field(field) => name.extend([".", field]),
                Step::Item(at) => name.push_str(&format!("[{at}]")),
            }
        }
        if let Some(field) = field {
            name.extend([if name.is_empty() { "" } else { "." }, field]);
        }
        // A caller's own name for a field may be anything.
        let shown: String = name.chars().filter(|c| !c.is_control() && *c != '`').take(60).collect();
        if name.is_empty() {
            "The value".to_owned()
        } else if shown.chars().count() < name.chars().count() {
            format!("`{shown}…`")
        } else {
            format!("`{shown}`")
        }
    }
}

fn list(names: &[&str], word: &str) -> Option<String> {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let (last, others) = quoted.split_last()?;
    if others.is_empty() { Some(last.clone()) } else { Some(format!("{} {word} {last}", others.join(", "))) }
}

/// Whether the number is right in all but its size, and the expectation does not name the largest.
fn is_too_large(expected: &str, found: &str) -> bool {
    expected.starts_with("a whole number")
        && !expected.contains("between")
        && found.len() >= 10
        && found.bytes().all(|byte| byte.is_ascii_digit())
}

/// What serde's own types say of themselves, in words for people.
fn in_words(expected: &str) -> String {
    let words = match expected {
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "f32" | "f64" => "a number",
        "a string" | "a borrowed string" | "str" | "a character" => "text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        "unit" => "null",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("tuple") || other.starts_with("a tuple") => "a list",
        other => other,
    };
    words.to_owned()
}

/// What came. Numbers are repeated where a number belongs; text never is.
fn describe(found: Unexpected<'_>, expected: &str) -> String {
    let number = |text: String| {
        let shown = expected.contains("number") && text.len() <= 40;
        if shown { text } else { "a number".to_owned() }
    };
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => number(value.to_string()),
        Unexpected::Signed(value) => number(value.to_string()),
        Unexpected::Float(value) => number(value.to_string()),
        Unexpected::Other(text) => number(text.to_owned()),
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "text".to_owned(),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq | Unexpected::TupleVariant => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant => "an object".to_owned(),
        Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant => "something else".to_owned(),
    }
}

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Place::File))
    }
}

impl std::error::Error for Unfit {}

impl Error for Unfit {
    fn custom<T: Display>(text: T) -> Self {
        Self::new(Flaw::Own(text.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::wrong(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::wrong(found, expected)
    }

    fn unknown_variant(_: &str, choices: &'static [&'static str]) -> Self {
        Self::no_choice(choices)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::new(Flaw::Unknown { field: field.to_owned(), known })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Flaw::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Flaw::Twice(field))
    }
}

//! Expressions of an aggregation pipeline.

use serde_json::{Map, Value};

use super::first_at;
use crate::data::error::DataError;
use crate::data::value::Number;

/// How deep expressions may stand in each other.
const DEPTH: usize = 20;

/// An expression that was checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Field(String),
    Constant(Value),
    Call(Function, Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Function {
    /// `add` and `sum`.
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Absolute,
    Floor,
    Ceiling,
    Concat,
    Stringify,
    Lower,
    Upper,
    Substring,
    Length,
}

/// The argument lists the functions take.
const LIST: &[&str] = &["expressions"];
const ONE: &[&str] = &["expression"];
const TWO: &[&str] = &["firstExpression", "secondExpression"];
const SUBSTRING: &[&str] = &["expression", "startExpression", "lengthExpression"];

const FUNCTIONS: [(&str, Function, &[&str]); 15] = [
    ("add", Function::Add, LIST),
    ("sum", Function::Add, LIST),
    ("subtract", Function::Subtract, TWO),
    ("multiply", Function::Multiply, LIST),
    ("divide", Function::Divide, TWO),
    ("mod", Function::Modulo, TWO),
    ("abs", Function::Absolute, ONE),
    ("floor", Function::Floor, ONE),
    ("ceil", Function::Ceiling, ONE),
    ("concat", Function::Concat, LIST),
    ("stringify", Function::Stringify, ONE),
    ("toLower", Function::Lower, ONE),
    ("toUpper", Function::Upper, ONE),
    ("substring", Function::Substring, SUBSTRING),
    ("length", Function::Length, ONE),
];

impl Expression {
    pub(super) fn parse(json: &Value) -> Result<Self, DataError> {
        Self::parse_at(json, 0)
    }

    fn parse_at(json: &Value, depth: usize) -> Result<Self, DataError> {
        let fields = json.as_object().filter(|fields| fields.len() == 1 && depth <= DEPTH);
        let (name, value) = fields.and_then(|fields| fields.iter().next()).ok_or_else(wrong)?;
        match (name.as_str(), value) {
            ("fieldPath", Value::String(path)) if !path.is_empty() => Ok(Self::Field(path.clone())),
            ("text", Value::String(_)) | ("numeric", Value::Number(_)) => Ok(Self::Constant(value.clone())),
            (name, Value::Object(given)) => {
                let known = FUNCTIONS.iter().find(|(known, _, _)| *known == name);
                let (_, function, names) = known.ok_or_else(wrong)?;
                Ok(Self::Call(*function, arguments(given, names, depth)?))
            }
            _ => Err(wrong()),
        }
    }

    pub(super) fn value(&self, item: &Value) -> Value {
        match self {
            Self::Field(path) => first_at(item, path),
            Self::Constant(value) => value.clone(),
            Self::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|argument| argument.value(item)).collect();
                function.apply(&values).unwrap_or_default()
            }
        }
    }
}

fn arguments(given: &Map<String, Value>, names: &[&str], depth: usize) -> Result<Vec<Expression>, DataError> {
    if names == LIST {
        let list = given.get("expressions").and_then(Value::as_array).ok_or_else(wrong)?;
        return list.iter().map(|argument| Expression::parse_at(argument, depth + 1)).collect();
    }
    let present = names.iter().filter_map(|name| given.get(*name));
    let arguments: Vec<Expression> =
        present.map(|argument| Expression::parse_at(argument, depth + 1)).collect::<Result<_, _>>()?;
    // Only a substring may go without its last argument.
    let enough = arguments.len() == names.len() || (names == SUBSTRING && arguments.len() == 2);
    if enough { Ok(arguments) } else { Err(wrong()) }
}

fn wrong() -> DataError {
    DataError::field("pipeline.stages", "holds an expression that is not one", "INVALID_EXPRESSION")
}

impl Function {
    /// `None` where the values are not of the types it takes: the result is null.
    fn apply(self, values: &[Value]) -> Option<Value> {
        let number = |at: usize| values.get(at)?.as_f64();
        let text = |at: usize| values.get(at)?.as_str();
        let numbers = || values.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
        let result = match self {
            Self::Add => numbers()?.into_iter().sum(),
            Self::Multiply => numbers()?.into_iter().product(),
            Self::Subtract => number(0)? - number(1)?,
            Self::Divide => number(0)? / number(1).filter(|by| *by != 0.0)?,
            Self::Modulo => number(0)? % number(1).filter(|by| *by != 0.0)?,
            Self::Absolute => number(0)?.abs(),
            Self::Floor => number(0)?.floor(),
            Self::Ceiling => number(0)?.ceil(),
            Self::Concat => {
                let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
                return Some(texts?.concat().into());
            }
            Self::Stringify => {
                return Some(
                    values.first()?.as_str().map_or_else(|| values[0].to_string(), str::to_owned).into(),
                );
            }
            Self::Lower => return Some(text(0)?.to_lowercase().into()),
            Self::Upper => return Some(text(0)?.to_uppercase().into()),
            Self::Substring => return substring(text(0)?, number(1)?, number(2)).map(Value::from),
            Self::Length => return Some(text(0)?.chars().count().into()),
        };
        result.is_finite().then(|| Number::new(result).json())
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` stops at both ends, as is wanted"
)]
fn substring(text: &str, start: f64, length: Option<f64>) -> Option<String> {
    let length = length.map_or(usize::MAX, |length| length as usize);
    (start >= 0.0).then(|| text.chars().skip(start as usize).take(length).collect())
}

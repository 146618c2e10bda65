//! [`Tree`]: a value as it was sent, with numbers as they were written.
//!
//! serde_json stops at a number such as 1e309 and at the words NaN and Infinity, which other languages write for their
//! numbers; here they become numbers that fit no field, so that the refusal can name the field.

use super::Unreadable;

/// As deep as serde_json goes.
const DEPTH: usize = 128;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    /// As it was written; may be larger than any type, or no number at all.
    Number(String),
    Text(String),
    /// Text that may stand for a number or a choice, as in a query.
    Loose(String),
    List(Vec<Tree>),
    /// With names that stand there twice.
    Object(Vec<(String, Tree)>),
}

impl From<toml::Value> for Tree {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::String(text) => Self::Text(text),
            toml::Value::Integer(number) => Self::Number(number.to_string()),
            toml::Value::Float(number) => Self::Number(number.to_string()),
            toml::Value::Boolean(value) => Self::Bool(value),
            toml::Value::Datetime(at) => Self::Text(at.to_string()),
            toml::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            toml::Value::Table(fields) => {
                Self::Object(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

/// Reads a JSON body.
pub(super) fn parse(bytes: &[u8]) -> Result<Tree, Unreadable> {
    let malformed = |why: String| Unreadable::Malformed(format!("The body is not valid JSON: {why}."));
    let text = std::str::from_utf8(bytes)
        .map_err(|error| malformed(format!("byte {} of it is no text (UTF-8)", error.valid_up_to() + 1)))?;
    if text.trim_ascii().is_empty() {
        return Err(Unreadable::Malformed("The body is empty: a JSON object belongs there.".to_owned()));
    }
    let mut parser = Parser { text, at: 0 };
    parser.document().map_err(|why| malformed(parser.say(why)))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

/// What is wrong where the parser stands; `END` at the end of the text.
type Why = &'static str;

const TOO_DEEP: Why = "it is nested too deeply";

impl Parser<'_> {
    fn say(&self, why: Why) -> String {
        if why == TOO_DEEP {
            return why.to_owned();
        }
        let before = &self.text[..self.at];
        if self.text[self.at..].trim_ascii_start().is_empty() {
            return "it ends too early".to_owned();
        }
        let line = before.matches('\n').count() + 1;
        let character = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        format!("{why} at line {line}, character {character}")
    }

    fn document(&mut self) -> Result<Tree, Why> {
        let value = self.value(0)?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err("there is more behind its end,"),
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += blank;
        rest.get(blank).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Tree, Why> {
        if depth > DEPTH {
            return Err(TOO_DEEP);
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Tree::Text),
            _ => self.word(depth),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Tree, Why> {
        self.at += 1;
        let mut fields = Vec::new();
        if self.take(b'}') {
            return Ok(Tree::Object(fields));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err("a name in double quotes is missing");
            }
            let name = self.string()?;
            if !self.take(b':') {
                return Err("a `:` is missing");
            }
            fields.push((name, self.value(depth + 1)?));
            if self.take(b'}') {
                return Ok(Tree::Object(fields));
            }
            if !self.take(b',') {
                return Err("a comma or `}` is missing");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Tree, Why> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Tree::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Tree::List(items));
            }
            if !self.take(b',') {
                return Err("a comma or `]` is missing");
            }
        }
    }

    fn string(&mut self) -> Result<String, Why> {
        let (mut escaped, mut length) = (false, 1);
        for byte in self.text.as_bytes()[self.at + 1..].iter() {
            length += 1;
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let token = &self.text[self.at..self.at + length];
                    let text = serde_json::from_str(token)
                        .map_err(|_| "a text has an escape or control character that JSON does not have,")?;
                    self.at += length;
                    return Ok(text);
                }
                _ => {}
            }
        }
        self.at = self.text.len();
        Err("a text has no end")
    }

    fn word(&mut self, depth: usize) -> Result<Tree, Why> {
        let rest = &self.text[self.at..];
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            .count();
        let word = &rest[..length];
        let tree = match word {
            "null" => Tree::Null,
            "true" => Tree::Bool(true),
            "false" => Tree::Bool(false),
            "NaN" | "Infinity" | "-Infinity" if depth > 0 => Tree::Number(word.to_owned()),
            _ if is_number(word) => Tree::Number(word.to_owned()),
            _ => return Err("a value is missing or not written as JSON asks"),
        };
        self.at += length;
        Ok(tree)
    }
}

fn is_number(word: &str) -> bool {
    // serde_json knows the form; a number that is only too large has the right one.
    match serde_json::from_str::<serde::de::IgnoredAny>(word) {
        Ok(_) => word.starts_with(|first: char| first == '-' || first.is_ascii_digit()),
        Err(_) => false,
    }
}

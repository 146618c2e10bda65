//! What is gathered over the items of a group.

use serde_json::Value;

use crate::data::value::{Key, Number};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Gather {
    Average,
    Min,
    Max,
    Sum,
    Count,
    First,
    Last,
    Push,
}

/// Everything a group may be asked for, gathered as values come.
#[derive(Debug, Default)]
pub(super) struct Tally {
    items: u64,
    numbers: u64,
    sum: f64,
    min: Option<Key>,
    max: Option<Key>,
    first: Option<Value>,
    last: Option<Value>,
    all: Vec<Value>,
    keeps_all: bool,
}

impl Tally {
    /// One that can be asked for this.
    pub(super) fn of(gather: Gather) -> Self {
        Self { keeps_all: gather == Gather::Push, ..Self::default() }
    }

    pub(super) fn take(&mut self, value: &Value) {
        self.items += 1;
        if let Some(number) = value.as_f64() {
            self.numbers += 1;
            self.sum += number;
        }
        if !value.is_null() {
            let key = Key::of(value);
            if self.min.as_ref().is_none_or(|min| key < *min) {
                self.min = Some(key.clone());
            }
            if self.max.as_ref().is_none_or(|max| key > *max) {
                self.max = Some(key);
            }
        }
        self.first.get_or_insert_with(|| value.clone());
        self.last = Some(value.clone());
        if self.keeps_all {
            self.all.push(value.clone());
        }
    }

    pub(super) fn result(self, gather: Gather) -> Value {
        let key = |key: Option<Key>| key.map_or(Value::Null, |key| key.json());
        match gather {
            Gather::Average if self.numbers == 0 => Value::Null,
            #[allow(clippy::cast_precision_loss, reason = "no collection has 2^53 items")]
            Gather::Average => Number::new(self.sum / self.numbers as f64).json(),
            Gather::Min => key(self.min),
            Gather::Max => key(self.max),
            Gather::Sum => Number::new(self.sum).json(),
            Gather::Count => self.items.into(),
            Gather::First => self.first.unwrap_or_default(),
            Gather::Last => self.last.unwrap_or_default(),
            Gather::Push => self.all.into(),
        }
    }
}

//! Reading a [`Tree`] as a type, with errors that know where they are.

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::Tree;
use super::unfit::{Place, Step, Unfit};

/// The value, or the sentence that says what is wrong.
pub(super) fn fit<T: DeserializeOwned>(tree: Tree, place: Place) -> Result<T, String> {
    T::deserialize(tree).map_err(|unfit| unfit.sentence(place))
}

impl Tree {
    fn found(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Number(text) => Unexpected::Other(text),
            Self::Text(text) | Self::Loose(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let (Self::Number(text) | Self::Loose(text)) = &self else {
            return Err(Unfit::invalid_type(self.found(), &visitor));
        };
        if let Ok(number) = text.parse::<i64>() {
            return visitor.visit_i64(number);
        }
        // Larger ones fit nothing that is counted here, and are refused by their text.
        let found = match text.as_str() {
            "" => Unexpected::Other("an empty value"),
            text if text.parse::<f64>().is_ok() => Unexpected::Other(text),
            _ => self.found(),
        };
        Err(Unfit::invalid_type(found, &visitor))
    }

    fn fraction<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let (Self::Number(text) | Self::Loose(text)) = &self else {
            return Err(Unfit::invalid_type(self.found(), &visitor));
        };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(Unfit::invalid_type(self.found(), &visitor)),
        }
    }
}

macro_rules! by {
    ($way:ident: $($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            self.$way(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Number(ref text) if text.parse::<i64>().is_ok() => self.number(visitor),
            Self::Number(_) => self.fraction(visitor),
            Self::Text(text) | Self::Loose(text) => visitor.visit_string(text),
            Self::List(items) => visitor.visit_seq(Items { items: items.into_iter(), at: 0 }),
            Self::Object(fields) => visitor.visit_map(Fields { fields: fields.into_iter(), next: None }),
        }
    }

    by!(number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64);
    by!(fraction: deserialize_f32 deserialize_f64);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Self::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match self {
            Self::Object(_) => self.deserialize_any(visitor),
            // serde would fill the fields from a list in their order.
            other => Err(Unfit::invalid_type(other.found(), &"an object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match self {
            Self::Text(text) | Self::Loose(text) => visitor.visit_enum(StringDeserializer::new(text)),
            _ => Err(Unfit::no_choice(choices)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
    }
}

impl IntoDeserializer<'_, Unfit> for Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Items {
    items: std::vec::IntoIter<Tree>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unfit> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        seed.deserialize(item).map(Some).map_err(|unfit| unfit.inside(Step::Item(at)))
    }
}

struct Fields {
    fields: std::vec::IntoIter<(String, Tree)>,
    next: Option<(String, Tree)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unfit;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unfit> {
        self.next = self.fields.next();
        let Some((name, _)) = &self.next else { return Ok(None) };
        let name: StrDeserializer<'_, Unfit> = name.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unfit> {
        let Some((name, value)) = self.next.take() else {
            return Err(Unfit::custom("a name without a value"));
        };
        seed.deserialize(value).map_err(|unfit| unfit.inside(Step::Field(name)))
    }
}

//! A line of JSON as cells.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::column::{COLUMNS, Cells, Column};
use crate::diag::nearest;

/// One object: its values as text.
#[derive(Default, Debug)]
pub(super) struct Object<'a>([Option<Cow<'a, str>>; COLUMNS]);

impl Object<'_> {
    pub(super) fn has(&self, column: Column) -> bool {
        self.0[column as usize].is_some()
    }
}

impl Cells for Object<'_> {
    fn cell(&self, column: Column) -> &[u8] {
        self.0[column as usize].as_deref().unwrap_or_default().as_bytes()
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tap as an object, such as {\"time\": \"2026-11-23T08:00:00\", …}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut object = Object::default();
                while let Some(Text(key)) = map.next_key()? {
                    let key = key.unwrap_or_default();
                    let Some(column) = Column::named(key.as_bytes()) else {
                        let help = nearest(&key, Column::names()).unwrap_or_default();
                        return Err(A::Error::custom(format!("there is no column `{key}`; {help}")));
                    };
                    let Text(value) = map.next_value()?;
                    let place = &mut object.0[column as usize];
                    if place.is_some() {
                        return Err(A::Error::custom(format!("`{key}` is given twice")));
                    }
                    *place = Some(value.unwrap_or_default());
                }
                Ok(object)
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

/// A text or a whole number, which is told as it is written; nothing for `null`.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;

        impl<'de> Visitor<'de> for Value {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a whole number")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text(None))
            }
        }

        deserializer.deserialize_any(Value)
    }
}

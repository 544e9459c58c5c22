//! A line of JSON as cells.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::column::{Cells, Columns};
use crate::diag::nearest;

/// One object: its values as text.
#[derive(Debug)]
pub(super) struct Object<'a, C, const N: usize> {
    values: [Option<Cow<'a, str>>; N],
    of: PhantomData<C>,
}

impl<C: Columns, const N: usize> Cells<C> for Object<'_, C, N> {
    fn cell(&self, column: C) -> &[u8] {
        self.values[column.place()].as_deref().unwrap_or_default().as_bytes()
    }

    fn has(&self, column: C) -> bool {
        self.values[column.place()].is_some()
    }
}

impl<'de, C: Columns, const N: usize> Deserialize<'de> for Object<'de, C, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<C, const N: usize>(PhantomData<C>);

        impl<'de, C: Columns, const N: usize> Visitor<'de> for Keys<C, N> {
            type Value = Object<'de, C, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(C::OBJECT)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut values = [const { None }; N];
                // Keys come in the columns' order, as a rule.
                let mut next = 0;
                while let Some(Text(key)) = map.next_key()? {
                    let key = key.unwrap_or_default();
                    let guess = C::ALL.get(next).filter(|column| column.name() == key);
                    let Some(column) = guess.copied().or_else(|| C::named(key.as_bytes())) else {
                        let help = nearest(&key, C::names()).unwrap_or_default();
                        return Err(A::Error::custom(format!("there is no column `{key}`; {help}")));
                    };
                    next = column.place() + 1;
                    let Text(value) = map.next_value()?;
                    let place = &mut values[column.place()];
                    if place.is_some() {
                        return Err(A::Error::custom(format!("`{key}` is given twice")));
                    }
                    *place = Some(value.unwrap_or_default());
                }
                Ok(Object { values, of: PhantomData })
            }
        }

        deserializer.deserialize_map(Keys(PhantomData))
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

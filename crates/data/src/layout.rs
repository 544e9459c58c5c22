//! Fixed layouts: one table gives the value, the view and the list of fields.

use crate::{BcdDate, BcdDateTime, BcdTime, CityCode, Fen, Fen24, IssuerId, Pan, TerminalId};
use core::fmt;

/// How the bytes of a field are to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Plain bytes, in hexadecimal.
    Hex,
    /// An unsigned big-endian number.
    Number,
    /// Fen, big-endian.
    Money,
    /// A BCD date.
    Date,
    /// A BCD time of day.
    Time,
    /// A BCD date and time.
    DateTime,
    /// A card number, BCD with one leading zero nibble.
    Pan,
    /// Text, padded with spaces or zeros.
    Text,
}

/// One field of a layout, for tracers and dumps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldInfo {
    /// The field's name, as in the source.
    pub name: &'static str,
    /// Offset of the first byte.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
    /// How to show it.
    pub kind: Kind,
}

/// The bytes given are not as many as the layout has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WrongLength {
    /// The layout's name.
    pub layout: &'static str,
    /// Its length in bytes.
    pub expected: usize,
    /// The length that was given.
    pub found: usize,
}

impl fmt::Display for WrongLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {} bytes, not {}", self.layout, self.expected, self.found)
    }
}

impl core::error::Error for WrongLength {}

/// A type that can stand in a fixed layout: it reads any bytes of its length and writes the same
/// bytes back.
pub trait Field: Copy {
    /// Length in bytes.
    const LEN: usize;
    /// How to show it.
    const KIND: Kind;
    /// Reads the field; `bytes` is `LEN` long.
    fn read(bytes: &[u8]) -> Self;
    /// Writes the field; `bytes` is `LEN` long.
    fn write(self, bytes: &mut [u8]);
}

/// The first `N` bytes, zero-filled where `bytes` is shorter. Layouts always hand over `N`.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    out
}

fn put(into: &mut [u8], bytes: &[u8]) {
    into.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
}

macro_rules! field {
    ($type:ty, $len:expr, $kind:ident, $read:expr, $write:expr) => {
        impl Field for $type {
            const LEN: usize = $len;
            const KIND: Kind = Kind::$kind;
            fn read(bytes: &[u8]) -> Self {
                ($read)(array::<{ $len }>(bytes))
            }
            fn write(self, bytes: &mut [u8]) {
                put(bytes, &($write)(self));
            }
        }
    };
}

field!(u8, 1, Number, |[b]: [u8; 1]| b, |v: u8| [v]);
field!(u16, 2, Number, u16::from_be_bytes, u16::to_be_bytes);
field!(u32, 4, Number, u32::from_be_bytes, u32::to_be_bytes);
field!(Fen, 4, Money, Fen::from_be_bytes, Fen::to_be_bytes);
field!(Fen24, 3, Money, Fen24::from_be_bytes, Fen24::to_be_bytes);
field!(BcdDate, 4, Date, BcdDate, |v: BcdDate| v.0);
field!(BcdTime, 3, Time, BcdTime, |v: BcdTime| v.0);
field!(BcdDateTime, 7, DateTime, BcdDateTime, |v: BcdDateTime| v.0);
field!(IssuerId, 8, Hex, IssuerId, |v: IssuerId| v.0);
field!(TerminalId, 6, Hex, TerminalId, |v: TerminalId| v.0);
field!(CityCode, 2, Hex, CityCode, |v: CityCode| v.0);
field!(Pan, 10, Pan, Pan::from_bytes, Pan::to_bytes);

impl<const N: usize> Field for [u8; N] {
    const LEN: usize = N;
    const KIND: Kind = Kind::Hex;
    fn read(bytes: &[u8]) -> Self {
        array(bytes)
    }
    fn write(self, bytes: &mut [u8]) {
        put(bytes, &self);
    }
}

/// Declares a fixed layout once: the value `Name`, the view `NameView`, and `Name::FIELDS`.
///
/// Each line is `offset name: Type`. The offsets are checked when the crate is compiled: they have
/// to follow each other without a hole and end at the stated length.
#[macro_export]
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident, $view:ident: $len:literal {
            $($(#[$fdoc:meta])* $offset:literal $field:ident: $type:ty $(as $kind:ident)?),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)+
        }

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The fields in their order, for tracers and dumps.
            pub const FIELDS: &'static [$crate::FieldInfo] = &[
                $($crate::FieldInfo {
                    name: stringify!($field),
                    offset: $offset,
                    len: <$type as $crate::Field>::LEN,
                    kind: $crate::record!(@kind $type $(, $kind)?),
                },)+
            ];

            /// Reads every field.
            #[must_use]
            pub fn decode(bytes: &[u8; $len]) -> Self {
                Self {
                    $($field: <$type as $crate::Field>::read(
                        &bytes[$offset..$offset + <$type as $crate::Field>::LEN],
                    ),)+
                }
            }

            /// Writes every field.
            #[must_use]
            pub fn encode(&self) -> [u8; $len] {
                let mut bytes = [0; $len];
                $(<$type as $crate::Field>::write(
                    self.$field,
                    &mut bytes[$offset..$offset + <$type as $crate::Field>::LEN],
                );)+
                bytes
            }
        }

        impl Default for $name {
            /// All bytes zero.
            fn default() -> Self {
                Self::decode(&[0; $len])
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = $crate::WrongLength;
            fn try_from(bytes: &[u8]) -> Result<Self, $crate::WrongLength> {
                $view::new(bytes).map(|view| view.value())
            }
        }

        #[doc = concat!("A borrowed view over the bytes of a [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $view<'a>(&'a [u8; $len]);

        impl<'a> $view<'a> {
            #[doc = concat!("Looks at `bytes`, which have to be exactly ", stringify!($len), ".")]
            ///
            /// # Errors
            /// [`WrongLength`](crate::WrongLength) for any other number of bytes.
            pub fn new(bytes: &'a [u8]) -> Result<Self, $crate::WrongLength> {
                bytes.try_into().map(Self).map_err(|_| $crate::WrongLength {
                    layout: stringify!($name),
                    expected: $len,
                    found: bytes.len(),
                })
            }

            /// The bytes looked at.
            #[must_use]
            pub const fn bytes(self) -> &'a [u8; $len] {
                self.0
            }

            /// Every field, decoded.
            #[must_use]
            pub fn value(self) -> $name {
                $name::decode(self.0)
            }

            $($(#[$fdoc])*
            #[must_use]
            pub fn $field(self) -> $type {
                <$type as $crate::Field>::read(
                    &self.0[$offset..$offset + <$type as $crate::Field>::LEN],
                )
            })+
        }

        const _: () = {
            let mut at = 0;
            $(assert!(at == $offset, concat!("hole or overlap before ", stringify!($field)));
            at += <$type as $crate::Field>::LEN;)+
            assert!(at == $len, "the fields do not add up to the layout's length");
        };
    };
    (@kind $type:ty) => { <$type as $crate::Field>::KIND };
    (@kind $type:ty, $kind:ident) => { $crate::Kind::$kind };
}

#[cfg(test)]
pub(crate) mod testing {
    /// encode(decode(x)) == x for random x.
    macro_rules! round_trips {
        ($($layout:ident),+ $(,)?) => {$(
            proptest::proptest!(|(bytes: [u8; $layout::LEN])| {
                proptest::prop_assert_eq!($layout::decode(&bytes).encode(), bytes);
            });
        )+};
    }
    pub(crate) use round_trips;
}

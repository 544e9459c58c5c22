//! Money: an integer number of fen (分), a hundredth of a yuan (元).

use core::fmt;
use core::iter::Sum;
use core::ops::{Add, AddAssign};
use core::str::FromStr;

/// An amount of money in fen. Never negative; on the card and on the wire it is 4 bytes, big-endian
/// (`docs/spec/card.md` 2.5).
///
/// It prints and parses as yuan with two decimals. The only operators are those that cannot go
/// below zero; subtraction is [`checked_sub`](Fen::checked_sub) or
/// [`saturating_sub`](Fen::saturating_sub).
///
/// ```
/// use tunion_data::Fen;
/// let list: Fen = "5.00".parse().unwrap();
/// assert_eq!(list.percent_exact(25), Some(Fen::new(125)));
/// assert_eq!((list + Fen::new(50)).to_string(), "5.50");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(u32);

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount four bytes can hold.
    pub const MAX: Self = Self(u32::MAX);

    /// An amount of `fen` hundredths of a yuan.
    #[must_use]
    pub const fn new(fen: u32) -> Self {
        Self(fen)
    }

    /// An amount of whole yuan, capped at [`Fen::MAX`].
    #[must_use]
    pub const fn from_yuan(yuan: u32) -> Self {
        Self(yuan.saturating_mul(100))
    }

    /// The number of fen.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether there is no money here.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// `self + other`, or `None` beyond [`Fen::MAX`].
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// `self - other`, or `None` below zero.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// `self + other`, at most [`Fen::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self - other`, at least zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `percent` hundredths of the amount when that is a whole number of fen, else `None`.
    ///
    /// Beijing's factors on whole-yuan fares are always exact (`docs/spec/fares.md`, opening
    /// point 5), so nothing below floor 5 ever rounds by accident.
    #[must_use]
    pub const fn percent_exact(self, percent: u32) -> Option<Self> {
        let product = self.0 as u64 * percent as u64;
        let share = product / 100;
        if product.is_multiple_of(100) && share <= u32::MAX as u64 {
            #[expect(clippy::cast_possible_truncation, reason = "the comparison keeps it inside 32 bits")]
            Some(Self(share as u32))
        } else {
            None
        }
    }

    /// The 4-byte big-endian form used on the card and on the wire.
    #[must_use]
    pub const fn to_be_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// Reads the 4-byte big-endian form.
    #[must_use]
    pub const fn from_be_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }
}

impl Add for Fen {
    type Output = Self;
    /// Saturates at [`Fen::MAX`], 42 million yuan: no purse and no month comes near it.
    fn add(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Debug for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} yuan")
    }
}

/// The text is not an amount in yuan with exactly two decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseFenError;

impl fmt::Display for ParseFenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an amount of money: write yuan with two decimals, such as \"12.50\"")
    }
}

impl core::error::Error for ParseFenError {}

impl FromStr for Fen {
    type Err = ParseFenError;

    /// Accepts `12.50`, never `12`, `12.5` or `-3.00`: a file that mixes fen and yuan is refused
    /// rather than priced a hundredfold.
    fn from_str(text: &str) -> Result<Self, ParseFenError> {
        let (yuan, fen) = text.split_once('.').ok_or(ParseFenError)?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(yuan) || !digits(fen) || fen.len() != 2 {
            return Err(ParseFenError);
        }
        let yuan: u32 = yuan.parse().map_err(|_| ParseFenError)?;
        let fen: u32 = fen.parse().map_err(|_| ParseFenError)?;
        yuan.checked_mul(100).and_then(|y| y.checked_add(fen)).map(Self).ok_or(ParseFenError)
    }
}

/// A sum of many amounts, which [`Fen`] is too small for. It prints as yuan with two decimals.
///
/// ```
/// use tunion_data::{Fen, FenSum};
/// let mut sum = FenSum::default();
/// sum += Fen::MAX;
/// sum += Fen::MAX;
/// assert_eq!((sum.to_string().as_str(), sum.fen()), ("85899345.90", 8_589_934_590));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct FenSum(u64);

impl FenSum {
    /// In fen.
    #[must_use]
    pub const fn fen(self) -> u64 {
        self.0
    }

    /// Whether there is no money here.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl From<Fen> for FenSum {
    fn from(amount: Fen) -> Self {
        Self(amount.0.into())
    }
}

impl AddAssign<Fen> for FenSum {
    fn add_assign(&mut self, amount: Fen) {
        self.0 = self.0.saturating_add(amount.0.into());
    }
}

impl AddAssign for FenSum {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl fmt::Display for FenSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// An amount that fits the purse's 24-bit arithmetic and the 3-byte overdraft fields
/// (`docs/spec/card.md` 6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Fen24(Fen);

impl Fen24 {
    /// No money.
    pub const ZERO: Self = Self(Fen::ZERO);
    /// The largest amount three bytes can hold: 167,772.15 yuan.
    pub const MAX: Self = Self(Fen::new(0x00FF_FFFF));

    /// The amount, if it is at most [`Fen24::MAX`].
    #[must_use]
    pub const fn new(amount: Fen) -> Option<Self> {
        if amount.get() <= Self::MAX.0.get() { Some(Self(amount)) } else { None }
    }

    /// The amount as ordinary money.
    #[must_use]
    pub const fn fen(self) -> Fen {
        self.0
    }

    /// The 3-byte big-endian form.
    #[must_use]
    pub const fn to_be_bytes(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }

    /// Reads the 3-byte big-endian form.
    #[must_use]
    pub const fn from_be_bytes([a, b, c]: [u8; 3]) -> Self {
        Self(Fen::from_be_bytes([0, a, b, c]))
    }
}

impl From<Fen24> for Fen {
    fn from(amount: Fen24) -> Self {
        amount.0
    }
}

/// The amount does not fit three bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge(pub Fen);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} yuan is more than the purse's 24 bits hold ({})", self.0, Fen24::MAX.fen())
    }
}

impl core::error::Error for TooLarge {}

impl TryFrom<Fen> for Fen24 {
    type Error = TooLarge;
    fn try_from(amount: Fen) -> Result<Self, TooLarge> {
        Self::new(amount).ok_or(TooLarge(amount))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    proptest! {
        #[test]
        fn prints_what_it_parses(fen: u32) {
            let amount = Fen::new(fen);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }

        #[test]
        fn three_bytes_keep_three_bytes(fen in 0u32..=0x00FF_FFFF) {
            let amount = Fen24::new(Fen::new(fen)).unwrap();
            prop_assert_eq!(Fen24::from_be_bytes(amount.to_be_bytes()), amount);
        }
    }

    #[test]
    fn refuses_what_is_not_yuan_with_two_decimals() {
        for text in ["", "5", "5.0", "5.000", "-5.00", "+5.00", ".50", "5.", "5,00", "99999999.00"] {
            assert_eq!(text.parse::<Fen>(), Err(ParseFenError), "{text:?}");
        }
    }

    #[test]
    fn a_percentage_is_exact_or_nothing() {
        assert_eq!(Fen::new(300).percent_exact(25), Some(Fen::new(75)));
        assert_eq!(Fen::new(301).percent_exact(25), None);
        assert_eq!(Fen::MAX.percent_exact(200), None);
    }
}

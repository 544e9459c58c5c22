//! What becomes of a part of a fen.

use core::num::NonZeroU32;

use tunion_data::Fen;

/// How a tariff rounds the result of each step.
///
/// ```
/// use core::num::NonZeroU32;
/// use tunion_data::Fen;
/// use tunion_fare::{How, Rounding};
///
/// assert_eq!(Rounding::Exact.percent(Fen::new(500), 25), Some(Fen::new(125)));
/// assert_eq!(Rounding::Exact.percent(Fen::new(50), 25), None);
/// let tenths = Rounding::To { unit: NonZeroU32::new(10).unwrap(), how: How::HalfUp };
/// assert_eq!(tenths.percent(Fen::new(500), 25), Some(Fen::new(130)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// Nothing is ever rounded; an amount that is no whole number of fen is an error.
    Exact,
    /// To a multiple of `unit` fen.
    To {
        /// In fen.
        unit: NonZeroU32,
        /// Which of the two multiples.
        how: How,
    },
}

/// Which of the two neighbouring multiples is taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum How {
    /// The lower.
    Down,
    /// The upper.
    Up,
    /// The nearer, from the middle the upper (四舍五入).
    HalfUp,
}

impl Rounding {
    /// So many hundredths of an amount; `None` when that is not exact and has to be, or too large.
    #[must_use]
    pub fn percent(self, amount: Fen, percent: u32) -> Option<Fen> {
        match self {
            Self::Exact => amount.percent_exact(percent),
            Self::To { .. } => self.ratio(u128::from(amount.get()) * u128::from(percent), 100),
        }
    }

    /// `numerator / denominator` fen; `None` as above, and when the denominator is zero.
    pub(crate) fn ratio(self, numerator: u128, denominator: u128) -> Option<Fen> {
        let fen = match self {
            Self::Exact => {
                let rest = numerator.checked_rem(denominator)?;
                if rest != 0 {
                    return None;
                }
                numerator / denominator
            }
            Self::To { unit, how } => {
                let unit = u128::from(unit.get());
                let step = denominator.checked_mul(unit)?;
                let (down, rest) = (numerator.checked_div(step)?, numerator % step);
                let up = match how {
                    How::Down => false,
                    How::Up => rest > 0,
                    How::HalfUp => rest >= step.div_ceil(2),
                };
                down.checked_add(u128::from(up))?.checked_mul(unit)?
            }
        };
        u32::try_from(fen).ok().map(Fen::new)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const fn to(unit: u32, how: How) -> Rounding {
        Rounding::To { unit: NonZeroU32::new(unit).unwrap(), how }
    }

    #[test]
    fn each_way_at_its_edges() {
        let cases = [
            (How::Down, [(100, 100), (101, 100), (150, 100), (199, 100), (200, 200)]),
            (How::Up, [(100, 100), (101, 200), (150, 200), (199, 200), (200, 200)]),
            (How::HalfUp, [(100, 100), (149, 100), (150, 200), (199, 200), (200, 200)]),
        ];
        for (how, pairs) in cases {
            for (numerator, fen) in pairs {
                assert_eq!(
                    to(1, how).ratio(numerator, 100),
                    Some(Fen::new(fen / 100)),
                    "{how:?} {numerator}"
                );
            }
        }
        // A third of a fen is below the middle though 3 is odd.
        assert_eq!(to(1, How::HalfUp).ratio(1, 3), Some(Fen::ZERO));
        assert_eq!(to(1, How::HalfUp).ratio(2, 3), Some(Fen::new(1)));
    }

    #[test]
    fn nothing_breaks_at_the_extremes() {
        for rounding in [Rounding::Exact, to(u32::MAX, How::Up)] {
            assert_eq!(rounding.ratio(1, 0), None);
            assert_eq!(rounding.ratio(u128::MAX, 1), None);
        }
        assert_eq!(Rounding::Exact.percent(Fen::MAX, 101), None);
        assert_eq!(to(1, How::Down).percent(Fen::MAX, 100), Some(Fen::MAX));
    }
}

//! How long things take on the air, in periods of the carrier.

use core::ops::{Add, AddAssign, Mul, Sub};

/// A time, in periods of the carrier: 1/fc, fc = 13.56 MHz (`docs/spec/terminal.md` 5.2). All times of the air are
/// whole numbers of it; one period is 73.7 ns.
///
/// ```
/// use tunion_link::time::{Rate, Ticks, frame};
/// // 20 bytes at 106 kbit/s: start bit, 20 times 9 bits, end bit.
/// assert_eq!(frame(Rate::R106, 20), Ticks(182 * 128));
/// assert_eq!(frame(Rate::R106, 20).nanos(), 1_717_994);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Ticks(pub u64);

/// Periods of the carrier in a second.
pub const CARRIER: u64 = 13_560_000;

impl Ticks {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// In nanoseconds, cut to whole ones. Exact for the first 8 months.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        // 1e9 / 13.56e6 = 25000 / 339.
        self.0 / 339 * 25_000 + self.0 % 339 * 25_000 / 339
    }

    /// In microseconds, cut to whole ones.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.nanos() / 1_000
    }

    /// The first period that is not before so many nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos / 25_000 * 339 + (nanos % 25_000 * 339).div_ceil(25_000))
    }

    /// The first period that is not before so many microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self::from_nanos(micros.saturating_mul(1_000))
    }

    /// What is left when `other` is taken away; nothing if that is more.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Ticks {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Ticks {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Ticks {
    type Output = Self;

    /// As [`saturating_sub`](Ticks::saturating_sub).
    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl Mul<u64> for Ticks {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl core::iter::Sum for Ticks {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// A bit rate, the same in both directions: D = 1, 2, 4, 8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub enum Rate {
    /// 106 kbit/s: every card begins with it.
    #[default]
    R106,
    /// 212 kbit/s.
    R212,
    /// 424 kbit/s.
    R424,
    /// 848 kbit/s.
    R848,
}

impl Rate {
    /// All of them, slowest first.
    pub const ALL: [Self; 4] = [Self::R106, Self::R212, Self::R424, Self::R848];

    /// The time of one bit: 128/fc/D.
    #[must_use]
    pub const fn etu(self) -> Ticks {
        Ticks(128 >> self.exponent())
    }

    /// D as a power of two; it is what PPS1 says too (ISO/IEC 14443-4 5.3.3).
    #[must_use]
    pub const fn exponent(self) -> u8 {
        match self {
            Self::R106 => 0,
            Self::R212 => 1,
            Self::R424 => 2,
            Self::R848 => 3,
        }
    }

    /// As it is said, in kbit/s.
    #[must_use]
    pub const fn kbit(self) -> u16 {
        match self {
            Self::R106 => 106,
            Self::R212 => 212,
            Self::R424 => 424,
            Self::R848 => 848,
        }
    }

    /// The rate of so many kbit/s.
    #[must_use]
    pub fn from_kbit(kbit: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|rate| rate.kbit() == kbit)
    }
}

/// A frame of whole bytes of one direction: `(1 + 9·n + 1) etu`, each byte with its parity bit between a start and
/// an end bit (`docs/spec/terminal.md` 5.2). `bytes` counts CRC and all.
#[must_use]
pub const fn frame(rate: Rate, bytes: usize) -> Ticks {
    bits(rate, 9 * bytes as u64)
}

/// A frame of so many bits between its start and end bit, parity bits counted: a short one has 7.
#[must_use]
pub const fn bits(rate: Rate, bits: u64) -> Ticks {
    Ticks((1 + bits + 1) * rate.etu().0)
}

/// What the card sends before its data: 32 periods of the subcarrier fc/16 above 106 kbit/s, nothing at it
/// (`docs/spec/terminal.md` 5.2).
#[must_use]
pub const fn preamble(rate: Rate) -> Ticks {
    match rate {
        Rate::R106 => Ticks::ZERO,
        _ => Ticks(32 * 16),
    }
}

/// The least time between a frame and the answer to it, in both directions (`docs/spec/terminal.md` 5.2).
pub const FRAME_DELAY: Ticks = Ticks(1_172);

/// Frame waiting time: how long a reader waits for the card's answer to begin; 256·16/fc · 2^FWI
/// (`docs/spec/terminal.md` 5.2). FWI 15 is reserved and taken as 4 (ISO/IEC 14443-4 5.2.5).
#[must_use]
pub const fn frame_wait(fwi: u8) -> Ticks {
    let fwi = if fwi < 15 { fwi } else { DEFAULT_FWI };
    Ticks((256 * 16) << fwi)
}

/// The longest that a frame waiting time may be asked to become: FWI 14.
pub const LONGEST_WAIT: Ticks = frame_wait(14);

/// FWI of a card that does not say (`docs/spec/terminal.md` 5.2).
pub const DEFAULT_FWI: u8 = 4;

/// How long the card has to be left alone after its ATS: the formula of the frame waiting time; of SFGI 0, and of
/// the reserved 15, the frame delay alone (`docs/spec/terminal.md` 5.2).
#[must_use]
pub const fn start_up_guard(sfgi: u8) -> Ticks {
    match sfgi {
        1..=14 => Ticks((256 * 16) << sfgi),
        _ => FRAME_DELAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/spec/terminal.md` 5.2, the table: bytes, and hundredths of a millisecond at each rate.
    const EXAMPLES: [(usize, [u64; 4]); 5] = [
        (8, [70, 35, 17, 9]),
        (20, [172, 86, 43, 21]),
        (64, [546, 273, 136, 68]),
        (138, [1174, 587, 294, 147]),
        (256, [2177, 1088, 544, 272]),
    ];

    #[test]
    fn the_examples_of_the_specification() {
        for (bytes, expected) in EXAMPLES {
            let rounded = Rate::ALL.map(|rate| (frame(rate, bytes).nanos() + 5_000) / 10_000);
            assert_eq!(rounded, expected, "{bytes} bytes");
        }
    }

    #[test]
    fn etu_and_waits_of_the_specification() {
        assert_eq!(Rate::ALL.map(|rate| rate.etu().nanos() / 10), [943, 471, 235, 117]);
        assert_eq!(FRAME_DELAY.nanos(), 86_430);
        assert_eq!(preamble(Rate::R424).nanos(), 37_758);
        assert_eq!([4, 8, 14].map(|fwi| frame_wait(fwi).micros()), [4_833, 77_328, 4_949_031]);
        assert_eq!(frame_wait(0).nanos(), 302_064);
        assert_eq!(start_up_guard(0), FRAME_DELAY);
        assert_eq!(start_up_guard(4), frame_wait(4));
    }

    /// Written as the formula stands, over every size and rate.
    #[test]
    fn every_size_at_every_rate() {
        for (rate, d) in Rate::ALL.into_iter().zip([1_u64, 2, 4, 8]) {
            for n in 0..=256_usize {
                let wanted = (1 + 9 * n as u64 + 1) * 128 / d;
                assert_eq!(frame(rate, n), Ticks(wanted), "{n} bytes at {rate:?}");
            }
        }
    }

    #[test]
    fn nanoseconds_and_back() {
        for ticks in (0..2_000).chain([CARRIER, CARRIER * 86_400, CARRIER * 86_400 + 1]) {
            let nanos = Ticks(ticks).nanos();
            assert_eq!(u128::from(nanos), u128::from(ticks) * 1_000_000_000 / u128::from(CARRIER));
            // The period that begins at or after it.
            assert_eq!(Ticks::from_nanos(nanos), Ticks(ticks));
        }
        assert_eq!(Ticks::from_micros(1_000), Ticks(13_560));
    }
}

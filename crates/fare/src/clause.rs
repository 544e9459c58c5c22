//! The clauses of a tariff: each is one line that makes or changes an amount.

use core::num::NonZeroU32;

use tunion_data::Fen;

/// What a distance is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Measure {
    /// Metres of the shortest way (rail).
    Metres,
    /// The difference of the printed stop numbers (bus).
    StopNumbers,
}

/// One clause of a tariff.
///
/// Upper ends are inclusive (含), and `grace` is added to them: `docs/spec/fares.md` 1 finds that
/// official rail fares allow 100 m beyond each end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Clause {
    /// A list price for distances over `over` up to `to`.
    Band {
        /// The end of the band below, 0 for the first.
        over: u32,
        /// The upper end, inclusive.
        to: u32,
        /// How far beyond the upper end the band still holds.
        grace: u32,
        /// The list price.
        price: Fen,
    },
    /// The open end: beyond `over`, `base` and `add` for each `every` started.
    Beyond {
        /// The end of the last band.
        over: u32,
        /// As in the bands.
        grace: u32,
        /// The price of the last band.
        base: Fen,
        /// The length of a step.
        every: NonZeroU32,
        /// The price of a step.
        add: Fen,
    },
    /// One list price for any distance (单一票制).
    Flat {
        /// The list price.
        price: Fen,
    },
    /// A concession: the rider pays this many hundredths.
    Share {
        /// What is PAID, not what is taken off.
        percent: u8,
    },
    /// A concession: the rider pays this instead of the list price.
    Fixed {
        /// The price for these riders.
        price: Fen,
    },
    /// A tier of the monthly total: from `from` on, the whole ride is paid at `percent`.
    Tier {
        /// The least total before the ride, inclusive.
        from: Fen,
        /// What is paid, in hundredths.
        percent: u8,
    },
    /// A ride without tap-off pays the list price to the farther end of the line, undiscounted.
    FartherEnd,
    /// Staying longer than the limit costs more.
    Overtime {
        /// The longest stay without surcharge, inclusive.
        limit_minutes: u32,
        /// What is added.
        surcharge: Fen,
    },
}

impl Clause {
    /// The list price of a distance, when this is the clause that gives it. Bands are asked from
    /// the nearest to the farthest.
    pub(crate) fn list(&self, distance: u32) -> Option<Fen> {
        match *self {
            Self::Band { to, grace, price, .. } => (distance <= to.saturating_add(grace)).then_some(price),
            Self::Beyond { over, grace, base, every, add } => {
                let beyond = distance.saturating_sub(over.saturating_add(grace));
                let steps = beyond.div_ceil(every.get());
                Some(base + Fen::new(add.get().saturating_mul(steps)))
            }
            Self::Flat { price } => Some(price),
            _ => None,
        }
    }

    /// What is left to pay of `amount` under a concession or a tier; `None` when that is no whole
    /// number of fen, which a loaded tariff excludes.
    pub(crate) fn pay(&self, amount: Fen) -> Option<Fen> {
        match *self {
            Self::Share { percent } | Self::Tier { percent, .. } => amount.percent_exact(percent.into()),
            Self::Fixed { price } => Some(price),
            _ => Some(amount),
        }
    }
}

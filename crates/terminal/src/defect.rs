//! Defects that were seen in terminals (`docs/spec/terminal.md` 9.9), by name. They are data: a profile has
//! none unless it says so, and one that says so is there to show which rule of 4.3 it breaks.

use core::fmt;

macro_rules! defects {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// A defect of a terminal's programme.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Defect {
            $($(#[$doc])* $variant,)+
        }

        impl Defect {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in a profile.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

defects! {
    /// APPLICATION BLOCK goes out without its MAC, so no card is ever locked (9.9, Tianjin).
    LockWithoutMac = "lock-without-mac";
    /// No answer to GET TRANSACTION PROVE is taken for "not debited", and the purchase is made anew (9.9,
    /// Tianjin).
    RfFailureIsNotDone = "rf-failure-is-not-done";
    /// At an update of the journey the trip's type in 1E comes about by an assignment inside a condition
    /// (9.9, Shanghai).
    UpdateTripType = "update-trip-type";
    /// MAC1 of a load is computed, and that it is wrong is ignored (9.9, Xi'an).
    LoadMac1Ignored = "load-mac1-ignored";
    /// The kind of a surcharge is set back to 00 before the record is stored (9.9, Xi'an).
    SurchargeKindLost = "surcharge-kind-lost";
    /// The loop over the recent records never looks at the one with index 0 (9.9, Tianjin).
    RecentRecord0Skipped = "recent-record-0-skipped";
    /// At the next tap it is the balance that tells whether a debit was done, not the sequence: a debit of
    /// nothing is never seen (4.2, 9.9, the bus vendor's first reader).
    BalanceCompareRecovery = "balance-compare-recovery";
    /// A debit whose MAC2 the PSAM refuses leaves no record (2.3, Tianjin).
    Mac2FailureDropsRecord = "mac2-failure-drops-record";
    /// The record is stored only when DEBIT has been answered, not before it is sent (4.1: what the
    /// provisional record of the bus vendor is there against).
    NoGreyRecordBeforeDebit = "no-grey-record-before-debit";
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of defects; none by default.
///
/// ```
/// use tunion_terminal::{Defect, Defects};
///
/// let faulty: Defects = [Defect::SurchargeKindLost].into_iter().collect();
/// assert!(faulty.has(Defect::SurchargeKindLost) && !faulty.has(Defect::LockWithoutMac));
/// assert_eq!(Defects::default().iter().count(), 0);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Defects(u16);

impl Defects {
    const fn bit(defect: Defect) -> u16 {
        1 << defect as u16
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, defect: Defect) -> bool {
        self.0 & Self::bit(defect) != 0
    }

    /// Those that are among them, in the order of [`Defect::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Defect> {
        Defect::ALL.iter().copied().filter(move |defect| self.has(*defect))
    }
}

impl FromIterator<Defect> for Defects {
    fn from_iter<I: IntoIterator<Item = Defect>>(defects: I) -> Self {
        Self(defects.into_iter().fold(0, |bits, defect| bits | Self::bit(defect)))
    }
}

//! Sums of money and of rides.

use std::ops::AddAssign;

use serde::{Serialize, Serializer};
use tunion_data::FenSum;

/// What some rides come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Total {
    /// How many rides.
    pub rides: u64,
    /// Their list prices.
    #[serde(rename = "list_fen", serialize_with = "fen")]
    pub list: FenSum,
    /// What was to be charged; where the file has charges, for the rides of which it says one.
    #[serde(rename = "expected_fen", serialize_with = "fen")]
    pub expected: FenSum,
    /// What the file says was charged.
    #[serde(rename = "charged_fen", serialize_with = "fen")]
    pub charged: FenSum,
    /// Rides of which the file says something else than was to be charged.
    pub differing: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn fen<S: Serializer>(sum: &FenSum, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(sum.fen())
}

impl AddAssign for Total {
    fn add_assign(&mut self, other: Self) {
        self.rides += other.rides;
        self.list += other.list;
        self.expected += other.expected;
        self.charged += other.charged;
        self.differing += other.differing;
    }
}

/// What became of the rows. Every row is a bad row, too late, a duplicate or a tap; every tap is one of the two
/// of a ride, the only one of a ride, unpaired, or still open at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// Rows, the header not counted.
    pub rows: u64,
    /// Rows that are no tap.
    pub bad_rows: u64,
    /// Rows whose day was closed; they are not priced.
    pub too_late: u64,
    /// Rows that say once more what another one says.
    pub duplicates: u64,
    /// Duplicates that say another charge than the first.
    pub contradicting: u64,
    /// Cards.
    pub cards: u64,
    /// Rides, however many taps they have.
    pub rides: u64,
    /// Rides of one tap: exits without entry.
    pub without_entry: u64,
    /// Rides of one tap: buses on which one taps once.
    pub single: u64,
    /// Rides without tap-off whose fare a cover collected.
    pub covered: u64,
    /// Rides without tap-off whose fare the next use did not collect.
    pub uncollected: u64,
    /// Taps that belong to no ride.
    pub unpaired: u64,
    /// Taps that still waited for a partner when the file ended.
    pub open_at_end: u64,
    /// Rides that the tariffs do not price.
    pub unpriced: u64,
    /// Rides whose row says no charge, where others do.
    pub without_charge: u64,
    /// Rides charged otherwise than they should be, those not collected among them.
    pub differing: u64,
    /// Charges where nothing was due.
    pub undue: u64,
}

impl Counts {
    /// Whether everything in the file is as it should be: all of it was read and priced, and each charge is
    /// right. Taps without partner are no fault of the file.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let Self { bad_rows, too_late, contradicting, unpriced, differing, undue, .. } = *self;
        [bad_rows, too_late, contradicting, unpriced, differing, undue].iter().all(|count| *count == 0)
    }
}

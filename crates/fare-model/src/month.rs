//! The monthly counter (`docs/spec/fares.md` section 1, "Cumulative discount").

use crate::calendar::Moment;

/// What a holder has paid on the network in one calendar month. [`crate::Model::rail`] resets it by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// Year of the last ride that counted; 0 before the first.
    pub year: u16,
    /// Month of the last ride that counted, 1 to 12; 0 before the first.
    pub month: u8,
    /// Paid in that month, overtime left out, in fen.
    pub paid: u32,
    /// Rides that were counted in that month.
    pub rides: u32,
}

impl Month {
    /// Clears the counter if `exited` lies in another month.
    ///
    /// Our reading: the month is that of the exit. Any other month clears, an earlier one too.
    pub(crate) fn turn_to(&mut self, exited: Moment) {
        if (self.year, self.month) != (exited.year, exited.month) {
            *self = Month { year: exited.year, month: exited.month, paid: 0, rides: 0 };
        }
    }

    /// The tier of the next ride, in percent.
    pub(crate) fn tier(self) -> u32 {
        if self.paid < 10_000 {
            100
        } else if self.paid < 15_000 {
            80
        } else if self.paid < 40_000 {
            50
        } else {
            100
        }
    }

    /// Counts a ride that cost `charged` fen without overtime.
    pub(crate) fn count(&mut self, charged: u32) {
        self.paid = self.paid.saturating_add(charged);
        self.rides = self.rides.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::Month;
    use crate::calendar::Moment;
    use crate::price::percent;

    #[test]
    fn sixty_rides_of_ten_yuan_cost_371_yuan() {
        let mut month = Month::default();
        for _ in 0..60 {
            let charged = percent(1000, month.tier());
            month.count(charged);
        }
        assert_eq!((month.paid, month.rides), (37_100, 60));
    }

    #[test]
    fn thresholds() {
        let tier = |paid| Month { paid, ..Month::default() }.tier();
        assert_eq!([tier(0), tier(9_999), tier(10_000), tier(14_999)], [100, 100, 80, 80]);
        assert_eq!([tier(15_000), tier(39_999), tier(40_000)], [50, 50, 100]);
    }

    #[test]
    fn another_month_clears() {
        let mut month = Month { year: 2026, month: 1, paid: 500, rides: 1 };
        month.turn_to(Moment::new(2026, 1, 31, 23, 59, 59));
        assert_eq!(month.paid, 500);
        month.turn_to(Moment::new(2027, 1, 1, 0, 0, 0));
        assert_eq!(month, Month { year: 2027, month: 1, paid: 0, rides: 0 });
    }
}

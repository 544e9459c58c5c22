//! What a reader remembers of its own latest rides, against a card that is held there twice
//! (`docs/spec/terminal.md` 3.6).

use crate::defect::{Defect, Defects};
use alloc::collections::VecDeque;
use tunion_data::Pan;
use tunion_data::civil::DateTime;
use tunion_data::file::TripType;
use tunion_data::upload::UploadRecord;

/// Rides that are remembered; the oldest is forgotten first (our reading: no source says how many, and
/// this is more than a full bus boards at one stop).
const KEPT: usize = 256;

/// The rides that were begun here, the newest last. They are forgotten with the power.
#[derive(Clone, Default, Debug)]
pub(crate) struct Recent {
    begun: VecDeque<(Pan, DateTime)>,
}

impl Recent {
    /// A record was made: if it begins a ride it is remembered.
    pub(crate) fn note(&mut self, record: &UploadRecord) {
        let begins =
            matches!(TripType::from_byte(record.trip_type), Some(TripType::Entry | TripType::Single));
        let Some(at) = record.at.datetime().filter(|_| begins) else { return };
        if self.begun.len() >= KEPT {
            self.begun.pop_front();
        }
        self.begun.push_back((record.pan, at));
    }

    /// When this card began its latest ride here. All that is remembered is looked at, the newest first.
    pub(crate) fn last(&self, pan: Pan, defects: Defects) -> Option<DateTime> {
        let from = usize::from(defects.has(Defect::RecentRecord0Skipped));
        self.begun.iter().skip(from).rev().find(|(of, _)| *of == pan).map(|(_, at)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunion_data::civil::date;

    fn record(pan: u8, minute: i8, trip_type: TripType) -> UploadRecord {
        UploadRecord {
            pan: Pan::from_bytes([pan; 10]),
            at: date(2026, 11, 23).at(8, minute, 0, 0).into(),
            trip_type: trip_type as u8,
            ..UploadRecord::default()
        }
    }

    #[test]
    fn the_latest_ride_of_a_card_is_found_wherever_it_stands() {
        let mut recent = Recent::default();
        for (pan, minute) in [(1, 0), (2, 1), (1, 2), (3, 3)] {
            recent.note(&record(pan, minute, TripType::Single));
        }
        let minute = |pan| recent.last(Pan::from_bytes([pan; 10]), Defects::default()).map(DateTime::minute);
        assert_eq!([1, 2, 3, 4].map(minute), [Some(2), Some(1), Some(3), None]);
    }

    #[test]
    fn only_what_begins_a_ride_is_remembered() {
        let mut recent = Recent::default();
        for trip_type in [TripType::Exit, TripType::Cover, TripType::Load] {
            recent.note(&record(1, 0, trip_type));
        }
        assert_eq!(recent.last(Pan::from_bytes([1; 10]), Defects::default()), None);
        recent.note(&record(1, 5, TripType::Entry));
        assert!(recent.last(Pan::from_bytes([1; 10]), Defects::default()).is_some());
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut recent = Recent::default();
        recent.note(&record(1, 0, TripType::Single));
        (0..KEPT).for_each(|_| recent.note(&record(2, 1, TripType::Single)));
        assert_eq!(recent.last(Pan::from_bytes([1; 10]), Defects::default()), None);
        assert_eq!(recent.begun.len(), KEPT);
    }
}

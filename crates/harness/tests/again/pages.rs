//! What a card says of itself, asked by commands that are written out here (`docs/spec/terminal.md` 1.0).

use std::iter;
use tunion_apdu::Response;
use tunion_card::{Card, Chip};
use tunion_harness::random::Stream;

/// The records of a card, and its money, as it answers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// EF 18, the newest first.
    pub log: Vec<Vec<u8>>,
    /// EF 1E, the newest first.
    pub trips: Vec<Vec<u8>>,
    /// EF 1A by identifier, 2701 to 2712.
    pub industry: Vec<Vec<u8>>,
    /// EF 15.
    pub info: Vec<u8>,
    /// EF 17.
    pub management: Vec<u8>,
    /// GET BALANCE: actual, overdraft limit, overdraft used.
    pub money: [u32; 3],
    /// Offline and online sequence, as INITIALIZE answers them; 0 of a card that answers no INITIALIZE.
    pub sequences: [u16; 2],
}

impl Pages {
    /// Whether `after` is this card and nothing on it moved. One that was locked meanwhile answers no INITIALIZE,
    /// and the rest of it is as it was (`docs/spec/card.md` 8).
    pub fn is_left_by(&self, after: &Self) -> bool {
        let locked = after.sequences == [0, 0];
        let sequences = if locked { self.sequences } else { after.sequences };
        *self == Self { sequences, ..after.clone() }
    }

    /// Reads a copy of the card, so that the card itself is as it was.
    pub fn of(card: &Card<Stream>) -> Self {
        let mut card = card.clone();
        card.power_off();
        card.power_on().unwrap();
        let mut ask = |command: &[u8]| {
            let mut response = Response::new();
            card.process(command, &mut response).unwrap();
            let (data, sw) = response.bytes().split_last_chunk::<2>().unwrap();
            (*sw == [0x90, 0x00]).then(|| data.to_vec())
        };
        // A blocked application answers 6A81 or 6283 and lets itself be read.
        ask(&[0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05]);
        let mut records = |sfi: u8, length: u8| {
            let read = |number| ask(&[0x00, 0xB2, number, sfi << 3 | 4, length]);
            (1..=u8::MAX).map(read).take_while(Option::is_some).flatten().collect()
        };
        let (log, trips, industry) = (records(0x18, 23), records(0x1E, 48), records(0x1A, 128));
        let money = [3, 1, 2].map(|p1| {
            let bytes = ask(&[0x80, 0x5C, p1, 0x02, 0x04]).unwrap_or_default();
            bytes.iter().fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte))
        });
        let info = ask(&[0x00, 0xB0, 0x95, 0x00, 30]).unwrap_or_default();
        let management = ask(&[0x00, 0xB0, 0x97, 0x00, 60]).unwrap_or_default();
        // Nothing is changed by an INITIALIZE; of a copy even less.
        let sequences = [3, 0].map(|p1| {
            let initialize = [0x80, 0x50, p1, 0x02, 0x0B, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            let answer = ask(&initialize).unwrap_or_default();
            answer.get(4..6).map_or(0, |seq| u16::from_be_bytes([seq[0], seq[1]]))
        });
        Self { log, trips, industry, info, management, money, sequences }
    }

    /// Record 27xx.
    pub fn record(&self, id: u8) -> &[u8] {
        self.industry.get(usize::from(id - 1)).map(Vec::as_slice).unwrap_or_default()
    }

    /// What can be spent: actual balance, and the overdraft that is not used.
    pub fn available(&self) -> u32 {
        let [actual, limit, used] = self.money;
        actual + limit - used
    }

    /// The city of the card's issuer, four digits (`docs/spec/card.md` 2.1).
    pub fn home(&self) -> Option<&[u8]> {
        self.info.get(2..4)
    }
}

/// How many records have come in front of the old ones, three at most; the others have moved back unchanged.
pub fn added(before: &[Vec<u8>], after: &[Vec<u8>]) -> Option<usize> {
    let fits = |new: &usize| {
        let kept = after.get(*new..).unwrap_or_default();
        iter::zip(kept, before).all(|(after, before)| after == before)
    };
    (0..=3).find(fits)
}

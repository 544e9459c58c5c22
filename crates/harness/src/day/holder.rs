//! Kinds of cards, and how many there are of each.
//!
//! To add a kind, add a row.

use super::dice::Dice;
use tunion_data::civil::date;
use tunion_data::file::CardType;
use tunion_data::{BcdDate, CityCode, Fen, Fen24, IssuerId, Pan};
use tunion_files::card::CardFile;
use tunion_files::diag::{Diagnostics, Source};

/// A kind of card.
#[derive(Clone, Copy)]
pub struct Sort {
    /// What it is.
    pub name: &'static str,
    /// So many in a thousand cards.
    pub share: u32,
    /// Whether it is on the black list of every terminal.
    pub black_listed: bool,
    /// What makes it differ from an ordinary card with money on it.
    make: fn(&mut CardFile),
}

/// The kinds.
pub const SORTS: &[Sort] = &[
    sort("ordinary", 575, |_| {}),
    sort("student", 130, |card| card.image.management.card_type = CardType::Student.to_byte()),
    sort("senior", 70, |card| card.image.management.card_type = CardType::Senior.to_byte()),
    sort("military", 10, |card| card.image.management.card_type = CardType::Military.to_byte()),
    sort("test card, taken by no terminal", 5, |card| {
        card.image.management.card_type = CardType::Test.to_byte();
    }),
    sort("Nanjing", 40, |card| of(card, [0x00, 0x08, 0x30, 0x10])),
    sort("Shanghai", 40, |card| of(card, [0x02, 0x00, 0x29, 0x00])),
    sort("Nanjing, not interoperable", 10, |card| {
        of(card, [0x00, 0x08, 0x30, 0x10]);
        card.image.management.interoperable = 0;
    }),
    sort("expired", 10, |card| card.image.info.valid_to = BcdDate::from(date(2026, 9, 30))),
    sort("not enabled", 10, |card| card.image.info.enabled = 0),
    Sort { black_listed: true, ..sort("black-listed", 10, |_| {}) },
    sort("almost empty", 35, |card| card.image.purse.balance = fen(350)),
    sort("empty, with an overdraft", 20, |card| {
        card.image.purse.balance = fen(300);
        card.image.purse.overdraft_limit = fen(1000);
    }),
    sort("counter at its end", 5, |card| card.image.purse.offline_seq = 0xFFF4),
    sort("proves its last transaction alone", 10, |card| card.profile.prove.depth = 0),
    sort("proves its whole log", 10, |card| card.profile.prove.depth = 10),
    sort("overdraft in use", 10, |card| {
        card.image.purse.balance = Fen24::ZERO;
        card.image.purse.overdraft_limit = fen(1000);
        card.image.purse.overdraft_used = fen(250);
    }),
];

const fn sort(name: &'static str, share: u32, make: fn(&mut CardFile)) -> Sort {
    Sort { name, share, black_listed: false, make }
}

fn fen(amount: u32) -> Fen24 {
    Fen24::new(Fen::new(amount)).unwrap_or_default()
}

/// Makes it a card of another issuer, whose bytes 2 and 3 name the city (`docs/spec/card.md` 2.1).
fn of(card: &mut CardFile, issuer: [u8; 4]) {
    let [one, two, three, four] = issuer;
    card.image.info.issuer = IssuerId([one, two, three, four, 0xFF, 0xFF, 0xFF, 0xFF]);
    card.image.management.city = CityCode([three, four]);
    card.image.management.province = CityCode([three, four]);
}

impl std::fmt::Debug for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sort").field("name", &self.name).field("share", &self.share).finish_non_exhaustive()
    }
}

/// A card of the day before it is personalised, and its row of [`SORTS`].
pub(super) struct Made {
    pub(super) sort: usize,
    pub(super) file: CardFile,
    pub(super) pan: Pan,
}

/// The cards of a day: of each kind as many as its share, by the dice of each card.
pub(super) fn cards(count: u32, seed: u64) -> Result<Vec<Made>, Diagnostics> {
    let text = include_str!("../../../../fixtures/cards/ordinary.toml");
    let plain = tunion_files::card::parse(&Source::new("fixtures/cards/ordinary.toml", text))?;
    let made = (0..count).map(|number| {
        let mut dice = Dice::new(seed, "card of the day", number.into());
        let sort = dice.share(SORTS.iter().map(|sort| sort.share));
        let mut file = plain.clone();
        let pan = pan(number);
        file.image.info.pan = pan;
        file.image.purse.overdraft_limit = Fen24::ZERO;
        file.image.purse.balance = fen(dice.between(20, 400) * 50);
        file.image.purse.offline_seq = u16::try_from(dice.below(500)).unwrap_or(0);
        file.image.purse.online_seq = u16::try_from(dice.below(20)).unwrap_or(0);
        if let Some(sort) = SORTS.get(sort) {
            (sort.make)(&mut file);
        }
        Made { sort, file, pan }
    });
    Ok(made.collect())
}

/// The number of a card, in the range of the other cards here (`docs/spec/card.md` 2.1): synthetic.
fn pan(number: u32) -> Pan {
    format!("31051709{number:011}").parse().unwrap_or_default()
}

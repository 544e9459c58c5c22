//! Rides on Beijing's rail network for many cards, and the least that any price takes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::hint::black_box;
use std::sync::Arc;
use tunion_data::Fen;
use tunion_data::civil::{DateTime, date};
use tunion_fare::{Journey, Ledger, Product, Ride, Rider, StationId, Tariff};
use tunion_files::city::{self, Mode};

/// Cards that ride.
pub const CARDS: usize = 100_000;
/// Rides that are priced in turn.
pub const RIDES: usize = 1 << 20;

/// One ride of one card.
#[derive(Clone, Copy, Debug)]
pub struct Tap {
    card: u32,
    from: StationId,
    to: StationId,
    at: DateTime,
}

/// The tariff, and rides between stations drawn at random, of cards drawn at random, over a month.
pub struct Rides {
    tariff: Arc<Tariff>,
    taps: Vec<Tap>,
    /// What each pair of the network's stations costs, by the numbers of the stations.
    table: Vec<u16>,
    stations: usize,
}

impl Rides {
    /// Draws them; the same ones each time.
    #[must_use]
    pub fn prepare() -> Self {
        let beijing = city::built_in("beijing").unwrap();
        let tariff = Arc::clone(beijing.tariff(Mode::Rail, date(2026, 11, 1)).unwrap());
        let network = tariff.network().unwrap();
        let (_, group) = network.groups().next().unwrap();
        let members = group.members();
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let mut below = |most: usize| random.next_u32() as usize % most;
        let taps = (0..RIDES)
            .map(|ride| {
                let day = i8::try_from(1 + ride * 30 / RIDES).unwrap();
                let [hour, minute] = [below(17) + 5, below(60)].map(|n| i8::try_from(n).unwrap());
                Tap {
                    card: u32::try_from(below(CARDS)).unwrap(),
                    from: members[below(members.len())],
                    to: members[below(members.len())],
                    at: date(2026, 11, day).at(hour, minute, 0, 0),
                }
            })
            .collect();
        let stations = network.stations().count();
        let mut table = vec![0; stations * stations];
        let noon = date(2026, 11, 10).at(12, 0, 0, 0);
        for (from, to) in members.iter().flat_map(|from| members.iter().map(move |to| (from, to))) {
            let journey = Tap { card: 0, from: *from, to: *to, at: noon }.journey();
            let list = tariff.quote(&journey, &Ledger::default()).unwrap().list;
            table[usize::from(from.0) * stations + usize::from(to.0)] = u16::try_from(list.get()).unwrap();
        }
        Self { tariff, taps, table, stations }
    }

    /// New cards.
    #[must_use]
    pub fn ledgers(&self) -> Vec<Ledger> {
        vec![Ledger::default(); CARDS]
    }

    /// New cards that have a sum and no more.
    #[must_use]
    pub fn sums(&self) -> Vec<u32> {
        vec![0; CARDS]
    }

    /// Prices so many rides and keeps each card's ledger; what all paid together.
    #[inline(never)]
    pub fn price(&self, ledgers: &mut [Ledger], times: usize) -> u64 {
        let mut paid = 0;
        for tap in black_box(&self.taps).iter().take(times) {
            let ledger = &mut ledgers[tap.card as usize];
            let priced = self.tariff.price(&tap.journey(), ledger).unwrap();
            *ledger = priced.ledger;
            paid += u64::from(priced.charged.get());
        }
        paid
    }

    /// The same with the reasons, kept where one can look at them.
    #[inline(never)]
    pub fn quote(&self, ledgers: &mut [Ledger], times: usize) -> u64 {
        let mut paid = 0;
        for tap in black_box(&self.taps).iter().take(times) {
            let ledger = &mut ledgers[tap.card as usize];
            let quote = self.tariff.quote(&tap.journey(), ledger).unwrap();
            *ledger = quote.ledger;
            paid += u64::from(black_box(&quote).charged.get());
        }
        paid
    }

    /// Looks the list price of so many rides up in a table of all pairs and adds it to the card's sum.
    #[inline(never)]
    pub fn look_up(&self, sums: &mut [u32], times: usize) -> u64 {
        let mut paid = 0;
        for tap in black_box(&self.taps).iter().take(times) {
            let list = self.table[usize::from(tap.from.0) * self.stations + usize::from(tap.to.0)];
            sums[tap.card as usize] += u32::from(list);
            paid += u64::from(list);
        }
        paid
    }
}

impl Tap {
    fn journey(self) -> Journey {
        let ride = Ride::Rail { from: self.from, to: self.to, group: None };
        Journey::single(ride, Rider::local(Product::Ordinary), self.at, self.at)
    }
}

/// What one card's month of such rides comes to, to be sure that it is priced: 60 of 10 yuan.
#[must_use]
pub fn bureau_month() -> Fen {
    let beijing = city::built_in("beijing").unwrap();
    let tariff = beijing.tariff(Mode::Rail, date(2026, 11, 1)).unwrap();
    let network = tariff.network().unwrap();
    let [from, to] = ["燕山", "昌平西山口"].map(|name| network.station_named(name).unwrap());
    let ledger = (0..60).fold(Ledger::default(), |ledger, ride| {
        let at = date(2026, 11, 1 + ride / 2).at(12, 0, 0, 0);
        tariff.price(&Tap { card: 0, from, to, at }.journey(), &ledger).unwrap().ledger
    });
    ledger.first().amount
}

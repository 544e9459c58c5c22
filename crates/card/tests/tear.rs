//! Power cuts before, inside and after every write of every writing command, and random histories
//! with cuts beside a model.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use proptest::prelude::*;
use support::{Fixed, card, card_with, credit, debit, fen24, init_load, init_purchase, ok, send};
use tunion_apdu::{CommandBuf, Response, Sw, build};
use tunion_card::{Card, Chip, Cut, Damage, LONGEST_COMMIT, PowerLost, PurseContents};
use tunion_data::Fen;
use tunion_data::command::Transaction;
use tunion_data::fci::EP_AID;
use tunion_data::file::{BusRecord, RailRecord, Sfi};

/// Everything a terminal can read of a card.
fn picture(card: &mut Card<Fixed>) -> Vec<Vec<u8>> {
    card.power_on().unwrap();
    let mut all =
        vec![ok(card, &build::select_name(&EP_AID)), ok(card, &build::get_balance(build::Asked::All))];
    for file in [Sfi::INFO, Sfi::HOLDER, Sfi::MANAGEMENT] {
        all.push(ok(card, &build::read_binary(file, 0)));
    }
    for (file, records) in [(Sfi::LOG, 10), (Sfi::INDUSTRY, 18), (Sfi::TRIP, 30)] {
        all.extend((1..=records).map(|number| ok(card, &build::read_record(file, number, 0))));
    }
    for (transaction, seqs) in
        [(Transaction::Capp, 5..9), (Transaction::Purchase, 5..9), (Transaction::Load, 0..3)]
    {
        all.extend(seqs.map(|seq| send(card, &build::prove(transaction, seq)).bytes().to_vec()));
    }
    let [offline, online] = [init_purchase(card, Transaction::Capp, 0).seq, init_load(card, 0).seq];
    all.push([offline.to_be_bytes(), online.to_be_bytes()].concat());
    all
}

/// A card that has answered everything but the last, writing command.
type Ready = (Card<Fixed>, CommandBuf);

fn ready(what: &str) -> Ready {
    let mut card = card();
    let command = match what {
        "DEBIT FOR PURCHASE" => {
            let answer = init_purchase(&mut card, Transaction::Purchase, 300);
            debit(Transaction::Purchase, 300, &answer, 1)
        }
        "DEBIT FOR CAPP PURCHASE" | "DEBIT FOR CAPP PURCHASE with 2702" => {
            let answer = init_purchase(&mut card, Transaction::Capp, 300);
            let rail = RailRecord { status: 2, fare: Fen::new(300), ..RailRecord::blank() }.sealed();
            ok(&mut card, &build::update_capp(Sfi::INDUSTRY, RailRecord::ID, &rail));
            if what.ends_with("2702") {
                let bus = BusRecord { state: 2, amount: Fen::new(300), ..BusRecord::blank() }.encode();
                ok(&mut card, &build::update_capp(Sfi::INDUSTRY, BusRecord::ID, &bus));
            }
            ok(&mut card, &build::update_capp(Sfi::TRIP, 0, &[0x44; 48]));
            debit(Transaction::Capp, 300, &answer, 1)
        }
        _ => {
            let answer = init_load(&mut card, 5000);
            credit(5000, &answer)
        }
    };
    (card, command)
}

fn torn_at_every_byte(what: &str, pages: u32) {
    let (start, command) = ready(what);
    let old = picture(&mut start.clone());
    let mut whole = start.clone();
    ok(&mut whole, &command);
    assert_eq!(whole.work().page_writes, pages);
    let new = picture(&mut whole);
    assert_ne!(old, new);

    let bytes = pages * 128;
    for after in 0..=bytes {
        for damage in [Damage::Prefix, Damage::Noise(u64::from(after))] {
            let mut card = start.clone();
            card.set_cut(Some(Cut { after, damage }));
            let mut response = Response::new();
            let outcome = card.process(&command, &mut response);
            card.set_cut(None);
            if outcome == Err(PowerLost) {
                assert!(response.bytes().is_empty());
                assert_eq!(card.process(&command, &mut response), Err(PowerLost), "it stays dead");
            } else {
                assert_eq!(after, bytes);
            }
            let told = (card.balances(), card.rail_record());
            let found = picture(&mut card);
            assert_eq!(
                told,
                (card.balances(), card.rail_record()),
                "{what}: cut after {after} bytes, {damage:?}"
            );
            assert!(found == old || found == new, "{what}: cut after {after} bytes, {damage:?}");
            assert!(outcome.is_err() || found == new);
            // The tap can be done again, or was done.
            if found == old {
                let again = init_purchase(&mut card, Transaction::Capp, 100);
                ok(&mut card, &debit(Transaction::Capp, 100, &again, 2));
            }
        }
    }
}

#[test]
fn debit_for_purchase_is_old_or_new() {
    torn_at_every_byte("DEBIT FOR PURCHASE", 3);
}

#[test]
fn debit_for_capp_purchase_is_old_or_new() {
    torn_at_every_byte("DEBIT FOR CAPP PURCHASE", 5);
}

/// The largest commit that the card makes: 2701 and 2702 beside 1E, log and purse.
#[test]
fn debit_for_capp_purchase_of_rail_and_bus_is_old_or_new() {
    assert_eq!(LONGEST_COMMIT, 6 * 128);
    torn_at_every_byte("DEBIT FOR CAPP PURCHASE with 2702", 6);
}

#[test]
fn credit_for_load_is_old_or_new() {
    torn_at_every_byte("CREDIT FOR LOAD", 3);
}

/// What the card should be: money and counters only.
#[derive(Clone, PartialEq, Debug)]
struct Model {
    actual: u32,
    used: u32,
    offline: u16,
    online: u16,
    newest_trip: u8,
}

const LIMIT: u32 = 1000;
const CEILING: u32 = 50_000;

#[derive(Clone, Debug)]
enum Step {
    Capp { amount: u32, trip: u8, update: bool },
    Purchase { amount: u32 },
    Load { amount: u32 },
    WrongMac { amount: u32 },
    Reset,
}

fn steps() -> impl Strategy<Value = (Step, Option<(u32, Option<u64>)>)> {
    let step = prop_oneof![
        4 => (0u32..3000, 1u8.., any::<bool>()).prop_map(|(amount, trip, update)| Step::Capp { amount, trip, update }),
        2 => (0u32..3000).prop_map(|amount| Step::Purchase { amount }),
        2 => (0u32..20_000).prop_map(|amount| Step::Load { amount }),
        1 => (0u32..3000).prop_map(|amount| Step::WrongMac { amount }),
        1 => Just(Step::Reset),
    ];
    (step, prop::option::weighted(0.4, (0u32..700, prop::option::of(any::<u64>()))))
}

impl Model {
    fn debited(&self, amount: u32) -> Option<Self> {
        let mut next = self.clone();
        let over = amount.saturating_sub(self.actual);
        next.actual = self.actual.saturating_sub(amount);
        next.used = self.used + over;
        next.offline += 1;
        (next.used <= LIMIT).then_some(next)
    }

    fn loaded(&self, amount: u32) -> Option<Self> {
        let mut next = self.clone();
        let repaid = amount.min(self.used);
        next.used -= repaid;
        next.actual += amount - repaid;
        next.online += 1;
        (next.actual <= CEILING).then_some(next)
    }

    fn read(card: &mut Card<Fixed>) -> Self {
        let balances = card.balances();
        Self {
            actual: balances.actual.get(),
            used: balances.overdraft_used.get(),
            offline: init_purchase(card, Transaction::Capp, 0).seq,
            online: init_load(card, 0).seq,
            newest_trip: ok(card, &build::read_record(Sfi::TRIP, 1, 0))[0],
        }
    }
}

/// Does what the step says up to the writing command, and gives that command with the model after
/// it; nothing when the card refuses, which the model has to foresee.
fn prepare(card: &mut Card<Fixed>, model: &Model, step: &Step) -> Option<(CommandBuf, Option<Model>)> {
    match *step {
        Step::Capp { amount, trip, update } => {
            let Some(mut next) = model.debited(amount) else {
                assert_eq!(send(card, &support::init(Transaction::Capp, amount)).sw(), Sw::INSUFFICIENT);
                return None;
            };
            let answer = init_purchase(card, Transaction::Capp, amount);
            if update {
                ok(card, &build::update_capp(Sfi::TRIP, 0, &[trip; 48]));
                next.newest_trip = trip;
            }
            Some((debit(Transaction::Capp, amount, &answer, 7), Some(next)))
        }
        Step::Purchase { amount } => {
            let next = model.debited(amount)?;
            let answer = init_purchase(card, Transaction::Purchase, amount);
            Some((debit(Transaction::Purchase, amount, &answer, 7), Some(next)))
        }
        Step::Load { amount } => {
            let Some(next) = model.loaded(amount) else {
                assert_eq!(send(card, &support::init(Transaction::Load, amount)).sw(), Sw::CONDITIONS);
                return None;
            };
            let answer = init_load(card, amount);
            Some((credit(amount, &answer), Some(next)))
        }
        Step::WrongMac { amount } => {
            model.debited(amount)?;
            let answer = init_purchase(card, Transaction::Purchase, amount);
            let mut command = debit(Transaction::Purchase, amount, &answer, 7);
            command[18] ^= 0x10;
            Some((command, None))
        }
        Step::Reset => {
            card.power_off();
            card.power_on().unwrap();
            ok(card, &build::select_name(&EP_AID));
            None
        }
    }
}

proptest! {
    #[test]
    fn any_history_with_cuts_agrees_with_the_model(history in prop::collection::vec(steps(), 1..40)) {
        let purse = PurseContents {
            balance: fen24(5000),
            ceiling: fen24(CEILING),
            overdraft_limit: fen24(LIMIT),
            ..PurseContents::default()
        };
        let mut card = card_with(purse);
        let mut model = Model { actual: 5000, used: 0, offline: 0, online: 0, newest_trip: 0 };
        for (step, cut) in history {
            let Some((command, next)) = prepare(&mut card, &model, &step) else { continue };
            card.set_cut(cut.map(|(after, noise)| Cut { after, damage: noise.map_or(Damage::Prefix, Damage::Noise) }));
            let mut response = Response::new();
            let outcome = card.process(&command, &mut response);
            card.set_cut(None);
            card.power_on().unwrap();
            ok(&mut card, &build::select_name(&EP_AID));
            let found = Model::read(&mut card);
            match (outcome, next) {
                (Ok(()), Some(next)) => {
                    prop_assert_eq!(response.sw(), Sw::OK);
                    prop_assert_eq!(&found, &next);
                }
                (Ok(()), None) => {
                    prop_assert_eq!(response.sw(), Sw::WRONG_MAC);
                    prop_assert_eq!(&found, &model);
                }
                (Err(PowerLost), Some(next)) => prop_assert!(found == model || found == next),
                (Err(PowerLost), None) => prop_assert!(false, "a refused debit writes nothing"),
            }
            model = found;
        }
    }
}

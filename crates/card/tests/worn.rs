//! A memory that is worn out: commands that would write answer 6581 and change nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{card, credit, debit, init, init_load, init_purchase, ok, send};
use tunion_apdu::{Sw, build};
use tunion_card::Chip;
use tunion_data::command::Transaction;
use tunion_data::fci::EP_AID;

#[test]
fn a_debit_on_worn_memory_answers_6581_and_ends_the_transaction() {
    let mut card = card();
    card.set_worn(true);
    let before = (card.balances(), card.sequences());
    for transaction in [Transaction::Purchase, Transaction::Capp] {
        let answer = init_purchase(&mut card, transaction, 300);
        let debit = debit(transaction, 300, &answer, 1);
        let refused = send(&mut card, &debit);
        assert_eq!((refused.sw(), refused.data()), (Sw::MEMORY_FAILURE, &[][..]));
        assert_eq!(card.work().page_writes, 0);
        assert_eq!(send(&mut card, &debit).sw(), Sw::INVALID_STATE);
    }
    assert_eq!((card.balances(), card.sequences()), before);
    // Files are read as ever, and what would write nothing is not refused for it.
    ok(&mut card, &[0x00, 0xB0, 0x95, 0x00, 0x00]);
    ok(&mut card, &init(Transaction::Capp, 300));
    // Wear outlives the power.
    card.power_on().unwrap();
    assert!(card.is_worn());
    ok(&mut card, &build::select_name(&EP_AID));
    card.set_worn(false);
    let answer = init_purchase(&mut card, Transaction::Capp, 300);
    ok(&mut card, &debit(Transaction::Capp, 300, &answer, 1));
    assert_eq!(card.sequences().0, before.1.0 + 1);
}

#[test]
fn a_credit_on_worn_memory_answers_6581_and_gives_nothing() {
    let mut card = card();
    let before = (card.balances(), card.sequences());
    card.set_worn(true);
    let answer = init_load(&mut card, 500);
    assert_eq!(send(&mut card, &credit(500, &answer)).sw(), Sw::MEMORY_FAILURE);
    assert_eq!(send(&mut card, &credit(500, &answer)).sw(), Sw::INVALID_STATE);
    assert_eq!((card.balances(), card.sequences()), before);
}

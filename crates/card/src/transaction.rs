//! What every transaction of the purse has in common: the tries of its MAC, and the one commit of money,
//! sequence, log, proof and industry records (`docs/spec/card.md` 6, 8.4, 8.5).

use crate::card::Card;
use crate::map::{self, LOG, LogSlot, PURSE, PurseState, StoredProof, TRIP};
use crate::session::Cache;
use rand_core::Rng;
use tunion_apdu::Sw;
use tunion_data::command::Transaction;
use tunion_data::file::LogRecord;
use tunion_data::{BcdDate, BcdTime, Fen, TerminalId};
use tunion_device::Fault;

/// A transaction that is to be committed.
pub(crate) struct Done<'c> {
    pub(crate) transaction: Transaction,
    /// The sequence after it, offline or online.
    pub(crate) seq: u16,
    pub(crate) amount: Fen,
    pub(crate) terminal: TerminalId,
    pub(crate) date: BcdDate,
    pub(crate) time: BcdTime,
    /// What GET TRANSACTION PROVE answers.
    pub(crate) mac2: [u8; 4],
    pub(crate) tac: [u8; 4],
    /// The records that a composite purchase brought.
    pub(crate) cache: Option<&'c Cache>,
}

impl<R: Rng> Card<R> {
    /// Spends a try of transaction MACs, where they are limited.
    pub(crate) fn spend_transaction_try(&mut self) -> Result<(), Fault> {
        if self.profile.tries.transactions == 0 {
            return Ok(());
        }
        let mut purse = map::purse(&self.core.store);
        purse.transaction_tries = purse.transaction_tries.saturating_sub(1);
        let mut tx = self.core.store.begin();
        PURSE.write(&mut tx, &purse.encode())?;
        Ok(tx.commit()?)
    }

    /// Commits `purse`, whose amounts are already those after the transaction, with all that belongs to
    /// it. The security status ends with the transaction (`docs/spec/card.md` 3.1).
    pub(crate) fn commit_transaction(&mut self, mut purse: PurseState, done: &Done<'_>) -> Result<(), Fault> {
        let Done { transaction, seq, amount, terminal, date, time, mac2, tac, cache } = *done;
        match transaction {
            Transaction::Purchase | Transaction::Capp => purse.offline_seq = seq,
            Transaction::Load | Transaction::Unload | Transaction::LimitUpdate => purse.online_seq = seq,
        }
        purse.transaction_tries = self.profile.tries.transactions;
        purse.keep(transaction, StoredProof { valid: 1, seq, mac2, tac });
        let overdraft_limit = purse.overdraft_limit;
        let transaction = transaction as u8;
        let record = LogRecord { seq, overdraft_limit, amount, transaction, terminal, date, time }.encode();
        let slot = LogSlot { record, mac2, tac };

        let mut tx = self.core.store.begin();
        purse.log_newest = LOG.append(purse.log_newest, &mut tx, &slot.encode())?;
        if let Some(cache) = cache {
            for (id, record) in cache.industry() {
                map::industry(*id).ok_or(Sw::RECORD_NOT_FOUND)?.write(&mut tx, record)?;
            }
            if let Some(trip) = &cache.trip {
                purse.trip_newest = TRIP.append(purse.trip_newest, &mut tx, trip)?;
            }
        }
        PURSE.write(&mut tx, &purse.encode())?;
        tx.commit()?;
        self.access.pin_verified = false;
        self.access.authenticated = false;
        Ok(())
    }
}

//! GET BALANCE and GET TRANSACTION PROVE (`docs/spec/card.md` 3).

use crate::card::Card;
use crate::map::{self, LOG, LogSlot};
use crate::profile::Prove;
use crate::session::Session;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_data::command::{Balance, Proof, ProveRequest, Transaction};
use tunion_data::file::LogRecord;
use tunion_device::Fault;

impl<R: Rng> Card<R> {
    /// GET BALANCE: P1 00 available, 01 overdraft limit, 02 overdraft used, 03 actual, 04 ceiling,
    /// 05 all four.
    pub(crate) fn get_balance(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let purse = map::purse(&self.core.store);
        let balances = purse.balances();
        let amount = match command.p1 {
            0x00 => purse.available(),
            0x01 => balances.overdraft_limit,
            0x02 => balances.overdraft_used,
            0x03 => balances.actual,
            0x04 => balances.ceiling,
            _ => {
                let all = balances.encode();
                command.expect(all.len(), self.profile.le)?;
                return Ok(response.push(&all)?);
            }
        };
        let answer = Balance { amount }.encode();
        command.expect(answer.len(), self.profile.le)?;
        Ok(response.push(&answer)?)
    }

    /// GET TRANSACTION PROVE: MAC2 and TAC of a transaction of the type in P2 that has the sequence
    /// asked for. A later INITIALIZE does not take the proof away (`docs/spec/card.md` 6); how far back
    /// it reaches is the profile's.
    pub(crate) fn get_transaction_prove(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let Prove { depth, while_open } = self.profile.prove;
        if !while_open && !matches!(self.session, Session::Idle) {
            return Err(Sw::NO_PROOF.into());
        }
        let asked = ProveRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        let transaction = Transaction::from_byte(command.p2).ok_or(Sw::NO_PROOF)?;
        let purse = map::purse(&self.core.store);
        let last = purse.proof(transaction);
        let kept = last.valid != 0 && (depth > 0 || purse.last == transaction as u8);
        let proof = if kept && last.seq == asked.seq {
            Proof { mac2: last.mac2, tac: last.tac }
        } else {
            // One proof is the last of its type.
            let deep = if depth > 1 { depth } else { 0 };
            self.logged_proof(transaction, asked.seq, deep).ok_or(Sw::NO_PROOF)?
        };
        Ok(response.push(&proof.encode())?)
    }

    /// The proof of a transaction among the `depth` newest in the log.
    fn logged_proof(&self, transaction: Transaction, seq: u16, depth: u8) -> Option<Proof> {
        let newest = map::purse(&self.core.store).log_newest;
        (1..=depth).find_map(|number| {
            let slot = LOG.record(newest, number)?.read(&self.core.store);
            let slot = LogSlot::try_from(slot).ok()?;
            let record = LogRecord::decode(&slot.record);
            let proof = Proof { mac2: slot.mac2, tac: slot.tac };
            // A record that personalisation wrote has none.
            let found =
                record.transaction == transaction as u8 && record.seq == seq && proof != Proof::default();
            found.then_some(proof)
        })
    }
}

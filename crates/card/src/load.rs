//! Load from the issuer's account, 圈存 (`docs/spec/card.md` 3, 4.4–4.6, 6).

use crate::card::Card;
use crate::map::{self, LOG, PURSE, StoredProof};
use crate::session::{Pending, Session};
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::{ct_eq, load_block};
use tunion_data::command::{ALGORITHM_DES, CreditAnswer, CreditRequest, InitRequest, LoadInit, Transaction};
use tunion_data::file::LogRecord;
use tunion_data::mac::{LoadMac1, LoadTac, TransactionMac};
use tunion_device::Fault;

const LOAD: u8 = Transaction::Load as u8;

impl<R: Rng> Card<R> {
    /// INITIALIZE FOR LOAD. An amount beyond the ceiling is refused here with 6985 (our reading,
    /// `docs/spec/card.md` 7.7).
    pub(crate) fn init_for_load(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require_purse(Sw::CONDITIONS)?;
        let request = InitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        // Indexes 01 and 02 are the two load keys (docs/spec/card.md 6a, our reading).
        let index = usize::from(request.key_index).wrapping_sub(1);
        let key = self.keys.load.get(index).ok_or(Sw::NO_SUCH_KEY)?;
        let purse = map::purse(&self.core.store);
        if purse.online_seq == u16::MAX {
            return Err(Sw::COUNTER_AT_MAXIMUM.into());
        }
        purse.loaded(request.amount).ok_or(Sw::CONDITIONS)?;
        let pending = Pending { request, seq: purse.online_seq, random: self.core.draw() };
        let balance = purse.available();
        let InitRequest { amount, terminal, .. } = request;
        let tally = &mut self.core.work.crypto;
        let key = key.session_key(load_block(pending.random, pending.seq), tally);
        let mac1 = key.mac(&LoadMac1 { balance, amount, transaction: LOAD, terminal }.encode(), tally);
        let answer = LoadInit {
            balance,
            seq: pending.seq,
            key_version: self.keys.version,
            algorithm: ALGORITHM_DES,
            random: pending.random,
            mac1,
        };
        response.push(&answer.encode())?;
        self.session = Session::Load(pending, key);
        Ok(())
    }

    /// CREDIT FOR LOAD: checks the host's MAC2, then commits money, sequence, log and proof together.
    /// A wrong MAC2 ends the session and changes nothing.
    pub(crate) fn credit_for_load(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let Session::Load(pending, key) = core::mem::take(&mut self.session) else {
            return Err(Sw::INVALID_STATE.into());
        };
        let CreditRequest { date, time, mac2 } =
            CreditRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        let InitRequest { amount, terminal, .. } = pending.request;
        let approval = TransactionMac { amount, transaction: LOAD, terminal, date, time };
        if !ct_eq(&key.mac(&approval.encode(), &mut self.core.work.crypto), &mac2) {
            return Err(Sw::WRONG_MAC.into());
        }

        let mut purse = map::purse(&self.core.store).loaded(amount).ok_or(Sw::CONDITIONS)?;
        let balance = purse.available();
        let tac_input =
            LoadTac { balance, seq: pending.seq, amount, transaction: LOAD, terminal, date, time };
        let tac = self.keys.tac.mac(&tac_input.encode(), &mut self.core.work.crypto);
        purse.online_seq = pending.seq.checked_add(1).ok_or(Sw::COUNTER_AT_MAXIMUM)?;
        purse.load_proof = StoredProof { valid: 1, seq: purse.online_seq, mac2, tac }.encode();
        let log = LogRecord {
            seq: purse.online_seq,
            overdraft_limit: purse.overdraft_limit,
            amount,
            transaction: LOAD,
            terminal,
            date,
            time,
        };
        let mut tx = self.core.store.begin();
        purse.log_newest = LOG.append(purse.log_newest, &mut tx, &log.encode())?;
        PURSE.write(&mut tx, &purse.encode())?;
        tx.commit()?;
        Ok(response.push(&CreditAnswer { tac }.encode())?)
    }
}

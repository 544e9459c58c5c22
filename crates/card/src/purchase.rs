//! Single and composite purchase (`docs/spec/card.md` 3, 4.4–4.6, 6).

use crate::card::Card;
use crate::map;
use crate::session::{Cache, Pending, Session};
use crate::transaction::Done;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::{ct_eq, purchase_block};
use tunion_data::command::{
    ALGORITHM_DES, DebitAnswer, DebitRequest, InitRequest, PurchaseInit, Transaction,
};
use tunion_data::file::{INDUSTRY_LEN, INDUSTRY_PREFIX, Sfi};
use tunion_data::mac::{PurchaseTac, TransactionMac};
use tunion_device::Fault;

/// The purchase key has this index and no other (`docs/spec/card.md` 6a, our reading).
const PURCHASE_KEY: u8 = 0x01;

/// P1 of DEBIT that the laboratory's later text has for a single purchase (`docs/spec/card.md` 7.2).
const SINGLE: u8 = 0x02;

impl<R: Rng> Card<R> {
    /// INITIALIZE FOR PURCHASE.
    pub(crate) fn init_for_purchase(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let pending = self.init_purchase(command, response)?;
        self.session = Session::Purchase(pending);
        Ok(())
    }

    /// INITIALIZE FOR CAPP PURCHASE.
    pub(crate) fn init_for_capp_purchase(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let pending = self.init_purchase(command, response)?;
        self.session = Session::Capp(pending, Cache::default());
        Ok(())
    }

    /// What both have in common. It changes nothing but the session: an INITIALIZE that no DEBIT
    /// follows leaves the sequence alone.
    fn init_purchase(&mut self, command: &Command<'_>, response: &mut Response) -> Result<Pending, Fault> {
        self.require_suite()?;
        let request = InitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        if request.key_index != PURCHASE_KEY {
            return Err(Sw::NO_SUCH_KEY.into());
        }
        let purse = map::purse(&self.core.store);
        if purse.offline_seq == u16::MAX {
            return Err(Sw::COUNTER_AT_MAXIMUM.into());
        }
        if request.amount > purse.available() {
            return Err(Sw::INSUFFICIENT.into());
        }
        let random = self.core.draw();
        let answer = PurchaseInit {
            balance: purse.available(),
            seq: purse.offline_seq,
            overdraft_limit: purse.overdraft_limit,
            key_version: self.keys.version,
            algorithm: ALGORITHM_DES,
            random,
        };
        response.push(&answer.encode())?;
        Ok(Pending { request, seq: purse.offline_seq, random })
    }

    /// UPDATE CAPP DATA CACHE: keeps a record in RAM until DEBIT. A wrong length, or an industry
    /// record whose header names another, is 6A80 (our reading, `docs/spec/card.md` 7.7).
    pub(crate) fn update_capp_data_cache(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        let out_of_order = self.profile.out_of_order.sw();
        let Session::Capp(_, cache) = &mut self.session else { return Err(out_of_order.into()) };
        match (Sfi(command.p2 >> 3), command.p1) {
            (Sfi::INDUSTRY, 0x00) if !self.profile.variants.capp_p1_00 => Err(Sw::WRONG_P1_P2.into()),
            (Sfi::INDUSTRY, number) => {
                let record: [u8; INDUSTRY_LEN] = command.data.try_into().map_err(|_| Sw::WRONG_DATA)?;
                // P1 = 00 leaves it to the record's own header (docs/spec/card.md 7.3).
                let [INDUSTRY_PREFIX, id, ..] = record else { return Err(Sw::WRONG_DATA.into()) };
                if number != 0 && number != id {
                    return Err(Sw::WRONG_DATA.into());
                }
                map::industry(id).ok_or(Sw::RECORD_NOT_FOUND)?;
                if cache.put_industry(id, record) { Ok(()) } else { Err(Sw::CONDITIONS.into()) }
            }
            (Sfi::TRIP, 0x00) => {
                cache.trip = Some(command.data.try_into().map_err(|_| Sw::WRONG_DATA)?);
                Ok(())
            }
            (Sfi::TRIP, _) => Err(Sw::WRONG_P1_P2.into()),
            _ => Err(Sw::FILE_NOT_FOUND.into()),
        }
    }

    /// DEBIT FOR PURCHASE and DEBIT FOR CAPP PURCHASE: checks MAC1, then commits money, sequence,
    /// log, proof and the cached records together. A wrong MAC1 ends the session and changes nothing.
    /// P1 = 02 is of the single purchase alone (`docs/spec/card.md` 7.2); with it a composite one is
    /// refused and stays open (our reading).
    pub(crate) fn debit_for_purchase(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let capp = match &self.session {
            Session::Capp(_, cache) => Some(cache),
            _ => None,
        };
        if command.p1 == SINGLE && (capp.is_some() || !self.profile.variants.debit_p1_02) {
            return Err(Sw::WRONG_P1_P2.into());
        }
        if self.profile.capp_wants_update && capp.is_some_and(Cache::is_empty) {
            return Err(Sw::WRONG_DATA.into());
        }
        let session = core::mem::take(&mut self.session);
        let (transaction, pending, cache) = match &session {
            Session::Purchase(pending) => (Transaction::Purchase, pending, None),
            Session::Capp(pending, cache) => (Transaction::Capp, pending, Some(cache)),
            Session::Idle | Session::Online(..) => return Err(self.profile.out_of_order.sw().into()),
        };
        let debit = DebitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        self.spend_transaction_try()?;
        let answer = self.authorise(transaction, pending, &debit)?;
        let InitRequest { amount, terminal, .. } = pending.request;
        let purse = map::purse(&self.core.store).debited(amount).ok_or(Sw::INSUFFICIENT)?;
        let done = Done {
            transaction,
            seq: pending.seq.checked_add(1).ok_or(Sw::COUNTER_AT_MAXIMUM)?,
            amount,
            terminal,
            date: debit.date,
            time: debit.time,
            mac2: answer.mac2,
            tac: answer.tac,
            cache,
        };
        self.commit_transaction(purse, &done)?;
        Ok(response.push(&answer.encode())?)
    }

    /// Checks MAC1 and computes MAC2 and TAC.
    fn authorise(
        &mut self,
        transaction: Transaction,
        pending: &Pending,
        debit: &DebitRequest,
    ) -> Result<DebitAnswer, Fault> {
        let InitRequest { amount, terminal, .. } = pending.request;
        let DebitRequest { terminal_seq, date, time, mac1 } = *debit;
        let transaction = transaction as u8;
        let tally = &mut self.core.work.crypto;
        let block = purchase_block(pending.random, pending.seq, terminal_seq);
        let session_key = self.keys.purchase.session_key(block, tally);
        let expected =
            session_key.mac(&TransactionMac { amount, transaction, terminal, date, time }.encode(), tally);
        if !ct_eq(&expected, &mac1) {
            return Err(Sw::WRONG_MAC.into());
        }
        let mac2 = session_key.mac(&amount.to_be_bytes(), tally);
        let tac_input = PurchaseTac { amount, transaction, terminal, terminal_seq, date, time };
        let tac = self.keys.tac.mac(&tac_input.encode(), tally);
        Ok(DebitAnswer { tac, mac2 })
    }
}

//! The transactions with the issuer's host: load (圈存), unload (圈提), change of the overdraft limit
//! (修改透支限额) (`docs/spec/card.md` 3, 4.4–4.6, 6, 8.5).

use crate::card::Card;
use crate::map;
use crate::session::{Pending, Session};
use crate::transaction::Done;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::{SessionKey, TdesKey, ct_eq, load_block};
use tunion_data::Fen;
use tunion_data::command::{
    ALGORITHM_DES, CreditAnswer, CreditRequest, InitRequest, LimitInit, LimitInitRequest, LimitRequest,
    LoadInit, Transaction, UnloadAnswer,
};
use tunion_data::mac::{LimitMac1, LimitMac2, LimitTac, LoadMac1, LoadTac, TransactionMac};
use tunion_device::Fault;

/// Index of the unload and the overdraft key (`docs/spec/card.md` 8.1, our reading).
const ONLY_KEY: u8 = 0x01;

impl<R: Rng> Card<R> {
    /// INITIALIZE FOR LOAD. An amount beyond the ceiling is refused here with 6985 (our reading,
    /// `docs/spec/card.md` 6a).
    pub(crate) fn init_for_load(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require_suite()?;
        self.require_pin_for_load()?;
        let request = InitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        // Indexes 01 and 02 are the two load keys (docs/spec/card.md 6a, our reading).
        let index = usize::from(request.key_index).wrapping_sub(1);
        let key = self.keys.load.get(index).ok_or(Sw::NO_SUCH_KEY)?.clone();
        let seq = self.online_seq()?;
        map::purse(&self.core.store).loaded(request.amount).ok_or(Sw::CONDITIONS)?;
        self.open_with_host(Transaction::Load, request, seq, &key, response)
    }

    /// INITIALIZE FOR UNLOAD: no more than the actual balance.
    pub(crate) fn init_for_unload(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require_suite()?;
        self.require_pin_for_load()?;
        let request = InitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        if request.key_index != ONLY_KEY {
            return Err(Sw::NO_SUCH_KEY.into());
        }
        let seq = self.online_seq()?;
        map::purse(&self.core.store).unloaded(request.amount).ok_or(Sw::INSUFFICIENT)?;
        let key = self.keys.unload.tdes(&mut self.core.work.crypto);
        self.open_with_host(Transaction::Unload, request, seq, &key, response)
    }

    /// INITIALIZE FOR UPDATE.
    pub(crate) fn init_for_update(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require_suite()?;
        let LimitInitRequest { key_index, terminal } =
            LimitInitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        if key_index != ONLY_KEY {
            return Err(Sw::NO_SUCH_KEY.into());
        }
        let seq = self.online_seq()?;
        let random = self.core.draw();
        let purse = map::purse(&self.core.store);
        let (balance, limit) = (purse.available(), purse.overdraft_limit);
        let tally = &mut self.core.work.crypto;
        let key = self.keys.overdraft.tdes(tally).session_key(load_block(random, seq), tally);
        let transaction = Transaction::LimitUpdate as u8;
        let mac1 = key.mac(&LimitMac1 { balance, limit, transaction, terminal }.encode(), tally);
        let answer = LimitInit {
            balance,
            seq,
            limit,
            key_version: self.keys.version,
            algorithm: ALGORITHM_DES,
            random,
            mac1,
        };
        response.push(&answer.encode())?;
        let request = InitRequest { key_index, amount: Fen::ZERO, terminal };
        self.session = Session::Online(Transaction::LimitUpdate, Pending { request, seq, random }, key);
        Ok(())
    }

    /// CREDIT FOR LOAD: checks the host's MAC2, then commits money, sequence, log and proof together.
    /// A wrong MAC2 ends the transaction and changes nothing.
    pub(crate) fn credit_for_load(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        if command.p2 != 0x00 && !self.profile.variants.credit_p2_02 {
            return Err(Sw::WRONG_P1_P2.into());
        }
        let (pending, _, request) = self.approved(Transaction::Load, command)?;
        let purse = map::purse(&self.core.store).loaded(pending.request.amount).ok_or(Sw::CONDITIONS)?;
        let input = after(Transaction::Load, purse.available(), &pending, &request);
        let tac = self.keys.tac.mac(&input.encode(), &mut self.core.work.crypto);
        let done = done(Transaction::Load, &pending, &request, tac)?;
        self.commit_transaction(purse, &done)?;
        Ok(response.push(&CreditAnswer { tac }.encode())?)
    }

    /// DEBIT FOR UNLOAD: as CREDIT FOR LOAD, the other way; the answer is MAC3.
    pub(crate) fn debit_for_unload(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let (pending, key, request) = self.approved(Transaction::Unload, command)?;
        let purse = map::purse(&self.core.store).unloaded(pending.request.amount).ok_or(Sw::INSUFFICIENT)?;
        let input = after(Transaction::Unload, purse.available(), &pending, &request);
        let mac3 = key.mac(&input.encode(), &mut self.core.work.crypto);
        let done = done(Transaction::Unload, &pending, &request, mac3)?;
        self.commit_transaction(purse, &done)?;
        Ok(response.push(&UnloadAnswer { mac3 }.encode())?)
    }

    /// UPDATE OVERDRAW LIMIT.
    pub(crate) fn update_overdraw_limit(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let (pending, key) = self.take_online(Transaction::LimitUpdate)?;
        let LimitRequest { limit, date, time, mac2 } =
            LimitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        map::purse(&self.core.store).with_limit(limit).ok_or(Sw::CONDITIONS)?;
        self.spend_transaction_try()?;
        let transaction = Transaction::LimitUpdate as u8;
        let terminal = pending.request.terminal;
        let tally = &mut self.core.work.crypto;
        let approval = LimitMac2 { limit, transaction, terminal, date, time };
        if !ct_eq(&key.mac(&approval.encode(), tally), &mac2) {
            return Err(Sw::WRONG_MAC.into());
        }
        let purse = map::purse(&self.core.store).with_limit(limit).ok_or(Sw::CONDITIONS)?;
        let (balance, seq) = (purse.available(), pending.seq);
        let input = LimitTac { balance, seq, limit, transaction, terminal, date, time };
        let tac = self.keys.tac.mac(&input.encode(), tally);
        let request = CreditRequest { date, time, mac2 };
        let done = done(Transaction::LimitUpdate, &pending, &request, tac)?;
        self.commit_transaction(purse, &done)?;
        Ok(response.push(&CreditAnswer { tac }.encode())?)
    }

    /// The online sequence, unless it is at its end.
    fn online_seq(&self) -> Result<u16, Sw> {
        let seq = map::purse(&self.core.store).online_seq;
        if seq == u16::MAX { Err(Sw::COUNTER_AT_MAXIMUM) } else { Ok(seq) }
    }

    fn require_pin_for_load(&self) -> Result<(), Sw> {
        if self.profile.load_wants_pin && !self.access.pin_verified {
            return Err(Sw::CONDITIONS);
        }
        Ok(())
    }

    /// What the answers to INITIALIZE FOR LOAD and FOR UNLOAD have in common.
    fn open_with_host(
        &mut self,
        transaction: Transaction,
        request: InitRequest,
        seq: u16,
        key: &TdesKey,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let random = self.core.draw();
        let balance = map::purse(&self.core.store).available();
        let InitRequest { amount, terminal, .. } = request;
        let tally = &mut self.core.work.crypto;
        let key = key.session_key(load_block(random, seq), tally);
        let input = LoadMac1 { balance, amount, transaction: transaction as u8, terminal };
        let mac1 = key.mac(&input.encode(), tally);
        let answer =
            LoadInit { balance, seq, key_version: self.keys.version, algorithm: ALGORITHM_DES, random, mac1 };
        response.push(&answer.encode())?;
        self.session = Session::Online(transaction, Pending { request, seq, random }, key);
        Ok(())
    }

    /// Takes the open transaction, which ends in any case, if it is one of this kind.
    fn take_online(&mut self, transaction: Transaction) -> Result<(Pending, SessionKey), Sw> {
        match core::mem::take(&mut self.session) {
            Session::Online(open, pending, key) if open == transaction => Ok((pending, key)),
            _ => Err(self.profile.out_of_order.sw()),
        }
    }

    /// The open load or unload, which ends in any case, with the host's approval when its MAC2 is right; the
    /// try is spent before.
    fn approved(
        &mut self,
        transaction: Transaction,
        command: &Command<'_>,
    ) -> Result<(Pending, SessionKey, CreditRequest), Fault> {
        let (pending, key) = self.take_online(transaction)?;
        let request = CreditRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        self.spend_transaction_try()?;
        let InitRequest { amount, terminal, .. } = pending.request;
        let CreditRequest { date, time, mac2 } = request;
        let approval = TransactionMac { amount, transaction: transaction as u8, terminal, date, time };
        let ours = key.mac(&approval.encode(), &mut self.core.work.crypto);
        if ct_eq(&ours, &mac2) { Ok((pending, key, request)) } else { Err(Sw::WRONG_MAC.into()) }
    }
}

/// What a load's TAC and an unload's MAC3 are made over.
fn after(transaction: Transaction, balance: Fen, pending: &Pending, request: &CreditRequest) -> LoadTac {
    LoadTac {
        balance,
        seq: pending.seq,
        amount: pending.request.amount,
        transaction: transaction as u8,
        terminal: pending.request.terminal,
        date: request.date,
        time: request.time,
    }
}

fn done(
    transaction: Transaction,
    pending: &Pending,
    request: &CreditRequest,
    tac: [u8; 4],
) -> Result<Done<'static>, Sw> {
    Ok(Done {
        transaction,
        seq: pending.seq.checked_add(1).ok_or(Sw::COUNTER_AT_MAXIMUM)?,
        amount: pending.request.amount,
        terminal: pending.request.terminal,
        date: request.date,
        time: request.time,
        mac2: request.mac2,
        tac,
        cache: None,
    })
}

//! GET BALANCE and GET TRANSACTION PROVE (`docs/spec/card.md` 3).

use crate::card::Card;
use crate::map::{self, StoredProof};
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_data::command::{Balance, Proof, ProveRequest, Transaction};
use tunion_device::Fault;

impl<R: Rng> Card<R> {
    /// GET BALANCE: P1 00 available, 01 overdraft limit, 02 overdraft used, 03 actual, 04 ceiling,
    /// 05 all four.
    pub(crate) fn get_balance(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require_purse(Sw::CONDITIONS)?;
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
                command.expect(all.len())?;
                return Ok(response.push(&all)?);
            }
        };
        let answer = Balance { amount }.encode();
        command.expect(answer.len())?;
        Ok(response.push(&answer)?)
    }

    /// GET TRANSACTION PROVE: MAC2 and TAC of the last transaction of the type in P2, if it has the
    /// sequence asked for. A later INITIALIZE does not take the proof away (`docs/spec/card.md` 6).
    pub(crate) fn get_transaction_prove(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require_purse(Sw::CONDITIONS)?;
        let asked = ProveRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        let purse = map::purse(&self.core.store);
        let proof = match Transaction::from_byte(command.p2).ok_or(Sw::NO_PROOF)? {
            Transaction::Load => purse.load_proof,
            Transaction::Purchase => purse.purchase_proof,
            Transaction::Capp => purse.capp_proof,
        };
        let StoredProof { valid, seq, mac2, tac } = StoredProof::decode(&proof);
        if valid == 0 || seq != asked.seq {
            return Err(Sw::NO_PROOF.into());
        }
        Ok(response.push(&Proof { mac2, tac }.encode())?)
    }
}

//! A load that the load SAM approves in place of the host (`docs/spec/terminal.md` 1.6): its key, its MAC1 to
//! hold the card's against, its MAC2. The SAM takes the amount from its quota when it makes MAC2.

use super::load::{Approved, Loading, Wanted};
use super::sign_on::{SignOnTurn, SigningOn};
use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::Event;
use crate::codes::Code;
use crate::defect::Defect;
use crate::loads;
use alloc::vec::Vec;
use tunion_apdu::{Sw, build};
use tunion_data::BcdDateTime;
use tunion_data::command::{LoadInit, SamKey, Transaction};
use tunion_data::host::LoadApproval;
use tunion_data::mac::{LoadMac1, TransactionMac};

/// P1 of DES CRYPT: the last block of a MAC.
const LAST_OF_MAC: u8 = 0x01;
const LOAD: u8 = Transaction::Load as u8;

/// What a load waits for that the SAM approves.
#[derive(Clone, Copy, Debug)]
pub(super) enum BySam {
    /// The card's load key.
    Key,
    /// MAC1, as the card should have made it.
    Mac1,
    /// MAC2.
    Mac2,
}

impl Terminal<'_> {
    /// Begins a load. One that the quota does not cover asks the host for more first. The SAM holds the load
    /// key of one issuer's cards (`docs/spec/terminal.md` 1.6: city and union city).
    pub(super) fn begin_sam_load(&mut self, tap: &mut Tap, wanted: Wanted) -> Turn {
        let [ours, cards] = [self.sam.application.issuer, tap.facts.info.issuer].map(|issuer| issuer.0);
        if ours[..4] != cards[..4] {
            return Err(Code::LoadRefused.into());
        }
        if loads::covers(&self.sam.quota, wanted.amount, tap.at) {
            return Ok(Some(self.init_load(tap, wanted)));
        }
        let waiting = self.sign_on().ok_or(Code::QuotaSpent)?;
        Ok(Some(Loading::SignOn(wanted, waiting).step()))
    }

    /// SAM or host answered the sign-on that a load began with.
    pub(super) fn load_sign_on(
        &mut self,
        tap: &mut Tap,
        wanted: Wanted,
        signing_on: SigningOn,
        event: Event<'_>,
    ) -> Turn {
        let note = match self.signing_on(signing_on, event) {
            SignOnTurn::Waiting(waiting) => return Ok(Some(Loading::SignOn(wanted, waiting).step())),
            SignOnTurn::Over(note) => note,
            SignOnTurn::SamFault => {
                self.sam_suspect = true;
                return Err(Code::SamFault.into());
            }
        };
        if tap.gone {
            return Err(Code::ReadFailed.into());
        }
        if loads::covers(&self.sam.quota, wanted.amount, tap.at) {
            return Ok(Some(self.init_load(tap, wanted)));
        }
        Err(Refusal { code: Code::QuotaSpent, note })
    }

    /// The card is ready: the SAM gets its key.
    pub(super) fn ask_load_key(&mut self, tap: &Tap) -> BySam {
        self.sam_open = None;
        self.ask_sam(build::init_descrypt(SamKey::LOAD, &[tap.facts.info.pan.last8()]));
        BySam::Key
    }

    /// The SAM answered. A card whose MAC1 is another gets nothing, and nothing is taken from the quota.
    pub(super) fn sam_approves(
        &mut self,
        tap: &mut Tap,
        (wanted, init): (Wanted, LoadInit),
        asked: BySam,
        bytes: &[u8],
    ) -> Turn {
        let Wanted { amount, .. } = wanted;
        let terminal = self.sam.terminal;
        let (date, time) = BcdDateTime::from(tap.at).split();
        let next = match asked {
            BySam::Key => {
                self.sam_value::<&[u8]>(bytes)?;
                still_there(tap)?;
                let message = LoadMac1 { balance: init.balance, amount, transaction: LOAD, terminal };
                self.ask_sam(build::des_crypt(LAST_OF_MAC, &to_sign(&init, &message.encode())));
                BySam::Mac1
            }
            BySam::Mac1 => {
                let genuine = self.sam_value::<[u8; 4]>(bytes)? == init.mac1;
                if !genuine && !self.has(Defect::LoadMac1Ignored) {
                    return Err(Code::LoadMac1.into());
                }
                still_there(tap)?;
                let message = TransactionMac { amount, transaction: LOAD, terminal, date, time };
                self.ask_sam(build::des_crypt(LAST_OF_MAC, &to_sign(&init, &message.encode())));
                BySam::Mac2
            }
            BySam::Mac2 => {
                // The SAM's own refusal: more than is left, or after the quota's time.
                if let Some(Answer { sw: sw @ (Sw::INSUFFICIENT | Sw::CONDITIONS), .. }) = Answer::of(bytes) {
                    return Err(Refusal::status(Code::QuotaSpent, sw));
                }
                let mac2 = self.sam_value::<[u8; 4]>(bytes)?;
                self.sam.quota.quota = self.sam.quota.quota.saturating_sub(amount);
                still_there(tap)?;
                return Ok(Some(self.approve(tap, wanted, &init, &LoadApproval { date, time, mac2 })));
            }
        };
        Ok(Some(Loading::Sam(wanted, init, next).step()))
    }

    /// MAC2 is there: the load's record is kept before CREDIT is sent.
    pub(super) fn approve(
        &mut self,
        tap: &Tap,
        wanted: Wanted,
        init: &LoadInit,
        approval: &LoadApproval,
    ) -> Step {
        let mut record = self.load_record(tap, wanted.amount, init, approval);
        let slot = self.keep_grey(&mut record, None);
        Loading::Persist(Approved { seq: init.seq, approval: *approval, record }, slot).step()
    }
}

/// What a MAC of a load is asked over: the block that makes the session key, then the message, padded
/// (`docs/spec/card.md` 4.4, 4.5).
fn to_sign(init: &LoadInit, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from(init.random);
    bytes.extend_from_slice(&init.seq.to_be_bytes());
    bytes.extend_from_slice(&[0x80, 0x00]);
    bytes.extend_from_slice(message);
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// A card that went while the SAM was asked ends the tap.
fn still_there(tap: &Tap) -> Result<(), Code> {
    if tap.gone { Err(Code::WriteFailed) } else { Ok(()) }
}

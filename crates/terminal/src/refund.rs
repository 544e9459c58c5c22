//! A card that is given back (退卡; `docs/spec/terminal.md` 1.8): what of its purse is paid out, and the debit
//! that empties it.

use crate::checks::{self, Subject};
use crate::codes::Code;
use crate::facts::Facts;
use crate::place::Office;
use crate::plan::{Plan, Stop, Then};
use crate::profile::Check;
use alloc::vec::Vec;
use tunion_data::Fen;
use tunion_data::file::{CardType, Industry, TripType};
use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};

/// The rules of refunds.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RefundProfile {
    /// Kinds of card that are taken back.
    pub accepted: Vec<CardType>,
    /// The handling fee (手续费). It is kept back from what is paid out, so a purse that holds less pays all of
    /// it.
    pub fee: Fen,
    /// Whether the overdraft has to be settled first; otherwise the issuer bears it.
    pub settle_overdraft: bool,
}

/// The checks of the card. An expired card is given back all the same, and no journey is looked at: our reading,
/// no source says. So is that a card of another city is its own city's affair.
pub(crate) fn check(subject: Subject<'_>, refund: &RefundProfile) -> Result<(), Code> {
    let of_the_card = [Check::Enabled, Check::WhiteList, Check::Interoperable, Check::BlackList];
    subject.check_those(|check| of_the_card.contains(&check))?;
    let local = checks::is_local(subject.profile, &subject.facts.info);
    if local && refund.accepted.contains(&subject.facts.card_type()) {
        Ok(())
    } else {
        Err(Code::NotRefundable)
    }
}

/// The debit of all that the purse holds. The overdraft is not the holder's money and stays.
pub(crate) fn plan(refund: &RefundProfile, office: Office, facts: &Facts) -> Plan {
    let here = Stop { line: office.line.into(), station: office.station };
    let fee = refund.fee.min(facts.actual);
    Plan {
        amount: facts.actual,
        // The fee stands where surcharges do, without a kind: our reading.
        surcharge: Some((Surcharge::None, fee, Payment::Cash)),
        then: Then::Lock,
        ..Plan::free(TripType::Refund, Industry::Rail, here)
    }
}

/// What a record's debit cost the holder or, of a refund, paid out.
pub(crate) fn paid(record: &UploadRecord) -> Fen {
    if record.kind == RecordKind::Refund as u8 {
        record.amount.saturating_sub(record.surcharge)
    } else {
        record.amount
    }
}

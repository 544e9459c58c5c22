//! A gate as small as it gets: one card in its field, one PSAM, and the order of commands of a
//! composite purchase (复合消费, `docs/spec/card.md` 3, 3.1). The workspace's terminals, with their
//! checks, tariffs and grey records, are `tunion-terminal`'s.

use crate::failure::Check;
use crate::lab::{self, Fixed, ISSUER, KEY_INDEX, PAN, TERMINAL};
use hex_literal::hex;
use tunion_apdu::build::{self, Asked};
use tunion_apdu::{CommandBuf, Response, Sw};
use tunion_card::{Card, Chip};
use tunion_data::command::{
    Balance, DebitAnswer, DebitRequest, InitRequest, Proof, PurchaseInit, SamInitAnswer, SamInitRequest,
    Transaction,
};
use tunion_data::fci::EP_AID;
use tunion_data::file::{RailRecord, RailStatus, Sfi, TripRecord, TripType};
use tunion_data::{BcdDate, BcdTime, Fen, WrongLength};
use tunion_psam::Psam;

/// The PSAM's purchase application (`docs/spec/terminal.md` 2.1).
const PURCHASE_DF: u16 = 0x8011;

/// The moment of every tap, that of `docs/spec/card.md` 5.4.
const DATE: BcdDate = BcdDate(hex!("20240102"));
const TIME: BcdTime = BcdTime(hex!("030405"));

/// What one tap costs and writes.
#[derive(Clone, Copy)]
pub(crate) struct Tap {
    pub(crate) amount: Fen,
    pub(crate) status: RailStatus,
    pub(crate) trip: TripType,
}

impl Tap {
    /// Record 2701 of EF 1A after the tap.
    pub(crate) fn rail_record(self) -> [u8; RailRecord::LEN] {
        RailRecord { status: self.status.to_byte(), fare: self.amount, ..RailRecord::blank() }.sealed()
    }

    /// The record that the tap adds to EF 1E.
    pub(crate) fn trip_record(self) -> [u8; TripRecord::LEN] {
        TripRecord { trip_type: self.trip as u8, amount: self.amount, ..TripRecord::default() }.encode()
    }
}

/// A purchase up to its DEBIT, which is ready to be sent.
#[derive(Clone)]
pub(crate) struct Open {
    /// The card's sequence if DEBIT is done: that of INIT plus one (`docs/spec/card.md` 6).
    pub(crate) seq: u16,
    /// MAC1 of the PSAM.
    pub(crate) mac1: [u8; 4],
    pub(crate) debit: CommandBuf,
}

#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) card: Card<Fixed>,
    psam: Psam<Fixed>,
    answer: Response,
}

impl Gate {
    /// A fresh card in front of a PSAM whose purchase application is selected.
    pub(crate) fn new() -> Result<Self, Check> {
        let card = lab::card(&lab::card_contents()).ok_or(Check::Memory)?;
        let psam = Psam::new(lab::psam_contents(), Fixed);
        let mut gate = Self { card, psam, answer: Response::new() };
        gate.tell_psam(&build::select_file(PURCHASE_DF), Check::Select)?;
        Ok(gate)
    }

    /// The data of the card's answer, if that ends with 9000.
    fn tell_card(&mut self, command: &[u8], check: Check) -> Result<&[u8], Check> {
        self.card.process(command, &mut self.answer).map_err(|_| check)?;
        data_of(&self.answer, check)
    }

    fn tell_psam(&mut self, command: &[u8], check: Check) -> Result<&[u8], Check> {
        self.psam.process(command, &mut self.answer).map_err(|_| check)?;
        data_of(&self.answer, check)
    }

    pub(crate) fn select(&mut self) -> Result<(), Check> {
        self.tell_card(&build::select_name(&EP_AID), Check::Select).map(drop)
    }

    /// SELECT, INIT FOR CAPP PURCHASE, MAC1 from the PSAM, UPDATE CAPP of 1A and 1E.
    pub(crate) fn open(&mut self, tap: Tap) -> Result<Open, Check> {
        let Tap { amount, .. } = tap;
        self.select()?;
        let request = InitRequest { key_index: KEY_INDEX, amount, terminal: TERMINAL };
        let init: PurchaseInit =
            decode(self.tell_card(&build::init(Transaction::Capp, &request), Check::Init)?, Check::Init)?;
        let request = SamInitRequest {
            random: init.random,
            seq: init.seq,
            amount,
            transaction: Transaction::Capp as u8,
            date: DATE,
            time: TIME,
            key_version: init.key_version,
            algorithm: init.algorithm,
            asn: PAN.last8(),
            issuer: ISSUER,
        };
        let SamInitAnswer { terminal_seq, mac1 } =
            decode(self.tell_psam(&build::init_sam(&request), Check::SamInit)?, Check::SamInit)?;
        let rail = build::update_capp(Sfi::INDUSTRY, RailRecord::ID, &tap.rail_record());
        self.tell_card(&rail, Check::UpdateRail)?;
        self.tell_card(&build::update_capp(Sfi::TRIP, 0, &tap.trip_record()), Check::UpdateTrip)?;
        let debit = build::debit(&DebitRequest { terminal_seq, date: DATE, time: TIME, mac1 });
        Ok(Open { seq: init.seq + 1, mac1, debit })
    }

    /// DEBIT FOR CAPP PURCHASE.
    pub(crate) fn debit(&mut self, open: &Open) -> Result<DebitAnswer, Check> {
        decode(self.tell_card(&open.debit, Check::Debit)?, Check::Debit)
    }

    /// DEBIT whose answer does not reach the gate, whatever became of it.
    pub(crate) fn debit_unheard(&mut self, open: &Open) {
        let _ = self.card.process(&open.debit, &mut self.answer);
        self.card.power_off();
    }

    /// CREDIT SAM FOR PURCHASE: the PSAM checks MAC2.
    pub(crate) fn settle(&mut self, mac2: [u8; 4]) -> Result<(), Check> {
        self.tell_psam(&build::credit_sam(mac2), Check::SamCredit).map(drop)
    }

    /// A whole tap, and MAC2 checked.
    pub(crate) fn tap(&mut self, tap: Tap) -> Result<DebitAnswer, Check> {
        let open = self.open(tap)?;
        let answer = self.debit(&open)?;
        self.settle(answer.mac2)?;
        Ok(answer)
    }

    /// GET TRANSACTION PROVE: MAC2 and TAC of the composite purchase `seq`, or `None` if it was not
    /// done (9406, `docs/spec/card.md` 6).
    pub(crate) fn prove(&mut self, seq: u16) -> Result<Option<Proof>, Check> {
        let command = build::prove(Transaction::Capp, seq);
        match self.tell_card(&command, Check::Prove).and_then(|data| decode(data, Check::Prove)) {
            Err(_) if self.answer.sw() == Sw::NO_PROOF => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// GET BALANCE, P1 = 03.
    pub(crate) fn expect_balance(&mut self, balance: Fen) -> Result<(), Check> {
        let Balance { amount } =
            decode(self.tell_card(&build::get_balance(Asked::Actual), Check::Balance)?, Check::Balance)?;
        Check::Balance.unless(amount == balance)
    }

    /// READ RECORD of 2701 and of the newest trip.
    pub(crate) fn expect_records(&mut self, tap: Tap) -> Result<(), Check> {
        for (file, record) in [(Sfi::INDUSTRY, &tap.rail_record()[..]), (Sfi::TRIP, &tap.trip_record())] {
            let found = self.tell_card(&build::read_record(file, 1, 0), Check::Records)?;
            Check::Records.unless(found == record)?;
        }
        Ok(())
    }
}

fn data_of(answer: &Response, check: Check) -> Result<&[u8], Check> {
    if answer.sw().is_ok() { Ok(answer.data()) } else { Err(check) }
}

fn decode<'a, T: TryFrom<&'a [u8], Error = WrongLength>>(data: &'a [u8], check: Check) -> Result<T, Check> {
    T::try_from(data).map_err(|_| check)
}

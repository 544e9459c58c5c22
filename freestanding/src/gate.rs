//! A gate as small as it gets: one card in its field, one PSAM, and the order of commands of a
//! composite purchase (复合消费, `docs/spec/card.md` 3, 3.1). The workspace's terminals, with their
//! checks, tariffs and grey records, are `tunion-terminal`'s.

use crate::failure::Check;
use crate::fixed::Fixed;
use crate::lab::{self, ISSUER, KEY_INDEX, OWN, PAN, TERMINAL};
use crate::transcript::{Transcript, Who};
use hex_literal::hex;
use tunion_apdu::build::{self, Asked};
use tunion_apdu::{CommandBuf, Name, Response, Sw};
use tunion_card::profile::{BlockedAnswers, BlockedSelect};
use tunion_card::{Card, Chip, Corrupt, PowerLost};
use tunion_crypto::{Challenge, Key16, Tally, load_block};
use tunion_data::command::{
    Balance, CreditRequest, DebitAnswer, DebitRequest, InitRequest, LimitInit, LimitInitRequest,
    LimitRequest, LoadInit, Proof, PurchaseInit, SamInitAnswer, SamInitRequest, Transaction,
};
use tunion_data::fci::EP_AID;
use tunion_data::file::{RailRecord, RailStatus, Sfi, TripRecord, TripType};
use tunion_data::mac::{LimitMac2, TransactionMac};
use tunion_data::{BcdDate, BcdTime, Fen, Fen24, WrongLength};
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
    pub(crate) heard: Transcript,
}

impl Gate {
    /// A fresh card in front of a PSAM whose purchase application is selected.
    pub(crate) fn new() -> Result<Self, Check> {
        let card = Card::new(&lab::card_contents(), Fixed).map_err(|_| Check::Memory)?;
        let psam = Psam::new(lab::psam_contents(), Fixed);
        let mut gate = Self { card, psam, answer: Response::new(), heard: Transcript::new() };
        gate.tell_psam(&build::select_file(PURCHASE_DF), Check::Select)?;
        Ok(gate)
    }

    /// Says anything, whatever the answer is.
    pub(crate) fn say(&mut self, who: Who, command: &[u8]) -> Result<Sw, PowerLost> {
        let Self { card, psam, answer, heard } = self;
        let outcome = match who {
            Who::Card => card.process(command, answer),
            Who::Psam => psam.process(command, answer),
        };
        heard.note(who, command, answer);
        outcome.map(|()| answer.sw())
    }

    /// The data of the card's answer, if that ends with 9000.
    fn tell_card(&mut self, command: &[u8], check: Check) -> Result<&[u8], Check> {
        self.tell(Who::Card, command, check)
    }

    fn tell_psam(&mut self, command: &[u8], check: Check) -> Result<&[u8], Check> {
        self.tell(Who::Psam, command, check)
    }

    fn tell(&mut self, who: Who, command: &[u8], check: Check) -> Result<&[u8], Check> {
        let sw = self.say(who, command).map_err(|_| check)?;
        if sw.is_ok() { Ok(self.answer.data()) } else { Err(check) }
    }

    /// Card and PSAM are reset.
    pub(crate) fn power_on(&mut self) -> Result<(), Corrupt> {
        self.card.power_on()?;
        self.psam.power_on()
    }

    /// Puts another card into the field: its counters are at their end, and it answers what is blocked
    /// as PBOC has it.
    pub(crate) fn replace_card(&mut self) -> Result<(), Check> {
        let mut contents = lab::card_contents();
        contents.image.purse.offline_seq = u16::MAX;
        contents.image.purse.online_seq = u16::MAX;
        contents.profile.blocked =
            BlockedAnswers { select: BlockedSelect::Invalidated, directory_warns: true };
        self.card = Card::new(&contents, Fixed).map_err(|_| Check::Memory)?;
        Ok(())
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
        let _ = self.say(Who::Card, &open.debit);
        self.card.power_off();
    }

    /// CREDIT SAM FOR PURCHASE: the PSAM checks MAC2.
    pub(crate) fn settle(&mut self, mac2: [u8; 4]) -> Result<(), Check> {
        self.tell_psam(&build::credit_sam(mac2), Check::Approved).map(drop)
    }

    /// A whole tap, and MAC2 checked.
    pub(crate) fn tap(&mut self, tap: Tap) -> Result<DebitAnswer, Check> {
        let open = self.open(tap)?;
        let answer = self.debit(&open)?;
        self.settle(answer.mac2)?;
        Ok(answer)
    }

    /// A load (圈存) or an unload (圈提) up to the issuer's approval, which is ready to be sent.
    fn open_online(&mut self, transaction: Transaction, amount: Fen) -> Result<CreditRequest, Check> {
        let request = InitRequest { key_index: KEY_INDEX, amount, terminal: TERMINAL };
        let init: LoadInit =
            decode(self.tell_card(&build::init(transaction, &request), Check::Init)?, Check::Init)?;
        let tally = &mut Tally::default();
        let key = Key16::new(OWN).tdes(tally).session_key(load_block(init.random, init.seq), tally);
        let transaction = transaction as u8;
        let input = TransactionMac { amount, transaction, terminal: TERMINAL, date: DATE, time: TIME };
        Ok(CreditRequest { date: DATE, time: TIME, mac2: key.mac(&input.encode(), tally) })
    }

    /// A load, with the issuer's approval.
    pub(crate) fn load(&mut self, amount: Fen) -> Result<(), Check> {
        let approval = self.open_online(Transaction::Load, amount)?;
        self.tell_card(&build::credit(&approval), Check::Approved).map(drop)
    }

    /// An unload, with the issuer's approval.
    pub(crate) fn unload(&mut self, amount: Fen) -> Result<(), Check> {
        let approval = self.open_online(Transaction::Unload, amount)?;
        self.tell_card(&build::debit_unload(&approval), Check::Debit).map(drop)
    }

    /// A new overdraft limit, with the issuer's approval.
    pub(crate) fn limit(&mut self, limit: Fen24) -> Result<(), Check> {
        let request = LimitInitRequest { key_index: KEY_INDEX, terminal: TERMINAL };
        let init: LimitInit =
            decode(self.tell_card(&build::init_update(&request), Check::Init)?, Check::Init)?;
        let tally = &mut Tally::default();
        let key = Key16::new(OWN).tdes(tally).session_key(load_block(init.random, init.seq), tally);
        let transaction = Transaction::LimitUpdate as u8;
        let input = LimitMac2 { limit, transaction, terminal: TERMINAL, date: DATE, time: TIME };
        let mac2 = key.mac(&input.encode(), tally);
        let update = build::update_limit(&LimitRequest { limit, date: DATE, time: TIME, mac2 });
        self.tell_card(&update, Check::Approved).map(drop)
    }

    /// A command of secure messaging (安全报文) with its MAC.
    pub(crate) fn secure(&mut self, name: Name, p1: u8, p2: u8, data: &[u8]) -> Result<(), Check> {
        let challenge = self.tell_card(&build::get_challenge(4), Check::Approved)?;
        let challenge: [u8; 4] = challenge.try_into().map_err(|_| Check::Approved)?;
        let unsigned = build::unsigned(name, p1, p2, data);
        let tally = &mut Tally::default();
        let mac = Key16::new(OWN).tdes(tally).command_mac(Challenge::from(challenge), &unsigned, tally);
        self.tell_card(&build::signed(unsigned, mac), Check::Approved).map(drop)
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

fn decode<'a, T: TryFrom<&'a [u8], Error = WrongLength>>(data: &'a [u8], check: Check) -> Result<T, Check> {
    T::try_from(data).map_err(|_| check)
}

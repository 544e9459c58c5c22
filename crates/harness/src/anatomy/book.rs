//! Which MACs an exchange carries: what went over the links so far is kept, so that each can be made again.

use super::mac::{Mac, Session};
use super::parties::{Parties, Party};
use super::value::{Checked, Made};
use crate::trace::{Exchange, hex};
use std::collections::BTreeMap;
use tunion_apdu::{Name, Sw};
use tunion_data::command::{
    CreditAnswer, CreditRequest, DebitAnswer, DebitRequest, InitRequest, LoadInit, Proof, ProveRequest,
    PurchaseInit, SamCreditRequest, SamInitAnswer, SamInitRequest, Transaction,
};
use tunion_data::host::{LoadAnswer, LoadRefusal, LoadRequest};
use tunion_data::mac::{LoadMac1, LoadTac, PurchaseTac, TransactionMac};
use tunion_data::{BcdDateTime, Fen, FieldInfo, Kind};
use tunion_issuer::Purpose;

/// The MACs of an exchange.
#[derive(Default)]
pub(super) struct Macs {
    pub(super) checked: Vec<Checked>,
    pub(super) made: Vec<Made>,
}

impl Macs {
    fn checks(&mut self, name: &'static str, value: [u8; 4], by: Party, verdict: &'static str) {
        self.checked.push(Checked { name, value: hex(&value), by: by.name(), verdict });
    }
}

/// What is remembered of the exchanges so far.
#[derive(Default)]
pub(super) struct Book {
    begun: Option<Begun>,
    /// Transactions that the card was told to do, by type and by the sequence that each has if it was done.
    told: BTreeMap<(u8, u16), Told>,
}

impl Book {
    /// The MACs of one exchange. Exchanges have to come in their order, also those that are not shown.
    pub(super) fn of(&mut self, parties: &Parties<'_>, exchange: &Exchange) -> Macs {
        let mut macs = Macs::default();
        let Some((command, spec)) = exchange.spec() else { return macs };
        let (asked, sw) = (command.data, exchange.sw());
        let answer = exchange.answer.as_deref().and_then(<[u8]>::split_last_chunk::<2>);
        let answer = answer.map(|(data, _)| data).filter(|_| sw == Some(Sw::OK)).unwrap_or_default();
        let made: Vec<Mac> = match spec.name {
            Name::InitForCappPurchase => self.begin(Transaction::Capp, asked, answer),
            Name::InitForPurchase => self.begin(Transaction::Purchase, asked, answer),
            Name::InitForLoad => self.begin(Transaction::Load, asked, answer),
            Name::InitSamForPurchase => {
                let both = SamInitRequest::try_from(asked).ok().zip(SamInitAnswer::try_from(answer).ok());
                let begun = self.begun.zip(both);
                begun
                    .map(|(begun, (request, answer))| begun.purchase_mac1(&request, answer))
                    .into_iter()
                    .collect()
            }
            Name::DebitForPurchase => {
                let Ok(request) = DebitRequest::try_from(asked) else { return macs };
                macs.checks("MAC1", request.mac1, Party::Card, verdict(sw));
                let told = self.tell(request.terminal_seq, BcdDateTime::join(request.date, request.time));
                let both = told.zip(DebitAnswer::try_from(answer).ok());
                both.map_or_else(Vec::new, |(told, DebitAnswer { tac, mac2 })| {
                    vec![told.tac(tac), told.mac2(mac2)]
                })
            }
            Name::CreditSamForPurchase => {
                let Ok(SamCreditRequest { mac2 }) = SamCreditRequest::try_from(asked) else { return macs };
                macs.checks("MAC2", mac2, Party::Psam, verdict(sw));
                Vec::new()
            }
            Name::CreditForLoad => {
                let Ok(request) = CreditRequest::try_from(asked) else { return macs };
                macs.checks("MAC2", request.mac2, Party::Card, verdict(sw));
                let told = self.tell(0, BcdDateTime::join(request.date, request.time));
                let both = told.zip(CreditAnswer::try_from(answer).ok());
                both.map(|(told, CreditAnswer { tac })| told.tac(tac)).into_iter().collect()
            }
            Name::GetTransactionProve => {
                let both = ProveRequest::try_from(asked).ok().zip(Proof::try_from(answer).ok());
                let Some((ProveRequest { seq }, proof)) = both else { return macs };
                let Some(told) = self.told.get(&(command.p2, seq)) else {
                    macs.made = unseen(proof);
                    return macs;
                };
                vec![told.mac2(proof.mac2), told.tac(proof.tac)]
            }
            _ => Vec::new(),
        };
        macs.made = made.iter().filter_map(|mac| mac.made(parties)).collect();
        macs
    }

    /// The host judges MAC1 and makes MAC2.
    pub(super) fn host(parties: &Parties<'_>, request: &LoadRequest, answer: &LoadAnswer) -> Macs {
        let mut macs = Macs::default();
        let verdict = match answer {
            Ok(_) => "accepted",
            Err(LoadRefusal::WrongMac1) => "refused",
            Err(_) => "not told",
        };
        macs.checks("MAC1", request.init.mac1, Party::Host, verdict);
        if let Ok(approval) = answer {
            let LoadRequest { amount, terminal, key_index, init, .. } = *request;
            let request = InitRequest { key_index, amount, terminal };
            let begun = Begun { transaction: Transaction::Load, request, init: Init::Load(init) };
            let at = BcdDateTime::join(approval.date, approval.time);
            let mac2 = Told { begun, terminal_seq: 0, at }.mac2(approval.mac2);
            macs.made.extend(mac2.made(parties));
        }
        macs
    }

    /// The host judges the TAC of a load, and the MAC2 beside it in a proof.
    pub(super) fn booked(mac2: Option<[u8; 4]>, tac: [u8; 4], outcome: Result<(), LoadRefusal>) -> Macs {
        let verdict = match outcome {
            Ok(()) => "accepted",
            Err(LoadRefusal::WrongProof) => "refused",
            Err(_) => "not told",
        };
        let mut macs = Macs::default();
        if let Some(mac2) = mac2 {
            macs.checks("MAC2", mac2, Party::Host, verdict);
        }
        macs.checks("TAC", tac, Party::Host, verdict);
        macs
    }

    /// What INITIALIZE began, and of a load the MAC1 that it answered.
    fn begin(&mut self, transaction: Transaction, request: &[u8], answer: &[u8]) -> Vec<Mac> {
        let init = match transaction {
            Transaction::Load => LoadInit::try_from(answer).map(Init::Load),
            _ => PurchaseInit::try_from(answer).map(Init::Purchase),
        };
        let both = InitRequest::try_from(request).ok().zip(init.ok());
        self.begun = both.map(|(request, init)| Begun { transaction, request, init });
        self.begun.and_then(Begun::load_mac1).into_iter().collect()
    }

    fn tell(&mut self, terminal_seq: u32, at: BcdDateTime) -> Option<Told> {
        let begun = self.begun.take()?;
        let seq = match begun.init {
            Init::Purchase(init) => init.seq,
            Init::Load(init) => init.seq,
        };
        let told = Told { begun, terminal_seq, at };
        self.told.insert((begun.transaction as u8, seq.saturating_add(1)), told);
        Some(told)
    }
}

/// The MACs of a proof whose transaction went over no link that was seen.
fn unseen(Proof { mac2, tac }: Proof) -> Vec<Made> {
    let made = |name, value: [u8; 4], checked_by: Party| Made {
        name,
        value: hex(&value),
        by: Party::Card.name(),
        checked_by: checked_by.name(),
        right: None,
        expected: None,
        key: None,
        over: Vec::new(),
        says: "not judged: what it is made over was not seen in these taps".to_owned(),
    };
    vec![made("MAC2", mac2, Party::Psam), made("TAC", tac, Party::Clearing)]
}

/// What an answer says of the MAC in its command (`docs/spec/card.md` 3).
fn verdict(sw: Option<Sw>) -> &'static str {
    match sw {
        Some(Sw::OK) => "accepted",
        Some(Sw::WRONG_MAC) => "refused",
        _ => "not told",
    }
}

/// A transaction that INITIALIZE began.
#[derive(Clone, Copy)]
struct Begun {
    transaction: Transaction,
    request: InitRequest,
    init: Init,
}

/// What the card answered to INITIALIZE.
#[derive(Clone, Copy)]
enum Init {
    Purchase(PurchaseInit),
    Load(LoadInit),
}

/// A transaction that the card was told to do.
#[derive(Clone, Copy)]
struct Told {
    begun: Begun,
    terminal_seq: u32,
    at: BcdDateTime,
}

impl Begun {
    fn purchase_mac1(&self, request: &SamInitRequest, answer: SamInitAnswer) -> Mac {
        let SamInitRequest { random, seq, amount, transaction, date, time, key_version, .. } = *request;
        let terminal = self.request.terminal;
        Mac {
            name: "MAC1",
            value: answer.mac1,
            by: Party::Psam,
            checked_by: Party::Card,
            purpose: Purpose::Purchase,
            version: key_version,
            index: Some(self.request.key_index),
            session: Session::Purchase { random, seq, terminal_seq: answer.terminal_seq },
            fields: TransactionMac::FIELDS,
            input: TransactionMac { amount, transaction, terminal, date, time }.encode().into(),
        }
    }

    fn load_mac1(self) -> Option<Mac> {
        let Init::Load(init) = self.init else { return None };
        let InitRequest { key_index, amount, terminal } = self.request;
        let (balance, transaction) = (init.balance, self.transaction as u8);
        Some(Mac {
            name: "MAC1",
            value: init.mac1,
            by: Party::Card,
            checked_by: Party::Host,
            purpose: load_purpose(key_index),
            version: init.key_version,
            index: Some(key_index),
            session: Session::Load { random: init.random, seq: init.seq },
            fields: LoadMac1::FIELDS,
            input: LoadMac1 { balance, amount, transaction, terminal }.encode().into(),
        })
    }
}

impl Told {
    /// The card's MAC2 of a purchase, the host's of a load.
    fn mac2(&self, value: [u8; 4]) -> Mac {
        /// MAC2 of a purchase covers the amount alone (`docs/spec/card.md` 4.5).
        const AMOUNT: &[FieldInfo] = &[FieldInfo { name: "amount", offset: 0, len: 4, kind: Kind::Money }];
        let Begun { transaction, request: InitRequest { key_index, amount, terminal }, init } = self.begun;
        let (name, index, (date, time)) = ("MAC2", Some(key_index), self.at.split());
        match init {
            Init::Purchase(PurchaseInit { random, seq, key_version, .. }) => Mac {
                name,
                value,
                by: Party::Card,
                checked_by: Party::Psam,
                purpose: Purpose::Purchase,
                version: key_version,
                index,
                session: Session::Purchase { random, seq, terminal_seq: self.terminal_seq },
                fields: AMOUNT,
                input: amount.to_be_bytes().into(),
            },
            Init::Load(LoadInit { random, seq, key_version, .. }) => Mac {
                name,
                value,
                by: Party::Host,
                checked_by: Party::Card,
                purpose: load_purpose(key_index),
                version: key_version,
                index,
                session: Session::Load { random, seq },
                fields: TransactionMac::FIELDS,
                input: TransactionMac { amount, transaction: transaction as u8, terminal, date, time }
                    .encode()
                    .into(),
            },
        }
    }

    fn tac(&self, value: [u8; 4]) -> Mac {
        let Self { begun: Begun { transaction, request, init }, terminal_seq, at } = *self;
        let InitRequest { amount, terminal, .. } = request;
        let ((date, time), transaction) = (at.split(), transaction as u8);
        let (version, checked_by, fields, input) = match init {
            Init::Purchase(init) => {
                let tac = PurchaseTac { amount, transaction, terminal, terminal_seq, date, time };
                (init.key_version, Party::Clearing, PurchaseTac::FIELDS, tac.encode().to_vec())
            }
            Init::Load(LoadInit { balance, seq, key_version, .. }) => {
                let balance: Fen = balance.saturating_add(amount);
                let tac = LoadTac { balance, seq, amount, transaction, terminal, date, time };
                (key_version, Party::Host, LoadTac::FIELDS, tac.encode().to_vec())
            }
        };
        Mac {
            name: "TAC",
            value,
            by: Party::Card,
            checked_by,
            purpose: Purpose::Tac,
            version,
            index: None,
            session: Session::None,
            fields,
            input,
        }
    }
}

/// The load key of an index (`docs/spec/card.md` 6a).
const fn load_purpose(index: u8) -> Purpose {
    if index == 0x02 { Purpose::LoadSecond } else { Purpose::Load }
}

//! A terminal of any kind with all that stands around it, and a hand that may change whatever it is told.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of a shared module")]

use super::{BEIJING, name_of, now, profile, roots};
use rand_core::SeedableRng;
use std::collections::{BTreeMap, VecDeque};
use tunion_apdu::{Device, Name, Response};
use tunion_card::{Card, Chip};
use tunion_data::command::{SamApplication, SamQuota, SamSerial};
use tunion_data::host::{LoadAnswer, SignOnAnswer};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, Pan, TerminalId};
use tunion_harness::random::Stream;
use tunion_issuer::account::Account;
use tunion_issuer::{LoadHost, LoadRules, QuotaRules, SignOnHost};
use tunion_psam::contents::LoadSam;
use tunion_psam::{Psam, Transport};
use tunion_terminal::profile::{LoadBy, LoadProfile, RefundProfile};
use tunion_terminal::{
    Action, BlackList, Code, Decision, Event, Fares, Gate, Note, Office, Place, Profile, Request, Setup,
    SlotId, Terminal,
};

/// Number of the terminal.
pub const TERMINAL: TerminalId = TerminalId([0x10, 0, 0, 0, 0, 7]);
/// Where the ticket office stands.
pub const OFFICE: Place = Place::Office(Office { line: 2, station: 77 });
/// Rules of loads with the SAM, which extend a card for a year.
pub const BY_SAM: LoadProfile = LoadProfile {
    by: LoadBy::Sam,
    base: Some(Fen::from_yuan(10)),
    max_single: Some(Fen::from_yuan(500)),
    max_balance: Some(Fen::from_yuan(1000)),
    min_first: Some(Fen::from_yuan(20)),
    extend_days: 365,
};
/// The same against the host.
pub const BY_HOST: LoadProfile = LoadProfile { by: LoadBy::Host, ..BY_SAM };
/// What the host gives the SAM.
pub const QUOTA: QuotaRules =
    QuotaRules { quota: Fen::from_yuan(200), per_day: Fen::from_yuan(1000), hours: 12 };

pub fn refunds() -> Profile {
    let accepted = vec![tunion_data::file::CardType::Ordinary];
    let refund = RefundProfile { accepted, fee: Fen::from_yuan(1), settle_overdraft: true };
    Profile { refund: Some(refund), ..profile() }
}

/// Whom the terminal asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Card(Name),
    Sam(Name),
    Host,
    SignOn,
    Store,
}

/// What the terminal is told.
#[derive(Clone, Debug)]
pub enum Told {
    Card(Vec<u8>),
    CardGone,
    Sam(Vec<u8>),
    SamGone,
    Host(LoadAnswer),
    SignOn(SignOnAnswer),
    HostGone,
    Persisted(SlotId),
    StoreFailed(SlotId),
}

/// What the hand does at one question.
pub enum Meddle {
    /// Nothing.
    Let,
    /// The question does not arrive, and the terminal is told this.
    Instead(Told),
    /// It arrives, and the terminal is told this all the same.
    After(Told),
}

/// What one tap came to.
#[derive(Debug, Default)]
pub struct Came {
    pub decision: Option<Decision>,
    pub records: Vec<UploadRecord>,
    /// All that was asked, in order.
    pub asked: Vec<Asked>,
    /// The commands to the PSAM.
    pub to_sam: Vec<Vec<u8>>,
}

impl Came {
    pub fn code(&self) -> Code {
        self.decision.as_ref().unwrap().code
    }

    pub fn gate(&self) -> Gate {
        self.decision.as_ref().unwrap().gate
    }

    pub fn notes(&self) -> &[Note] {
        &self.decision.as_ref().unwrap().notes
    }

    pub fn sent(&self, name: Name) -> bool {
        self.asked.iter().any(|asked| *asked == Asked::Card(name) || *asked == Asked::Sam(name))
    }

    pub fn of(&self, kind: RecordKind) -> Vec<&UploadRecord> {
        self.records.iter().filter(|record| record.kind == kind as u8).collect()
    }
}

/// A terminal with its PSAM, which is a load SAM too, its store, and the issuer's hosts.
pub struct Desk<'t> {
    pub terminal: Terminal<'t>,
    pub setup: Setup<'t>,
    pub psam: Psam<Stream>,
    pub store: BTreeMap<SlotId, [u8; UploadRecord::LEN]>,
    pub host: LoadHost<BTreeMap<Pan, Account>>,
    pub sign_on: SignOnHost,
    restarts: u32,
}

impl<'t> Desk<'t> {
    /// One that is switched off.
    pub fn new(profile: &'t Profile, place: Place, fares: Fares<'t>, black_list: &'t BlackList) -> Self {
        let setup = Setup { profile, place, fares, black_list };
        let serial = SamSerial { kind: 0x0F, version: 1, number: [7; 8] };
        let contents = tunion_psam::Contents {
            serial,
            terminal: TERMINAL,
            application: SamApplication {
                key_index: 1,
                issuer: BEIJING,
                acquirer: BEIJING,
                ..SamApplication::default()
            },
            purchase_root: roots().purchase,
            key_version: 1,
            sequence: 1,
            sequence_moves: tunion_psam::SequenceMoves::AtInit,
            mac_failure_limit: 15,
            block_root: roots().app_block,
            maintenance_root: roots().app_maintenance,
            control_key: roots().psam_control,
            load: Some(LoadSam {
                root: roots().sam_load(BEIJING),
                authenticate: roots().sam_authenticate(&serial),
            }),
            transport: Transport::GetResponse,
        };
        let mut sign_on = SignOnHost::new(roots(), QUOTA);
        sign_on.give_out(serial, TERMINAL);
        Self {
            terminal: Terminal::new(setup),
            setup,
            psam: Psam::new(contents, Stream::seed_from_u64(7)),
            store: BTreeMap::new(),
            host: LoadHost::new(roots(), LoadRules::default(), BTreeMap::new()),
            sign_on,
            restarts: 0,
        }
    }

    /// Enters a card at the issuer's host.
    pub fn issue(&mut self, number: u8) {
        let (info, purse) = super::made_of(number);
        let contents = tunion_issuer::roots::personalise(
            &roots(),
            info,
            tunion_data::file::Holder::default(),
            super::managed(),
            purse,
        );
        self.host.registry_mut().insert(info.pan, Account::new(&contents));
    }

    pub fn switch_on(&mut self) -> Came {
        self.happens(None, 0, Event::Started, |_, _| Meddle::Let)
    }

    /// Loses all but its store.
    pub fn restart(&mut self) {
        let kept: Vec<_> = self.store.iter().map(|(slot, bytes)| (*slot, *bytes)).collect();
        self.restarts += 1;
        self.terminal = Terminal::restored(self.setup, &kept, 1000 * self.restarts);
        self.psam.power_off();
        self.psam.power_on().unwrap();
        self.switch_on();
        assert!(self.terminal.is_ready());
    }

    /// What the SAM itself has left.
    pub fn left(&mut self) -> SamQuota {
        let mut response = Response::new();
        self.psam
            .process(&tunion_apdu::build::read_binary(tunion_data::file::Sfi::QUOTA, 15), &mut response)
            .unwrap();
        SamQuota::try_from(response.data()).unwrap()
    }

    pub fn tap(&mut self, card: &mut Card<Stream>, minute: i8, request: Request) -> Came {
        self.meddled(card, minute, request, |_, _| Meddle::Let)
    }

    pub fn meddled(
        &mut self,
        card: &mut Card<Stream>,
        minute: i8,
        request: Request,
        hand: impl FnMut(Asked, &Response) -> Meddle,
    ) -> Came {
        card.power_on().unwrap();
        let came = self.happens(Some(card), minute, Event::Card(request), hand);
        card.power_off();
        came
    }

    /// Tells the terminal of an event and does what it wants until it wants nothing more. The hand sees whom it
    /// asks and, where a card or PSAM would answer, what that is: the answer of a copy, so that it may keep the
    /// command back.
    pub fn happens(
        &mut self,
        mut card: Option<&mut Card<Stream>>,
        minute: i8,
        event: Event<'_>,
        mut hand: impl FnMut(Asked, &Response) -> Meddle,
    ) -> Came {
        let at = now(minute);
        let mut came = Came::default();
        let mut queue = VecDeque::from(self.terminal.step(at, event));
        let mut rounds = 0;
        while let Some(action) = queue.pop_front() {
            rounds += 1;
            assert!(rounds < 1000, "it does not come to an end: {:?}", came.asked);
            let told = match action {
                Action::SendCard(command) => {
                    let asked = Asked::Card(name_of(Device::Card, &command));
                    came.asked.push(asked);
                    ask_card(card.as_deref_mut().unwrap(), &command, |answer| hand(asked, answer))
                }
                Action::SendSam(command) => {
                    let asked = Asked::Sam(name_of(Device::Sam, &command));
                    came.asked.push(asked);
                    came.to_sam.push(command.to_vec());
                    self.ask_sam(&command, |answer| hand(asked, answer))
                }
                Action::ResetSam => {
                    self.psam.power_off();
                    self.psam.power_on().unwrap();
                    continue;
                }
                Action::SendHost(request) => {
                    came.asked.push(Asked::Host);
                    let Ok(answer) = self.host.approve(&request);
                    meddled(hand(Asked::Host, &Response::new()), Told::Host(answer))
                }
                Action::SignOn(request) => {
                    came.asked.push(Asked::SignOn);
                    let answer = self.sign_on.sign_on(&request);
                    meddled(hand(Asked::SignOn, &Response::new()), Told::SignOn(answer))
                }
                Action::Persist(slot, bytes) => {
                    came.asked.push(Asked::Store);
                    let meddle = hand(Asked::Store, &Response::new());
                    if !matches!(meddle, Meddle::Instead(_)) {
                        self.store.insert(slot, bytes);
                    }
                    meddled(meddle, Told::Persisted(slot))
                }
                Action::Forget(slot) => {
                    self.store.remove(&slot);
                    continue;
                }
                Action::Confirm(confirmation) => {
                    let Ok(_) = self.host.confirm(&confirmation);
                    continue;
                }
                Action::Prove(proof) => {
                    let Ok(_) = self.host.prove(&proof);
                    continue;
                }
                Action::Emit(record) => {
                    came.records.push(*record);
                    continue;
                }
                Action::Decide(decision) => {
                    assert!(came.decision.replace(*decision).is_none(), "decided twice");
                    continue;
                }
                Action::AskFare(_) | Action::Show(_) | Action::Done => continue,
            };
            queue.extend(self.tell(minute, &told));
        }
        came
    }

    fn ask_sam(&mut self, command: &[u8], hand: impl FnOnce(&Response) -> Meddle) -> Told {
        let mut response = Response::new();
        let mut after = self.psam.clone();
        after.process(command, &mut response).unwrap();
        let meddle = hand(&response);
        if !matches!(meddle, Meddle::Instead(_)) {
            self.psam = after;
        }
        meddled(meddle, Told::Sam(response.bytes().to_vec()))
    }

    pub fn tell(&mut self, minute: i8, told: &Told) -> Vec<Action> {
        let event = match told {
            Told::Card(bytes) => Event::CardAnswer(bytes),
            Told::CardGone => Event::CardGone,
            Told::Sam(bytes) => Event::SamAnswer(bytes),
            Told::SamGone => Event::SamGone,
            Told::Host(answer) => Event::HostAnswer(answer),
            Told::SignOn(answer) => Event::SignedOn(answer),
            Told::HostGone => Event::HostGone,
            Told::Persisted(slot) => Event::Persisted(*slot),
            Told::StoreFailed(slot) => Event::StoreFailed(*slot),
        };
        self.terminal.step(now(minute), event)
    }
}

fn meddled(meddle: Meddle, told: Told) -> Told {
    match meddle {
        Meddle::Let => told,
        Meddle::Instead(other) | Meddle::After(other) => other,
    }
}

/// As [`Desk::ask_sam`].
fn ask_card(card: &mut Card<Stream>, command: &[u8], hand: impl FnOnce(&Response) -> Meddle) -> Told {
    let mut response = Response::new();
    let mut after = card.clone();
    let told = match after.process(command, &mut response) {
        Ok(()) => Told::Card(response.bytes().to_vec()),
        Err(_) => Told::CardGone,
    };
    let meddle = hand(&response);
    if !matches!(meddle, Meddle::Instead(_)) {
        *card = after;
    }
    meddled(meddle, told)
}

//! Gates made by hand, with a PSAM and a store around them, and what may go wrong there.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of a shared module")]

pub mod desk;
pub mod town;

use rand_core::SeedableRng;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use tunion_apdu::{Command, Device, Name, Response, Sw, table};
use tunion_card::{Card, Chip, PurseContents};
use tunion_data::civil::{DateTime, date};
use tunion_data::command::{SamApplication, SamSerial};
use tunion_data::file::{AppInfo, CardType, Holder, Management};
use tunion_data::upload::UploadRecord;
use tunion_data::{BcdDate, CityCode, Fen, Fen24, IssuerId, TerminalId};
use tunion_fare::Tariff;
use tunion_harness::link::{Faulty, Link, Pull};
use tunion_harness::random::Stream;
use tunion_issuer::Roots;
use tunion_psam::Psam;
use tunion_terminal::profile::{
    ByteOrder, Bytes, Check, ExpiredStudent, LedgerBinding, Mac2Policy, OpenElsewhere, RailProfile, RailTail,
};
use tunion_terminal::{
    Action, BlackList, Charge, Code, Decision, Direction, Enquiry, Event, FareQuestion, Fares, Gate, Note,
    Place, Profile, RailGate, Request, Setup, SlotId, Terminal,
};

pub const BEIJING: IssuerId = IssuerId([0x01, 0x01, 0x10, 0x00, 0xFF, 0xFF, 0xFF, 0xFF]);

pub fn profile() -> Profile {
    Profile {
        name: "test".into(),
        city: CityCode::BEIJING,
        operator: 0x0030,
        byte_order: ByteOrder::Little,
        local_issuers: vec![BEIJING],
        white_list: Vec::new(),
        checks: vec![Check::Enabled, Check::Started, Check::NotExpired, Check::CardType, Check::BlackList],
        accepted: vec![CardType::Ordinary, CardType::Student],
        expired_student: ExpiredStudent::Refuse,
        mac2: Mac2Policy::BeforeDecision,
        top_up_below: Fen::ZERO,
        grey_slots: 10,
        retap_seconds: 120,
        rail: RailProfile {
            tail: RailTail::Beijing,
            ledger: Some(LedgerBinding {
                paid: Bytes { offset: 110, len: 3 },
                rides: Bytes { offset: 113, len: 2 },
                stamp: 99,
            }),
            free_reentry_minutes: 20,
            open_elsewhere: OpenElsewhere::Refuse,
            ..RailProfile::default()
        },
        ..Profile::default()
    }
}

pub fn tariff() -> Tariff {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tariffs/beijing-rail.toml");
    tunion_files::tariff::load(file).unwrap()
}

pub fn station_code(tariff: &Tariff, name: &str) -> u16 {
    let network = tariff.network().unwrap();
    network.station(network.station_named(name).unwrap()).unwrap().code
}

pub fn roots() -> Roots {
    Roots::numbered()
}

pub fn card(number: u8) -> Card<Stream> {
    card_with(number, Fen::from_yuan(50))
}

/// A card with this balance, and no overdraft.
pub fn card_with(number: u8, balance: Fen) -> Card<Stream> {
    let (info, purse) = made_of(number);
    let purse = PurseContents { balance: Fen24::new(balance).unwrap(), ..purse };
    let contents = tunion_issuer::roots::personalise(&roots(), info, Holder::default(), managed(), purse);
    Card::new(&contents, Stream::seed_from_u64(u64::from(number))).unwrap()
}

/// EF 15 and the purse of a card.
pub fn made_of(number: u8) -> (AppInfo, PurseContents) {
    let info = AppInfo {
        issuer: BEIJING,
        app_type: 2,
        enabled: 1,
        pan: format!("31051700100000000{number:02}").parse().unwrap(),
        valid_from: BcdDate::from(date(2026, 1, 1)),
        valid_to: BcdDate::from(date(2027, 1, 1)),
        issuer_data: [0; 2],
    };
    let purse =
        PurseContents { balance: Fen24::new(Fen::from_yuan(50)).unwrap(), ..PurseContents::default() };
    (info, purse)
}

/// EF 17 of every card.
pub fn managed() -> Management {
    Management { card_type: 1, interoperable: 1, ..Management::default() }
}

/// What may go wrong around a terminal.
#[derive(Clone, Copy, Default)]
pub struct Trouble {
    pub card: Option<(Name, Pull)>,
    pub store_fails: bool,
    pub sam_silent_at: Option<Name>,
    /// The terminal is not even told that the PSAM is silent.
    pub sam_never_at: Option<Name>,
    pub wrong_mac2: bool,
    /// The PSAM answers this command with this status word.
    pub sam_answers: Option<(Name, Sw)>,
}

/// A gate with its PSAM and its store.
pub struct Stand<'t> {
    pub terminal: Terminal<'t>,
    pub setup: Setup<'t>,
    pub psam: Psam<Stream>,
    pub store: BTreeMap<SlotId, [u8; UploadRecord::LEN]>,
    /// What the controller names, where it is asked.
    pub charge: Charge,
}

/// What one tap came to.
#[derive(Debug, Default)]
pub struct Tapped {
    pub decision: Option<Decision>,
    pub records: Vec<UploadRecord>,
    /// Commands to the card and the PSAM, and the decision's place among them.
    pub order: Vec<Result<Name, Gate>>,
    /// The bytes of those commands.
    pub commands: Vec<Vec<u8>>,
    /// What an enquiry showed.
    pub enquiry: Option<Enquiry>,
    /// What a controller was asked.
    pub asked: Option<FareQuestion>,
}

impl Tapped {
    pub fn code(&self) -> Code {
        self.decision.as_ref().unwrap().code
    }

    pub fn notes(&self) -> &[Note] {
        &self.decision.as_ref().unwrap().notes
    }

    /// Whether the one note is that an earlier debit was found done.
    pub fn recovered(&self) -> bool {
        matches!(self.notes(), [Note::Recovered { load: false, .. }])
    }

    pub fn sent(&self, name: Name) -> bool {
        self.order.contains(&Ok(name))
    }

    /// The data of the command that begins with these bytes.
    pub fn data_of(&self, header: &[u8]) -> &[u8] {
        let mut commands = self.commands.iter().filter(|command| command.starts_with(header));
        let command = commands.next().unwrap_or_else(|| panic!("{header:02X?} was not sent"));
        assert!(commands.next().is_none(), "{header:02X?} was sent twice");
        &command[5..5 + usize::from(command[4])]
    }
}

pub fn name_of(device: Device, bytes: &[u8]) -> Name {
    table::find(device, &Command::parse(bytes).unwrap()).unwrap().name
}

impl<'t> Stand<'t> {
    pub fn new(
        profile: &'t Profile,
        tariff: &'t Tariff,
        black_list: &'t BlackList,
        number: u8,
        direction: Direction,
        station: &str,
    ) -> Self {
        let station = station_code(tariff, station);
        let place = Place::Rail(RailGate { direction, line: 1, station });
        Self::at(Setup { profile, place, fares: Fares::Tariff(tariff), black_list }, number)
    }

    /// A terminal of any kind.
    pub fn at(setup: Setup<'t>, number: u8) -> Self {
        let contents = tunion_psam::Contents {
            serial: SamSerial::default(),
            terminal: TerminalId([0x10, 0, 0, 0, 0, number]),
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
            load: None,
            transport: tunion_psam::Transport::Direct,
        };
        let psam = Psam::new(contents, Stream::seed_from_u64(99));
        let charge = Charge { list: Fen::ZERO, charged: Fen::ZERO };
        let mut stand = Self { terminal: Terminal::new(setup), setup, psam, store: BTreeMap::new(), charge };
        stand.switch_on();
        stand
    }

    pub fn switch_on(&mut self) -> Tapped {
        let mut blank = card(99);
        let started = self.drive(&mut blank, now(0), Event::Started, Trouble::default());
        assert!(self.terminal.is_ready());
        started
    }

    /// A tap up to the PSAM's judgement of MAC2, which is not waited for.
    pub fn until_mac2(&mut self, card: &mut Card<Stream>, minute: i8) -> Tapped {
        card.power_on().unwrap();
        let silent = Trouble { sam_never_at: Some(Name::CreditSamForPurchase), ..FINE };
        let tapped = self.drive(card, now(minute), Event::Card(Request::Ride), silent);
        card.power_off();
        tapped
    }

    /// Loses all but its store.
    pub fn restart(&mut self) -> Tapped {
        let kept: Vec<_> = self.store.iter().map(|(slot, bytes)| (*slot, *bytes)).collect();
        self.terminal = Terminal::restored(self.setup, &kept, 1000);
        self.psam.power_off();
        self.psam.power_on().unwrap();
        self.switch_on()
    }

    pub fn tap(&mut self, card: &mut Card<Stream>, minute: i8, trouble: Trouble) -> Tapped {
        self.ask(card, now(minute), Request::Ride, trouble)
    }

    /// Holds the card to the terminal for what its holder wants.
    pub fn ask(
        &mut self,
        card: &mut Card<Stream>,
        at: DateTime,
        request: Request,
        trouble: Trouble,
    ) -> Tapped {
        card.power_on().unwrap();
        let tapped = self.drive(card, at, Event::Card(request), trouble);
        card.power_off();
        assert!(self.terminal.is_ready(), "stuck after {:?}", tapped.order);
        tapped
    }

    pub fn drive(
        &mut self,
        card: &mut Card<Stream>,
        at: DateTime,
        event: Event<'_>,
        trouble: Trouble,
    ) -> Tapped {
        let mut tapped = Tapped::default();
        let mut link = Faulty::new(card, trouble.card);
        let mut response = Response::new();
        let mut queue = VecDeque::from(self.terminal.step(at, event));
        while let Some(action) = queue.pop_front() {
            let event = match action {
                Action::SendCard(command) => {
                    tapped.order.push(Ok(name_of(Device::Card, &command)));
                    tapped.commands.push(command.to_vec());
                    match link.transmit(&command, &mut response) {
                        Ok(()) => Event::CardAnswer(response.bytes()),
                        Err(_) => Event::CardGone,
                    }
                }
                Action::SendSam(command) => {
                    let name = name_of(Device::Sam, &command);
                    tapped.order.push(Ok(name));
                    tapped.commands.push(command.to_vec());
                    self.psam.process(&command, &mut response).unwrap();
                    if trouble.wrong_mac2 && name == Name::CreditSamForPurchase {
                        response.set(&Sw::WRONG_MAC.0.to_be_bytes()).unwrap();
                    }
                    if trouble.sam_never_at == Some(name) {
                        continue;
                    }
                    if let Some((_, sw)) = trouble.sam_answers.filter(|(at, _)| *at == name) {
                        response.set(&sw.0.to_be_bytes()).unwrap();
                    }
                    if trouble.sam_silent_at == Some(name) {
                        Event::SamGone
                    } else {
                        Event::SamAnswer(response.bytes())
                    }
                }
                Action::Persist(slot, _) if trouble.store_fails => Event::StoreFailed(slot),
                Action::Persist(slot, bytes) => {
                    self.store.insert(slot, bytes);
                    Event::Persisted(slot)
                }
                Action::Forget(slot) => {
                    self.store.remove(&slot);
                    continue;
                }
                Action::Emit(record) => {
                    tapped.records.push(*record);
                    continue;
                }
                Action::Decide(decision) => {
                    tapped.order.push(Err(decision.gate));
                    assert!(tapped.decision.replace(*decision).is_none(), "decided twice");
                    continue;
                }
                Action::Show(enquiry) => {
                    tapped.enquiry = Some(*enquiry);
                    continue;
                }
                Action::AskFare(question) => {
                    tapped.asked = Some(question);
                    Event::Fare(self.charge)
                }
                Action::Done => continue,
                Action::ResetSam => {
                    self.psam.power_off();
                    self.psam.power_on().unwrap();
                    continue;
                }
                other => panic!("a gate does not {other:?}"),
            };
            queue.extend(self.terminal.step(at, event));
        }
        tapped
    }
}

pub fn now(minute: i8) -> DateTime {
    date(2026, 11, 23).at(8, minute, 0, 0)
}

pub const FINE: Trouble = Trouble {
    card: None,
    store_fails: false,
    sam_silent_at: None,
    sam_never_at: None,
    wrong_mac2: false,
    sam_answers: None,
};
pub const LOST_AFTER_DEBIT: Trouble = Trouble { card: Some((Name::DebitForPurchase, Pull::After)), ..FINE };
pub const LOST_BEFORE_DEBIT: Trouble = Trouble { card: Some((Name::DebitForPurchase, Pull::Before)), ..FINE };

pub fn actual(card: &Card<Stream>) -> Fen {
    card.balances().actual
}

/// An entry gate and two exit gates of one station pair, 西直门 and 国贸, with what they are made of.
pub fn with_gates(profile: &Profile, play: impl FnOnce([Stand<'_>; 3])) {
    let (tariff, black_list) = (tariff(), BlackList::new());
    let stand =
        |number, direction, station| Stand::new(profile, &tariff, &black_list, number, direction, station);
    play([
        stand(1, Direction::Entry, "西直门"),
        stand(2, Direction::Exit, "国贸"),
        stand(3, Direction::Exit, "国贸"),
    ]);
}

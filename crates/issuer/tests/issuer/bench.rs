//! A card, its issuer's host, and what a top-up terminal says to both.

use std::collections::BTreeMap;

use hex_literal::hex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::{CommandBuf, Response, Sw, build};
use tunion_card::{Card, Chip, Contents, PurseContents};
use tunion_crypto::Key16;
use tunion_data::civil::DateTime;
use tunion_data::command::{CreditAnswer, CreditRequest, InitRequest, LoadInit, Proof, Transaction};
use tunion_data::fci::EP_AID;
use tunion_data::file::{AppInfo, Holder, Management};
use tunion_data::host::{LoadAnswer, LoadApproval, LoadConfirmation, LoadProof, LoadRefusal, LoadRequest};
use tunion_data::{BcdDate, Fen, Fen24, IssuerId, Pan, TerminalId};
use tunion_issuer::{Account, CardRegistry, LoadHost, LoadRules, Roots, personalise};

pub(crate) const ISSUER: IssuerId = IssuerId(hex!("05212482FFFFFFFF"));
pub(crate) const PAN: Pan = Pan::from_bytes(hex!("03104895199900000003"));
pub(crate) const NOON: DateTime = DateTime::constant(2024, 1, 2, 12, 0, 0, 0);

/// As published (`docs/spec/card.md` 5.1), load and the rest of this project.
pub(crate) fn roots() -> Roots {
    Roots {
        purchase: Key16::new(hex!("25EC312F61B9687CE3316101E60DB60B")),
        tac: Key16::new(hex!("75944675E96E549E52157A23E361BF98")),
        load: Key16::new(hex!("1A644457A2A7EDBA872EEC05304E562E")),
        load_second: Key16::new(hex!("7F917D5DE9F7B531D9EC275C275A479B")),
        app_block: Key16::new(hex!("515E61C2469BB5F14A809E51252F9B97")),
        app_unblock: Key16::new(hex!("515E61C2469BB5F14A809E51252F9B97")),
        app_maintenance: Key16::new(hex!("5B207F7AC85102D5CD38A1DCFE686E7A")),
        ..Roots::numbered()
    }
}

/// An empty card with an overdraft limit of 10.00 yuan.
pub(crate) fn contents() -> Contents {
    let info = AppInfo {
        issuer: ISSUER,
        app_type: 2,
        enabled: 1,
        pan: PAN,
        valid_from: BcdDate(hex!("20200101")),
        valid_to: BcdDate(hex!("20491231")),
        issuer_data: [0; 2],
    };
    let overdraft_limit = Fen24::new(Fen::from_yuan(10)).unwrap();
    let purse = PurseContents { overdraft_limit, ..PurseContents::default() };
    personalise(&roots(), info, Holder::default(), Management::default(), purse)
}

pub(crate) fn terminal(number: u8) -> TerminalId {
    TerminalId([0x10, 0, 0, 0, 0, number])
}

pub(crate) struct Bench {
    pub(crate) card: Card<ChaCha8Rng>,
    pub(crate) host: LoadHost<BTreeMap<Pan, Account>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::of(&contents(), LoadRules::default())
    }

    pub(crate) fn of(contents: &Contents, rules: LoadRules) -> Self {
        let accounts = BTreeMap::from([(contents.image.info.pan, Account::new(contents))]);
        let mut bench = Self {
            card: Card::new(contents, ChaCha8Rng::seed_from_u64(7)).unwrap(),
            host: LoadHost::new(roots(), rules, accounts),
        };
        bench.select();
        bench
    }

    pub(crate) fn account(&self) -> Account {
        self.host.registry().account(PAN).unwrap().unwrap()
    }

    pub(crate) fn account_mut(&mut self) -> &mut Account {
        self.host.registry_mut().get_mut(&PAN).unwrap()
    }

    /// The card leaves the field and comes back.
    pub(crate) fn select(&mut self) {
        self.card.power_off();
        self.card.power_on().unwrap();
        assert_eq!(self.ask(&build::select_name(&EP_AID)).0, Sw::OK);
    }

    pub(crate) fn ask(&mut self, command: &CommandBuf) -> (Sw, Vec<u8>) {
        let mut response = Response::new();
        self.card.process(command, &mut response).unwrap();
        (response.sw(), response.data().to_vec())
    }

    /// INITIALIZE FOR LOAD, and the request that follows from it.
    pub(crate) fn init(&mut self, yuan: u32, key_index: u8) -> LoadRequest {
        let (amount, terminal) = (Fen::from_yuan(yuan), terminal(1));
        let (sw, data) =
            self.ask(&build::init(Transaction::Load, &InitRequest { key_index, amount, terminal }));
        assert_eq!(sw, Sw::OK);
        let init = LoadInit::try_from(&data[..]).unwrap();
        LoadRequest { issuer: ISSUER, pan: PAN, terminal, key_index, amount, init, at: NOON }
    }

    pub(crate) fn load(&mut self, request: LoadRequest) -> LoadAnswer {
        self.host.approve(&request).unwrap()
    }

    /// CREDIT FOR LOAD; the TAC.
    pub(crate) fn credit(&mut self, approval: LoadApproval) -> Result<[u8; 4], Sw> {
        let (sw, data) = self.ask(&credit(approval));
        if sw.is_ok() { Ok(CreditAnswer::try_from(&data[..]).unwrap().tac) } else { Err(sw) }
    }

    pub(crate) fn confirm(&mut self, seq: u16, tac: [u8; 4]) -> Result<(), LoadRefusal> {
        self.host.confirm(&LoadConfirmation { issuer: ISSUER, pan: PAN, seq, tac }).unwrap()
    }

    /// GET TRANSACTION PROVE for the load whose INITIALIZE answered `seq`.
    pub(crate) fn proof(&mut self, seq: u16) -> Result<Proof, Sw> {
        let (sw, data) = self.ask(&build::prove(Transaction::Load, seq + 1));
        if sw.is_ok() { Ok(Proof::try_from(&data[..]).unwrap()) } else { Err(sw) }
    }

    pub(crate) fn prove(&mut self, seq: u16, proof: Proof) -> Result<(), LoadRefusal> {
        self.host.prove(&LoadProof { issuer: ISSUER, pan: PAN, seq, proof }).unwrap()
    }

    /// A whole load, start to end.
    pub(crate) fn top_up(&mut self, yuan: u32) {
        let request = self.init(yuan, 1);
        let approval = self.load(request).unwrap();
        let tac = self.credit(approval).unwrap();
        self.confirm(request.init.seq, tac).unwrap();
    }

    pub(crate) fn balance(&self) -> Fen {
        self.card.balances().actual
    }
}

/// The CREDIT FOR LOAD that an approval stands for.
pub(crate) fn credit(approval: LoadApproval) -> CommandBuf {
    let LoadApproval { date, time, mac2 } = approval;
    build::credit(&CreditRequest { date, time, mac2 })
}

//! The INITIALIZE commands. They write nothing; the open transaction lies in RAM.

use crate::crypto;
use crate::frame::{Answer, Command, Sw, Verdict};
use crate::memory::Algorithm;
use crate::model::{Kind, Model, Open, Random};

/// The algorithm byte of the answers: DES (4.8).
const DES: u8 = 0x00;

/// Key index, amount and terminal.
struct Request {
    index: u8,
    amount: u32,
    terminal: [u8; 6],
}

fn request(command: &Command) -> Request {
    let data = &command.data;
    Request {
        index: data[0],
        amount: u32::from_be_bytes([data[1], data[2], data[3], data[4]]),
        terminal: std::array::from_fn(|i| data[5 + i]),
    }
}

impl Model {
    /// 8.4, algorithm in use: 6985 while it is SM4, or blocked.
    fn algorithm_serves(&self) -> Result<(), Sw> {
        if self.memory.algorithm == Algorithm::Sm4 || self.memory.des_blocked {
            return Err(0x6985);
        }
        Ok(())
    }

    /// Load and unload, where a verified PIN is wanted.
    fn pin_serves(&self) -> Result<(), Sw> {
        if self.settings.load_wants_pin && !self.ram.verified {
            return Err(0x6985);
        }
        Ok(())
    }

    fn online_left(&self) -> Result<(), Sw> {
        if self.memory.online == 0xFFFF { Err(0x9402) } else { Ok(()) }
    }

    fn open(
        &mut self,
        kind: Kind,
        key: [u8; 16],
        amount: u32,
        terminal: [u8; 6],
        random: Random<'_>,
    ) -> [u8; 4] {
        let mut bytes = [0; 4];
        random(&mut bytes);
        let open = Open { kind, key, amount, terminal, random: bytes, trip: None, industry: Vec::new() };
        self.ram.open = Some(open);
        bytes
    }

    /// 8.5, INITIALIZE FOR LOAD.
    pub(crate) fn initialize_for_load(&mut self, command: &Command, random: Random<'_>) -> Verdict {
        let Request { index, amount, terminal } = request(command);
        self.algorithm_serves()?;
        self.pin_serves()?;
        let key = match index {
            0x01 => self.keys.load[0],
            0x02 => self.keys.load[1],
            _ => return Err(0x9403),
        };
        self.online_left()?;
        // Choice: what the actual balance would be, after overdraft is paid back, is held against the ceiling.
        if self.memory.after_load(amount).0 > u64::from(self.memory.ceiling) {
            return Err(0x6985);
        }
        Ok(self.open_online(Kind::Load, key, amount, terminal, random))
    }

    /// 8.5, INITIALIZE FOR UNLOAD.
    pub(crate) fn initialize_for_unload(&mut self, command: &Command, random: Random<'_>) -> Verdict {
        let Request { index, amount, terminal } = request(command);
        self.algorithm_serves()?;
        self.pin_serves()?;
        if index != 0x01 {
            return Err(0x9403);
        }
        self.online_left()?;
        if amount > self.memory.actual {
            return Err(0x9401);
        }
        Ok(self.open_online(Kind::Unload, self.keys.unload, amount, terminal, random))
    }

    /// The answer of load and unload: balance4 ‖ online seq2 ‖ key version ‖ algorithm ‖ rand4 ‖ MAC1.
    fn open_online(
        &mut self,
        kind: Kind,
        key: [u8; 16],
        amount: u32,
        terminal: [u8; 6],
        random: Random<'_>,
    ) -> Answer {
        let random = self.open(kind, key, amount, terminal, random);
        let balance = self.memory.available().to_be_bytes();
        let sequence = self.memory.online;
        let input = [&balance[..], &amount.to_be_bytes(), &[kind.byte()], &terminal].concat();
        let mac = crypto::mac(crypto::load_session(key, random, sequence), &input);
        let version = self.keys.version;
        Answer::data([&balance[..], &sequence.to_be_bytes(), &[version, DES], &random, &mac].concat())
    }

    /// 8.5, INITIALIZE FOR UPDATE: balance4 ‖ online seq2 ‖ old limit3 ‖ key version ‖ algorithm ‖ rand4 ‖ MAC1.
    pub(crate) fn initialize_for_update(&mut self, command: &Command, random: Random<'_>) -> Verdict {
        let index = command.data[0];
        let terminal = std::array::from_fn(|i| command.data[1 + i]);
        self.algorithm_serves()?;
        if index != 0x01 {
            return Err(0x9403);
        }
        self.online_left()?;
        let key = self.keys.overdraft;
        let random = self.open(Kind::Update, key, 0, terminal, random);
        let balance = self.memory.available().to_be_bytes();
        let limit = self.memory.limit.to_be_bytes();
        let sequence = self.memory.online;
        let input = [&balance[..], &limit[1..], &[Kind::Update.byte()], &terminal].concat();
        let mac = crypto::mac(crypto::load_session(key, random, sequence), &input);
        let version = self.keys.version;
        let answer = [&balance[..], &sequence.to_be_bytes(), &limit[1..], &[version, DES], &random, &mac];
        Ok(Answer::data(answer.concat()))
    }

    /// 8.5, INITIALIZE FOR PURCHASE, FOR CAPP PURCHASE: balance4 ‖ offline seq2 ‖ limit3 ‖ key version ‖
    /// algorithm ‖ rand4.
    pub(crate) fn initialize_for_purchase(&mut self, command: &Command, random: Random<'_>) -> Verdict {
        let Request { index, amount, terminal } = request(command);
        self.algorithm_serves()?;
        if index != 0x01 {
            return Err(0x9403);
        }
        if self.memory.offline == 0xFFFF {
            return Err(0x9402);
        }
        if amount > self.memory.available() {
            return Err(0x9401);
        }
        let kind = if command.p1 == 0x03 { Kind::Composite } else { Kind::Purchase };
        let random = self.open(kind, self.keys.purchase, amount, terminal, random);
        let balance = self.memory.available().to_be_bytes();
        let limit = self.memory.limit.to_be_bytes();
        let sequence = self.memory.offline.to_be_bytes();
        let version = self.keys.version;
        Ok(Answer::data([&balance[..], &sequence, &limit[1..], &[version, DES], &random].concat()))
    }
}

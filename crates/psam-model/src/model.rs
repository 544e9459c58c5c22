//! The PSAM with power, and the order in which a command is judged.

use crate::frame::{self, Command, Row, Sw, Verdict};
use crate::memory::Memory;
use crate::settings::{Keys, Settings};

/// Where random bytes come from.
pub(crate) type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// What is open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Open {
    /// A purchase: its session key, its amount.
    Purchase { session: [u8; 8], amount: [u8; 4] },
    /// A card's key under `45 xx`, and what a MAC that goes on has come to.
    Key { key: [u8; 16], state: [u8; 8] },
    /// A card's load key.
    LoadKey { key: [u8; 16], card: [u8; 8] },
}

/// What is gone with power.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Ram {
    /// DF 8011 is selected, not the MF.
    pub(crate) application: bool,
    pub(crate) open: Option<Open>,
    pub(crate) challenge: Option<Vec<u8>>,
    /// A host proved itself.
    pub(crate) host: bool,
    /// What waits for GET RESPONSE.
    pub(crate) waiting: Option<Vec<u8>>,
}

/// The PSAM.
#[derive(Clone, Debug)]
pub struct Model {
    /// How it was personalised.
    pub settings: Settings,
    /// Its keys.
    pub keys: Keys,
    /// What lies in memory.
    pub memory: Memory,
    pub(crate) ram: Ram,
    worn: bool,
    /// Memory after each commit of the command that is being answered.
    commits: Vec<Memory>,
}

impl Model {
    /// A PSAM fresh from personalisation, with power.
    #[must_use]
    pub fn new(settings: Settings, keys: Keys) -> Self {
        let memory = Memory::fresh(&settings);
        Self { settings, keys, memory, ram: Ram::default(), worn: false, commits: vec![] }
    }

    /// Power off and on.
    pub fn reset(&mut self) {
        self.ram = Ram::default();
    }

    /// Memory takes nothing any more, or does again.
    pub fn set_worn(&mut self, worn: bool) {
        self.worn = worn;
    }

    /// Whether the two will answer every command alike.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        (&self.memory, &self.ram, self.worn) == (&other.memory, &other.ram, other.worn)
    }

    /// Answers one command: data ‖ SW.
    pub fn transmit(&mut self, command: &[u8], random: &mut dyn FnMut(&mut [u8])) -> Vec<u8> {
        self.commits.clear();
        let (data, sw) = match self.judge(command, random) {
            Ok(data) => (data, 0x9000),
            Err(sw) => (vec![], sw),
        };
        [data, sw.to_be_bytes().to_vec()].concat()
    }

    /// What memory may be when power is lost during this command: before, then after each commit.
    pub fn torn(&self, command: &[u8], random: &mut dyn FnMut(&mut [u8])) -> Vec<Memory> {
        let mut copy = self.clone();
        copy.transmit(command, random);
        let mut states = vec![self.memory.clone()];
        states.append(&mut copy.commits);
        states
    }

    /// Writes to memory, all at once. A worn one takes nothing: 6581.
    pub(crate) fn commit(&mut self, change: impl FnOnce(&mut Memory)) -> Result<(), Sw> {
        if self.worn {
            return Err(0x6581);
        }
        change(&mut self.memory);
        self.commits.push(self.memory.clone());
        Ok(())
    }

    /// DF 8011 has to be selected.
    pub(crate) fn in_application(&self) -> Result<(), Sw> {
        if self.ram.application { Ok(()) } else { Err(0x6985) }
    }

    /// What works with a card's key wants tries left at MAC2.
    pub(crate) fn unlocked(&self) -> Result<(), Sw> {
        if self.memory.mac_tries == 0 { Err(0x9303) } else { Ok(()) }
    }

    fn judge(&mut self, bytes: &[u8], random: Random<'_>) -> Verdict {
        let closes: [&[u8]; 3] = [&[0x00, 0xA4], &[0x80, 0x70], &[0x80, 0x1A]];
        if closes.iter().any(|head| bytes.starts_with(head)) {
            self.ram.open = None;
        }
        // Choice: what waits is dropped also by GET RESPONSE with wrong parameters, and by what is no
        // command at all; a GET RESPONSE of the right form leaves it.
        let waiting = self.ram.waiting.take();
        let (row, command) = frame::find(bytes)?;
        if row == Row::GetResponse {
            return self.get_response(&command, waiting);
        }
        let data = self.answer(row, &command, random)?;
        if self.settings.get_response && !command.data.is_empty() && !data.is_empty() {
            let length = u16::try_from(data.len()).unwrap_or(0) & 0xFF;
            self.ram.waiting = Some(data);
            return Err(0x6100 | length);
        }
        Ok(data)
    }

    fn get_response(&mut self, command: &Command, waiting: Option<Vec<u8>>) -> Verdict {
        let data = waiting.ok_or(0x6985_u16)?;
        if command.le.is_none_or(|le| le == 256 || le == data.len()) {
            return Ok(data);
        }
        let length = u16::try_from(data.len()).unwrap_or(0) & 0xFF;
        self.ram.waiting = Some(data);
        Err(0x6C00 | length)
    }

    fn answer(&mut self, row: Row, command: &Command, random: Random<'_>) -> Verdict {
        match row {
            Row::Select => self.select(command),
            Row::ReadBinary => self.read_binary(command),
            Row::UpdateBinary => self.update_binary(command),
            Row::GetChallenge => self.get_challenge(command, random),
            Row::ExternalAuthenticate => self.external_authenticate(command),
            Row::ApplicationUnblock => self.application_unblock(command),
            Row::InitSam => self.init_sam(command),
            Row::CreditSam => self.credit_sam(command),
            Row::InitDescrypt => self.init_descrypt(command),
            Row::DesCrypt => self.des_crypt(command),
            // Answered before.
            Row::GetResponse => Err(0x6985),
        }
    }
}

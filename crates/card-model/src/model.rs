//! The card: what it is while it has power, and the order in which a command is judged (8.3).

use crate::frame::{Answer, Command, Sw, Verdict, judge_le};
use crate::memory::{Blocked, Memory};
use crate::settings::{Keys, Link, Settings};
use crate::table::{self, Length, Row};

/// Where random bytes come from.
pub(crate) type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// The transactions, by their type byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Load,
    Unload,
    Purchase,
    Update,
    Composite,
}

impl Kind {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Load => 0x02,
            Self::Unload => 0x03,
            Self::Purchase => 0x06,
            Self::Update => 0x07,
            Self::Composite => 0x09,
        }
    }
}

/// The open transaction with the CAPP cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) kind: Kind,
    pub(crate) key: [u8; 16],
    /// Zero for a limit update.
    pub(crate) amount: u32,
    pub(crate) terminal: [u8; 6],
    pub(crate) random: [u8; 4],
    /// CAPP cache: the record for 1E.
    pub(crate) trip: Option<[u8; 48]>,
    /// CAPP cache: at most two records for 1A, by the low byte of their ids.
    pub(crate) industry: Vec<(u8, [u8; 128])>,
}

/// What is gone with power (8.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ram {
    /// The purse is selected.
    pub(crate) purse: bool,
    pub(crate) open: Option<Open>,
    pub(crate) challenge: Option<Vec<u8>>,
    pub(crate) verified: bool,
    pub(crate) authenticated: bool,
    /// Contact link: what waits for GET RESPONSE.
    pub(crate) waiting: Option<Answer>,
}

/// The card.
#[derive(Clone, Debug)]
pub struct Model {
    /// How it is set (8.1).
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
    /// A card that has power and nothing selected.
    #[must_use]
    pub fn new(settings: Settings, keys: Keys, memory: Memory) -> Self {
        Self { settings, keys, memory, ram: Ram::default(), worn: false, commits: Vec::new() }
    }

    /// Power off and on.
    pub fn reset(&mut self) {
        self.ram = Ram::default();
    }

    /// Memory takes nothing any more, or does again.
    pub fn set_worn(&mut self, worn: bool) {
        self.worn = worn;
    }

    /// Answers one command: data ‖ SW. A command that needs random bytes asks once, for 4 or 8.
    pub fn transmit(&mut self, command: &[u8], random: &mut dyn FnMut(&mut [u8])) -> Vec<u8> {
        self.commits.clear();
        let Answer { data, sw } = match self.judge(command, random) {
            Ok(answer) => answer,
            Err(sw) => Answer { data: Vec::new(), sw },
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

    /// Blocked, as derived in 8.2.
    #[must_use]
    pub fn blocked(&self) -> Blocked {
        let none_left = |limit: u8, left: u8| limit != 0 && left == 0;
        let memory = &self.memory;
        if memory.blocked == Blocked::Permanently
            || none_left(self.settings.message_tries, memory.message_tries)
        {
            Blocked::Permanently
        } else if memory.blocked == Blocked::Temporarily
            || none_left(self.settings.transaction_tries, memory.transaction_tries)
        {
            Blocked::Temporarily
        } else {
            Blocked::None
        }
    }

    /// Writes to memory, all at once. A worn one takes nothing: 6581. Either ends the transaction (8.4).
    pub(crate) fn commit(&mut self, change: impl FnOnce(&mut Memory)) -> Result<(), Sw> {
        self.ram.open = None;
        if self.worn {
            return Err(0x6581);
        }
        change(&mut self.memory);
        self.commits.push(self.memory.clone());
        Ok(())
    }

    /// 8.3, steps 2 to 10.
    fn judge(&mut self, bytes: &[u8], random: Random<'_>) -> Verdict {
        // Steps 3 and 4 give the row; what is dropped in step 2 depends on it.
        let found = Command::parse(bytes).and_then(|command| Ok((table::find(&command)?, command)));

        // 2.
        if !matches!(&found, Ok((line, _)) if line.row == Row::GetResponse) {
            self.ram.waiting = None;
        }
        if bytes.starts_with(&[0x00, 0xA4]) || bytes.starts_with(&[0x80, 0x50]) {
            self.ram.open = None;
        }

        // 3, 4.
        let (line, command) = found?;

        // 5.
        match line.length {
            Length::Fixed(exact) => judge_le(self.settings.le, command.le, exact)?,
            Length::Later => {}
        }

        // 6.
        if self.memory.card_blocked {
            return Err(0x6A81);
        }
        // 7, 8.
        match self.blocked() {
            Blocked::Permanently => goes_on_permanently_blocked(line.row)?,
            Blocked::Temporarily => goes_on_temporarily_blocked(line.row)?,
            Blocked::None => {}
        }
        // 9.
        if !self.ram.purse {
            goes_on_unselected(line.row, self.settings.out_of_order)?;
        }
        // 10.
        let answer = self.answer(line.row, &command, random)?;

        // 8.4, contact link.
        let waits =
            self.settings.link == Link::Contact && !command.data.is_empty() && !answer.data.is_empty();
        if waits {
            let length = u16::try_from(answer.data.len()).unwrap_or(0) & 0xFF;
            self.ram.waiting = Some(answer);
            return Err(0x6100 | length);
        }
        Ok(answer)
    }

    /// 8.5, row by row.
    fn answer(&mut self, row: Row, command: &Command, random: Random<'_>) -> Verdict {
        match row {
            Row::SelectByName => self.select_by_name(command),
            Row::SelectById => self.select_by_id(command),
            Row::GetResponse => self.get_response(command),
            Row::ReadBinary => self.read_binary(command),
            Row::ReadRecord => self.read_record(command),
            Row::UpdateBinary => self.update_binary(command),
            Row::UpdateRecord => self.update_record(command),
            Row::AppendRecord => self.append_record(command),
            Row::GetChallenge => self.get_challenge(command, random),
            Row::ExternalAuthenticate => self.external_authenticate(command),
            Row::InternalAuthenticate => self.internal_authenticate(command),
            Row::VerifyPin => self.verify_pin(command),
            Row::ChangePin => self.change_pin(command),
            Row::ReloadPin => self.reload_pin(command),
            Row::PinUnblock => self.pin_unblock(command),
            Row::ApplicationBlock => self.application_block(command),
            Row::ApplicationUnblock => self.application_unblock(command),
            Row::CardBlock => self.card_block(command),
            Row::GetAlgorithm => Ok(self.get_algorithm()),
            Row::ChangeAlgorithm => self.change_algorithm(command),
            Row::BlockAlgorithm => self.block_algorithm(command),
            Row::InitializeForLoad => self.initialize_for_load(command, random),
            Row::InitializeForUnload => self.initialize_for_unload(command, random),
            Row::InitializeForUpdate => self.initialize_for_update(command, random),
            Row::InitializeForPurchase => self.initialize_for_purchase(command, random),
            Row::UpdateCapp => self.update_capp(command),
            Row::CreditForLoad => self.credit_for_load(command),
            Row::DebitForPurchase => self.debit_for_purchase(command),
            Row::DebitForUnload => self.debit_for_unload(command),
            Row::UpdateOverdrawLimit => self.update_overdraw_limit(command),
            Row::GetBalance => self.get_balance(command),
            Row::GetProve => self.get_prove(command),
        }
    }
}

/// 8.3, step 7.
fn goes_on_permanently_blocked(row: Row) -> Result<(), Sw> {
    match row {
        Row::SelectByName | Row::SelectById | Row::GetResponse => Ok(()),
        _ => Err(0x9303),
    }
}

/// 8.3, step 8.
fn goes_on_temporarily_blocked(row: Row) -> Result<(), Sw> {
    match row {
        Row::UpdateBinary | Row::UpdateRecord => Err(0x6A81),
        Row::AppendRecord => Err(0x9407),
        Row::SelectByName
        | Row::SelectById
        | Row::ReadBinary
        | Row::ReadRecord
        | Row::GetBalance
        | Row::GetChallenge
        | Row::GetProve
        | Row::GetResponse
        | Row::ExternalAuthenticate
        | Row::InternalAuthenticate
        | Row::ApplicationBlock
        | Row::ApplicationUnblock
        | Row::CardBlock
        | Row::GetAlgorithm => Ok(()),
        _ => Err(0x6985),
    }
}

/// 8.3, step 9.
fn goes_on_unselected(row: Row, out_of_order: Sw) -> Result<(), Sw> {
    match row {
        Row::ReadBinary | Row::UpdateBinary | Row::UpdateRecord | Row::AppendRecord => Err(0x6986),
        Row::ReadRecord => Err(0x6A82),
        Row::VerifyPin => Err(0x6A88),
        Row::UpdateCapp
        | Row::CreditForLoad
        | Row::DebitForPurchase
        | Row::DebitForUnload
        | Row::UpdateOverdrawLimit => Err(out_of_order),
        Row::SelectByName | Row::SelectById | Row::GetChallenge | Row::GetResponse => Ok(()),
        _ => Err(0x6985),
    }
}

//! How a card behaves where cards differ: every setting of `docs/spec/card.md` 8.1, as data.

use core::fmt;
use heapless::Vec;
use tunion_apdu::{LeRule, Sw};
use tunion_data::fci::EP_LABEL;
use tunion_device::Interface;

/// Longest preferred name in an FCI (9F12): the one sample has 15 bytes.
pub const MAX_PREFERRED_NAME: usize = 16;

/// Most zero bytes after the FCI's proprietary template: the one sample has 4.
pub const MAX_PADDING: u8 = 8;

/// Most transactions that the log holds, and so the deepest PROVE.
pub const MAX_PROVE_DEPTH: u8 = 10;

/// How a card behaves. [`Profile::default`] is the card that the sources agree on.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Profile {
    /// What SELECT of the purse answers.
    pub fci: FciShape,
    /// What SELECT of the directories answers.
    pub directory: DirectoryShape,
    /// SELECT by file identifier.
    pub by_id: ById,
    /// The link.
    pub interface: Interface,
    /// A Le that is not the length of the answer.
    pub le: LeRule,
    /// P1 and P2 that the sources disagree about.
    pub variants: Variants,
    /// DEBIT FOR CAPP PURCHASE is refused without an UPDATE CAPP DATA CACHE, with 6A80
    /// (`docs/spec/card.md` 7.10).
    pub capp_wants_update: bool,
    /// What a command out of order is answered.
    pub out_of_order: OutOfOrder,
    /// INITIALIZE FOR LOAD and FOR UNLOAD want a verified PIN.
    pub load_wants_pin: bool,
    /// The algorithms that the card has.
    pub algorithms: Algorithms,
    /// What a blocked application answers.
    pub blocked: BlockedAnswers,
    /// GET TRANSACTION PROVE.
    pub prove: Prove,
    /// How often something may be wrong.
    pub tries: Tries,
}

impl Profile {
    /// The first setting that is outside its range.
    #[must_use]
    pub fn broken(&self) -> Option<OutOfRange> {
        let Tries { pin, messages, transactions, external } = self.tries;
        let rules = [
            (!self.fci.version.is_empty(), OutOfRange::Version),
            (self.fci.padding <= MAX_PADDING, OutOfRange::Padding),
            (matches!(self.directory.priority, 1 | 2), OutOfRange::Priority),
            (self.prove.depth <= MAX_PROVE_DEPTH, OutOfRange::ProveDepth),
            ([pin, external].iter().all(|tries| (1..=15).contains(tries)), OutOfRange::Tries),
            ([messages, transactions].iter().all(|tries| *tries <= 15), OutOfRange::Tries),
        ];
        rules.into_iter().find_map(|(holds, rule)| (!holds).then_some(rule))
    }
}

/// A setting outside its range (`docs/spec/card.md` 8.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutOfRange {
    /// The application's version has one byte or two.
    Version,
    /// At most [`MAX_PADDING`] zero bytes follow the proprietary template.
    Padding,
    /// The purse's priority in the directory is 1 or 2.
    Priority,
    /// PROVE reaches back at most [`MAX_PROVE_DEPTH`] transactions.
    ProveDepth,
    /// Tries are at most 15, those of PIN and external authentication at least 1.
    Tries,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "the application's version does not have one byte or two",
            Self::Padding => "more than 8 zero bytes follow the FCI's proprietary template",
            Self::Priority => "the purse's priority in the directory is neither 1 nor 2",
            Self::ProveDepth => "GET TRANSACTION PROVE reaches back further than the log's 10 records",
            Self::Tries => "tries are more than 15, or none where there has to be one",
        })
    }
}

impl core::error::Error for OutOfRange {}

/// What SELECT of the purse answers beside the name and EF 15 (`docs/spec/card.md` 1.3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FciShape {
    /// Application version (9F08), one byte or two.
    pub version: Vec<u8, 2>,
    /// With the label `MOT_T_EP` (50).
    pub label: bool,
    /// Application priority (87).
    pub priority: Option<u8>,
    /// Preferred name (9F12), empty for none.
    pub preferred_name: Vec<u8, MAX_PREFERRED_NAME>,
    /// Zero bytes after the proprietary template.
    pub padding: u8,
}

impl Default for FciShape {
    fn default() -> Self {
        Self {
            version: Vec::from_iter([0x02]),
            label: false,
            priority: None,
            preferred_name: Vec::new(),
            padding: 0,
        }
    }
}

impl FciShape {
    /// The label, or nothing.
    pub(crate) fn label(&self) -> &'static [u8] {
        if self.label { EP_LABEL } else { &[] }
    }
}

/// The directories (`docs/spec/card.md` 1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DirectoryShape {
    /// The purse's priority in the PPSE, 1 or 2.
    pub priority: u8,
    /// An entry of e-cash stands before it.
    pub e_cash: bool,
    /// The card has the older `1PAY.SYS.DDF01` too.
    pub pse: bool,
}

impl Default for DirectoryShape {
    fn default() -> Self {
        Self { priority: 1, e_cash: false, pse: false }
    }
}

/// SELECT by file identifier (`docs/spec/card.md` 1.1, 2).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ById {
    /// The identifier by which the purse is reached, on some issuers' cards.
    pub purse: Option<u16>,
    /// The purse's files can be named by theirs.
    pub files: bool,
}

/// P1 and P2 that some senders have and others not; what is not taken is 6A86
/// (`docs/spec/card.md` 7.2, 7.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variants {
    /// DEBIT FOR PURCHASE with P1 = 02.
    pub debit_p1_02: bool,
    /// CREDIT FOR LOAD with P2 = 02.
    pub credit_p2_02: bool,
    /// UPDATE CAPP DATA CACHE of EF 1A with P1 = 00.
    pub capp_p1_00: bool,
}

impl Default for Variants {
    fn default() -> Self {
        Self { debit_p1_02: true, credit_p2_02: true, capp_p1_00: true }
    }
}

/// What a command out of order is answered (`docs/spec/card.md` 3.1).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum OutOfOrder {
    /// 6901, the laboratory's.
    #[default]
    InvalidState,
    /// 6985, as FMCOS has it.
    Conditions,
}

impl OutOfOrder {
    pub(crate) const fn sw(self) -> Sw {
        match self {
            Self::InvalidState => Sw::INVALID_STATE,
            Self::Conditions => Sw::CONDITIONS,
        }
    }
}

/// The algorithms that a card has (`docs/spec/card.md` 4.8).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Algorithms {
    /// The international one alone.
    #[default]
    Des,
    /// SM4 alone: no transaction can be opened, since no public source says how its keys are made
    /// (`docs/spec/card.md` 6a).
    Sm4,
    /// Both; CHANGE ALGORITHM switches.
    Both,
}

/// What a blocked application answers (`docs/spec/card.md` 1.2, 1.3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct BlockedAnswers {
    /// The status word beside the FCI of a temporarily blocked application.
    pub select: BlockedSelect,
    /// SELECT PPSE says 6283 beside the directory.
    pub directory_warns: bool,
}

/// The status word beside the FCI of a temporarily blocked application.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum BlockedSelect {
    /// 6A81, as a real card does.
    #[default]
    NotSupported,
    /// 6283, as PBOC has it.
    Invalidated,
}

impl BlockedSelect {
    pub(crate) const fn sw(self) -> Sw {
        match self {
            Self::NotSupported => Sw::NOT_SUPPORTED,
            Self::Invalidated => Sw::SELECTED_INVALIDATED,
        }
    }
}

/// How long GET TRANSACTION PROVE remembers (`docs/spec/card.md` 7.9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prove {
    /// 0: the card's last transaction only. 1: the last of each type. More: also as many of the newest
    /// in the log, up to [`MAX_PROVE_DEPTH`].
    pub depth: u8,
    /// It answers while a transaction is open.
    pub while_open: bool,
}

impl Default for Prove {
    fn default() -> Self {
        Self { depth: 1, while_open: true }
    }
}

/// How often something may be wrong (`docs/spec/card.md` 7.11, 8.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tries {
    /// The PIN, 1 to 15.
    pub pin: u8,
    /// The MAC of secure messaging, up to 15, then the application is permanently blocked; 0 for no limit.
    pub messages: u8,
    /// The MAC of a transaction, up to 15, then the application is temporarily blocked; 0 for no limit.
    pub transactions: u8,
    /// The cryptogram of each external-authentication key, 1 to 15.
    pub external: u8,
}

impl Default for Tries {
    fn default() -> Self {
        Self { pin: 3, messages: 3, transactions: 0, external: 3 }
    }
}

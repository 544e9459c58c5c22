//! What can be done to a card, as data that any bytes can be turned into.

use arbitrary::{Arbitrary, Result, Unstructured};

/// One card and what is done to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Seed of the card's random numbers.
    pub seed: u16,
    /// The card.
    pub setup: Setup,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// What differs from the default card; small numbers are taken modulo what there is.
#[derive(Arbitrary, Clone, Debug)]
pub struct Setup {
    /// Name, FCI, directories.
    pub shape: u8,
    /// Contact link, files by id, a purse by id.
    pub link: u8,
    /// The rule for Le.
    pub le: u8,
    /// P1 and P2 variants, updates wanted.
    pub variants: u8,
    /// Algorithms, and which are blocked.
    pub algorithms: u8,
    /// What a blocked application answers; PROVE while open; PIN wanted for a load.
    pub answers: u8,
    /// PROVE depth.
    pub depth: u8,
    /// Whether there is a PIN.
    pub pin: bool,
    /// Tries of PIN, messages, transactions, external authentication.
    pub tries: [u8; 4],
    /// Ceiling, balance, limit, used: each a part of what is possible.
    pub purse: [u16; 4],
    /// Both sequences stand so far before their end, or at the start.
    pub near_end: Option<u8>,
}

impl<'a> Arbitrary<'a> for Case {
    /// Uses up all bytes: steps follow each other to their end.
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut case = Self { seed: bytes.arbitrary()?, setup: bytes.arbitrary()?, steps: Vec::new() };
        while !bytes.is_empty() {
            case.steps.push(bytes.arbitrary()?);
        }
        Ok(case)
    }
}

/// Something done, perhaps with a loss of power.
#[derive(Clone, Debug)]
pub struct Step {
    /// What.
    pub act: Act,
    /// A cut laid ahead.
    pub cut: Option<CutAt>,
}

impl<'a> Arbitrary<'a> for Step {
    /// One command in eight is cut, for after a cut the card begins anew.
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let act = bytes.arbitrary()?;
        let cut = if bytes.ratio(1, 8)? { Some(bytes.arbitrary()?) } else { None };
        Ok(Self { act, cut })
    }
}

/// A cut.
#[derive(Clone, Debug)]
pub struct CutAt {
    /// Bytes that are still written.
    pub after: u16,
    /// Noise with this seed, or a prefix.
    pub noise: Option<u8>,
}

impl<'a> Arbitrary<'a> for CutAt {
    /// Seldom farther ahead than the longest commit.
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { after: bytes.int_in_range(0..=1100)?, noise: bytes.arbitrary()? })
    }
}

/// Whether a MAC, a PIN or a cryptogram is right.
#[derive(Arbitrary, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Right {
    /// Twice as often as not.
    Yes,
    /// The same.
    Yes2,
    /// One bit is wrong.
    No,
}

/// What is done.
#[derive(Arbitrary, Clone, Debug)]
pub enum Act {
    /// SELECT the purse by its name, whole or its first 8 bytes.
    Select {
        /// The first 8 bytes.
        partial: bool,
    },
    /// SELECT something else.
    SelectOther(u8),
    /// Power off and on.
    Reset,
    /// The memory takes nothing, or does again.
    Worn(bool),
    /// GET CHALLENGE.
    Challenge {
        /// Of 8 bytes.
        long: bool,
    },
    /// INITIALIZE.
    Init {
        /// Which transaction.
        kind: u8,
        /// The amount, a part of what is possible, or beyond.
        amount: u16,
        /// The key index.
        index: bool,
    },
    /// The command that ends the transaction that was initialized last, or another.
    Finish {
        /// Whether its MAC is right.
        right: Right,
        /// A new limit for a limit update.
        limit: u16,
        /// P1 or P2 in its other form.
        variant: bool,
        /// End another kind than the one that is open.
        other: Option<u8>,
    },
    /// UPDATE CAPP DATA CACHE.
    Cache {
        /// Of EF 1E.
        trip: bool,
        /// Record of EF 1A.
        id: u8,
        /// P1 00.
        zero: bool,
        /// What the record is filled with.
        fill: u8,
    },
    /// A command of secure messaging.
    Secure {
        /// Which.
        what: u8,
        /// A parameter of it.
        parameter: u8,
        /// Whether its MAC is right.
        right: Right,
        /// A PIN or file content.
        fill: u8,
    },
    /// VERIFY, CHANGE or RELOAD PIN.
    Pin {
        /// Which.
        what: u8,
        /// Whether PIN or MAC is right.
        right: Right,
        /// The new PIN's digits.
        fill: u8,
    },
    /// EXTERNAL AUTHENTICATE.
    External {
        /// Key id.
        id: u8,
        /// Whether the cryptogram is right.
        right: Right,
    },
    /// UPDATE BINARY or UPDATE RECORD without a MAC.
    Plain {
        /// A record rather than a file.
        record: bool,
        /// Which.
        which: u8,
        /// Its content.
        fill: u8,
    },
    /// GET TRANSACTION PROVE.
    Prove {
        /// Type.
        kind: u8,
        /// So many before the current sequence.
        back: u8,
    },
    /// CHANGE ALGORITHM.
    Algorithm(bool),
    /// GET RESPONSE.
    Response(Option<u8>),
    /// The last command once more.
    Again,
    /// A command of the table of commands, its parameters and lengths mostly right.
    Row {
        /// Which row.
        row: u8,
        /// Among the values that the row admits.
        p1: u8,
        /// The same.
        p2: u8,
        /// How many bytes of data more than the least.
        more: u8,
        /// What the data is filled with.
        fill: u8,
        /// Le absent, 00, a usual one, or any.
        le: u8,
    },
    /// READ BINARY or READ RECORD of a file that there is.
    Read {
        /// Which.
        file: u8,
        /// The record's number, or the offset.
        number: u8,
        /// Le.
        le: Option<u8>,
    },
    /// Header, data and Le of anything.
    Command {
        /// Class: one that there is, mostly.
        class: u8,
        /// Instruction: one that there is, mostly.
        ins: u8,
        /// P1 and P2.
        parameters: [u8; 2],
        /// Data.
        data: Vec<u8>,
        /// Le.
        le: Option<u8>,
    },
    /// Any bytes.
    Raw(Vec<u8>),
}

//! What can be done to a PSAM, as data that any bytes can be turned into.

use arbitrary::{Arbitrary, Result, Unstructured};

/// One PSAM and what is done to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Seed of its random numbers.
    pub seed: u16,
    /// The PSAM.
    pub setup: Setup,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// How one PSAM differs from another.
#[derive(Arbitrary, Clone, Debug)]
pub struct Setup {
    /// Bits: when the sequence moves, the transport, whether it is a load SAM.
    pub switches: u8,
    /// Tries at MAC2, modulo 5.
    pub tries: u8,
    /// The sequence stands so far before its end, or at the start.
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
    /// One act in eight is cut, for after a cut the PSAM begins anew.
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
    /// Two commits are 512 bytes.
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { after: bytes.int_in_range(0..=530)?, noise: bytes.arbitrary()? })
    }
}

/// Whether a MAC or a cryptogram is right.
#[derive(Arbitrary, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Right {
    /// Twice as often as not.
    Yes,
    /// The same.
    Yes2,
    /// One bit is wrong.
    No,
}

/// What is done. Small numbers are taken modulo what there is.
#[derive(Arbitrary, Clone, Debug)]
pub enum Act {
    /// SELECT DF 8011, or something else.
    Select(u8),
    /// Power off and on.
    Reset,
    /// The memory takes nothing, or does again.
    Worn(bool),
    /// GET CHALLENGE.
    Challenge {
        /// Of 8 bytes.
        long: bool,
    },
    /// READ BINARY of a file that there is.
    Read {
        /// Which.
        file: u8,
        /// From where.
        offset: u8,
        /// Le.
        le: Option<u8>,
    },
    /// INIT SAM FOR PURCHASE.
    Purchase {
        /// Which card.
        card: u8,
        /// Its offline sequence.
        sequence: u8,
        /// Amount and random number.
        fill: u8,
        /// What is wrong with it, for a few values.
        fault: u8,
    },
    /// CREDIT SAM FOR PURCHASE, of the last purchase that was answered.
    Credit(Right),
    /// INIT FOR DESCRYPT.
    Key {
        /// Which key.
        key: u8,
        /// Whose.
        card: u8,
        /// One factor more or fewer, for a few values.
        factors: u8,
    },
    /// DES CRYPT.
    Crypt {
        /// P1.
        p1: u8,
        /// How many blocks.
        blocks: u8,
        /// What they are.
        fill: u8,
        /// Le.
        le: u8,
    },
    /// DES CRYPT under a load key.
    Load {
        /// MAC1, not MAC2.
        first: bool,
        /// The amount.
        amount: u8,
        /// The card's online sequence.
        sequence: u8,
        /// The second at which it is done.
        second: u8,
        /// What is wrong with it, for a few values.
        fault: u8,
    },
    /// The load that was sent last, once more; or with one thing changed.
    LoadAgain(u8),
    /// EXTERNAL AUTHENTICATE.
    Host {
        /// Whether the cryptogram is right.
        right: Right,
        /// Key id.
        id: u8,
    },
    /// UPDATE BINARY of the quota.
    Quota {
        /// The amount.
        amount: u8,
        /// The second at which it ends.
        second: u8,
        /// What is wrong with it, for a few values.
        fault: u8,
    },
    /// APPLICATION UNBLOCK.
    Unblock {
        /// Whether the MAC is right.
        right: Right,
        /// SM4 or too few bytes, for a few values.
        fault: u8,
    },
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
    /// Any bytes.
    Raw(Vec<u8>),
}

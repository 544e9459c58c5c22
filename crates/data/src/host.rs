//! What a top-up terminal and the issuer's hosts say to each other, of one online load (圈存) or of the sign-on
//! of its load SAM (`docs/spec/terminal.md` 1.6). Values only: how they travel is not public and not modelled.

use crate::command::{LoadInit, Proof, SamSerial};
use crate::{BcdDate, BcdDateTime, BcdTime, Fen, IssuerId, Pan, TerminalId};
use core::fmt;
use jiff::civil::DateTime;

/// The terminal asks for a load: what it asked of the card and what the card answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadRequest {
    /// The card's issuer.
    pub issuer: IssuerId,
    /// Card number.
    pub pan: Pan,
    /// The terminal's number.
    pub terminal: TerminalId,
    /// Index of the load key that was asked for.
    pub key_index: u8,
    /// Amount to be loaded.
    pub amount: Fen,
    /// The card's answer to INITIALIZE FOR LOAD, with MAC1.
    pub init: LoadInit,
    /// The terminal's time, UTC+8.
    pub at: DateTime,
}

/// The host approves: the terminal passes this on in CREDIT FOR LOAD.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadApproval {
    /// The host's date.
    pub date: BcdDate,
    /// The host's time.
    pub time: BcdTime,
    /// MAC2, by which the card knows the host.
    pub mac2: [u8; 4],
}

/// The host does not approve.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LoadRefusal {
    /// The card is of another issuer, or was never issued.
    UnknownCard,
    /// The card's load key has an index, a version or an algorithm that the host does not have.
    NoSuchKey,
    /// The holder has reported the card lost (挂失).
    ReportedLost,
    /// The issuer has blacklisted the card.
    Blacklisted,
    /// Another card has taken this one's place: it can be used up but no longer topped up.
    Superseded,
    /// The card has been returned (退卡).
    Returned,
    /// The card's validity is over.
    Expired,
    /// MAC1 is wrong: not the card it says it is.
    WrongMac1,
    /// The amount is not a multiple of this.
    NotMultipleOf(Fen),
    /// A first load has to be at least this.
    FirstLoadBelow(Fen),
    /// The balance would pass this.
    BalanceAbove(Fen),
    /// The card's online sequence has moved past this one: the request is old.
    SequenceUsed,
    /// The card was loaded since the last confirmation, and more than one approval could be the one:
    /// the host wants a [`LoadProof`] first.
    ProofNeeded {
        /// The sequence of the load to be proved, as INITIALIZE FOR LOAD answered it then.
        seq: u16,
    },
    /// A confirmation or proof of a load that was never approved.
    NotApproved,
    /// The TAC, or the MAC2 beside it, fits no approved load.
    WrongProof,
}

impl fmt::Display for LoadRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCard => f.write_str("the issuer does not know this card"),
            Self::NoSuchKey => f.write_str("the host does not have the load key that the card works with"),
            Self::ReportedLost => f.write_str("the card has been reported lost"),
            Self::Blacklisted => f.write_str("the card is blacklisted"),
            Self::Superseded => {
                f.write_str("the card was replaced by another one and can no longer be topped up")
            }
            Self::Returned => f.write_str("the card has been returned"),
            Self::Expired => f.write_str("the card has expired"),
            Self::WrongMac1 => f.write_str("MAC1 is wrong: the card is not the one it says it is"),
            Self::NotMultipleOf(step) => write!(f, "the amount has to be a multiple of {step} yuan"),
            Self::FirstLoadBelow(least) => write!(f, "the first top-up has to be at least {least} yuan"),
            Self::BalanceAbove(most) => write!(f, "the balance may not pass {most} yuan"),
            Self::SequenceUsed => f.write_str("the request is old: the card has been loaded since"),
            Self::ProofNeeded { seq } => {
                write!(f, "send the card's proof of the load with online sequence {seq} first")
            }
            Self::NotApproved => f.write_str("no such load was approved"),
            Self::WrongProof => f.write_str("TAC or MAC2 fits no approved load"),
        }
    }
}

impl core::error::Error for LoadRefusal {}

/// What the host answers.
pub type LoadAnswer = Result<LoadApproval, LoadRefusal>;

/// The terminal reports that the card was credited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadConfirmation {
    /// The card's issuer.
    pub issuer: IssuerId,
    /// Card number.
    pub pan: Pan,
    /// The online sequence that INITIALIZE FOR LOAD answered.
    pub seq: u16,
    /// The card's TAC.
    pub tac: [u8; 4],
}

/// The terminal proves that the card was credited although its answer was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadProof {
    /// The card's issuer.
    pub issuer: IssuerId,
    /// Card number.
    pub pan: Pan,
    /// The online sequence that INITIALIZE FOR LOAD answered; GET TRANSACTION PROVE was asked for one
    /// more.
    pub seq: u16,
    /// What the card answered to GET TRANSACTION PROVE.
    pub proof: Proof,
}

/// A terminal asks for a quota for its load SAM (签到).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignOnRequest {
    /// The SAM's serial number.
    pub serial: SamSerial,
    /// The terminal's number, which the SAM holds.
    pub terminal: TerminalId,
    /// The SAM's answer to GET CHALLENGE.
    pub challenge: [u8; 8],
    /// The terminal's time, UTC+8.
    pub at: DateTime,
}

/// The host signs a load SAM on: what the terminal passes on to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignOn {
    /// By which the SAM knows the host: the data of EXTERNAL AUTHENTICATE.
    pub authenticator: [u8; 8],
    /// What may be loaded from now on, whatever was left.
    pub quota: Fen,
    /// The last second in which it may be.
    pub expiry: BcdDateTime,
    /// Batch number (批次号), which every load record carries.
    pub batch: u32,
    /// The day to which these loads are settled (清算日期).
    pub settled: BcdDate,
}

/// The host does not sign a load SAM on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignOnRefusal {
    /// The SAM is none of this issuer's.
    UnknownSam,
    /// The SAM stands in for another terminal than the one it was given to.
    WrongTerminal,
    /// The SAM was reported stolen, or is held back.
    Barred,
    /// What it may load in one day has been given out.
    DayQuotaSpent(Fen),
}

impl fmt::Display for SignOnRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownSam => f.write_str("the issuer does not know this load SAM"),
            Self::WrongTerminal => f.write_str("the load SAM belongs to another terminal"),
            Self::Barred => f.write_str("the load SAM is barred"),
            Self::DayQuotaSpent(quota) => write!(f, "all of the day's {quota} yuan have been given out"),
        }
    }
}

impl core::error::Error for SignOnRefusal {}

/// What the host answers to a sign-on.
pub type SignOnAnswer = Result<SignOn, SignOnRefusal>;

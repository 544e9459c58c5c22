//! What is torn: every command that writes, right and wrong.

use crate::counterpart::Mac;
use tunion_card::{Profile, TriesLeft};
use tunion_data::command::Transaction;
use tunion_data::file::{BusRecord, RailRecord, Sfi};

/// A command that writes, and what it is told to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// CREDIT FOR LOAD.
    Load,
    /// DEBIT FOR PURCHASE.
    Purchase,
    /// DEBIT FOR CAPP PURCHASE with these records of EF 1A, and with one of EF 1E or without.
    Capp {
        /// Low bytes of the identifiers of the records of EF 1A.
        industry: &'static [u8],
        /// Whether a record of EF 1E comes with it.
        trip: bool,
    },
    /// DEBIT FOR UNLOAD.
    Unload,
    /// UPDATE OVERDRAW LIMIT.
    Limit,
    /// UPDATE BINARY of a whole file, with a MAC or after an external authentication.
    Binary(Sfi, Guard),
    /// UPDATE RECORD 1 of a file.
    Record(Sfi, Guard),
    /// APPEND RECORD to EF 1E.
    Append,
    /// VERIFY PIN.
    VerifyPin,
    /// CHANGE PIN.
    ChangePin,
    /// RELOAD PIN.
    ReloadPin,
    /// PIN UNBLOCK.
    UnblockPin {
        /// With another PIN.
        new: bool,
    },
    /// EXTERNAL AUTHENTICATE with the key of this id.
    Authenticate(u8),
    /// APPLICATION BLOCK.
    Block {
        /// For good.
        permanently: bool,
    },
    /// APPLICATION UNBLOCK.
    Unblock,
    /// CARD BLOCK.
    CardBlock,
    /// CHANGE ALGORITHM to the one that is not in use.
    ChangeAlgorithm,
    /// BLOCK ALGORITHM.
    BlockAlgorithm {
        /// DES; else SM4.
        des: bool,
    },
}

/// By what an update is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// The MAC of secure messaging.
    Message,
    /// An external authentication before it.
    Authentication,
}

impl Act {
    /// The transaction of the purse that it ends.
    #[must_use]
    pub const fn transaction(self) -> Option<Transaction> {
        Some(match self {
            Self::Load => Transaction::Load,
            Self::Purchase => Transaction::Purchase,
            Self::Capp { .. } => Transaction::Capp,
            Self::Unload => Transaction::Unload,
            Self::Limit => Transaction::LimitUpdate,
            _ => return None,
        })
    }

    /// The tries of which it spends one.
    #[must_use]
    pub const fn counter(self) -> Option<Counter> {
        Some(match self {
            Self::Load | Self::Purchase | Self::Capp { .. } | Self::Unload | Self::Limit => {
                Counter::Transactions
            }
            Self::VerifyPin | Self::ChangePin => Counter::Pin,
            Self::Authenticate(id) => Counter::External(id),
            Self::Binary(_, Guard::Authentication)
            | Self::Record(_, Guard::Authentication)
            | Self::ChangeAlgorithm => return None,
            Self::Binary(_, Guard::Message)
            | Self::Record(_, Guard::Message)
            | Self::Append
            | Self::ReloadPin
            | Self::UnblockPin { .. }
            | Self::Block { .. }
            | Self::Unblock
            | Self::CardBlock
            | Self::BlockAlgorithm { .. } => Counter::Messages,
        })
    }
}

/// What may be wrong a number of times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counter {
    /// The PIN.
    Pin,
    /// The MAC of secure messaging.
    Messages,
    /// The MAC of a transaction.
    Transactions,
    /// The cryptogram of the external-authentication key of this id.
    External(u8),
}

impl Counter {
    /// All the tries that a profile gives; 0 where there is no limit.
    #[must_use]
    pub const fn all(self, profile: &Profile) -> u8 {
        match self {
            Self::Pin => profile.tries.pin,
            Self::Messages => profile.tries.messages,
            Self::Transactions => profile.tries.transactions,
            Self::External(_) => profile.tries.external,
        }
    }

    /// Sets all the tries of a profile.
    pub(super) const fn set_all(self, profile: &mut Profile, tries: u8) {
        *match self {
            Self::Pin => &mut profile.tries.pin,
            Self::Messages => &mut profile.tries.messages,
            Self::Transactions => &mut profile.tries.transactions,
            Self::External(_) => &mut profile.tries.external,
        } = tries;
    }

    /// The tries that are left.
    #[must_use]
    pub const fn left(self, left: &TriesLeft) -> u8 {
        match self {
            Self::Pin => left.pin,
            Self::Messages => left.messages,
            Self::Transactions => left.transactions,
            Self::External(0) => left.external[0],
            Self::External(_) => left.external[1],
        }
    }

    /// The tries that are left, to be changed.
    pub(super) const fn left_mut(self, left: &mut TriesLeft) -> &mut u8 {
        match self {
            Self::Pin => &mut left.pin,
            Self::Messages => &mut left.messages,
            Self::Transactions => &mut left.transactions,
            Self::External(0) => &mut left.external[0],
            Self::External(_) => &mut left.external[1],
        }
    }
}

/// The tries before the command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tries {
    /// As the card's file says.
    OfTheCard,
    /// Limited, also where the file sets no limit.
    Limited,
    /// One is left.
    Last,
}

/// A command as it is torn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deed {
    /// Its name in the table, by which it is asked for too.
    pub name: &'static str,
    /// The command.
    pub act: Act,
    /// Whether its MAC, cryptogram or PIN is the right one.
    pub mac: Mac,
    /// The tries before it.
    pub tries: Tries,
}

const fn right(name: &'static str, act: Act) -> Deed {
    Deed { name, act, mac: Mac::Right, tries: Tries::OfTheCard }
}

const fn limited(name: &'static str, act: Act) -> Deed {
    Deed { name, act, mac: Mac::Right, tries: Tries::Limited }
}

const fn wrong(name: &'static str, act: Act) -> Deed {
    Deed { name, act, mac: Mac::Wrong, tries: Tries::Limited }
}

const fn last(name: &'static str, act: Act) -> Deed {
    Deed { name, act, mac: Mac::Wrong, tries: Tries::Last }
}

const RAIL: &[u8] = &[RailRecord::ID];
const RAIL_AND_BUS: &[u8] = &[RailRecord::ID, BusRecord::ID];
const CAPP_1E: Act = Act::Capp { industry: &[], trip: true };
const CAPP_1A: Act = Act::Capp { industry: RAIL, trip: false };
const CAPP_BOTH: Act = Act::Capp { industry: RAIL, trip: true };
const CAPP_ALL: Act = Act::Capp { industry: RAIL_AND_BUS, trip: true };

/// Every command that writes, in the order of the table: right, and where it spends a try wrong and at the last
/// try. Where forms of a command differ in nothing but what they write once they are allowed, one stands for
/// all when it is wrong: `DEBIT FOR CAPP PURCHASE` with three records, `APPLICATION BLOCK` for a time,
/// `BLOCK ALGORITHM` of SM4.
pub const DEEDS: &[Deed] = &[
    right("CREDIT FOR LOAD", Act::Load),
    limited("CREDIT FOR LOAD, tries limited", Act::Load),
    wrong("CREDIT FOR LOAD, wrong MAC", Act::Load),
    last("CREDIT FOR LOAD, wrong MAC, last try", Act::Load),
    right("DEBIT FOR PURCHASE", Act::Purchase),
    limited("DEBIT FOR PURCHASE, tries limited", Act::Purchase),
    wrong("DEBIT FOR PURCHASE, wrong MAC", Act::Purchase),
    last("DEBIT FOR PURCHASE, wrong MAC, last try", Act::Purchase),
    right("DEBIT FOR CAPP PURCHASE, 1E", CAPP_1E),
    right("DEBIT FOR CAPP PURCHASE, 1A", CAPP_1A),
    right("DEBIT FOR CAPP PURCHASE, 1A and 1E", CAPP_BOTH),
    right("DEBIT FOR CAPP PURCHASE, two of 1A and 1E", CAPP_ALL),
    limited("DEBIT FOR CAPP PURCHASE, two of 1A and 1E, tries limited", CAPP_ALL),
    wrong("DEBIT FOR CAPP PURCHASE, two of 1A and 1E, wrong MAC", CAPP_ALL),
    last("DEBIT FOR CAPP PURCHASE, two of 1A and 1E, wrong MAC, last try", CAPP_ALL),
    right("DEBIT FOR UNLOAD", Act::Unload),
    limited("DEBIT FOR UNLOAD, tries limited", Act::Unload),
    wrong("DEBIT FOR UNLOAD, wrong MAC", Act::Unload),
    last("DEBIT FOR UNLOAD, wrong MAC, last try", Act::Unload),
    right("UPDATE OVERDRAW LIMIT", Act::Limit),
    limited("UPDATE OVERDRAW LIMIT, tries limited", Act::Limit),
    wrong("UPDATE OVERDRAW LIMIT, wrong MAC", Act::Limit),
    last("UPDATE OVERDRAW LIMIT, wrong MAC, last try", Act::Limit),
    right("UPDATE BINARY 15", Act::Binary(Sfi::INFO, Guard::Authentication)),
    right("UPDATE BINARY 15, secure", Act::Binary(Sfi::INFO, Guard::Message)),
    wrong("UPDATE BINARY 15, wrong MAC", Act::Binary(Sfi::INFO, Guard::Message)),
    last("UPDATE BINARY 15, wrong MAC, last try", Act::Binary(Sfi::INFO, Guard::Message)),
    right("UPDATE BINARY 16", Act::Binary(Sfi::HOLDER, Guard::Authentication)),
    right("UPDATE BINARY 16, secure", Act::Binary(Sfi::HOLDER, Guard::Message)),
    wrong("UPDATE BINARY 16, wrong MAC", Act::Binary(Sfi::HOLDER, Guard::Message)),
    last("UPDATE BINARY 16, wrong MAC, last try", Act::Binary(Sfi::HOLDER, Guard::Message)),
    right("UPDATE BINARY 17", Act::Binary(Sfi::MANAGEMENT, Guard::Authentication)),
    right("UPDATE BINARY 17, secure", Act::Binary(Sfi::MANAGEMENT, Guard::Message)),
    wrong("UPDATE BINARY 17, wrong MAC", Act::Binary(Sfi::MANAGEMENT, Guard::Message)),
    last("UPDATE BINARY 17, wrong MAC, last try", Act::Binary(Sfi::MANAGEMENT, Guard::Message)),
    right("UPDATE RECORD 1A", Act::Record(Sfi::INDUSTRY, Guard::Authentication)),
    right("UPDATE RECORD 1A, secure", Act::Record(Sfi::INDUSTRY, Guard::Message)),
    wrong("UPDATE RECORD 1A, wrong MAC", Act::Record(Sfi::INDUSTRY, Guard::Message)),
    last("UPDATE RECORD 1A, wrong MAC, last try", Act::Record(Sfi::INDUSTRY, Guard::Message)),
    right("UPDATE RECORD 1E", Act::Record(Sfi::TRIP, Guard::Authentication)),
    right("UPDATE RECORD 1E, secure", Act::Record(Sfi::TRIP, Guard::Message)),
    wrong("UPDATE RECORD 1E, wrong MAC", Act::Record(Sfi::TRIP, Guard::Message)),
    last("UPDATE RECORD 1E, wrong MAC, last try", Act::Record(Sfi::TRIP, Guard::Message)),
    right("APPEND RECORD", Act::Append),
    wrong("APPEND RECORD, wrong MAC", Act::Append),
    last("APPEND RECORD, wrong MAC, last try", Act::Append),
    right("VERIFY PIN", Act::VerifyPin),
    wrong("VERIFY PIN, wrong", Act::VerifyPin),
    last("VERIFY PIN, wrong, last try", Act::VerifyPin),
    right("CHANGE PIN", Act::ChangePin),
    wrong("CHANGE PIN, wrong", Act::ChangePin),
    last("CHANGE PIN, wrong, last try", Act::ChangePin),
    right("RELOAD PIN", Act::ReloadPin),
    wrong("RELOAD PIN, wrong MAC", Act::ReloadPin),
    last("RELOAD PIN, wrong MAC, last try", Act::ReloadPin),
    right("PIN UNBLOCK", Act::UnblockPin { new: false }),
    right("PIN UNBLOCK, another PIN", Act::UnblockPin { new: true }),
    wrong("PIN UNBLOCK, wrong MAC", Act::UnblockPin { new: false }),
    last("PIN UNBLOCK, wrong MAC, last try", Act::UnblockPin { new: false }),
    wrong("PIN UNBLOCK, another PIN, wrong MAC", Act::UnblockPin { new: true }),
    last("PIN UNBLOCK, another PIN, wrong MAC, last try", Act::UnblockPin { new: true }),
    right("EXTERNAL AUTHENTICATE 00", Act::Authenticate(0)),
    wrong("EXTERNAL AUTHENTICATE 00, wrong", Act::Authenticate(0)),
    last("EXTERNAL AUTHENTICATE 00, wrong, last try", Act::Authenticate(0)),
    right("EXTERNAL AUTHENTICATE 01", Act::Authenticate(1)),
    wrong("EXTERNAL AUTHENTICATE 01, wrong", Act::Authenticate(1)),
    last("EXTERNAL AUTHENTICATE 01, wrong, last try", Act::Authenticate(1)),
    right("APPLICATION BLOCK, temporary", Act::Block { permanently: false }),
    right("APPLICATION BLOCK, permanent", Act::Block { permanently: true }),
    wrong("APPLICATION BLOCK, wrong MAC", Act::Block { permanently: false }),
    last("APPLICATION BLOCK, wrong MAC, last try", Act::Block { permanently: false }),
    right("APPLICATION UNBLOCK", Act::Unblock),
    wrong("APPLICATION UNBLOCK, wrong MAC", Act::Unblock),
    last("APPLICATION UNBLOCK, wrong MAC, last try", Act::Unblock),
    right("CARD BLOCK", Act::CardBlock),
    wrong("CARD BLOCK, wrong MAC", Act::CardBlock),
    last("CARD BLOCK, wrong MAC, last try", Act::CardBlock),
    right("CHANGE ALGORITHM", Act::ChangeAlgorithm),
    right("BLOCK ALGORITHM, DES", Act::BlockAlgorithm { des: true }),
    right("BLOCK ALGORITHM, SM4", Act::BlockAlgorithm { des: false }),
    wrong("BLOCK ALGORITHM, wrong MAC", Act::BlockAlgorithm { des: false }),
    last("BLOCK ALGORITHM, wrong MAC, last try", Act::BlockAlgorithm { des: false }),
];

/// The commands that `filter` means: the one of exactly this name, or else every one whose name has it in
/// it; upper and lower case are the same.
#[must_use]
pub fn named(filter: &str) -> Vec<&'static Deed> {
    let filter = filter.to_lowercase();
    let by = |fits: fn(&str, &str) -> bool| -> Vec<_> {
        DEEDS.iter().filter(|deed| fits(&deed.name.to_lowercase(), &filter)).collect()
    };
    let exact = by(|name, filter| name == filter);
    if exact.is_empty() { by(|name, filter| name.contains(filter)) } else { exact }
}

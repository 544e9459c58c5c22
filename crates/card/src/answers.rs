//! Every status word of every command, in one place, to be held against `docs/spec/card.md` 3 and 8.
//!
//! A [`Row`] is one status word of one command: what makes the card answer it, or why it never does though
//! a source lists it. `tests/answers/` shows each row that is answered; the fuzz targets and the random
//! tests hold every answer that the card gives against this table. Words with a count in them stand by
//! their family ([`Sw::family`]): `6C00`, `63C0`, `6100`.
//!
//! What every command can answer stands once, in [`GENERAL`].

use tunion_apdu::{Name, Sw};

/// One status word of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// The status word, or its family.
    pub sw: u16,
    /// When it is answered; of a word that never is, why not.
    pub when: &'static str,
    /// Whether the card answers it at all.
    pub answered: bool,
}

/// The status words of one command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answers {
    /// The command.
    pub name: Name,
    /// Its own rows, beside [`GENERAL`].
    pub rows: &'static [Row],
}

const fn sends(sw: u16, when: &'static str) -> Row {
    Row { sw, when, answered: true }
}

const fn never(sw: u16, why: &'static str) -> Row {
    Row { sw, when: why, answered: false }
}

/// Whether the card may answer `name` with `sw`; without a name, a command that the table of commands
/// does not have.
#[must_use]
pub fn admits(name: Option<Name>, sw: Sw) -> bool {
    let sw = sw.family().0;
    let own =
        ANSWERS.iter().find(|answers| Some(answers.name) == name).map_or(&[][..], |answers| answers.rows);
    let general = if name.is_some() { GENERAL } else { UNKNOWN };
    own.iter().chain(general).any(|row| row.answered && row.sw == sw)
}

/// What a command answers that the table of commands does not have.
pub const UNKNOWN: &[Row] = &[
    sends(0x6700, "fewer than four bytes, an Lc that does not fit, the extended form"),
    sends(0x6A86, "P1 or P2 that no command of this instruction has"),
    sends(0x6D00, "an instruction that the class does not have"),
    sends(0x6E00, "a class that has no command"),
];

/// What every command can answer, whatever it does.
pub const GENERAL: &[Row] = &[
    sends(0x6700, "an Lc that the command does not have; a wrong Le, where the profile is strict"),
    sends(
        0x6C00,
        "a wrong Le, where the profile corrects; READ BINARY and READ RECORD also where it is strict",
    ),
    sends(0x6A81, "the card is blocked"),
    sends(0x9303, "the application is permanently blocked (all but SELECT of what else there is)"),
    sends(0x6100, "contact link: data waits for GET RESPONSE"),
];

const DONE: Row = sends(0x9000, "done");
const WORN: Row = sends(0x6581, "the memory is worn out");
const NO_TRIES: Row = sends(0x6983, "no tries are left");
const NO_CHALLENGE: Row = sends(0x6984, "no challenge was asked for");
const MAC_MISSING: Row = sends(0x6987, "no room for a MAC in the data, or nothing beside it");
const WRONG_MAC: Row = sends(0x6988, "the MAC is wrong");
const SM4: Row = sends(0x6A81, "P1 says SM4, whose maintenance is not public; or the card is blocked");
const BARRED: Row = sends(0x6985, "the application is temporarily blocked, or not selected");
const SEQUENCE_ENDS: Row = sends(0x9402, "the sequence is at FFFF");
const KEY_INDEX: Row = sends(0x9403, "a key index that the card does not have");
const OUT_OF_ORDER: Row =
    sends(0x6901, "the transaction that it ends is not open; or the purse is not selected");
const TRANSACTION_MAC: Row = sends(0x9302, "the MAC is wrong; the transaction ends");
const BLOCKED_MEANWHILE: Row = sends(0x6985, "the application is temporarily blocked");
const WRONG_TRY: Row = sends(0x63C0, "wrong, with the tries left");
const HAS_RECORDS: Row = sends(0x6981, "the file has records");
const TRANSPARENT: Row = sends(0x6981, "the file is transparent");
const NO_PURSE: Row = sends(0x6986, "the purse is not selected");
const FILES_BLOCKED: Row = sends(0x6A81, "the application is temporarily blocked");
const NO_FILE: Row = sends(0x6A82, "no such file");
const OFFSET: Row = sends(0x6B00, "an offset at or beyond the end");
const HEADER: Row = sends(0x6A80, "EF 1A: the record's header is not that of P1");
const NOT_A_RECORD: Row = sends(0x6A83, "no such record, or not its length");

const NO_WARNING: Row = never(0x6200, "the card has no warning without a cause");
const NO_DOUBT: Row = never(0x6281, "what the card reads back is what it wrote");
const NO_HALF: Row = never(0x6400, "a failure leaves memory as it was: 6581");
const BOTH_CLASSES: Row = never(0x6882, "the command is there with secure messaging and without");
const HAS_ROOM: Row = never(0x6A84, "a record is replaced, which needs no room");
const NO_TLV: Row = never(0x6A85, "a length that does not fit is 6A83");
const NO_COUNT: Row = never(0x63C0, "a wrong MAC is 6988, and 9303 at the last try");

const UPDATE_BINARY: &[Row] = &[
    DONE,
    WORN,
    HAS_RECORDS,
    sends(0x6982, "no external authentication"),
    NO_PURSE,
    FILES_BLOCKED,
    NO_FILE,
    OFFSET,
    NO_COUNT,
    never(0x6984, "it has no MAC"),
    never(0x6987, "it has no MAC"),
    never(0x6988, "it has no MAC"),
];

const SECURE_UPDATE_BINARY: &[Row] = &[
    DONE,
    WORN,
    HAS_RECORDS,
    NO_CHALLENGE,
    NO_PURSE,
    MAC_MISSING,
    WRONG_MAC,
    FILES_BLOCKED,
    NO_FILE,
    OFFSET,
    NO_COUNT,
    never(0x6982, "its MAC is all the security it wants"),
];

const UPDATE_RECORD: &[Row] = &[
    DONE,
    WORN,
    TRANSPARENT,
    sends(0x6982, "no external authentication; or EF 18, which the card alone writes"),
    NO_PURSE,
    HEADER,
    FILES_BLOCKED,
    NO_FILE,
    NOT_A_RECORD,
    never(0x6984, "it has no MAC"),
    never(0x6987, "it has no MAC"),
    never(0x6988, "it has no MAC"),
    NO_WARNING,
    NO_DOUBT,
    NO_HALF,
    BOTH_CLASSES,
    HAS_ROOM,
    NO_TLV,
];

const SECURE_UPDATE_RECORD: &[Row] = &[
    DONE,
    WORN,
    TRANSPARENT,
    sends(0x6982, "EF 18, which the card alone writes"),
    NO_CHALLENGE,
    NO_PURSE,
    MAC_MISSING,
    WRONG_MAC,
    HEADER,
    FILES_BLOCKED,
    NO_FILE,
    NOT_A_RECORD,
    NO_WARNING,
    NO_DOUBT,
    NO_HALF,
    BOTH_CLASSES,
    HAS_ROOM,
    NO_TLV,
];

const APPEND_RECORD: &[Row] = &[
    DONE,
    WORN,
    TRANSPARENT,
    NO_CHALLENGE,
    NO_PURSE,
    MAC_MISSING,
    WRONG_MAC,
    sends(0x6A80, "EF 1A: the record's header is not 27xx"),
    sends(0x6A81, "P1 says SM4; or EF 18, which the card alone writes"),
    NO_FILE,
    sends(0x6A83, "EF 1A: no such record"),
    sends(0x6A84, "EF 1A: every record is there from the start"),
    sends(0x9407, "the application is temporarily blocked"),
];

const BLOCK: &[Row] =
    &[DONE, WORN, NO_CHALLENGE, sends(0x6985, "the purse is not selected"), MAC_MISSING, WRONG_MAC, SM4];

const UNBLOCK: &[Row] = &[
    DONE,
    WORN,
    NO_CHALLENGE,
    sends(0x6985, "the application is not temporarily blocked, or not selected"),
    MAC_MISSING,
    WRONG_MAC,
    SM4,
];

const INIT_PURCHASE: &[Row] = &[
    DONE,
    sends(0x6985, "blocked for a time, not selected, or SM4 in use"),
    sends(0x9401, "the amount is not available"),
    SEQUENCE_ENDS,
    KEY_INDEX,
    never(0x6901, "an INITIALIZE takes the place of the one that was open"),
];

/// The one table of answers, in the order of the commands' table.
pub const ANSWERS: &[Answers] = &[
    Answers {
        name: Name::SelectName,
        rows: &[
            DONE,
            sends(0x6283, "the application is blocked, and the profile says it so; with data"),
            sends(0x6A81, "the application is temporarily blocked; with its FCI"),
            sends(0x6A82, "no such application"),
        ],
    },
    Answers {
        name: Name::SelectFile,
        rows: &[
            DONE,
            sends(0x6283, "by the purse's id: as by name"),
            sends(0x6A82, "no such file"),
            sends(0x6A86, "the profile has no files by id"),
        ],
    },
    Answers {
        name: Name::GetResponse,
        rows: &[
            DONE,
            sends(0x6283, "the answer that waited had it"),
            sends(0x6985, "nothing waits, or the link is contactless"),
            never(0x6F00, "the other source's word for 6985"),
        ],
    },
    Answers {
        name: Name::ReadBinary,
        rows: &[DONE, HAS_RECORDS, NO_PURSE, NO_FILE, OFFSET, never(0x6982, "every file is read freely")],
    },
    Answers {
        name: Name::ReadRecord,
        rows: &[
            DONE,
            TRANSPARENT,
            sends(0x6A81, "EF 18 or 1E by identifier"),
            sends(0x6A82, "no such file, or the purse is not selected"),
            sends(0x6A83, "no such record"),
        ],
    },
    Answers { name: Name::UpdateBinary, rows: UPDATE_BINARY },
    Answers { name: Name::SecureUpdateBinary, rows: SECURE_UPDATE_BINARY },
    Answers { name: Name::UpdateRecord, rows: UPDATE_RECORD },
    Answers { name: Name::SecureUpdateRecord, rows: SECURE_UPDATE_RECORD },
    Answers { name: Name::AppendRecord, rows: APPEND_RECORD },
    Answers { name: Name::GetChallenge, rows: &[DONE] },
    Answers {
        name: Name::ExternalAuthenticate,
        rows: &[
            DONE,
            WRONG_TRY,
            WORN,
            NO_TRIES,
            NO_CHALLENGE,
            sends(0x6985, "the purse is not selected"),
            sends(0x6A88, "no key with this id"),
        ],
    },
    Answers {
        name: Name::InternalAuthenticate,
        rows: &[DONE, sends(0x6985, "the purse is not selected"), sends(0x6A88, "the card has no such key")],
    },
    Answers {
        name: Name::VerifyPin,
        rows: &[
            DONE,
            WRONG_TRY,
            WORN,
            NO_TRIES,
            BLOCKED_MEANWHILE,
            sends(0x6A80, "this is no PIN"),
            sends(0x6A88, "the card has no PIN, or the purse is not selected"),
            never(0x6984, "a PIN is never unusable: it has tries or not"),
        ],
    },
    Answers {
        name: Name::ChangePin,
        rows: &[
            DONE,
            WRONG_TRY,
            WORN,
            NO_TRIES,
            sends(0x6985, "no PIN, blocked for a time, or not selected"),
            sends(0x6A80, "not old ‖ FF ‖ new"),
            never(0x6901, "it belongs to no transaction"),
        ],
    },
    Answers {
        name: Name::ReloadPin,
        rows: &[
            DONE,
            WORN,
            BARRED,
            WRONG_MAC,
            sends(0x6A80, "this is no PIN"),
            sends(0x6A88, "the card has no PIN"),
            NO_COUNT,
            never(0x6984, "its MAC has no challenge"),
        ],
    },
    Answers {
        name: Name::UnblockPin,
        rows: &[
            DONE,
            WORN,
            NO_CHALLENGE,
            sends(0x6985, "no PIN, tries left, blocked for a time, or not selected"),
            MAC_MISSING,
            WRONG_MAC,
            sends(0x6A80, "the enciphered data is no PIN"),
            SM4,
            never(0x6981, "it belongs to no file"),
            never(0x6982, "its MAC is all the security it wants"),
        ],
    },
    Answers { name: Name::ApplicationBlock, rows: BLOCK },
    Answers { name: Name::ApplicationUnblock, rows: UNBLOCK },
    Answers {
        name: Name::CardBlock,
        rows: &[DONE, WORN, NO_CHALLENGE, sends(0x6985, "the purse is not selected"), MAC_MISSING, WRONG_MAC],
    },
    Answers { name: Name::GetAlgorithm, rows: &[DONE, sends(0x6985, "the purse is not selected")] },
    Answers {
        name: Name::ChangeAlgorithm,
        rows: &[
            DONE,
            WORN,
            sends(0x6985, "one that the card has not, or that is blocked; blocked for a time; not selected"),
        ],
    },
    Answers {
        name: Name::BlockAlgorithm,
        rows: &[
            DONE,
            WORN,
            NO_CHALLENGE,
            sends(0x6985, "the card has not two that are free; blocked for a time; not selected"),
            MAC_MISSING,
            WRONG_MAC,
        ],
    },
    Answers {
        name: Name::InitForLoad,
        rows: &[
            DONE,
            sends(0x6985, "beyond the ceiling; PIN wanted; blocked for a time; not selected; SM4 in use"),
            SEQUENCE_ENDS,
            KEY_INDEX,
            never(0x6901, "an INITIALIZE takes the place of the one that was open"),
        ],
    },
    Answers { name: Name::InitForPurchase, rows: INIT_PURCHASE },
    Answers { name: Name::InitForCappPurchase, rows: INIT_PURCHASE },
    Answers {
        name: Name::InitForUnload,
        rows: &[
            DONE,
            sends(0x6985, "PIN wanted; blocked for a time; not selected; SM4 in use"),
            sends(0x9401, "more than the actual balance"),
            SEQUENCE_ENDS,
            KEY_INDEX,
            never(0x6901, "an INITIALIZE takes the place of the one that was open"),
        ],
    },
    Answers {
        name: Name::InitForUpdate,
        rows: &[
            DONE,
            sends(0x6985, "blocked for a time; not selected; SM4 in use"),
            SEQUENCE_ENDS,
            KEY_INDEX,
            never(0x6901, "an INITIALIZE takes the place of the one that was open"),
        ],
    },
    Answers {
        name: Name::CreditForLoad,
        rows: &[
            DONE,
            WORN,
            OUT_OF_ORDER,
            BLOCKED_MEANWHILE,
            sends(0x6A86, "P2 02, which the profile does not take"),
            TRANSACTION_MAC,
        ],
    },
    Answers {
        name: Name::DebitForPurchase,
        rows: &[
            DONE,
            WORN,
            OUT_OF_ORDER,
            BLOCKED_MEANWHILE,
            sends(0x6A80, "composite, without an update that the profile wants"),
            sends(0x6A86, "P1 02 for a composite one, or where the profile does not take it"),
            TRANSACTION_MAC,
            never(0x9401, "INITIALIZE has seen to it, and nothing comes between"),
        ],
    },
    Answers {
        name: Name::DebitForUnload,
        rows: &[
            DONE,
            WORN,
            OUT_OF_ORDER,
            BLOCKED_MEANWHILE,
            TRANSACTION_MAC,
            never(0x9401, "INITIALIZE has seen to it, and nothing comes between"),
        ],
    },
    Answers {
        name: Name::UpdateOverdrawLimit,
        rows: &[
            DONE,
            WORN,
            OUT_OF_ORDER,
            sends(0x6985, "ceiling and limit pass 24 bits, or more is used; blocked for a time"),
            TRANSACTION_MAC,
            never(0x9401, "nothing is taken"),
        ],
    },
    Answers {
        name: Name::GetTransactionProve,
        rows: &[
            DONE,
            sends(0x6985, "the purse is not selected"),
            sends(0x9406, "not kept, or a transaction is open and the profile says so"),
        ],
    },
    Answers { name: Name::GetBalance, rows: &[DONE, sends(0x6985, "the purse is not selected")] },
    Answers {
        name: Name::UpdateCappDataCache,
        rows: &[
            DONE,
            OUT_OF_ORDER,
            sends(0x6985, "a third record of EF 1A; blocked for a time"),
            sends(0x6A80, "a wrong length, or a header that is not P1's"),
            sends(0x6A82, "no such file"),
            sends(0x6A83, "EF 1A: no such record"),
            sends(0x6A86, "EF 1E with P1 not 00; EF 1A with P1 00, which the profile does not take"),
            never(0x6974, "that is e-cash's"),
            never(0x6A84, "a record has its place from the start"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;
    use tunion_apdu::Device;
    use tunion_apdu::table::COMMANDS;

    #[test]
    fn every_command_of_the_card_has_its_answers_once_and_in_order() {
        let card = COMMANDS.iter().filter(|spec| spec.devices.contains(&Device::Card)).map(|spec| spec.name);
        assert!(ANSWERS.iter().map(|answers| answers.name).eq(card));
        for Answers { name, rows } in ANSWERS {
            let mut words: Vec<u16> = rows.iter().map(|row| row.sw).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), rows.len(), "{name:?} has a word twice");
        }
    }
}

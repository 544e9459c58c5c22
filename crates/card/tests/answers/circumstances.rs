//! What blocks and the selection say to every command, whatever it is (`docs/spec/card.md` 8.3, 6 to 9).

use crate::ready;
use crate::support::cases::done;
use crate::support::host::{Host, rich};
use tunion_apdu::{Name, Name as N, build};
use tunion_data::fci::PPSE;

/// The words of [`GENERAL`](tunion_card::answers::GENERAL) that come of circumstances.
pub(crate) fn shown() -> Vec<u16> {
    CIRCUMSTANCES
        .iter()
        .map(|(_, comes, _)| {
            let mut host = Host::of(&rich());
            comes(&mut host);
            host.sw(&build::get_balance(build::Asked::Actual))
        })
        .collect()
}

/// A circumstance, how it comes about, and what a command is answered that would have been done.
type Circumstance = (&'static str, fn(&mut Host), fn(Name) -> u16);

const CIRCUMSTANCES: &[Circumstance] = &[
    ("nothing", |_| {}, |_| 0x9000),
    (
        "the card is blocked",
        |host| {
            let block = host.card_block();
            host.ok(&block);
        },
        |_| 0x6A81,
    ),
    (
        "the application is permanently blocked",
        |host| {
            let block = host.app_block(0x01);
            host.ok(&block);
        },
        |name| match name {
            N::SelectName | N::SelectFile => 0x9000,
            _ => 0x9303,
        },
    ),
    (
        "the application is temporarily blocked",
        |host| {
            let block = host.app_block(0x00);
            host.ok(&block);
        },
        |name| match name {
            N::SelectName
            | N::SelectFile
            | N::ReadBinary
            | N::ReadRecord
            | N::GetBalance
            | N::GetChallenge
            | N::GetTransactionProve
            | N::InternalAuthenticate
            | N::GetAlgorithm => 0x9000,
            // They go on too, and miss the challenge that the block used up.
            N::ExternalAuthenticate | N::ApplicationBlock | N::ApplicationUnblock | N::CardBlock => 0x6984,
            N::UpdateBinary | N::SecureUpdateBinary | N::UpdateRecord | N::SecureUpdateRecord => 0x6A81,
            N::AppendRecord => 0x9407,
            _ => 0x6985,
        },
    ),
    (
        "the purse is not selected",
        |host| {
            host.ok(&build::select_name(PPSE));
        },
        without_purse,
    ),
    ("power went", Host::reset, without_purse),
];

fn without_purse(name: Name) -> u16 {
    match name {
        N::SelectName | N::GetChallenge => 0x9000,
        N::SelectFile | N::ReadRecord => 0x6A82,
        N::ReadBinary
        | N::UpdateBinary
        | N::SecureUpdateBinary
        | N::UpdateRecord
        | N::SecureUpdateRecord
        | N::AppendRecord => 0x6986,
        N::VerifyPin => 0x6A88,
        N::UpdateCappDataCache
        | N::CreditForLoad
        | N::UpdateOverdrawLimit
        | N::DebitForPurchase
        | N::DebitForUnload => 0x6901,
        _ => 0x6985,
    }
}

/// Each case that is done, with the circumstance between all that goes before it and its command.
#[test]
fn circumstances_are_judged_before_the_command() {
    for (circumstance, comes, answer) in CIRCUMSTANCES {
        // GET RESPONSE has nothing to fetch after any other command; answers/contact.rs has its cases. And
        // a purse that is blocked already is not blocked again.
        for (name, case) in done().filter(|(name, _)| *name != N::GetResponse) {
            let what = format!("{circumstance}: {name:?}, {}", case.what);
            let (mut host, command) = ready(&case);
            if *circumstance == "the application is temporarily blocked" && name == N::ApplicationUnblock {
                continue;
            }
            comes(&mut host);
            let sw = host.sw(&command);
            match (name, sw) {
                // The purse's own SELECT says what it is.
                (N::SelectName | N::SelectFile, 0x9303 | 0x6A81 | 0x6283) => {
                    assert!(circumstance.contains("blocked"), "{what}: {sw:04X}");
                }
                (N::SelectFile, 0x9000) => assert!(!circumstance.contains("card"), "{what}"),
                _ => assert_eq!(sw, answer(name), "{what}: {sw:04X}"),
            }
        }
    }
}

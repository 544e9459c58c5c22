//! What blocks and the selection say to every command, whatever it is (`docs/spec/card.md` 8.3, 6 to 9).

use crate::ready;
use crate::support::cases::done;
use crate::support::host::{Host, rich};
use tunion_apdu::{Name, Name as N, build};
use tunion_card::Block;
use tunion_card::profile::BlockedSelect;
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
            let right = selects(&host, name, &command).unwrap_or_else(|| answer(name));
            let sw = host.sw(&command);
            assert_eq!(sw, right, "{what}: {sw:04X}");
        }
    }
}

/// What a SELECT of the purse or of the PPSE is answered, which say themselves what they are, on a card
/// that is not blocked as a whole.
fn selects(host: &Host, name: Name, command: &[u8]) -> Option<u16> {
    let security = host.card.image().security;
    let profile = host.card.profile();
    let data = command.get(5..)?.get(..usize::from(*command.get(4)?))?;
    let purse = match name {
        N::SelectName => host.card.aid().starts_with(data),
        N::SelectFile => profile.by_id.purse.is_some_and(|id| data == id.to_be_bytes()),
        _ => return None,
    };
    if security.card_blocked {
        return None;
    }
    match (purse, security.blocked) {
        (true, Block::None) => Some(0x9000),
        (true, Block::Temporary) => Some(match profile.blocked.select {
            BlockedSelect::NotSupported => 0x6A81,
            BlockedSelect::Invalidated => 0x6283,
        }),
        (true, Block::Permanent) => Some(0x9303),
        (false, Block::None) => None,
        (false, _) => (data == PPSE).then_some(if profile.blocked.directory_warns { 0x6283 } else { 0x9000 }),
    }
}

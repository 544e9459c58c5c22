//! A memory that is worn out (`docs/spec/card.md` 8.4).

use crate::support::cases::done;
use crate::{Shown, ready, title};
use tunion_apdu::Name;
use tunion_card::Chip;
use tunion_card::answers::ANSWERS;

/// The commands that write. Of the others a worn memory changes nothing.
fn writes(name: Name) -> bool {
    use Name as N;
    matches!(
        name,
        N::UpdateBinary
            | N::SecureUpdateBinary
            | N::UpdateRecord
            | N::SecureUpdateRecord
            | N::AppendRecord
            | N::ExternalAuthenticate
            | N::VerifyPin
            | N::ChangePin
            | N::ReloadPin
            | N::UnblockPin
            | N::ApplicationBlock
            | N::ApplicationUnblock
            | N::CardBlock
            | N::ChangeAlgorithm
            | N::BlockAlgorithm
            | N::CreditForLoad
            | N::DebitForPurchase
            | N::DebitForUnload
            | N::UpdateOverdrawLimit
    )
}

/// The rows of 6581: every case that is done, on a memory that is worn out when its command comes.
pub(crate) fn shown() -> Shown {
    let mut shown = Shown::new();
    for (name, case) in done() {
        let (mut host, command) = ready(&case);
        host.card.set_worn(true);
        let sw = host.sw(&command);
        if sw == 0x6581 {
            shown.insert((title(Some(name)), sw));
        }
    }
    shown
}

#[test]
fn a_worn_memory_is_answered_6581_by_every_command_that_writes_and_by_no_other() {
    for (name, case) in done() {
        let (mut host, command) = ready(&case);
        let before = host.card.image();
        host.card.set_worn(true);
        let expected = if writes(name) { 0x6581 } else { 0x9000 };
        let response = host.send(&command);
        assert_eq!(response.sw().0, expected, "{name:?}: {}", case.what);
        assert!(!writes(name) || response.data().is_empty());
        assert_eq!(host.card.image(), before, "{name:?}: {}", case.what);
        assert_eq!(host.card.work().page_writes, 0);
        // The transaction that was open ended, and the command has to be prepared again; but a challenge
        // was not used up.
        host.card.set_worn(false);
        let again = host.sw(&command);
        let ends = matches!(
            name,
            Name::CreditForLoad | Name::DebitForPurchase | Name::DebitForUnload | Name::UpdateOverdrawLimit
        );
        if writes(name) {
            assert_eq!(again, if ends { 0x6901 } else { 0x9000 }, "{name:?}: {}", case.what);
        }
    }
    let rows = ANSWERS.iter().filter(|answers| answers.rows.iter().any(|row| row.sw == 0x6581));
    assert!(rows.map(|answers| answers.name).all(writes));
}

//! Le, strict, correcting and lenient, of every command (`docs/spec/card.md` 8.3, item 5).

use crate::ready_with;
use crate::support::cases::done;
use crate::support::host::{Host, rich, without_le};
use tunion_apdu::{LeRule, Name};

/// The words of [`GENERAL`](tunion_card::answers::GENERAL) that come of lengths.
pub(crate) fn shown() -> Vec<u16> {
    [LeRule::Strict, LeRule::Correcting]
        .map(|rule| {
            let mut contents = rich();
            contents.profile.le = rule;
            Host::of(&contents).sw(&[0x80, 0x5C, 0x00, 0x02, 0x11]) & 0xFF00
        })
        .to_vec()
}

/// How many bytes come of the `length` that there are, or the word that refuses.
fn expected(name: Name, rule: LeRule, le: Option<u8>, length: usize) -> Result<usize, u16> {
    let correct = 0x6C00 | u16::try_from(length).unwrap() & 0xFF;
    let asked = le.map(usize::from);
    match (name, rule, asked) {
        (Name::GetChallenge, _, Some(4 | 8)) => Ok(asked.unwrap()),
        (Name::GetChallenge, ..)
        | (Name::ReadBinary | Name::ReadRecord, LeRule::Strict | LeRule::Correcting, None) => Err(0x6700),
        (_, _, None | Some(0)) => Ok(length),
        (Name::ReadBinary, _, Some(le)) if le <= length => Ok(le),
        (_, LeRule::Lenient, _) => Ok(length),
        (_, _, Some(le)) if le == length => Ok(length),
        (Name::ReadBinary | Name::ReadRecord, ..) | (_, LeRule::Correcting, _) => Err(correct),
        (_, LeRule::Strict, _) => Err(0x6700),
    }
}

#[test]
fn every_le_of_every_command() {
    for rule in [LeRule::Strict, LeRule::Correcting, LeRule::Lenient] {
        // GET RESPONSE has its own rule: answers/contact.rs.
        for (name, case) in done().filter(|(name, _)| *name != Name::GetResponse) {
            let (host, command) = ready_with(&case, |contents| contents.profile.le = rule);
            let bare = without_le(&command);
            let read = matches!(name, Name::ReadBinary | Name::ReadRecord);
            let whole = if read { [&bare[..], &[0x00]].concat() } else { command.to_vec() };
            let length = host.clone().ok(&whole).len();
            for le in [None].into_iter().chain((0..=u8::MAX).map(Some)) {
                let mut host = host.clone();
                let before = host.card.image();
                let command = [&bare[..], le.as_slice()].concat();
                let response = host.send(&command);
                let what = format!("{name:?}, {}, {rule:?}, Le {le:02X?}", case.what);
                match expected(name, rule, le, length) {
                    Ok(length) => {
                        assert_eq!((response.sw().0, response.data().len()), (0x9000, length), "{what}");
                    }
                    Err(sw) => {
                        assert_eq!((response.sw().0, response.data().len()), (sw, 0), "{what}");
                        assert_eq!(host.card.image(), before, "{what}");
                        // And it can be done yet, unless a refused INITIALIZE or SELECT ends it.
                        host.ok(&whole);
                    }
                }
            }
        }
    }
}

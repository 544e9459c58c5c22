//! The contact link: 61xx and GET RESPONSE (`docs/spec/card.md` 8.4).

use crate::support::cases::done;
use crate::support::host::{Host, rich};
use crate::{ready, ready_with};
use tunion_apdu::{LeRule, Name, build};
use tunion_card::{Block, Contents, Interface};
use tunion_data::fci::EP_AID;

/// The words of [`GENERAL`](tunion_card::answers::GENERAL) that come of the link.
pub(crate) fn shown() -> Vec<u16> {
    let sw = by_contact(|_| {}).sw(&build::select_name(&EP_AID));
    vec![sw & 0xFF00]
}

fn by_contact(set: impl Fn(&mut Contents)) -> Host {
    let mut contents = rich();
    contents.profile.interface = Interface::Contact;
    set(&mut contents);
    Host::of(&contents)
}

const FETCH: [u8; 5] = [0x00, 0xC0, 0x00, 0x00, 0x00];

/// The same comes by either link: at once, or with 61xx and GET RESPONSE where the command brought data
/// and is answered with data.
#[test]
fn every_command_is_answered_the_same_by_contact() {
    for (name, case) in done().filter(|(name, _)| *name != Name::GetResponse) {
        let (mut contactless, command) = ready(&case);
        let expected = contactless.send(&command);
        let (mut contact, same) =
            ready_with(&case, |contents| contents.profile.interface = Interface::Contact);
        assert_eq!(command, same);
        let response = contact.send(&command);
        let what = format!("{name:?}, {}", case.what);
        if command.len() <= 5 || expected.data().is_empty() {
            assert_eq!(response, expected, "{what}");
            let nothing = if name == Name::CardBlock { 0x6A81 } else { 0x6985 };
            assert_eq!(contact.sw(&FETCH), nothing, "{what}");
        } else {
            let waits = 0x6100 | u16::try_from(expected.data().len()).unwrap();
            assert_eq!((response.sw().0, response.data()), (waits, &[][..]), "{what}");
            assert_eq!(contact.send(&FETCH), expected, "{what}");
            assert_eq!(contact.sw(&FETCH), 0x6985, "{what}: it is fetched once");
        }
        assert_eq!(contact.card.image(), contactless.card.image(), "{what}");
    }
}

#[test]
fn the_fci_of_a_blocked_purse_keeps_its_word_through_get_response() {
    let mut host = by_contact(|contents| contents.image.security.blocked = Block::Temporary);
    assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x6133);
    let response = host.send(&FETCH);
    assert_eq!((response.sw().0, response.data().len()), (0x6A81, 0x33));
    assert_eq!(response.data()[..2], [0x6F, 0x31]);
    // It is selected all the same.
    host.ok(&[0x00, 0xB0, 0x95, 0x00, 0x1E]);
}

/// Le of GET RESPONSE: any other than what waits is told what waits, in every setting.
#[test]
fn get_response_wants_all_that_waits() {
    for rule in [LeRule::Strict, LeRule::Correcting, LeRule::Lenient] {
        let mut host = by_contact(|contents| contents.profile.le = rule);
        assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x6133);
        for le in (0x01..=0xFF).filter(|le| *le != 0x33) {
            assert_eq!(host.sw(&[0x00, 0xC0, 0x00, 0x00, le]), 0x6C33);
        }
        let mut absent = host.clone();
        assert_eq!(absent.ok(&[0x00, 0xC0, 0x00, 0x00]), host.ok(&[0x00, 0xC0, 0x00, 0x00, 0x33]));
    }
}

/// What drops the answer that waits: every command but a well-formed GET RESPONSE, and a reset.
#[test]
fn an_answer_waits_for_the_next_command_only() {
    let drops: [&[u8]; 7] = [
        &[0x00, 0xB0, 0x95, 0x00, 0x00],
        &[0x00, 0x84, 0x00, 0x00, 0x04],
        &[0x90, 0xC0, 0x00, 0x00, 0x00],
        &[0x00, 0xC0, 0x01, 0x00, 0x00],
        &[0x00, 0xC0, 0x00, 0x00, 0x01, 0x00],
        &[0x00, 0xC0],
        &[],
    ];
    for command in drops {
        let mut host = by_contact(|_| {});
        assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x6133);
        host.send(command);
        assert_eq!(host.sw(&FETCH), 0x6985, "{command:02X?}");
    }
    let mut host = by_contact(|_| {});
    assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x6133);
    host.reset();
    assert_eq!(host.sw(&FETCH), 0x6985);
}

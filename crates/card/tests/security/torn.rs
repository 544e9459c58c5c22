//! Power that goes at every byte that a command writes: a try is spent before anything is compared, and
//! what a command does is done whole or not (`docs/spec/card.md` 8.5, Torn).

use crate::support::cases::{Case, all};
use crate::support::host::{Host, change_pin, rich, spoiled, verify_pin};
use tunion_apdu::{CommandBuf, Name};
use tunion_card::{Chip, Contents, Cut, Damage, Image, LONGEST_COMMAND, TriesLeft};
use tunion_data::command::Transaction;
use tunion_nvm::PAGE;

/// The image with one try less of those that the command spends.
fn spent(name: Name, command: &[u8], mut image: Image) -> Image {
    use Name as N;
    let left = image.security.left.as_mut().unwrap();
    let TriesLeft { pin, messages, transactions, external } = left;
    match name {
        N::VerifyPin | N::ChangePin => *pin -= 1,
        N::ExternalAuthenticate => external[usize::from(command[3])] -= 1,
        N::CreditForLoad | N::DebitForPurchase | N::DebitForUnload | N::UpdateOverdrawLimit => {
            *transactions -= 1;
        }
        N::UpdateBinary | N::UpdateRecord | N::ChangeAlgorithm => {}
        _ => *messages -= 1,
    }
    image
}

/// Cuts the command at every byte that it writes, with either damage. After power-on the memory is as before,
/// as with the try spent, or as after; and as after when the command was answered.
fn torn(what: &str, name: Name, host: &Host, command: &[u8]) {
    let before = host.card.image();
    let mut whole = host.clone();
    let word = whole.send(command).sw();
    let bytes = whole.card.work().page_writes * 128;
    let after = whole.card.image();
    let spent = spent(name, command, before.clone());
    let mut met = [false; 3];
    for at in 0..=bytes {
        for damage in [Damage::Prefix, Damage::Noise(u64::from(at))] {
            let mut host = host.clone();
            host.card.set_cut(Some(Cut { after: at, damage }));
            let answered = host.try_send(command);
            host.card.set_cut(None);
            host.card.power_on().unwrap();
            let found = host.card.image();
            assert!([&before, &spent, &after].contains(&&found), "{what}: cut after {at} bytes, {damage:?}");
            if let Ok(response) = answered {
                assert_eq!((response.sw(), &found), (word, &after), "{what}");
            } else {
                assert!(at < bytes, "{what}");
            }
            met[0] |= found == before;
            met[1] |= found == spent;
            met[2] |= found == after;
        }
    }
    assert!(bytes > 0 && met == [true; 3], "{what}: {bytes} bytes, {met:?}");
}

fn limited(case: &Case) -> (Host, CommandBuf) {
    let mut contents: Contents = rich();
    (case.set)(&mut contents);
    contents.profile.tries.transactions = 3;
    let mut host = Host::of(&contents);
    let command = (case.ready)(&mut host);
    (host, command)
}

/// Every case that writes, right and wrong.
#[test]
fn every_command_that_writes_is_torn_at_every_byte() {
    let (mut torn_cases, mut longest) = (0, 0);
    for case in all() {
        let Some(name) = case.name.filter(|_| matches!(case.sw, 0x9000 | 0x63C0 | 0x6988 | 0x9302)) else {
            continue;
        };
        let (host, command) = limited(&case);
        let mut whole = host.clone();
        whole.send(&command);
        if whole.card.work().page_writes > 0 {
            torn(&format!("{name:?}, {}", case.what), name, &host, &command);
            torn_cases += 1;
            longest = longest.max(whole.card.work().page_writes);
        }
    }
    assert!(torn_cases > 40, "{torn_cases}");
    // A spent try, and a composite purchase that brings 2701 and 2702 with 1E.
    assert_eq!(usize::try_from(longest).unwrap() * PAGE, LONGEST_COMMAND);
}

/// A command with something wrong in it.
type Guess = (&'static str, fn(&mut Host) -> CommandBuf);

/// Whoever takes the power away right after each wrong try gets no more tries than others.
#[test]
fn tries_do_not_come_back_by_taking_power_away() {
    let guesses: [Guess; 4] = [
        ("VERIFY PIN", |_| verify_pin(b"000000")),
        ("CHANGE PIN", |_| change_pin(b"000000\xFF1234")),
        ("EXTERNAL AUTHENTICATE", |host| spoiled(host.authentication(0))),
        ("CREDIT FOR LOAD", |host| {
            host.open(Transaction::Load, 100);
            spoiled(host.end())
        }),
    ];
    for (what, guess) in guesses {
        // The cut falls behind the first commit, of two pages: the answer never leaves.
        let mut contents = rich();
        contents.profile.tries.transactions = 3;
        let mut host = Host::of(&contents);
        let all = host.card.image().security.left.unwrap();
        for n in 1..=3 {
            let command = guess(&mut host);
            host.card.set_cut(Some(Cut { after: 2 * 128 - 1, damage: Damage::Prefix }));
            assert!(host.try_send(&command).is_err(), "{what}");
            host.card.set_cut(None);
            host.again();
            let left = host.card.image().security.left.unwrap();
            let less = |left: u8, all: u8| left + n == all;
            assert!(
                less(left.pin, all.pin)
                    || less(left.external[0], all.external[0])
                    || less(left.transactions, all.transactions),
                "{what}: {left:?} after {n}"
            );
        }
        let sw = {
            let challenged = what == "EXTERNAL AUTHENTICATE";
            let command = if challenged { host.authentication(0) } else { verify_pin(b"123456") };
            host.sw(&command)
        };
        assert!(matches!(sw, 0x6983 | 0x6985), "{what}: {sw:04X}");
    }
}

/// With one try in all, a cut between the spent try and the effect leaves the card blocked.
#[test]
fn the_only_try_can_be_lost() {
    let mut contents = rich();
    contents.profile.tries.messages = 1;
    let mut host = Host::of(&contents);
    let update = host.update_info(9, 2);
    torn("UPDATE BINARY with one try", Name::SecureUpdateBinary, &host, &update);
    host.card.set_cut(Some(Cut { after: 2 * 128, damage: Damage::Prefix }));
    assert!(host.try_send(&update).is_err());
    host.card.set_cut(None);
    host.again();
    assert_eq!(host.sw(&[0x00, 0xB0, 0x95, 0x00, 0x00]), 0x9303);
}

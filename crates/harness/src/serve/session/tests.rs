use super::*;
use crate::random::{Stream, stream};
use proptest::prelude::*;
use tunion_apdu::arbitrary;
use tunion_card::{Card, Cut, Damage};
use tunion_data::file::AppInfo;
use tunion_psam::Psam;

/// SELECT of the e-purse.
const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05];
const READ_INFO: &[u8] = &[0x00, 0xB0, 0x95, 0x00, 0x00];

fn card() -> Card<Stream> {
    let file = tunion_files::card::load("../../fixtures/cards/student.toml").unwrap();
    crate::issue::card(&file, &tunion_files::keys::lab().unwrap(), stream(1, "card", 0)).unwrap()
}

fn psam() -> Psam<Stream> {
    let library = &mut tunion_files::library::Library::default();
    let file = tunion_files::terminal::load("../../fixtures/terminals/beijing-top-up.toml", library).unwrap();
    crate::issue::psam(&file.psam, &tunion_files::keys::lab().unwrap(), 0, stream(1, "psam", 0))
}

/// A session with a device, and what it did.
struct Slot<C> {
    session: Session,
    card: C,
    seen: Vec<String>,
}

impl Slot<Card<Stream>> {
    fn new(dialect: Dialect) -> Self {
        Self::with(card(), dialect)
    }

    fn reader() -> Self {
        Self::new(Dialect::Vpcd(Atr::default()))
    }
}

impl<C: Chip> Slot<C> {
    fn with(chip: C, dialect: Dialect) -> Self {
        let mut slot = Self { session: Session::new(dialect), card: chip, seen: Vec::new() };
        let Self { session, card, seen } = &mut slot;
        session.begin(card, &mut |event| seen.push(format!("{event:?}")));
        slot
    }

    fn send(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, PowerLost> {
        let Self { session, card, seen } = self;
        let mut out = Vec::new();
        session.receive(bytes, card, &mut |event| seen.push(format!("{event:?}")), &mut out)?;
        let mut answers = Decoder::default();
        answers.push(&out);
        Ok(std::iter::from_fn(|| answers.next().map(<[u8]>::to_vec)).collect())
    }

    /// Bodies, each a frame, all in one chunk.
    fn frames(&mut self, bodies: &[&[u8]]) -> Vec<Vec<u8>> {
        self.send(&frames(bodies)).unwrap()
    }
}

fn frames(bodies: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for body in bodies {
        frame::encode(body, &mut bytes).unwrap();
    }
    bytes
}

#[test]
fn a_reader_powers_the_card_and_reads_it() {
    let mut slot = Slot::reader();
    let atr = Atr::default().bytes().to_vec();
    assert_eq!(slot.frames(&[&[4], &[1], &[4]]), [atr.clone(), atr]);
    let answers = slot.frames(&[SELECT, READ_INFO]);
    assert!(answers.iter().all(|answer| answer.ends_with(&[0x90, 0x00])));
    assert_eq!(answers[1].len(), AppInfo::LEN + 2);
}

#[test]
fn a_reset_forgets_what_is_selected_also_in_one_chunk_with_off() {
    for ends in [&[&[2][..]][..], &[&[0], &[2]], &[&[0], &[1]], &[&[1]]] {
        let mut slot = Slot::reader();
        slot.frames(&[&[1], SELECT]);
        let chunk: Vec<&[u8]> = ends.iter().copied().chain([READ_INFO]).collect();
        assert_ne!(slot.frames(&chunk)[0][..], [0x90, 0x00], "{ends:?}");
        assert_eq!(slot.frames(&[READ_INFO])[0].len(), 2, "{ends:?}");
    }
}

#[test]
fn questions_for_the_atr_are_not_told() {
    let mut slot = Slot::reader();
    slot.frames(&[&[4], &[4], &[1], &[4], &[2], &[0]]);
    assert_eq!(slot.seen, ["On", "Reset", "Off"]);
}

#[test]
fn what_asks_for_nothing_is_passed_over() {
    let mut slot = Slot::reader();
    assert!(slot.frames(&[&[], &[3], &[0xFF]]).is_empty());
    assert_eq!(slot.seen.len(), 3);
}

#[test]
fn without_power_a_command_is_answered_6f00() {
    let mut slot = Slot::reader();
    assert_eq!(slot.frames(&[SELECT]), [[0x6F, 0x00]]);
    slot.frames(&[&[1], &[0]]);
    assert_eq!(slot.frames(&[SELECT]), [[0x6F, 0x00]]);
}

#[test]
fn a_bare_session_has_power_and_answers_every_frame() {
    let mut slot = Slot::new(Dialect::Bare);
    let answers = slot.frames(&[&[], &[4], SELECT]);
    assert_eq!(answers[..2], [[0x67, 0x00], [0x67, 0x00]]);
    assert!(answers[2].ends_with(&[0x90, 0x00]));
    let Slot { session, card, seen } = &mut slot;
    session.end(card, &mut |event| seen.push(format!("{event:?}")));
    assert!(!card.is_powered());
    assert_eq!(seen.first().map(String::as_str), Some("On"));
    assert_eq!(seen.last().map(String::as_str), Some("Off"));
}

#[test]
fn commands_longer_than_a_card_takes_get_a_status_word() {
    let mut slot = Slot::new(Dialect::Bare);
    for length in [261, 262, 4096, 65_535] {
        let mut command = vec![0; length];
        command[..4].copy_from_slice(&[0x80, 0xDC, 0x00, 0xF0]);
        assert_eq!(slot.frames(&[&command]), [[0x67, 0x00]], "{length}");
    }
}

/// A PSAM is served as a card is; it writes at INIT SAM FOR PURCHASE, without having to be shown a MAC.
#[test]
fn a_device_torn_in_a_command_leaves_without_an_answer() {
    let mut init = vec![0x80, 0x70, 0x00, 0x00, 0x24];
    init.extend([0; 10]);
    init.push(0x06);
    init.extend([0x20, 0x26, 0x11, 0x23, 0x08, 0x00, 0x00, 0x01, 0x00]);
    init.extend([0; 16]);
    let commands: &[&[u8]] = &[&[0x00, 0xA4, 0x00, 0x00, 0x02, 0x80, 0x11], &init];
    let mut slot = Slot::with(psam(), Dialect::Bare);
    assert_eq!(slot.frames(commands)[1].len(), 10);
    slot.card.set_cut(Some(Cut { after: 1, damage: Damage::Prefix }));
    assert_eq!(slot.send(&frames(&[&init, &init])), Err(PowerLost));
    assert!(slot.seen.last().unwrap().starts_with("Torn"), "{:?}", slot.seen);
    assert!(!slot.card.is_powered());
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        (0_u8..5).prop_map(|byte| vec![byte]),
        arbitrary::command(tunion_apdu::Device::Card),
        Just(SELECT.to_vec()),
        Just(READ_INFO.to_vec()),
    ]
}

proptest! {
    /// Any bytes, in any chunks: no panic, and whatever comes out is whole frames.
    #[test]
    fn no_bytes_panic(chunks in prop::collection::vec(any::<Vec<u8>>(), 0..6), bare: bool) {
        let mut slot = if bare { Slot::new(Dialect::Bare) } else { Slot::reader() };
        for chunk in chunks {
            slot.send(&chunk).unwrap();
        }
    }

    /// How frames are cut changes nothing: answers and events are those of each frame by itself.
    #[test]
    fn chunks_do_not_matter(
        bodies in prop::collection::vec(body(), 0..12),
        sizes in prop::collection::vec(1_usize..30, 1..8),
        bare: bool,
    ) {
        let [mut whole, mut cut] =
            [(), ()].map(|()| if bare { Slot::new(Dialect::Bare) } else { Slot::reader() });
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let expected: Vec<_> = bodies.iter().flat_map(|body| whole.frames(&[body])).collect();
        let (bytes, mut found) = (frames(&bodies), Vec::new());
        let mut rest = &bytes[..];
        for size in sizes.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, later) = rest.split_at(size.min(rest.len()));
            rest = later;
            found.extend(cut.send(chunk).unwrap());
        }
        prop_assert_eq!(found, expected);
        prop_assert_eq!(cut.seen, whole.seen);
    }

    /// At a reader every command gets one answer, so it never waits.
    #[test]
    fn every_command_gets_one_answer(bodies in prop::collection::vec(body(), 0..12)) {
        let mut slot = Slot::reader();
        for body in bodies {
            let due = usize::from(body.len() > 1 || body == [4]);
            let answers = slot.frames(&[&body]);
            prop_assert_eq!(answers.len(), due);
            prop_assert!(answers.iter().all(|answer| answer.len() >= 2));
        }
    }
}

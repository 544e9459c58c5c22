//! A card, its echoes, and how they are asked.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::hint::black_box;
use tunion_apdu::{Command, Device, Name, Response, Sw, build};
use tunion_card::{Card, CardKeys, Chip, Contents, Image, PowerLost, PurseContents};
use tunion_crypto::Key16;
use tunion_data::fci::EP_AID;
use tunion_data::file::AppInfo;
use tunion_data::{Fen, Fen24};
use tunion_device::{Applet, Core, Fault};
use tunion_nvm::{SPARE, Store};

/// The card as the harness has it, its randomness too.
pub type BenchCard = Card<ChaCha8Rng>;

const _: () = assert!(size_of::<BenchCard>() <= 16 * 1024, "a fork copies it all");

/// The key of purchases.
pub const PURCHASE_KEY: [u8; 16] = *b"purchase of test";
/// The key of the TAC.
pub const TAC_KEY: [u8; 16] = *b"the TAC of tests";

/// Whatever answers commands, as [`Chip::process`] does.
pub trait Answers {
    /// Answers one command.
    ///
    /// # Errors
    /// [`PowerLost`], which no bench sees.
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost>;
}

impl Answers for BenchCard {
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        Chip::process(self, command, response)
    }
}

/// A bare echo: it takes the command apart, as every card has to before it knows anything, and copies the
/// same answer whatever it was asked. It has no power to lose, looks nothing up, keeps nothing and counts
/// nothing.
#[derive(Clone, Debug)]
pub struct BareEcho {
    answer: Vec<u8>,
}

impl BareEcho {
    /// An echo that answers `answer` and 9000.
    #[must_use]
    pub fn new(answer: &[u8]) -> Self {
        Self { answer: answer.to_vec() }
    }
}

impl Answers for BareEcho {
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        response.clear();
        let answered = Command::parse(command).and_then(|command| {
            // Nobody looks at what was taken apart; it is taken apart all the same.
            black_box(&command);
            response.push(&self.answer)
        });
        let sw = answered.map_or_else(|sw| sw, |()| Sw::OK);
        response.finish(sw);
        Ok(())
    }
}

/// An echo behind the card's own trait: an [`Applet`] whose commands all copy the same answer. So power,
/// work and the table of commands are [`Chip`]'s, as they are for a card; of a card's own there is nothing,
/// neither selection, blocks nor files.
#[derive(Clone, Debug)]
pub struct Echo {
    core: Core<ChaCha8Rng, EchoStore>,
    answer: Vec<u8>,
}

type EchoStore = Store<1, { 1 + SPARE + 2 }>;

impl Echo {
    /// An echo that answers `answer` and 9000.
    #[must_use]
    pub fn new(answer: &[u8]) -> Self {
        let core = Core::new(EchoStore::format(), ChaCha8Rng::seed_from_u64(7));
        Self { core, answer: answer.to_vec() }
    }
}

impl Applet for Echo {
    const DEVICE: Device = Device::Card;
    type Random = ChaCha8Rng;
    type Store = EchoStore;

    fn core(&self) -> &Core<ChaCha8Rng, EchoStore> {
        &self.core
    }

    fn core_mut(&mut self) -> &mut Core<ChaCha8Rng, EchoStore> {
        &mut self.core
    }

    fn end_transaction(&mut self) {}

    fn deselect(&mut self) {}

    fn dispatch(&mut self, _: Name, _: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        Ok(response.push(&self.answer)?)
    }
}

impl Answers for Echo {
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        Chip::process(self, command, response)
    }
}

/// One command, asked across a call that the optimiser does not see through. `false` unless the answer
/// was 9000.
#[inline(never)]
pub fn ask(device: &mut impl Answers, command: &[u8], response: &mut Response) -> bool {
    device.process(command, response).is_ok() && response.sw().is_ok()
}

/// A personalised card with money, its e-purse selected.
#[must_use]
pub fn card() -> BenchCard {
    let key = |number| Key16::new([number; 16]);
    let keys = CardKeys {
        purchase: Key16::new(PURCHASE_KEY),
        load: [key(1), key(2)],
        unload: key(3),
        overdraft: key(4),
        tac: Key16::new(TAC_KEY),
        app_block: key(5),
        app_unblock: key(6),
        app_maintenance: key(7),
        card_control: key(8),
        pin_unblock: key(9),
        pin_reload: key(10),
        external: [key(11), key(12)],
        internal: None,
        version: 1,
    };
    let balance = Fen24::new(Fen::from_yuan(5000)).unwrap();
    let image = Image {
        info: AppInfo::decode(&core::array::from_fn(|at| u8::try_from(at).unwrap())),
        purse: PurseContents { balance, ..PurseContents::default() },
        ..Image::default()
    };
    let contents = Contents { image, ..Contents::blank(keys) };
    let mut card = Card::new(&contents, ChaCha8Rng::seed_from_u64(7)).unwrap();
    assert!(ask(&mut card, &build::select_name(&EP_AID), &mut Response::new()));
    card
}

/// As many bytes as a card has, with its alignment.
#[derive(Clone, Copy, Debug)]
#[repr(align(8))]
pub struct Bytes(pub [u8; size_of::<BenchCard>()]);

impl Bytes {
    /// So many of `byte`.
    #[must_use]
    pub const fn filled(byte: u8) -> Self {
        Self([byte; size_of::<BenchCard>()])
    }
}

/// Forks each of `values`, which is to clone it, one after the other. No fork ends: that would wipe its
/// keys, and is no part of making it.
pub fn fork_each<T: Clone>(values: &[T]) {
    for value in values {
        let fork = fork(black_box(value));
        black_box(&fork);
        std::mem::forget(fork);
    }
}

/// Does `work` so many steps further down the stack, so that what it makes there lies elsewhere each time.
#[inline(never)]
pub fn below(steps: usize, work: &mut dyn FnMut()) {
    let step = black_box([0u8; 240]);
    match steps.checked_sub(1) {
        Some(steps) => below(steps, work),
        None => work(),
    }
    black_box(&step);
}

/// A clone, made where the caller has its place for it; moved, it would be copied twice.
#[inline(never)]
fn fork<T: Clone>(value: &T) -> T {
    value.clone()
}

//! A trace as a file: what its lines are.
//!
//! A trace is JSON lines. The first is the [`Header`]; each that follows is a [`Line`]. `docs/traces.md` has every
//! key.

use super::raw::Raw;
use std::fmt;
use tunion_apdu::Device;
use tunion_data::civil::DateTime;
use tunion_files::layout::hex;

/// What the header calls the format.
pub const FORMAT: &str = "tunion-trace";

/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// A trace with its header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// What made it.
    pub header: Header,
    /// What happened, in order.
    pub lines: Vec<Line>,
}

/// The first line: what made the trace, so that it can be made again.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Header {
    /// The command that wrote it: `run`, `tap`, `import`, `shrink`.
    pub made: String,
    /// Its arguments, by which a replay finds scenario, card, terminal and keys.
    pub arguments: Vec<String>,
    /// The seed of all randomness.
    pub seed: Option<u64>,
    /// The card files, by their names.
    pub cards: Vec<String>,
    /// The terminal profiles, by their names.
    pub terminals: Vec<String>,
    /// The key set: the check value of its purchase root.
    pub keys: Option<String>,
    /// Whether card numbers and secrets are hidden.
    pub masked: bool,
}

/// A line after the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// A terminal is switched on; what follows is what it asks its PSAM.
    Up(Scene),
    /// A card comes to a terminal, and has power from here on.
    Tap(Tap),
    /// A device loses its power and gets it again.
    Reset(Device),
    /// Something goes over a link.
    Went(Went),
}

/// Where and when something happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scene {
    /// Name of the terminal.
    pub terminal: String,
    /// Where it stands and what is done there: `in 西二旗`.
    pub place: String,
    /// Civil time, UTC+8.
    pub at: DateTime,
}

/// A card comes to a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tap {
    /// Which tap of the run it is, from 1.
    pub number: u32,
    /// Name of the card.
    pub card: String,
    /// Which tap of this card it is, from 1: its random numbers follow from that.
    pub nth: u64,
    /// Where and when.
    pub scene: Scene,
}

/// Something that goes over a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Went {
    /// Virtual time in ns since the tap's beginning.
    pub t: u64,
    /// Over which link.
    pub link: Wire,
    /// In which direction.
    pub dir: Dir,
    /// The bytes; none for an answer that never came.
    pub bytes: Raw,
    /// What is then in the device's memory, of an answer and of one that never came.
    pub state: Option<State>,
}

impl Went {
    /// An answer that never came, and nothing else known of it.
    #[must_use]
    pub fn lost(link: Wire) -> Self {
        Self { t: 0, link, dir: Dir::Lost, bytes: Raw::default(), state: None }
    }
}

/// A link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wire {
    /// APDUs between terminal and card.
    Card,
    /// APDUs between terminal and PSAM.
    Sam,
    /// ISO 14443 frames between reader and card, with their CRC where they have one.
    Air,
}

impl Wire {
    /// Every link, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Card, Self::Sam, Self::Air];

    /// Its name in a trace.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Sam => "sam",
            Self::Air => "air",
        }
    }

    /// The device at its other end that answers APDUs; of frames none.
    #[must_use]
    pub const fn device(self) -> Option<Device> {
        match self {
            Self::Card => Some(Device::Card),
            Self::Sam => Some(Device::Sam),
            Self::Air => None,
        }
    }
}

impl From<Device> for Wire {
    fn from(device: Device) -> Self {
        match device {
            Device::Card => Self::Card,
            Device::Sam => Self::Sam,
        }
    }
}

/// A direction, as the terminal sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dir {
    /// To the device.
    To,
    /// From the device.
    From,
    /// Lost: an answer that never came, or a frame that did not arrive.
    Lost,
}

impl Dir {
    /// Every direction, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::To, Self::From, Self::Lost];

    /// Its sign in a trace.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::To => ">",
            Self::From => "<",
            Self::Lost => "x",
        }
    }
}

/// What is in a device's memory: the first 8 bytes of the SHA-256 over its pages as committed. What it forgets
/// without power, such as what is selected, is not in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State(pub [u8; 8]);

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Line {
    /// What went over a link, if something did.
    #[must_use]
    pub const fn went(&self) -> Option<&Went> {
        match self {
            Self::Went(went) => Some(went),
            Self::Up(_) | Self::Tap(_) | Self::Reset(_) => None,
        }
    }
}

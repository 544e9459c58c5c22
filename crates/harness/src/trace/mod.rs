//! What went over the links: kept, decoded, and written as a file that can be read, compared and played again.
//!
//! A [`Trace`] is what a run keeps. A [`File`] is a trace as JSON lines (`docs/traces.md`): with virtual time, with
//! what happened beside the links, and with a digest of the device's memory after every answer.
//!
//! | module | idea |
//! |---|---|
//! | `decode`, `say` | an exchange taken apart; what a line means, in short words |
//! | `air` | ISO 14443 frames: their names, and blocks made of APDUs |
//! | `raw` | bytes of which some digits may be hidden |
//! | `file`, `rows`, `read` | the lines of a file, as values and as JSON |
//! | `record` | a run that is written down |
//! | `tape` | a card's recorded side |
//! | `compare`, `diff`, `place` | where two traces differ; the difference explained; what a byte is |
//! | `replay`, `bench` | a trace played again, with what made it or against any card |
//! | `shrink` | the smallest part that still fails |
//! | `import` | logs of other programs |
//! | `pcap` | a trace as a packet capture |
//! | `mask` | which digits are hidden |
//! | `show`, `paint` | a trace for a person, in colour where it is wanted |

mod air;
mod bench;
mod compare;
mod decode;
mod diff;
mod file;
mod import;
mod mask;
mod paint;
mod pcap;
mod place;
mod raw;
mod read;
mod record;
mod replay;
mod rows;
mod say;
mod show;
mod shrink;
mod tape;

pub use bench::Bench;
pub use compare::{Compared, Difference, What, differences};
pub(crate) use decode::who;
pub use diff::Sides;
pub use file::{Dir, FORMAT, File, Header, Line, Scene, State, Tap, VERSION, Went, Wire};
pub use import::Style;
pub use raw::{NoHex, Raw};
pub use record::{Frame, Script, record};
pub use replay::{Side, replay};
pub use show::Show;
pub use shrink::{Failure, Shrunk, shrink};
pub use tape::Tape;
pub use tunion_apdu::Sw;
pub use tunion_files::layout::{hex, show};

use sha2::{Digest, Sha256};
use std::ops::Range;
use tunion_apdu::Device;
use tunion_card::Work;

/// A command and its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// Who was asked.
    pub device: Device,
    /// The command.
    pub command: Vec<u8>,
    /// The answer; `None` when it was lost.
    pub answer: Option<Vec<u8>>,
    /// What it took of the device.
    pub work: Work,
}

/// Everything that went over the links, in order.
#[derive(Clone, Default, Debug)]
pub struct Trace {
    exchanges: Vec<Exchange>,
    /// The lines of a file, if one is to be written.
    lines: Option<Vec<Line>>,
}

impl Trace {
    pub(crate) fn push(&mut self, device: Device, command: &[u8], answer: Option<&[u8]>, work: Work) {
        let answer = answer.map(<[u8]>::to_vec);
        self.exchanges.push(Exchange { device, command: command.to_vec(), answer, work });
    }

    /// How many exchanges there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }

    /// The exchanges of a stretch.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> &[Exchange] {
        self.exchanges.get(range).unwrap_or_default()
    }

    /// SHA-256 over every byte of every exchange, in hexadecimal: the same seed and scenario give the
    /// same hash.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for Exchange { device, command, answer, .. } in &self.exchanges {
            let lost = [0xFF; 2];
            let answer = answer.as_deref();
            hash.update([u8::from(*device == Device::Sam), u8::from(answer.is_some())]);
            for bytes in [command.as_slice(), answer.unwrap_or(&lost)] {
                hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
                hash.update(bytes);
            }
        }
        hex(&hash.finalize())
    }
}

//! One case for each status word of each command: what card it is, what goes before, and the command.
//! `tests/answers/` holds them against the table of answers; other tests take those that are done.

mod files;
mod general;
mod money;
mod pin;
mod reading;
mod security;

use super::host::{Host, bytes};
use tunion_apdu::{CommandBuf, Name, build};
use tunion_card::{Block, Contents};
use tunion_data::fci::PPSE;

/// A card of the kind that `set` makes of [`rich`](super::host::rich) answers `sw` to the command that
/// `ready` gives when everything before it was sent.
#[derive(Clone, Copy)]
pub struct Case {
    /// The command; none for one that the table of commands does not have.
    pub name: Option<Name>,
    /// The status word, or its family.
    pub sw: u16,
    pub what: &'static str,
    pub set: fn(&mut Contents),
    pub ready: fn(&mut Host) -> CommandBuf,
}

/// Every case.
pub fn all() -> Vec<Case> {
    [
        reading::cases(),
        files::cases(),
        security::cases(),
        pin::cases(),
        money::opening(),
        money::ending(),
        general::cases(),
    ]
    .concat()
}

/// Those that are done, each command at least once.
pub fn done() -> impl Iterator<Item = (Name, Case)> {
    all().into_iter().filter_map(|case| Some((case.name?, case))).filter(|(_, case)| case.sw == 0x9000)
}

fn case(
    name: Name,
    sw: u16,
    what: &'static str,
    set: fn(&mut Contents),
    ready: fn(&mut Host) -> CommandBuf,
) -> Case {
    Case { name: Some(name), sw, what, set, ready }
}

/// The card of [`rich`](super::host::rich) as it is.
fn plain(_: &mut Contents) {}

/// The application is temporarily blocked.
fn blocked(contents: &mut Contents) {
    contents.image.security.blocked = Block::Temporary;
}

fn raw(command: &[u8]) -> CommandBuf {
    bytes(&[command])
}

/// The directory is selected, and so the purse is not.
fn elsewhere(host: &mut Host, command: &[u8]) -> CommandBuf {
    host.ok(&build::select_name(PPSE));
    raw(command)
}

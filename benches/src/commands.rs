//! SELECT and READ BINARY, beside echoes of the same length.

use crate::card::{BareEcho, BenchCard, Echo, ask, card};
use tunion_apdu::{CommandBuf, Response, build};
use tunion_data::fci::EP_AID;
use tunion_data::file::{AppInfo, Management, Sfi};

/// A command that changes nothing, the card that answers it, and two echoes of that answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// As the bench is called.
    pub name: &'static str,
    /// The command.
    pub command: CommandBuf,
    /// The card.
    pub card: BenchCard,
    /// Answers the same bytes, behind the same trait.
    pub echo: Echo,
    /// Answers the same bytes, and does nothing else.
    pub bare_echo: BareEcho,
}

/// The three commands.
#[must_use]
pub fn all() -> Vec<Asked> {
    let read = |file, length: usize| build::read_binary(file, u8::try_from(length).unwrap());
    vec![
        asked("select", build::select_name(&EP_AID), 51),
        asked("read_binary_15", read(Sfi::INFO, AppInfo::LEN), AppInfo::LEN),
        asked("read_binary_17", read(Sfi::MANAGEMENT, Management::LEN), Management::LEN),
    ]
}

/// # Panics
/// If the card does not answer `length` bytes and 9000.
fn asked(name: &'static str, command: CommandBuf, length: usize) -> Asked {
    let mut card = card();
    let mut response = Response::new();
    assert!(ask(&mut card, &command, &mut response));
    assert_eq!(response.data().len(), length, "{name}");
    let (mut echo, mut bare_echo) = (Echo::new(response.data()), BareEcho::new(response.data()));
    let mut echoed = Response::new();
    assert!(ask(&mut echo, &command, &mut echoed));
    assert_eq!(echoed, response, "{name}");
    assert!(ask(&mut bare_echo, &command, &mut echoed));
    assert_eq!(echoed, response, "{name}");
    Asked { name, command, card, echo, bare_echo }
}

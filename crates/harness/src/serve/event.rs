//! What a session did, for whoever writes it down.

use crate::trace::{Exchange, hex};
use tunion_apdu::Device;
use tunion_card::Work;

/// One thing that happened between a peer and a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'e> {
    /// A peer connected over TCP, and the device came to it.
    Came,
    /// The device got power.
    On,
    /// Its power was taken.
    Off,
    /// Its power was taken and given again.
    Reset,
    /// It was to get power and its memory is not sound: it stays silent.
    Mute,
    /// A command and its answer, status word included.
    Exchange {
        /// As it came.
        command: &'e [u8],
        /// As it was sent.
        answer: &'e [u8],
    },
    /// The device lost its power in this command.
    Torn {
        /// As it came.
        command: &'e [u8],
    },
    /// A body that asks for nothing known.
    Ignored {
        /// None or one byte.
        body: &'e [u8],
    },
    /// A reader asked for nothing, not even the ATR, for so many seconds after the connection.
    Quiet {
        /// The seconds.
        seconds: u64,
    },
}

impl Event<'_> {
    /// The event in the words of a trace, one line each: an exchange as [`Exchange::lines`].
    ///
    /// ```
    /// use tunion_apdu::Device;
    /// use tunion_harness::serve::Event;
    /// assert_eq!(Event::Reset.lines(Device::Card), ["card : reset"]);
    /// ```
    #[must_use]
    pub fn lines(&self, device: Device) -> Vec<String> {
        let exchange = |command: &[u8], answer: Option<&[u8]>| {
            let answer = answer.map(<[u8]>::to_vec);
            Exchange { device, command: command.to_vec(), answer, work: Work::default() }.lines()
        };
        let said = match self {
            Self::Exchange { command, answer } => return exchange(command, Some(answer)),
            Self::Torn { command } => return exchange(command, None),
            Self::Came => "a program connected".to_owned(),
            Self::On => "power on".to_owned(),
            Self::Off => "power off".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::Mute => "power on, but its memory is corrupt: it stays silent".to_owned(),
            Self::Ignored { body: [] } => "passed over: an empty frame".to_owned(),
            Self::Ignored { body } => format!("passed over: unknown control {}", hex(body)),
            Self::Quiet { seconds } => format!(
                "nothing was heard for {seconds} seconds: is it a vpcd reader, and is its slot free of other card \
                 programs?"
            ),
        };
        vec![format!("{} : {said}", crate::trace::who(device))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of any length is a line that can be read; no command that a card takes is cut.
    #[test]
    fn a_long_frame_is_cut() {
        let line = |length: usize| {
            let command = vec![0xAB; length];
            Event::Exchange { command: &command, answer: &[0x67, 0x00] }.lines(Device::Card).remove(0)
        };
        assert!(line(300).ends_with(&"AB".repeat(300)));
        let cut = line(65_535);
        assert!(cut.ends_with("AB… (65535 bytes)") && cut.len() < 700, "{cut}");
    }
}

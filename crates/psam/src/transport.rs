//! How a PSAM gives an answer that has data, and how fast its bytes go (`docs/spec/terminal.md` 2.1, 2.2).

use tunion_device::Interface;

/// What a terminal gets for a command that brings data and asks for some: both are seen, answers come
/// "directly or by way of `61 08` + `00 C0`".
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Transport {
    /// The data and 9000 at once.
    #[default]
    Direct,
    /// `61xx`, as T=0 has it: the data wait for GET RESPONSE, `00 C0 00 00 xx`. Another Le than xx or 00 is
    /// answered `6Cxx` and they go on waiting; any other command drops them. A SELECT, which has no data to
    /// answer (our reading), is answered 9000 here too.
    GetResponse,
}

impl From<Transport> for Interface {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Direct => Self::Contactless,
            Transport::GetResponse => Self::Contact,
        }
    }
}

/// The rate of the bytes from the reset on (`docs/spec/terminal.md` 2.1). What carries them lies outside this
/// crate, and so does time; the answer to reset says it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Rate {
    /// 38,400 bit/s, an etu of 93 clocks: production.
    #[default]
    Production,
    /// 9,600 bit/s, an etu of 372 clocks: a test PSAM.
    Test,
}

impl Rate {
    /// Clocks of one etu, the time of a bit.
    #[must_use]
    pub const fn clocks(self) -> u16 {
        match self {
            Self::Production => 93,
            Self::Test => 372,
        }
    }

    /// Bits in a second.
    #[must_use]
    pub const fn bits_per_second(self) -> u32 {
        match self {
            Self::Production => 38_400,
            Self::Test => 9_600,
        }
    }
}

//! What went wrong at a socket, and the remedy.

use super::Address;
use std::{fmt, io};

/// Why a device is no longer served, or never was. Each says what, where, and what would be right.
#[derive(Debug)]
pub enum Error {
    /// No reader is there, or it cannot be reached.
    NoReader {
        /// Where it was sought.
        address: Address,
        /// What the system said.
        source: io::Error,
    },
    /// The reader closed the connection, or it broke.
    ReaderLeft {
        /// Where it was.
        address: Address,
        /// What the system said, unless the reader closed in good order.
        source: Option<io::Error>,
    },
    /// The device lost its power in a command, so it left the reader.
    Torn,
    /// The port cannot be listened on, or no longer.
    Listen {
        /// Where.
        address: Address,
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReader { address, source } => {
                write!(f, "no vpcd reader at {address} ({source}): ")?;
                f.write_str("start pcscd with the vpcd driver first, or name the address where it listens")
            }
            Self::ReaderLeft { address, source } => {
                write!(f, "the vpcd reader at {address} went away")?;
                if let Some(source) = source {
                    write!(f, " ({source})")?;
                }
                f.write_str(": start pcscd again, then serve anew; what is served begins as its file says")
            }
            Self::Torn => {
                f.write_str("what is served lost its power in a command and left the reader: serve it anew")
            }
            Self::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "cannot listen on {address}, another program does: ")?;
                f.write_str("choose another port, or port 0 for any that is free")
            }
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address} ({source}): ")?;
                f.write_str("name an address of this machine, such as 127.0.0.1, and a port above 1023")
            }
        }
    }
}

// The sentence holds what the system said: a source beside it would say it twice.
impl std::error::Error for Error {}

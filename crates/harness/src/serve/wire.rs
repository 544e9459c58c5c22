//! A TCP stream on which short questions and answers do not wait for each other.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A stream with neither end's delays.
///
/// vpcd's driver sends a frame's length and its body by two writes, and its system holds the body back until
/// the length is acknowledged. Ours would acknowledge only with an answer, or after 40 milliseconds: 21 APDUs
/// in a second where 7,000 are possible. So Linux is asked for acknowledgements at once before each read, again
/// and again, for it forgets; that sends one that is due, too. And what is sent is sent at once, by one write.
/// Other systems go without the first.
#[derive(Debug)]
pub(super) struct Wire(TcpStream);

impl Wire {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// How long [`read`](Self::read) waits; `None` for ever.
    pub(super) fn wait(&self, most: Option<Duration>) -> io::Result<()> {
        self.0.set_read_timeout(most)
    }

    /// What came, at least one byte; nothing when the peer closed, in good order or by a reset.
    ///
    /// # Errors
    /// [`ErrorKind::WouldBlock`] when nothing came in time, and whatever broke.
    pub(super) fn read<'b>(&mut self, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
        loop {
            acknowledge_at_once(&self.0);
            match self.0.read(buffer) {
                Ok(count) => return Ok(buffer.get(..count).unwrap_or_default()),
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    // Some systems have this word for a time that is over.
                    ErrorKind::TimedOut => return Err(ErrorKind::WouldBlock.into()),
                    ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => return Ok(&[]),
                    _ => return Err(error),
                },
            }
        }
    }

    /// Sends all of it, by one write if the system can.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}

/// A system that refuses is only slower.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) {
    use std::os::linux::net::TcpStreamExt;
    let _ = stream.set_quickack(true);
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) {}

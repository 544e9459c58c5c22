//! Serving a device at a socket, until there is nobody to serve. The device is in a lock, taken for each step,
//! so that another thread can look at it between commands, as for keeping it when a program is told to end.

use super::wire::Wire;
use super::{Address, Atr, Dialect, Error, Event, Session};
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tunion_card::Chip;

/// A reader asks for the ATR several times a second.
const QUIET: Duration = Duration::from_secs(5);

/// How a connection ended in good order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The peer closed it.
    Closed,
    /// The device lost its power in a command; the connection is closed without an answer.
    Torn,
}

/// A connection to a reader.
#[derive(Debug)]
pub struct Reader {
    stream: TcpStream,
    address: Address,
}

/// A port on which programs can connect.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: Address,
}

impl Listener {
    /// Where it listens; the port that the system chose, where it was to choose one.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }
}

/// Connects to the slot of a vpcd reader.
///
/// # Errors
/// [`Error::NoReader`]: nobody listens there, or there is no such place.
pub fn connect(address: &Address) -> Result<Reader, Error> {
    match TcpStream::connect((address.host(), address.port())) {
        Ok(stream) => Ok(Reader { stream, address: address.clone() }),
        Err(source) => Err(Error::NoReader { address: address.clone(), source }),
    }
}

/// Serves a device in a reader, which gets this ATR of it. It returns when that cannot go on, so always with the reason.
///
/// A reader takes one card into a slot: a second one waits at the door, and after five seconds `watch` is
/// told [`Event::Quiet`], once.
pub fn at_reader<C: Chip>(
    reader: Reader,
    atr: Atr,
    chip: &Mutex<C>,
    watch: &mut dyn FnMut(Event<'_>),
) -> Error {
    let Reader { stream, address } = reader;
    match on_stream(stream, Dialect::Vpcd(atr), chip, watch) {
        Ok(End::Torn) => Error::Torn,
        Ok(End::Closed) => Error::ReaderLeft { address, source: None },
        Err(source) => Error::ReaderLeft { address, source: Some(source) },
    }
}

/// Listens where programs are to connect.
///
/// # Errors
/// [`Error::Listen`]: the port is another's, or the address is not this machine's.
pub fn bind(address: &Address) -> Result<Listener, Error> {
    let bound = TcpListener::bind((address.host(), address.port())).and_then(|listener| {
        let address = listener.local_addr()?.into();
        Ok(Listener { listener, address })
    });
    bound.map_err(|source| Error::Listen { address: address.clone(), source })
}

/// Serves a device to programs that connect, one after the other: each connection is one stay in the field,
/// in [`Dialect::Bare`]. What the device remembers it remembers between them. A connection that breaks ends
/// that stay and no more. It returns when the listener fails, so always with the reason.
pub fn on_listener<C: Chip>(listener: &Listener, chip: &Mutex<C>, watch: &mut dyn FnMut(Event<'_>)) -> Error {
    loop {
        match listener.listener.accept() {
            Ok((stream, _)) => {
                watch(Event::Came);
                let _ = on_stream(stream, Dialect::Bare, chip, watch);
            }
            // The program had gone before it was let in, or a signal came.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
            Err(source) => return Error::Listen { address: listener.address.clone(), source },
        }
    }
}

/// Serves a device on one connection until it ends. Afterwards the device is without power.
///
/// # Errors
/// Whatever broke the connection; a peer that closes or resets it did so in good order.
pub fn on_stream<C: Chip>(
    stream: TcpStream,
    dialect: Dialect,
    chip: &Mutex<C>,
    watch: &mut dyn FnMut(Event<'_>),
) -> io::Result<End> {
    let mut session = Session::new(dialect);
    session.begin(&mut *held(chip), watch);
    let end = Wire::new(stream).and_then(|mut wire| talk(&mut wire, &mut session, chip, watch));
    session.end(&mut *held(chip), watch);
    end
}

/// The device, for a step. What another thread did to it before it panicked is whole: a device is never left
/// in the middle of a command.
pub fn held<C>(chip: &Mutex<C>) -> MutexGuard<'_, C> {
    chip.lock().unwrap_or_else(PoisonError::into_inner)
}

fn talk<C: Chip>(
    wire: &mut Wire,
    session: &mut Session,
    chip: &Mutex<C>,
    watch: &mut dyn FnMut(Event<'_>),
) -> io::Result<End> {
    let mut buffer = vec![0; 4096];
    let mut out = Vec::with_capacity(4096);
    let mut patient = session.dialect() == Dialect::Bare;
    if !patient {
        wire.wait(Some(QUIET))?;
    }
    loop {
        let chunk = match wire.read(&mut buffer) {
            Ok([]) => return Ok(End::Closed),
            Ok(chunk) => chunk,
            Err(error) if !patient && error.kind() == ErrorKind::WouldBlock => {
                watch(Event::Quiet { seconds: QUIET.as_secs() });
                &[]
            }
            Err(error) => return Err(error),
        };
        if !patient {
            wire.wait(None)?;
            patient = true;
        }
        let outcome = session.receive(chunk, &mut *held(chip), watch, &mut out);
        if !out.is_empty() {
            wire.write(&out)?;
            out.clear();
        }
        if outcome.is_err() {
            return Ok(End::Torn);
        }
    }
}

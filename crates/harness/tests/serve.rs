//! A card served at sockets: a reader that the test plays, and programs that connect.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;
use tunion_apdu::Device;
use tunion_card::{Card, Chip};
use tunion_files::library::Library;
use tunion_files::terminal::PsamFile;
use tunion_harness::random::{Stream, stream};
use tunion_harness::serve::{self, Address, Atr, Error, Event, frame};
use tunion_psam::{Psam, Rate, Transport};

const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05];
const BALANCE: &[u8] = &[0x80, 0x5C, 0x00, 0x02, 0x04];
const CHALLENGE: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x04];
/// A load is opened, and so the application's session; it is not done.
const INIT_LOAD: &[u8] = &[0x80, 0x50, 0x00, 0x02, 0x0B, 0x01, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];

fn card() -> Card<Stream> {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
    let file = tunion_files::card::load(format!("{fixtures}/cards/student.toml")).unwrap();
    let keys = tunion_files::keys::load(format!("{fixtures}/keys/lab.toml")).unwrap();
    assert_eq!(keys, tunion_files::keys::lab().unwrap());
    tunion_harness::issue::card(&file, &keys, stream(1, "card", 0)).unwrap()
}

/// The PSAM of the enquiry terminal, which answers by way of GET RESPONSE.
fn psam() -> Psam<Stream> {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
    let path = format!("{fixtures}/terminals/beijing-enquiry.toml");
    let file = tunion_files::terminal::load(path, &mut Library::default()).unwrap();
    let file = PsamFile { transport: Transport::GetResponse, ..file.psam };
    tunion_harness::issue::psam(&file, &tunion_files::keys::lab().unwrap(), 0, stream(1, "psam", 0))
}

fn local(port: u16) -> Address {
    format!("127.0.0.1:{port}").parse().unwrap()
}

/// The other end of a connection.
struct Peer(TcpStream);

impl Peer {
    /// Length and body by two writes, as vpcd's driver does.
    fn send(&mut self, body: &[u8]) {
        self.0.write_all(&u16::try_from(body.len()).unwrap().to_be_bytes()).unwrap();
        self.0.write_all(body).unwrap();
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut body).unwrap();
        body
    }

    fn ask(&mut self, body: &[u8]) -> Vec<u8> {
        self.send(body);
        self.receive()
    }
}

#[test]
fn a_reader_has_the_card_until_it_goes_away() {
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = local(reader.local_addr().unwrap().port());
    let at = address.clone();
    let served = thread::spawn(move || {
        let (card, mut seen) = (Mutex::new(card()), Vec::new());
        let reader = serve::connect(&at).unwrap();
        let error = serve::at_reader(reader, Atr::default(), &card, &mut |event| {
            seen.extend(event.lines(Device::Card));
        });
        (serve::held(&card).is_powered(), seen, error)
    });
    let mut slot = Peer(reader.accept().unwrap().0);
    assert_eq!(slot.ask(&[4]), Atr::default().bytes());
    slot.send(&[1]);
    assert_eq!(slot.ask(&[4]), Atr::default().bytes());
    assert!(slot.ask(SELECT).ends_with(&[0x90, 0x00]));
    assert_eq!(slot.ask(BALANCE).len(), 6);

    // Off and reset in one segment, and a question after them.
    let mut segment = Vec::new();
    for body in [&[0][..], &[2], BALANCE] {
        frame::encode(body, &mut segment).unwrap();
    }
    slot.0.write_all(&segment).unwrap();
    assert_eq!(slot.receive().len(), 2, "nothing is selected after a reset");
    drop(slot);
    let (powered, seen, error) = served.join().unwrap();
    assert!(!powered);
    assert!(matches!(&error, Error::ReaderLeft { source: None, .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "the vpcd reader at {address} went away: start pcscd again, then serve anew; what is served begins as \
             its file says"
        )
    );
    let heads: Vec<&str> = seen.iter().filter_map(|line| line.strip_prefix("card ")).collect();
    let events: Vec<&str> = heads.iter().filter_map(|line| line.strip_prefix(": ")).collect();
    assert_eq!(events, ["power on", "power off", "reset", "power off"], "and no question for the ATR");
    assert_eq!(heads.iter().filter(|line| line.starts_with("> GET BALANCE")).count(), 2);
}

#[test]
fn a_psam_in_a_reader_has_its_own_atr_and_lets_its_answers_be_fetched() {
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = serve::connect(&local(reader.local_addr().unwrap().port())).unwrap();
    let mut slot = Peer(reader.accept().unwrap().0);
    let served = thread::spawn(move || {
        let mut seen = Vec::new();
        let atr = Atr::psam(Rate::Production);
        serve::at_reader(stream, atr, &Mutex::new(psam()), &mut |event| {
            seen.extend(event.lines(Device::Sam));
        });
        seen
    });
    let select: &[u8] = &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x80, 0x11];
    // APPLICATION BLOCK's MAC for a card of zeros.
    let init = [&[0x80, 0x1A, 0x45, 0x02, 0x10][..], &[0; 16]].concat();
    let crypt = [&[0x80, 0xFA, 0x05, 0x00, 0x10][..], &[0; 16]].concat();
    let fetch: &[u8] = &[0x00, 0xC0, 0x00, 0x00, 0x04];
    assert_eq!(slot.ask(&[4]), Atr::psam(Rate::Production).bytes());
    slot.send(&[1]);
    for command in [select, &init] {
        assert_eq!(slot.ask(command), [0x90, 0x00]);
    }
    assert_eq!(slot.ask(&crypt), [0x61, 0x04]);
    let mac = slot.ask(fetch);
    assert!(mac.len() == 6 && mac.ends_with(&[0x90, 0x00]));
    // A reset drops what waits, and the key.
    assert_eq!(slot.ask(&crypt), [0x61, 0x04]);
    slot.send(&[2]);
    assert_eq!(slot.ask(fetch), [0x69, 0x85]);
    assert_eq!(slot.ask(&crypt), [0x69, 0x01]);
    drop(slot);
    let seen = served.join().unwrap();
    assert_eq!(seen[0], "psam : power on");
    assert_eq!(seen.iter().filter(|line| line.starts_with("psam > DES CRYPT")).count(), 3);
}

/// A reader that breaks off in the middle of a frame, and one that was never there.
#[test]
fn a_reader_that_breaks_off_or_is_not_there_is_told() {
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = local(reader.local_addr().unwrap().port());
    let stream = serve::connect(&address).unwrap();
    let mut slot = Peer(reader.accept().unwrap().0);
    slot.send(&[1]);
    slot.0.write_all(&[0x00]).unwrap();
    drop(slot);
    let card = Mutex::new(card());
    assert!(matches!(serve::at_reader(stream, Atr::default(), &card, &mut |_| ()), Error::ReaderLeft { .. }));

    drop(reader);
    let error = serve::connect(&address).unwrap_err().to_string();
    assert!(error.starts_with(&format!("no vpcd reader at {address} (")), "{error}");
    assert!(error.ends_with("start pcscd with the vpcd driver first, or name the address where it listens"));
}

#[test]
fn a_reader_that_asks_nothing_is_told_once() {
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = local(reader.local_addr().unwrap().port());
    let stream = serve::connect(&address).unwrap();
    let slot = reader.accept().unwrap().0;
    let mut slot = Some(slot);
    let mut quiet = 0;
    let error = serve::at_reader(stream, Atr::default(), &Mutex::new(card()), &mut |event| {
        if let Event::Quiet { seconds: 5 } = event {
            quiet += 1;
            slot = None;
        }
    });
    assert!(matches!(error, Error::ReaderLeft { .. }));
    assert_eq!(quiet, 1);
}

#[test]
fn programs_find_the_card_as_the_last_one_left_it() {
    let listener = serve::bind(&local(0)).unwrap();
    let address = listener.address().clone();
    assert_ne!(address.port(), 0);
    thread::spawn(move || serve::on_listener(&listener, &Mutex::new(card()), &mut |_| ()));
    let connect = || Peer(TcpStream::connect((address.host(), address.port())).unwrap());

    let mut first = connect();
    assert!(first.ask(SELECT).ends_with(&[0x90, 0x00]));
    assert_eq!(first.ask(BALANCE).len(), 6);
    let begun = first.ask(CHALLENGE);
    assert_eq!(first.ask(&[]), [0x67, 0x00]);
    assert_eq!(first.ask(&[4]), [0x67, 0x00], "no control messages here");
    assert_eq!(first.ask(&vec![0xA5; 65_535]), [0x67, 0x00], "longer than a card takes");

    // The second is let in when the first has gone; it finds the card reset, not rewound.
    let mut second = connect();
    second.send(BALANCE);
    drop(first);
    assert_eq!(second.receive().len(), 2, "nothing is selected in a new stay");
    assert!(second.ask(SELECT).ends_with(&[0x90, 0x00]));
    assert_ne!(second.ask(CHALLENGE), begun);

    // One that goes in the middle of a frame takes nobody with it.
    second.0.write_all(&[0x00, 0x05, 0x00]).unwrap();
    second.0.shutdown(Shutdown::Both).unwrap();
    assert_eq!(connect().ask(BALANCE).len(), 2);
}

/// What is committed stays between connections; what was only begun does not.
#[test]
fn a_stay_in_the_field_ends_what_it_began() {
    let listener = serve::bind(&local(0)).unwrap();
    let address = listener.address().clone();
    thread::spawn(move || serve::on_listener(&listener, &Mutex::new(card()), &mut |_| ()));
    let connect = || Peer(TcpStream::connect((address.host(), address.port())).unwrap());
    let credit = [&[0x80, 0x52, 0x00, 0x00, 0x0B][..], &[0; 11]].concat();

    let mut peer = connect();
    peer.ask(SELECT);
    assert_eq!(peer.ask(INIT_LOAD).len(), 18);
    assert_eq!(peer.ask(&credit), [0x93, 0x02], "open, and the MAC is wrong");
    assert_eq!(peer.ask(INIT_LOAD).len(), 18);
    drop(peer);
    let mut peer = connect();
    peer.ask(SELECT);
    assert_eq!(peer.ask(&credit), [0x69, 0x01], "not open");
}

#[test]
fn an_occupied_port_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = local(taken.local_addr().unwrap().port());
    let error = serve::bind(&address).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "cannot listen on {address}, another program does: choose another port, or port 0 for any that is free"
        )
    );
    let elsewhere = serve::bind(&"192.0.2.1:9000".parse().unwrap()).unwrap_err().to_string();
    assert!(elsewhere.contains("name an address of this machine"), "{elsewhere}");
}

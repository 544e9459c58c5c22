//! The files that are changed, and what is read of them then.

use crate::support::APP_MAINTENANCE;
use crate::support::host::{Host, bytes, rich};
use hex_literal::hex;
use tunion_apdu::{Name, build};
use tunion_data::command::Transaction;
use tunion_data::fci::EP_AID;
use tunion_data::file::Sfi;

/// The FCI has an exact copy of EF 15 (1.3).
#[test]
fn the_fci_follows_ef_15() {
    let mut host = Host::of(&rich());
    for (offset, byte) in [(0, 0x99), (9, 0x02), (29, 0x77)] {
        let update = host.update_info(offset, byte);
        host.ok(&update);
        let info = host.ok(&build::read_binary(Sfi::INFO, 0x1E));
        assert_eq!(info[usize::from(offset)], byte);
        assert_eq!(host.ok(&build::select_name(&EP_AID))[21..], info);
    }
    let whole: Vec<u8> = (0..30).collect();
    let update = host.signed(Name::SecureUpdateBinary, [0x95, 0x00], &whole, APP_MAINTENANCE);
    host.ok(&update);
    assert_eq!(host.ok(&build::select_name(&EP_AID))[21..], whole);
}

/// A part of a transparent file is changed, and nothing else of the card but that.
#[test]
fn an_update_changes_its_bytes_and_no_other() {
    for (file, length) in [(Sfi::INFO, 30_u8), (Sfi::HOLDER, 55), (Sfi::MANAGEMENT, 60)] {
        for (offset, part) in [(0, 1), (length - 1, 1), (7, 9), (0, length)] {
            let mut host = Host::of(&rich());
            let mut expected = host.ok(&build::read_binary(file, 0));
            let new = vec![0xC3; part.into()];
            expected[usize::from(offset)..][..usize::from(part)].copy_from_slice(&new);
            let mut others = host.card.image();
            let update =
                host.signed(Name::SecureUpdateBinary, [0x80 | file.0, offset], &new, APP_MAINTENANCE);
            host.ok(&update);
            assert_eq!(host.ok(&build::read_binary(file, 0)), expected);
            let found = host.card.image();
            match file {
                Sfi::INFO => others.info = found.info,
                Sfi::HOLDER => others.holder = found.holder,
                _ => others.management = found.management,
            }
            assert_eq!(found, others);
        }
    }
}

/// Record n of EF 1E is the n-th newest, whatever the file's beginning; a new one takes the oldest's place.
#[test]
fn records_are_changed_and_appended_where_they_are_read() {
    let mut host = Host::of(&rich());
    for n in 1..=33_u8 {
        let append = host.signed(
            Name::AppendRecord,
            [0x00, 0xF0],
            &[&[0; 16], &[n; 48][..]].concat(),
            APP_MAINTENANCE,
        );
        host.ok(&append);
        let newest = n;
        for number in 1..=n.min(30) {
            assert_eq!(host.ok(&build::read_record(Sfi::TRIP, number, 0)), [newest + 1 - number; 48]);
        }
    }
    for number in [1, 2, 15, 30] {
        let update =
            host.signed(Name::SecureUpdateRecord, [number, 0xF4], &[0xE0 | number; 48], APP_MAINTENANCE);
        host.ok(&update);
    }
    for number in 1..=30_u8 {
        let changed = [1, 2, 15, 30].contains(&number);
        let expected = if changed { 0xE0 | number } else { 34 - number };
        assert_eq!(host.ok(&build::read_record(Sfi::TRIP, number, 0)), [expected; 48], "{number}");
    }
}

/// After an external authentication by either key a MAC is not needed, until a transaction is done.
#[test]
fn an_external_authentication_allows_updates() {
    for key in [0, 1] {
        let mut host = Host::of(&rich());
        let update = bytes(&[&hex!("00D6970A01 02")]);
        assert_eq!(host.sw(&update), 0x6982);
        let authentication = host.authentication(key);
        host.ok(&authentication);
        host.ok(&update);
        host.ok(&update);
        let mut record = [0x66; 128];
        record[..2].copy_from_slice(&hex!("2712"));
        host.ok(&bytes(&[&hex!("00DC12D480"), &record]));
        assert_eq!(host.ok(&build::read_record(Sfi::INDUSTRY, 0x12, 0)), record);
        host.transact(Transaction::Capp, 0);
        assert_eq!(host.sw(&update), 0x6982);
    }
}

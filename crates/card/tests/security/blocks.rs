//! APPLICATION BLOCK and UNBLOCK, CARD BLOCK.

use crate::support::host::{Host, rich};
use crate::support::init;
use hex_literal::hex;
use tunion_apdu::build;
use tunion_card::profile::BlockedSelect;
use tunion_data::command::Transaction as T;
use tunion_data::fci::{EP_AID, PPSE};
use tunion_data::file::Sfi;

#[test]
fn blocked_for_a_time_it_reads_and_does_no_more() {
    for (select, word) in [(BlockedSelect::NotSupported, 0x6A81), (BlockedSelect::Invalidated, 0x6283)] {
        let mut contents = rich();
        contents.profile.blocked.select = select;
        let mut host = Host::of(&contents);
        let fci = host.ok(&build::select_name(&EP_AID));
        host.transact(T::Capp, 100);
        let block = host.app_block(0x00);
        host.ok(&block);
        host.reset();
        let response = host.send(&build::select_name(&EP_AID));
        assert_eq!((response.sw().0, response.data()), (word, &fci[..]));
        host.ok(&build::read_binary(Sfi::INFO, 0x1E));
        host.ok(&build::read_record(Sfi::LOG, 1, 0));
        host.ok(&build::get_balance(build::Asked::All));
        host.ok(&build::prove(T::Capp, 6));
        for kind in T::ALL {
            assert_eq!(host.sw(&init(kind, 100)), 0x6985, "{kind:?}");
        }
        let unblock = host.app_unblock();
        host.ok(&unblock);
        assert_eq!(host.ok(&build::select_name(&EP_AID)), fci);
        host.transact(T::Capp, 100);
    }
}

#[test]
fn blocked_for_good_it_says_nothing_else() {
    for first_for_a_time in [false, true] {
        let mut host = Host::of(&rich());
        if first_for_a_time {
            let block = host.app_block(0x00);
            host.ok(&block);
        }
        let block = host.app_block(0x01);
        host.ok(&block);
        for command in [
            &build::read_binary(Sfi::INFO, 0x1E)[..],
            &build::get_challenge(4),
            &init(T::Capp, 0),
            &hex!("8418000004 00000000"),
            &hex!("841E000004 00000000"),
            &hex!("8416000004 00000000"),
        ] {
            assert_eq!(host.sw(command), 0x9303, "{command:02X?}");
        }
        let response = host.send(&build::select_name(&EP_AID));
        assert_eq!((response.sw().0, response.data()), (0x9303, &[][..]));
        host.ok(&build::select_name(PPSE));
        // What is judged before a block is judged before it.
        assert_eq!(host.sw(&hex!("00B0950000 00")), 0x6700);
        assert_eq!(host.sw(&hex!("00B5000000")), 0x6D00);
        assert_eq!(host.sw(&hex!("80CD000002")), 0x6700, "Le");
    }
}

#[test]
fn the_directory_can_warn_of_either_block() {
    for p2 in [0x00, 0x01] {
        let mut contents = rich();
        contents.profile.blocked.directory_warns = true;
        let mut host = Host::of(&contents);
        let directory = host.ok(&build::select_name(PPSE));
        host.ok(&build::select_name(&EP_AID));
        let block = host.app_block(p2);
        host.ok(&block);
        let response = host.send(&build::select_name(PPSE));
        assert_eq!((response.sw().0, response.data()), (0x6283, &directory[..]));
    }
}

/// A blocked purse is not unblocked by blocking it less.
#[test]
fn a_block_is_never_lessened_by_a_block() {
    let mut host = Host::of(&rich());
    for _ in 0..2 {
        let block = host.app_block(0x00);
        host.ok(&block);
        assert_eq!(host.sw(&init(T::Capp, 0)), 0x6985);
    }
}

#[test]
fn a_blocked_card_is_silent() {
    let mut host = Host::of(&rich());
    let block = host.card_block();
    host.ok(&block);
    host.reset();
    for command in [
        &build::select_name(PPSE)[..],
        &build::select_name(&EP_AID),
        &build::select_file(0x0015),
        &build::get_challenge(4),
        &build::get_balance(build::Asked::All),
        &hex!("00C0000000"),
    ] {
        let response = host.send(command);
        assert_eq!((response.sw().0, response.data()), (0x6A81, &[][..]), "{command:02X?}");
    }
    assert_eq!(host.sw(&hex!("00B0950000 00")), 0x6700);
    assert_eq!(host.sw(&hex!("90B0950000")), 0x6E00);
    assert_eq!(host.sw(&hex!("80CA000009")), 0x6D00);
    assert_eq!(host.sw(&hex!("00B2010000")), 0x6A81, "a file that is not there");
}

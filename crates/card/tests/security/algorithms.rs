//! GET, CHANGE and BLOCK ALGORITHM.

use crate::support::APP_MAINTENANCE;
use crate::support::host::{Host, rich};
use crate::support::init;
use hex_literal::hex;
use tunion_apdu::Name;
use tunion_card::profile::Algorithms;
use tunion_data::command::Transaction as T;

fn card(algorithms: Algorithms) -> Host {
    let mut contents = rich();
    contents.profile.algorithms = algorithms;
    Host::of(&contents)
}

const GET: [u8; 5] = hex!("80CD000001");
/// With either P2.
const TO_DES: [[u8; 4]; 2] = [hex!("80CD0100"), hex!("80CD0103")];
const TO_SM4: [[u8; 4]; 2] = [hex!("80CD0200"), hex!("80CD0203")];

fn opens_nothing(host: &mut Host) {
    for kind in T::ALL {
        assert_eq!(host.sw(&init(kind, 100)), 0x6985, "{kind:?}");
    }
}

fn block(host: &mut Host, p2: u8) -> u16 {
    let block = host.signed(Name::BlockAlgorithm, [0x03, p2], &[], APP_MAINTENANCE);
    host.sw(&block)
}

#[test]
fn a_card_of_both_changes_to_and_fro() {
    let mut host = card(Algorithms::Both);
    assert_eq!(host.ok(&GET), [0x00]);
    for (to_des, to_sm4) in TO_DES.iter().zip(&TO_SM4) {
        host.ok(to_sm4);
        assert_eq!(host.ok(&GET), [0x01]);
        opens_nothing(&mut host);
        host.again();
        assert_eq!(host.ok(&GET), [0x01], "it outlives power");
        // Maintenance stays under DES.
        let update = host.update_info(9, 2);
        host.ok(&update);
        host.ok(to_des);
        assert_eq!(host.ok(&GET), [0x00]);
        host.transact(T::Capp, 100);
    }
}

#[test]
fn a_card_of_one_has_the_other_not() {
    let mut host = card(Algorithms::Des);
    assert!(TO_SM4.iter().all(|command| host.sw(command) == 0x6985));
    host.ok(&TO_DES[0]);
    assert_eq!((host.ok(&GET), block(&mut host, 0x01), block(&mut host, 0x03)), (vec![0x00], 0x6985, 0x6985));
    let mut host = card(Algorithms::Sm4);
    assert!(TO_DES.iter().all(|command| host.sw(command) == 0x6985));
    host.ok(&TO_SM4[0]);
    assert_eq!((host.ok(&GET), block(&mut host, 0x01), block(&mut host, 0x03)), (vec![0x01], 0x6985, 0x6985));
    opens_nothing(&mut host);
}

#[test]
fn one_of_two_is_blocked_for_good() {
    // SM4: DES goes on.
    let mut host = card(Algorithms::Both);
    assert_eq!(block(&mut host, 0x03), 0x9000);
    assert!(TO_SM4.iter().all(|command| host.sw(command) == 0x6985));
    assert_eq!(block(&mut host, 0x01), 0x6985, "the last one");
    assert_eq!(block(&mut host, 0x03), 0x6985, "again");
    host.transact(T::Capp, 100);
    // DES, which is in use: it stays in use, and nothing is opened.
    let mut host = card(Algorithms::Both);
    assert_eq!(block(&mut host, 0x01), 0x9000);
    assert_eq!(host.ok(&GET), [0x00]);
    opens_nothing(&mut host);
    host.ok(&TO_SM4[0]);
    assert!(TO_DES.iter().all(|command| host.sw(command) == 0x6985));
    // SM4, when it is in use: back to DES.
    let mut host = card(Algorithms::Both);
    host.ok(&TO_SM4[0]);
    assert_eq!(block(&mut host, 0x03), 0x9000);
    opens_nothing(&mut host);
    host.ok(&TO_DES[0]);
    host.transact(T::Capp, 100);
}

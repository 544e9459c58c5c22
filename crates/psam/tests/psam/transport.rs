//! Answers by way of GET RESPONSE.

use crate::bench::{PURCHASE, ask, contents, descrypt, entry, init, psam};
use hex_literal::hex;
use tunion_apdu::{Sw, build};
use tunion_data::command::{SamInitAnswer, SamKey};
use tunion_psam::{Chip, Contents, Transport};

fn t0() -> Contents {
    Contents { transport: Transport::GetResponse, ..contents() }
}

#[test]
fn an_answer_waits_until_it_is_fetched() {
    let mut psam = psam(t0());
    // SELECT has nothing to answer, READ BINARY brought nothing: both at once.
    assert_eq!(ask(&mut psam, &build::select_file(PURCHASE)), (Sw::OK, vec![]));
    assert_eq!(ask(&mut psam, &hex!("00B0970001")), (Sw::OK, vec![1]));
    assert_eq!(ask(&mut psam, &build::get_response(1)), (Sw::CONDITIONS, vec![]));
    assert_eq!(ask(&mut psam, &build::init_sam(&entry())), (Sw(0x6108), vec![]));
    assert_eq!(ask(&mut psam, &build::get_response(4)), (Sw(0x6C08), vec![]));
    assert_eq!(ask(&mut psam, &build::get_response(9)), (Sw(0x6C08), vec![]));
    let (sw, data) = ask(&mut psam, &build::get_response(8));
    assert_eq!((sw, SamInitAnswer::try_from(&data[..]).unwrap().terminal_seq), (Sw::OK, 1));
    assert_eq!(ask(&mut psam, &build::get_response(8)), (Sw::CONDITIONS, vec![]), "it is fetched once");
    // The purchase is open all the while, with its data fetched or not.
    ask(&mut psam, &build::init_sam(&entry()));
    assert_eq!(ask(&mut psam, &build::credit_sam([0; 4])), (Sw::WRONG_MAC, vec![]));
    descrypt(&mut psam, SamKey::BLOCK, &[[0; 8]; 2]);
    assert_eq!(ask(&mut psam, &build::des_crypt(0x05, &[0; 16])), (Sw(0x6104), vec![]));
    assert_eq!(ask(&mut psam, &build::get_response(0)).1.len(), 4);
}

#[test]
fn any_other_command_and_a_reset_drop_it() {
    let drops: [&[u8]; 4] =
        [&hex!("0084000004"), &hex!("00B0970001"), &hex!("90"), &hex!("807200000400000000")];
    for drop in drops {
        let mut psam = psam(t0());
        ask(&mut psam, &build::select_file(PURCHASE));
        ask(&mut psam, &build::init_sam(&entry()));
        ask(&mut psam, drop);
        assert_eq!(ask(&mut psam, &build::get_response(8)), (Sw::CONDITIONS, vec![]), "{drop:02X?}");
    }
    let mut psam = psam(t0());
    ask(&mut psam, &build::select_file(PURCHASE));
    ask(&mut psam, &build::init_sam(&entry()));
    psam.power_off();
    psam.power_on().unwrap();
    assert_eq!(ask(&mut psam, &build::get_response(8)), (Sw::CONDITIONS, vec![]));
}

#[test]
fn a_direct_one_has_nothing_to_fetch() {
    let mut psam = psam(contents());
    ask(&mut psam, &build::select_file(PURCHASE));
    init(&mut psam, &entry()).unwrap();
    assert_eq!(ask(&mut psam, &build::get_response(8)), (Sw::CONDITIONS, vec![]));
}

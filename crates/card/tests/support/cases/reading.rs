//! Commands that change nothing.

use super::{Case, Contents, blocked, case, elsewhere, plain, raw};
use crate::support::init;
use hex_literal::hex;
use tunion_apdu::Name as N;
use tunion_apdu::build;
use tunion_card::profile::BlockedSelect;
use tunion_card::{Block, Interface};
use tunion_data::command::Transaction;
use tunion_data::fci::{EP_AID, PPSE, PSE};

fn blocked_with_6283(contents: &mut Contents) {
    blocked(contents);
    contents.profile.blocked.select = BlockedSelect::Invalidated;
    contents.profile.by_id.purse = Some(0x3F01);
}

fn blocked_with_6283_by_contact(contents: &mut Contents) {
    blocked_with_6283(contents);
    contact(contents);
}

fn blocked_for_good(contents: &mut Contents) {
    contents.image.security.blocked = Block::Permanent;
    contents.profile.blocked.directory_warns = true;
}

fn purse_by_id(contents: &mut Contents) {
    contents.profile.by_id.purse = Some(0x3F01);
}

fn files_by_id(contents: &mut Contents) {
    contents.profile.by_id.files = true;
}

fn contact(contents: &mut Contents) {
    contents.profile.interface = Interface::Contact;
}

fn pse(contents: &mut Contents) {
    contents.profile.directory.pse = true;
}

fn no_proof_while_open(contents: &mut Contents) {
    contents.profile.prove.while_open = false;
}

fn no_internal_key(contents: &mut Contents) {
    contents.keys.internal = None;
}

pub(super) fn cases() -> Vec<Case> {
    [selecting(), waiting(), reading(), asking()].concat()
}

fn selecting() -> Vec<Case> {
    vec![
        case(N::SelectName, 0x9000, "the purse", plain, |_| build::select_name(&EP_AID)),
        case(N::SelectName, 0x9000, "the directory", plain, |_| build::select_name(PPSE)),
        case(N::SelectName, 0x9000, "the older directory", pse, |_| build::select_name(PSE)),
        case(N::SelectName, 0x6283, "the directory; the purse is blocked for good", blocked_for_good, |_| {
            build::select_name(PPSE)
        }),
        case(N::SelectName, 0x6283, "the purse, blocked for a time", blocked_with_6283, |_| {
            build::select_name(&EP_AID)
        }),
        case(N::SelectName, 0x6A81, "the purse, blocked for a time", blocked, |_| {
            build::select_name(&EP_AID)
        }),
        case(N::SelectName, 0x6A82, "e-cash", plain, |_| raw(&hex!("00A4040008 A000000632010106 00"))),
        case(N::SelectName, 0x6A82, "a longer name than the purse has", plain, |_| {
            raw(&hex!("00A4040009 A00000063201010500 00"))
        }),
        case(N::SelectName, 0x6A82, "the older directory, which the card has not", plain, |_| {
            build::select_name(PSE)
        }),
        case(N::SelectFile, 0x9000, "the purse by its id", purse_by_id, |_| build::select_file(0x3F01)),
        case(N::SelectFile, 0x9000, "EF 15", files_by_id, |_| build::select_file(0x0015)),
        case(N::SelectFile, 0x9000, "EF 1E", files_by_id, |_| build::select_file(0x001E)),
        case(N::SelectFile, 0x6283, "the purse, blocked for a time", blocked_with_6283, |_| {
            build::select_file(0x3F01)
        }),
        case(N::SelectFile, 0x6A82, "no such file", files_by_id, |_| build::select_file(0x0014)),
        case(N::SelectFile, 0x6A82, "a file of a purse that is not selected", files_by_id, |host| {
            elsewhere(host, &build::select_file(0x0015))
        }),
        case(N::SelectFile, 0x6A82, "no such file, where files have no ids", plain, |_| {
            build::select_file(0x3F00)
        }),
        case(N::SelectFile, 0x6A86, "a file, where files have no ids", plain, |_| build::select_file(0x0017)),
    ]
}

fn waiting() -> Vec<Case> {
    vec![
        case(N::GetResponse, 0x9000, "the FCI", contact, |host| {
            assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x6133);
            raw(&hex!("00C0000033"))
        }),
        case(N::GetResponse, 0x9000, "an answer to INITIALIZE, without Le", contact, |host| {
            assert_eq!(host.sw(&init(Transaction::Capp, 0)), 0x610F);
            raw(&hex!("00C00000"))
        }),
        case(N::GetResponse, 0x6283, "the FCI of a blocked purse", blocked_with_6283_by_contact, |host| {
            assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x6133);
            raw(&hex!("00C0000000"))
        }),
        case(N::GetResponse, 0x6985, "nothing waits", contact, |_| raw(&hex!("00C0000000"))),
        case(N::GetResponse, 0x6985, "a contactless link", plain, |host| {
            host.ok(&build::select_name(&EP_AID));
            raw(&hex!("00C0000000"))
        }),
    ]
}

fn reading() -> Vec<Case> {
    vec![
        case(N::ReadBinary, 0x9000, "EF 15 to its end", plain, |_| raw(&hex!("00B0950000"))),
        case(N::ReadBinary, 0x9000, "the middle of EF 17", plain, |_| raw(&hex!("00B0970802"))),
        case(N::ReadBinary, 0x6981, "EF 18", plain, |_| raw(&hex!("00B0980000"))),
        case(N::ReadBinary, 0x6981, "EF 1A", plain, |_| raw(&hex!("00B09A0000"))),
        case(N::ReadBinary, 0x6986, "of no purse", plain, |host| elsewhere(host, &hex!("00B0950000"))),
        case(N::ReadBinary, 0x6A82, "EF 19", plain, |_| raw(&hex!("00B0990000"))),
        case(N::ReadBinary, 0x6B00, "behind the last byte of EF 15", plain, |_| raw(&hex!("00B0951E00"))),
        case(N::ReadBinary, 0x6B00, "far beyond", plain, |_| raw(&hex!("00B095FF01"))),
        case(N::ReadRecord, 0x9000, "the newest of EF 18, though nothing was logged", plain, |_| {
            raw(&hex!("00B201C417"))
        }),
        case(N::ReadRecord, 0x9000, "2702 by identifier", plain, |_| raw(&hex!("00B202D080"))),
        case(N::ReadRecord, 0x9000, "2712 by number", plain, |_| raw(&hex!("00B212D400"))),
        case(N::ReadRecord, 0x9000, "the oldest of EF 1E", plain, |_| raw(&hex!("00B21EF430"))),
        case(N::ReadRecord, 0x6981, "EF 16", plain, |_| raw(&hex!("00B201B400"))),
        case(N::ReadRecord, 0x6A81, "EF 18 by identifier", plain, |_| raw(&hex!("00B201C000"))),
        case(N::ReadRecord, 0x6A81, "EF 1E by identifier", plain, |_| raw(&hex!("00B201F000"))),
        case(N::ReadRecord, 0x6A82, "EF 19", plain, |_| raw(&hex!("00B201CC00"))),
        case(N::ReadRecord, 0x6A82, "of no purse", plain, |host| elsewhere(host, &hex!("00B201C417"))),
        case(N::ReadRecord, 0x6A83, "the eleventh of EF 18", plain, |_| raw(&hex!("00B20BC400"))),
        case(N::ReadRecord, 0x6A83, "the thirty-first of EF 1E", plain, |_| raw(&hex!("00B21FF400"))),
        case(N::ReadRecord, 0x6A83, "2713", plain, |_| raw(&hex!("00B213D400"))),
        case(N::ReadRecord, 0x6A83, "record 0", plain, |_| raw(&hex!("00B200C400"))),
    ]
}

fn asking() -> Vec<Case> {
    const INTERNAL: [u8; 14] = hex!("0088000008 0102030405060708 08");
    vec![
        case(N::GetChallenge, 0x9000, "of four", plain, |_| build::get_challenge(4)),
        case(N::GetChallenge, 0x9000, "of eight", plain, |_| build::get_challenge(8)),
        case(N::InternalAuthenticate, 0x9000, "eight bytes", plain, |_| raw(&INTERNAL)),
        case(N::InternalAuthenticate, 0x6700, "seven bytes", plain, |_| {
            raw(&hex!("0088000007 01020304050607"))
        }),
        case(N::InternalAuthenticate, 0x6985, "of no purse", plain, |host| elsewhere(host, &INTERNAL)),
        case(N::InternalAuthenticate, 0x6A88, "a card without the key", no_internal_key, |_| raw(&INTERNAL)),
        case(N::GetBalance, 0x9000, "available", plain, |_| build::get_balance(build::Asked::Available)),
        case(N::GetBalance, 0x9000, "all", plain, |_| build::get_balance(build::Asked::All)),
        case(N::GetBalance, 0x6985, "of no purse", plain, |host| elsewhere(host, &hex!("805C000204"))),
        case(N::GetTransactionProve, 0x9000, "a load", plain, |host| {
            host.transact(Transaction::Load, 100);
            build::prove(Transaction::Load, 8)
        }),
        case(N::GetTransactionProve, 0x6985, "of no purse", plain, |host| {
            elsewhere(host, &build::prove(Transaction::Capp, 6))
        }),
        case(N::GetTransactionProve, 0x9406, "there was no transaction", plain, |_| {
            build::prove(Transaction::Unload, 8)
        }),
        case(N::GetTransactionProve, 0x9406, "another is open", no_proof_while_open, |host| {
            host.transact(Transaction::Capp, 100);
            host.open(Transaction::Load, 100);
            build::prove(Transaction::Capp, 6)
        }),
        case(N::GetAlgorithm, 0x9000, "DES", plain, |_| raw(&hex!("80CD000001"))),
        case(N::GetAlgorithm, 0x6985, "of no purse", plain, |host| elsewhere(host, &hex!("80CD000001"))),
    ]
}

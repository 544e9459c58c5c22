//! INITIALIZE and what ends a transaction.

use super::{Case, Contents, Host, blocked, case, elsewhere, plain, raw};
use crate::support::host::{bytes, spoiled};
use crate::support::init;
use hex_literal::hex;
use tunion_apdu::Name as N;
use tunion_apdu::{CommandBuf, build};
use tunion_card::profile::Algorithms;
use tunion_data::command::Transaction as T;
use tunion_data::file::Sfi;

fn sequences_end(contents: &mut Contents) {
    contents.image.purse.offline_seq = 0xFFFF;
    contents.image.purse.online_seq = 0xFFFF;
}

fn load_wants_pin(contents: &mut Contents) {
    contents.profile.load_wants_pin = true;
}

fn sm4(contents: &mut Contents) {
    contents.profile.algorithms = Algorithms::Sm4;
}

fn des_blocked(contents: &mut Contents) {
    contents.profile.algorithms = Algorithms::Both;
    contents.image.security.des_blocked = true;
}

fn capp_wants_update(contents: &mut Contents) {
    contents.profile.capp_wants_update = true;
}

fn no_variants(contents: &mut Contents) {
    let variants = &mut contents.profile.variants;
    (variants.debit_p1_02, variants.credit_p2_02, variants.capp_p1_00) = (false, false, false);
}

fn with_index(mut command: CommandBuf, index: u8) -> CommandBuf {
    command[5] = index;
    command
}

fn with_p1(mut command: CommandBuf, p1: u8) -> CommandBuf {
    command[2] = p1;
    command
}

fn with_p2(mut command: CommandBuf, p2: u8) -> CommandBuf {
    command[3] = p2;
    command
}

/// The end of a transaction that was just opened.
fn ended(host: &mut Host, transaction: T, amount: u32) -> CommandBuf {
    host.open(transaction, amount);
    host.end()
}

/// The same, when the application was blocked meanwhile.
fn blocked_meanwhile(host: &mut Host, transaction: T) -> CommandBuf {
    let end = ended(host, transaction, 100);
    let block = host.app_block(0x00);
    host.ok(&block);
    end
}

fn industry(p1: u8, header: [u8; 2]) -> CommandBuf {
    let mut record = [0x55; 128];
    record[..2].copy_from_slice(&header);
    build::update_capp(Sfi::INDUSTRY, p1, &record)
}

fn trip() -> CommandBuf {
    build::update_capp(Sfi::TRIP, 0, &[0x66; 48])
}

/// In a composite purchase.
fn composite(host: &mut Host, command: CommandBuf) -> CommandBuf {
    host.open(T::Capp, 100);
    command
}

pub(super) fn opening() -> Vec<Case> {
    const LOAD: N = N::InitForLoad;
    const UNLOAD: N = N::InitForUnload;
    const UPDATE: N = N::InitForUpdate;
    const SINGLE: N = N::InitForPurchase;
    const CAPP: N = N::InitForCappPurchase;
    vec![
        case(LOAD, 0x9000, "with the second key", plain, |_| with_index(init(T::Load, 100), 2)),
        case(LOAD, 0x9000, "to the ceiling", plain, |_| init(T::Load, 490_000)),
        case(LOAD, 0x6985, "a fen beyond the ceiling", plain, |_| init(T::Load, 490_001)),
        case(LOAD, 0x6985, "the PIN is wanted", load_wants_pin, |_| init(T::Load, 100)),
        case(LOAD, 0x9402, "online sequence FFFF", sequences_end, |_| init(T::Load, 100)),
        case(LOAD, 0x9403, "key 3", plain, |_| with_index(init(T::Load, 100), 3)),
        case(LOAD, 0x9403, "key 0", plain, |_| with_index(init(T::Load, 100), 0)),
        case(SINGLE, 0x9000, "all that is available", plain, |_| init(T::Purchase, 11_000)),
        case(SINGLE, 0x6985, "a card of SM4", sm4, |_| init(T::Purchase, 100)),
        case(SINGLE, 0x9401, "a fen more", plain, |_| init(T::Purchase, 11_001)),
        case(SINGLE, 0x9402, "offline sequence FFFF", sequences_end, |_| init(T::Purchase, 1)),
        case(SINGLE, 0x9403, "key 2", plain, |_| with_index(init(T::Purchase, 100), 2)),
        case(CAPP, 0x9000, "of nothing", plain, |_| init(T::Capp, 0)),
        case(CAPP, 0x6985, "DES is blocked", des_blocked, |_| init(T::Capp, 0)),
        case(CAPP, 0x9401, "a fen too much", plain, |_| init(T::Capp, 11_001)),
        case(CAPP, 0x9402, "offline sequence FFFF", sequences_end, |_| init(T::Capp, 0)),
        case(CAPP, 0x9403, "key 2", plain, |_| with_index(init(T::Capp, 0), 2)),
        case(UNLOAD, 0x9000, "the actual balance", plain, |_| init(T::Unload, 10_000)),
        case(UNLOAD, 0x6985, "the PIN is wanted", load_wants_pin, |_| init(T::Unload, 100)),
        case(UNLOAD, 0x9401, "a fen of the overdraft", plain, |_| init(T::Unload, 10_001)),
        case(UNLOAD, 0x9402, "online sequence FFFF", sequences_end, |_| init(T::Unload, 100)),
        case(UNLOAD, 0x9403, "key 2", plain, |_| with_index(init(T::Unload, 100), 2)),
        case(UPDATE, 0x9000, "P2 01", plain, |_| init(T::LimitUpdate, 0)),
        case(UPDATE, 0x9000, "P2 02", plain, |_| with_p2(init(T::LimitUpdate, 0), 0x02)),
        case(UPDATE, 0x6985, "blocked for a time", blocked, |_| init(T::LimitUpdate, 0)),
        case(UPDATE, 0x9402, "online sequence FFFF", sequences_end, |_| init(T::LimitUpdate, 0)),
        case(UPDATE, 0x9403, "key 2", plain, |_| with_index(init(T::LimitUpdate, 0), 2)),
    ]
}

pub(super) fn ending() -> Vec<Case> {
    [load(), unload(), limit(), purchase(), cache()].concat()
}

fn load() -> Vec<Case> {
    const N: N = N::CreditForLoad;
    vec![
        case(N, 0x9000, "P2 00", plain, |host| ended(host, T::Load, 100)),
        case(N, 0x9000, "P2 02", plain, |host| with_p2(ended(host, T::Load, 100), 0x02)),
        case(N, 0x6901, "an unload is open", plain, |host| {
            let credit = ended(host, T::Load, 100);
            host.open(T::Unload, 100);
            credit
        }),
        case(N, 0x6985, "blocked meanwhile", plain, |host| blocked_meanwhile(host, T::Load)),
        case(N, 0x6A86, "P2 02, which this card does not take", no_variants, |host| {
            with_p2(ended(host, T::Load, 100), 0x02)
        }),
        case(N, 0x9302, "a wrong MAC2", plain, |host| spoiled(ended(host, T::Load, 100))),
    ]
}

fn unload() -> Vec<Case> {
    const N: N = N::DebitForUnload;
    vec![
        case(N, 0x9000, "at all", plain, |host| ended(host, T::Unload, 100)),
        case(N, 0x6901, "nothing is open", plain, |_| raw(&hex!("805403000B 20240102030405 00000000"))),
        case(N, 0x6985, "blocked meanwhile", plain, |host| blocked_meanwhile(host, T::Unload)),
        case(N, 0x9302, "a wrong MAC2", plain, |host| spoiled(ended(host, T::Unload, 100))),
    ]
}

fn limit() -> Vec<Case> {
    const N: N = N::UpdateOverdrawLimit;
    vec![
        case(N, 0x9000, "to more", plain, |host| ended(host, T::LimitUpdate, 5000)),
        case(N, 0x6901, "of no purse", plain, |host| {
            elsewhere(host, &hex!("805800000E 000100 20240102030405 00000000"))
        }),
        case(N, 0x6985, "with the ceiling beyond 24 bits", plain, |host| {
            ended(host, T::LimitUpdate, 0x00FF_FFFF)
        }),
        case(N, 0x6985, "less than what is used", plain, |host| {
            host.transact(T::Purchase, 10_500);
            ended(host, T::LimitUpdate, 499)
        }),
        case(N, 0x9302, "a wrong MAC2", plain, |host| spoiled(ended(host, T::LimitUpdate, 5000))),
    ]
}

fn purchase() -> Vec<Case> {
    const N: N = N::DebitForPurchase;
    vec![
        case(N, 0x9000, "single", plain, |host| ended(host, T::Purchase, 100)),
        case(N, 0x9000, "single, P1 02", plain, |host| with_p1(ended(host, T::Purchase, 100), 0x02)),
        case(N, 0x9000, "composite", plain, |host| ended(host, T::Capp, 100)),
        case(N, 0x9000, "composite, with all that it can bring", plain, |host| {
            host.open(T::Capp, 100);
            for record in [industry(0x01, [0x27, 0x01]), industry(0x02, [0x27, 0x02]), trip()] {
                host.ok(&record);
            }
            host.end()
        }),
        case(N, 0x9000, "composite, with the update it wants", capp_wants_update, |host| {
            host.open(T::Capp, 100);
            host.ok(&trip());
            host.end()
        }),
        case(N, 0x6901, "a limit update is open", plain, |host| {
            let debit = ended(host, T::Purchase, 100);
            host.open(T::LimitUpdate, 0);
            debit
        }),
        case(N, 0x6985, "blocked meanwhile", plain, |host| blocked_meanwhile(host, T::Purchase)),
        case(N, 0x6A80, "composite, without the update it wants", capp_wants_update, |host| {
            ended(host, T::Capp, 100)
        }),
        case(N, 0x6A86, "composite, P1 02", plain, |host| with_p1(ended(host, T::Capp, 100), 0x02)),
        case(N, 0x6A86, "P1 02, which this card does not take", no_variants, |host| {
            with_p1(ended(host, T::Purchase, 100), 0x02)
        }),
        case(N, 0x9302, "a wrong MAC1", plain, |host| spoiled(ended(host, T::Purchase, 100))),
    ]
}

fn cache() -> Vec<Case> {
    const N: N = N::UpdateCappDataCache;
    vec![
        case(N, 0x9000, "2701", plain, |host| composite(host, industry(0x01, [0x27, 0x01]))),
        case(N, 0x9000, "2712 by its header", plain, |host| composite(host, industry(0x00, [0x27, 0x12]))),
        case(N, 0x9000, "2701 again, when 2702 is there too", plain, |host| {
            host.open(T::Capp, 100);
            host.ok(&industry(1, [0x27, 0x01]));
            host.ok(&industry(2, [0x27, 0x02]));
            industry(1, [0x27, 0x01])
        }),
        case(N, 0x9000, "EF 1E", plain, |host| composite(host, trip())),
        case(N, 0x6901, "a single purchase is open", plain, |host| {
            host.open(T::Purchase, 100);
            trip()
        }),
        case(N, 0x6985, "a third record of EF 1A", plain, |host| {
            host.open(T::Capp, 100);
            host.ok(&industry(1, [0x27, 0x01]));
            host.ok(&industry(2, [0x27, 0x02]));
            industry(3, [0x27, 0x03])
        }),
        case(N, 0x6A80, "the header is not P1's", plain, |host| {
            composite(host, industry(0x02, [0x27, 0x01]))
        }),
        case(N, 0x6A80, "the header is no record's", plain, |host| {
            composite(host, industry(0x01, [0x26, 0x01]))
        }),
        case(N, 0x6A80, "a shorter record", plain, |host| {
            composite(host, bytes(&[&hex!("80DC01D07F 2701"), &[0; 125]]))
        }),
        case(N, 0x6A80, "a longer record of EF 1E", plain, |host| {
            composite(host, bytes(&[&hex!("80DC00F031"), &[0; 49]]))
        }),
        case(N, 0x6A82, "EF 18", plain, |host| composite(host, bytes(&[&hex!("80DC00C017"), &[0; 23]]))),
        case(N, 0x6A83, "2713", plain, |host| composite(host, industry(0x00, [0x27, 0x13]))),
        case(N, 0x6A86, "EF 1E, P1 01", plain, |host| {
            composite(host, build::update_capp(Sfi::TRIP, 1, &[0x66; 48]))
        }),
        case(N, 0x6A86, "P1 00, which this card does not take", no_variants, |host| {
            composite(host, industry(0x00, [0x27, 0x01]))
        }),
    ]
}

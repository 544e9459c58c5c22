//! What the table of commands does not have.

use super::{Case, plain, raw};
use crate::support::host::Host;
use hex_literal::hex;
use tunion_apdu::CommandBuf;

fn unknown(sw: u16, what: &'static str, ready: fn(&mut Host) -> CommandBuf) -> Case {
    Case { name: None, sw, what, set: plain, ready }
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        unknown(0x6700, "nothing", |_| raw(&[])),
        unknown(0x6700, "three bytes", |_| raw(&hex!("00B095"))),
        unknown(0x6700, "class FF of three bytes", |_| raw(&hex!("FFB095"))),
        unknown(0x6700, "less than Lc", |_| raw(&hex!("805A000902 00"))),
        unknown(0x6700, "more than Lc and Le", |_| raw(&hex!("805A000902 0006 08 00"))),
        unknown(0x6700, "the extended form", |_| raw(&hex!("00B09500 00001E"))),
        unknown(0x6700, "Lc 00 with a Le", |_| raw(&hex!("00B0950000 1E"))),
        unknown(0x6700, "an Lc that the command does not have", |_| raw(&hex!("805A000903 000006 08"))),
        unknown(0x6A86, "P1 without SFI", |_| raw(&hex!("00B0150000"))),
        unknown(0x6A86, "P2 of another form", |_| raw(&hex!("00B201D100"))),
        unknown(0x6A86, "the second purse", |_| raw(&hex!("805C060204"))),
        unknown(0x6A86, "electronic deposit", |_| raw(&hex!("805C000104"))),
        unknown(0x6A86, "cash withdrawal", |_| raw(&hex!("805002020B 01 00000001 100000000001"))),
        unknown(0x6A86, "SELECT of the next", |_| raw(&hex!("00A4040208 A000000632010105"))),
        unknown(0x6A86, "PROVE of type 05", |_| raw(&hex!("805A000502 0001 08"))),
        unknown(0x6D00, "READ PICTURE", |_| raw(&hex!("00B59B00"))),
        unknown(0x6D00, "the security code", |_| raw(&hex!("80CA000009"))),
        unknown(0x6D00, "APPEND RECORD without a MAC", |_| raw(&hex!("00E200F001 00"))),
        unknown(0x6D00, "a PSAM's command", |_| raw(&hex!("8072000004 00000000"))),
        unknown(0x6E00, "class 90", |_| raw(&hex!("90B0950000"))),
        unknown(0x6E00, "class FF, whatever follows", |_| raw(&hex!("FFB0950005 00"))),
        unknown(0x6E00, "the grey lock's class", |_| raw(&hex!("E07C000000"))),
    ]
}

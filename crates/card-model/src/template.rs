//! FCI and directories (1.2, 1.3).

use crate::settings::Settings;

/// `2PAY.SYS.DDF01`.
pub(crate) const PPSE: &[u8] = b"2PAY.SYS.DDF01";
/// `1PAY.SYS.DDF01`.
pub(crate) const PSE: &[u8] = b"1PAY.SYS.DDF01";
const CASH: [u8; 8] = [0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x06];

/// Tag, length, value. Nothing here is longer than 127 bytes.
fn tlv(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).expect("a template of the card is short");
    assert!(length < 0x80, "a template of the card is short");
    [tag, &[length], value].concat()
}

/// The purse's FCI (1.3): 50, 87, 9F08, 9F12, 9F0C.
pub(crate) fn fci(settings: &Settings, info: &[u8; 30]) -> Vec<u8> {
    let mut own = Vec::new();
    if settings.label {
        own.extend(tlv(&[0x50], b"MOT_T_EP"));
    }
    if let Some(priority) = settings.priority {
        own.extend(tlv(&[0x87], &[priority]));
    }
    own.extend(tlv(&[0x9F, 0x08], &settings.version));
    if let Some(name) = &settings.preferred_name {
        own.extend(tlv(&[0x9F, 0x12], name));
    }
    own.extend(tlv(&[0x9F, 0x0C], info));
    let zeros = vec![0; usize::from(settings.zeros)];
    tlv(&[0x6F], &[tlv(&[0x84], &settings.aid), tlv(&[0xA5], &own), zeros].concat())
}

/// The PPSE (1.2). Choice: the purse stands in it with its whole AID.
pub(crate) fn directory(settings: &Settings) -> Vec<u8> {
    let entry = |aid: &[u8], label: &[u8], priority: u8| {
        tlv(&[0x61], &[tlv(&[0x4F], aid), tlv(&[0x50], label), tlv(&[0x87], &[priority])].concat())
    };
    let mut entries = Vec::new();
    if settings.cash_entry {
        entries.extend(entry(&CASH, b"MOT_T_CASH", 1));
    }
    entries.extend(entry(&settings.aid, b"MOT_T_EP", settings.directory_priority));
    let own = tlv(&[0xBF, 0x0C], &entries);
    tlv(&[0x6F], &[tlv(&[0x84], PPSE), tlv(&[0xA5], &own)].concat())
}

/// The PSE (1.2).
pub(crate) fn old_directory() -> Vec<u8> {
    tlv(&[0x6F], &[tlv(&[0x84], PSE), tlv(&[0xA5], &tlv(&[0x88], &[0x01]))].concat())
}

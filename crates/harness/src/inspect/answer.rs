//! What a card answers to SELECT, and the data objects in the answer as a tree.

use crate::random::Stream;
use serde::Serialize;
use tunion_apdu::Response;
use tunion_card::{Card, Chip};
use tunion_data::fci::{PPSE, PSE};
use tunion_data::tlv;
use tunion_files::layout::hex;

/// An answer to SELECT.
#[derive(Serialize, Debug)]
pub struct Answer {
    /// What was selected.
    pub what: &'static str,
    /// The command.
    pub command: String,
    /// The status word in hexadecimal; over a contact link that of GET RESPONSE.
    pub sw: String,
    /// The status word in words.
    pub says: &'static str,
    /// The data objects of the answer.
    pub data: Vec<Object>,
}

/// A data object, or bytes that are none.
#[derive(Serialize, Debug)]
pub struct Object {
    /// The tag in hexadecimal; empty for bytes that are no data object.
    pub tag: String,
    /// What the tag stands for.
    pub title: &'static str,
    /// Length of the value in bytes.
    pub length: usize,
    /// The value in hexadecimal; empty where objects stand in it.
    pub value: String,
    /// The value as text, where it is text.
    pub text: Option<String>,
    /// The objects in it.
    pub objects: Vec<Self>,
}

/// The answers to SELECT of the directories and of the purse.
pub(super) fn all(card: &mut Card<Stream>) -> Vec<Answer> {
    let aid = card.aid().to_vec();
    let mut answers = vec![select(card, "the directory (PPSE)", PPSE)];
    if card.profile().directory.pse {
        answers.push(select(card, "the older directory (PSE)", PSE));
    }
    answers.push(select(card, "the purse", &aid));
    answers
}

fn select(card: &mut Card<Stream>, what: &'static str, name: &[u8]) -> Answer {
    let length = u8::try_from(name.len()).unwrap_or_default();
    let command = [&[0x00, 0xA4, 0x04, 0x00, length], name].concat();
    let mut response = Response::default();
    // Nothing takes the power away here.
    let _ = card.process(&command, &mut response);
    if let [0x61, waiting] = response.sw().0.to_be_bytes() {
        let _ = card.process(&[0x00, 0xC0, 0x00, 0x00, waiting], &mut response);
    }
    let sw = response.sw();
    Answer {
        what,
        command: hex(&command),
        sw: format!("{:04X}", sw.0),
        says: sw.text(),
        data: objects(response.data()),
    }
}

/// The data objects that `bytes` are; what is none stands behind them as bare bytes.
pub(crate) fn objects(bytes: &[u8]) -> Vec<Object> {
    let mut objects = Vec::new();
    let mut rest = bytes;
    while rest.iter().any(|byte| *byte != 0)
        && let Ok((found, after)) = tlv::first(rest)
    {
        objects.push(object(found.tag, found.value));
        rest = after;
    }
    if !rest.is_empty() {
        let title = if rest.iter().all(|byte| *byte == 0) { "zero bytes" } else { "no data object" };
        let value = hex(rest);
        let length = rest.len();
        objects.push(Object { tag: String::new(), title, length, value, text: None, objects: Vec::new() });
    }
    objects
}

/// A tag whose value is data objects (ISO/IEC 8825-1): bit 6 of its first byte.
fn is_constructed(tag: u16) -> bool {
    let [high, low] = tag.to_be_bytes();
    let first = if high == 0 { low } else { high };
    first & 0x20 != 0
}

fn object(tag: u16, value: &[u8]) -> Object {
    let inner = if is_constructed(tag) { objects(value) } else { Vec::new() };
    let printable = !value.is_empty() && value.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let text = printable && value.len() > 1 && inner.is_empty();
    Object {
        tag: if tag > 0xFF { format!("{tag:04X}") } else { format!("{tag:02X}") },
        title: title(tag),
        length: value.len(),
        value: if inner.is_empty() { hex(value) } else { String::new() },
        text: text.then(|| String::from_utf8_lossy(value).into_owned()),
        objects: inner,
    }
}

/// `docs/spec/card.md` 1.2, 1.3.
fn title(tag: u16) -> &'static str {
    match tag {
        0x6F => "FCI template",
        0x84 => "name",
        0xA5 => "proprietary template",
        0x88 => "SFI of the directory",
        0x50 => "label",
        0x87 => "priority",
        0x9F08 => "version",
        0x9F12 => "preferred name",
        0x9F0C => "issuer data: EF 15",
        0xBF0C => "issuer data",
        0x61 => "entry",
        0x4F => "application",
        _ => "unknown",
    }
}

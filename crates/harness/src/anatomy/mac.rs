//! One MAC made again from the issuer's roots, and who is wrong if it is not right
//! (`docs/spec/card.md` 4.2, 4.4–4.6).

use super::parties::{Parties, Party, check_value};
use super::value::{Key, Made, Value};
use crate::trace::hex;
use tunion_crypto::{Key16, TacKey, Tally, load_block, purchase_block};
use tunion_data::FieldInfo;
use tunion_files::layout::{Layout, key};
use tunion_issuer::Purpose;

/// What a session key is made of.
#[derive(Clone, Copy)]
pub(super) enum Session {
    /// Of a purchase, plain or composite.
    Purchase { random: [u8; 4], seq: u16, terminal_seq: u32 },
    /// Of a load.
    Load { random: [u8; 4], seq: u16 },
    /// A TAC has none: its key is the card's.
    None,
}

impl Session {
    fn values(self) -> Vec<Value> {
        let value = |name: &str, bytes: &[u8], meaning: String| {
            let name = name.to_owned();
            Value { name, bytes: hex(bytes), meaning }
        };
        let (random, seq) = match self {
            Self::Purchase { random, seq, .. } | Self::Load { random, seq } => (random, seq),
            Self::None => return Vec::new(),
        };
        let end = if let Self::Purchase { terminal_seq, .. } = self {
            let [.., high, low] = terminal_seq.to_be_bytes();
            value("terminal-seq", &[high, low], u16::from_be_bytes([high, low]).to_string())
        } else {
            value("padding", &[0x80, 0x00], String::new())
        };
        vec![value("random", &random, String::new()), value("seq", &seq.to_be_bytes(), seq.to_string()), end]
    }
}

/// A MAC with all that it takes to make it again.
pub(super) struct Mac {
    pub(super) name: &'static str,
    pub(super) value: [u8; 4],
    pub(super) by: Party,
    pub(super) checked_by: Party,
    pub(super) purpose: Purpose,
    pub(super) version: u8,
    pub(super) index: Option<u8>,
    pub(super) session: Session,
    /// What it is made over.
    pub(super) fields: &'static [FieldInfo],
    pub(super) input: Vec<u8>,
}

impl Mac {
    /// What it is under a card key.
    fn under(&self, key: &Key16) -> [u8; 4] {
        let tally = &mut Tally::default();
        let block = match self.session {
            Session::Purchase { random, seq, terminal_seq } => purchase_block(random, seq, terminal_seq),
            Session::Load { random, seq } => load_block(random, seq),
            Session::None => return TacKey::new(key, tally).mac(&self.input, tally),
        };
        key.tdes(tally).session_key(block, tally).mac(&self.input, tally)
    }

    /// Who made it with what, and whether it is right; nothing where the issuer has no such root.
    pub(super) fn made(&self, parties: &Parties<'_>) -> Option<Made> {
        let right_key = parties.right_key(self.purpose)?;
        let expected = self.under(&right_key);
        let (issuer, pan) = parties.of;
        let layout = Layout::message(self.fields);
        let over = layout.fields.iter().map(|field| {
            let part = layout.part(field, &self.input);
            Value { name: key(field), bytes: hex(part), meaning: layout.meaning(field, part) }
        });
        Some(Made {
            name: self.name,
            value: hex(&self.value),
            by: self.by.name(),
            checked_by: self.checked_by.name(),
            right: Some(expected == self.value),
            expected: Some(hex(&expected)),
            key: Some(Key {
                root: self.purpose.name(),
                version: self.version,
                index: self.index,
                issuer: issuer.to_string(),
                number: hex(&pan.last8()),
                check_value: check_value(&right_key),
                session: self.session.values(),
            }),
            over: over.collect(),
            says: self.says(parties, &right_key, expected),
        })
    }

    /// Who is wrong, if anybody is.
    fn says(&self, parties: &Parties<'_>, right_key: &Key16, expected: [u8; 4]) -> String {
        let other = |party| parties.key(party, self.purpose).filter(|held| held != right_key);
        let (maker, checker) = (other(self.by), other(self.checked_by));
        let (by, checked_by) = (self.by.title(), self.checked_by.title());
        if expected == self.value {
            return checker.map_or_else(
                || "as expected".to_owned(),
                |held| {
                    format!(
                        "as expected; but {checked_by} has another key, check value {}, and will refuse \
                         it: {checked_by} is wrong",
                        check_value(&held)
                    )
                },
            );
        }
        let gives = format!("WRONG: the issuer's roots give {}", hex(&expected));
        let Some(own) = maker.filter(|own| self.under(own) == self.value) else {
            return format!("{gives}, and no key that is known here gives this one");
        };
        let taken = match checker {
            Some(held) if self.under(&held) == self.value => {
                format!("; {checked_by} has that key too, and takes it")
            }
            _ => String::new(),
        };
        let value = check_value(&own);
        format!("{gives}; {by} made it with another key, check value {value}: {by} is wrong{taken}")
    }
}

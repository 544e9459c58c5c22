//! What a tap changed on the card: its memory before and after, field by field.

use super::meaning::{Shape, Words, is_blank};
use super::value::{Change, ChangedField};
use std::fmt::Debug;
use tunion_card::{Image, LogEntry, PurseContents, SecurityContents};
use tunion_data::command::{Proof, Transaction};
use tunion_data::file::Sfi;
use tunion_files::layout::{Layout, TRANSACTIONS, hex, key};
use tunion_files::scenario::kebab;

impl Words<'_> {
    /// What is different, in the order of a card's listing.
    pub(super) fn changes(&self, before: &Image, after: &Image) -> Vec<Change> {
        let mut changes = Vec::new();
        changes.extend(changed("purse", &purse(&before.purse), &purse(&after.purse)));
        for (file, old, new) in [
            (Sfi::INFO, before.info.encode().to_vec(), after.info.encode().to_vec()),
            (Sfi::HOLDER, before.holder.encode().to_vec(), after.holder.encode().to_vec()),
            (Sfi::MANAGEMENT, before.management.encode().to_vec(), after.management.encode().to_vec()),
        ] {
            let layout = Layout::of(file, 0);
            changes.extend(self.record(&layout, Shape::File(file, 0), String::new(), &old, &new));
        }
        let [old, new] = [before, after].map(|image| image.log.iter().map(log_entry).collect::<Vec<_>>());
        changes.extend(self.cyclic(&Layout::log_entry(), Sfi::LOG, &old, &new));
        for (id, new) in after.industry.iter() {
            let Some(old) = before.industry.get(id) else { continue };
            let layout = Layout::of(Sfi::INDUSTRY, id);
            let shape = Shape::File(Sfi::INDUSTRY, id);
            changes.extend(self.record(&layout, shape, format!("27{id:02X}"), old, new));
        }
        let [old, new] =
            [before, after].map(|image| image.trips.iter().map(|trip| trip.to_vec()).collect::<Vec<_>>());
        changes.extend(self.cyclic(&Layout::of(Sfi::TRIP, 0), Sfi::TRIP, &old, &new));
        changes.extend(changed("proofs", &proofs(before), &proofs(after)));
        changes.extend(changed("security", &security(&before.security), &security(&after.security)));
        changes
    }

    /// A record that stays where it is.
    fn record(
        &self,
        layout: &Layout,
        shape: Shape,
        number: String,
        old: &[u8],
        new: &[u8],
    ) -> Option<Change> {
        let fields: Vec<ChangedField> = self
            .fields(layout, shape, new, Some(old))
            .into_iter()
            .filter_map(|field| {
                let before = field.was?;
                // Other bytes that say the same are told as bytes.
                let bytes = old.get(field.offset..field.offset + field.length).map(hex);
                let same = bytes.as_ref() == Some(&before);
                let after = if same { field.bytes } else { field.meaning };
                Some(ChangedField { name: field.name, before: Some(before), after })
            })
            .collect();
        let Shape::File(file, _) = shape else { return None };
        (!fields.is_empty()).then(|| Change { part: part(file), record: number, is_new: false, fields })
    }

    /// A cyclic file: the records that are new stand in front of those that were there.
    fn cyclic(&self, layout: &Layout, file: Sfi, old: &[Vec<u8>], new: &[Vec<u8>]) -> Vec<Change> {
        let shape = Shape::File(file, 0);
        let pushed = |count: &usize| new.iter().skip(*count).zip(old).all(|(new, old)| new == old);
        let count = (0..=new.len()).find(pushed).unwrap_or_default();
        let records = new.iter().take(count).enumerate().map(|(number, record)| {
            let written = layout.fields.iter().filter(|field| !is_blank(layout.part(field, record)));
            let fields = written.map(|field| ChangedField {
                name: key(field),
                before: None,
                after: self.meaning(layout, shape, field, record),
            });
            Change {
                part: part(file),
                record: (number + 1).to_string(),
                is_new: true,
                fields: fields.collect(),
            }
        });
        records.collect()
    }
}

fn part(Sfi(file): Sfi) -> String {
    format!("EF {file:02X}")
}

fn log_entry(LogEntry { record, proof }: &LogEntry) -> Vec<u8> {
    [&record.encode()[..], &proof.encode()].concat()
}

/// Named values.
type Values = Vec<(String, String)>;

fn changed(part: &str, old: &Values, new: &Values) -> Option<Change> {
    let of = |values: &Values, name: &str| {
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let differ = new.iter().filter(|(name, value)| of(old, name).as_ref() != Some(value));
    let fields: Vec<ChangedField> = differ
        .map(|(name, value)| {
            let before = of(old, name).unwrap_or_else(|| "none".to_owned());
            ChangedField { name: name.clone(), before: Some(before), after: value.clone() }
        })
        .collect();
    (!fields.is_empty()).then(|| Change {
        part: part.to_owned(),
        record: String::new(),
        is_new: false,
        fields,
    })
}

fn purse(purse: &PurseContents) -> Values {
    [
        ("balance", purse.balance.fen().to_string()),
        ("ceiling", purse.ceiling.fen().to_string()),
        ("overdraft-limit", purse.overdraft_limit.fen().to_string()),
        ("overdraft-used", purse.overdraft_used.fen().to_string()),
        ("offline-seq", purse.offline_seq.to_string()),
        ("online-seq", purse.online_seq.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The proofs, by the transactions' names.
fn proofs(image: &Image) -> Values {
    let name = |transaction: Transaction| {
        let known = TRANSACTIONS.iter().find(|(_, byte)| *byte == transaction as u8);
        known.map_or_else(|| kebab(transaction), |(name, _)| (*name).to_owned())
    };
    let proof = |(transaction, seq, Proof { mac2, tac }): &(Transaction, u16, Proof)| {
        let values = [("seq", seq.to_string()), ("mac2", hex(mac2)), ("tac", hex(tac))];
        values.map(|(what, value)| (format!("{} {what}", name(*transaction)), value))
    };
    let last = image.proofs.last.map_or_else(|| "none".to_owned(), name);
    image.proofs.kept.iter().flat_map(proof).chain([("last".to_owned(), last)]).collect()
}

/// Blocks and tries; of a PIN only whether there is one.
fn security(security: &SecurityContents) -> Values {
    let SecurityContents { pin, blocked, card_blocked, left, sm4_in_use, des_blocked, sm4_blocked } =
        security;
    let left = |of: fn(&tunion_card::TriesLeft) -> String| left.as_ref().map_or_else(String::new, of);
    let said = |value: &dyn Debug| format!("{value:?}").to_lowercase();
    [
        ("pin", if pin.is_some() { "set" } else { "none" }.to_owned()),
        ("blocked", said(blocked)),
        ("card-blocked", said(card_blocked)),
        ("pin-tries", left(|left| left.pin.to_string())),
        ("message-tries", left(|left| left.messages.to_string())),
        ("transaction-tries", left(|left| left.transactions.to_string())),
        ("external-tries", left(|left| format!("{}, {}", left.external[0], left.external[1]))),
        ("sm4-in-use", said(sm4_in_use)),
        ("des-blocked", said(des_blocked)),
        ("sm4-blocked", said(sm4_blocked)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

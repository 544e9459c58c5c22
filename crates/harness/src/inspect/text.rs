//! A card for a person to read.

use super::{Inspection, Object};
use crate::inspect::file::{Field, FileView, Record};
use std::fmt::{self, Write as _};
use tunion_data::Fen;

impl Inspection {
    /// All of it as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A string takes everything.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "{}", self.name)?;
        for line in self.about.lines() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", self.provenance)?;
        self.write_settings(out)?;
        self.write_answers(out)?;
        self.write_purse(out)?;
        self.write_security(out)?;
        for file in &self.files {
            write_file(out, file)?;
        }
        self.write_keys(out)
    }

    fn write_settings(&self, out: &mut String) -> fmt::Result {
        if self.settings.is_empty() {
            return writeln!(out, "\nsettings: all by default");
        }
        writeln!(out, "\nsettings, the others by default")?;
        for (key, value) in &self.settings {
            writeln!(out, "    {key:<24} {value}")?;
        }
        Ok(())
    }

    fn write_answers(&self, out: &mut String) -> fmt::Result {
        for answer in &self.select {
            writeln!(out, "\nSELECT {}", answer.what)?;
            writeln!(out, "    > {}", answer.command)?;
            writeln!(out, "    < {} {}", answer.sw, answer.says)?;
            for object in &answer.data {
                write_object(out, object, 1)?;
            }
        }
        Ok(())
    }

    fn write_purse(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "\npurse")?;
        for (name, fen) in [
            ("balance", self.purse.balance_fen),
            ("ceiling", self.purse.ceiling_fen),
            ("overdraft-limit", self.purse.overdraft_limit_fen),
            ("overdraft-used", self.purse.overdraft_used_fen),
        ] {
            writeln!(out, "    {name:<24} {}", Fen::new(fen))?;
        }
        writeln!(out, "    {:<24} {}", "offline-seq", self.purse.offline_seq)?;
        writeln!(out, "    {:<24} {}", "online-seq", self.purse.online_seq)
    }

    fn write_security(&self, out: &mut String) -> fmt::Result {
        let security = &self.security;
        writeln!(out, "\nsecurity")?;
        writeln!(out, "    {:<24} {}", "pin", if security.pin { "set" } else { "none" })?;
        writeln!(out, "    {:<24} {}", "blocked", security.blocked)?;
        writeln!(out, "    {:<24} {}", "card-blocked", security.card_blocked)?;
        writeln!(out, "    {:<24} {}", "algorithm", security.algorithm)?;
        if !security.blocked_algorithms.is_empty() {
            writeln!(out, "    {:<24} {}", "blocked algorithms", security.blocked_algorithms.join(", "))?;
        }
        for tries in &security.tries {
            let name = format!("tries of {}", tries.of);
            if tries.all == 0 {
                writeln!(out, "    {name:<24} no limit")?;
            } else {
                writeln!(out, "    {name:<24} {} of {} left", tries.left, tries.all)?;
            }
        }
        if self.proofs.is_empty() {
            return writeln!(out, "\nproofs: none");
        }
        writeln!(out, "\nproofs, the last of each type")?;
        for proof in &self.proofs {
            let last = if proof.last { "  the card's last" } else { "" };
            let (name, seq, mac2, tac) = (&proof.transaction, proof.seq, &proof.mac2, &proof.tac);
            writeln!(out, "    {name:<24} seq {seq:>5}  mac2 {mac2}  tac {tac}{last}")?;
        }
        Ok(())
    }

    fn write_keys(&self, out: &mut String) -> fmt::Result {
        let keys = &self.keys;
        writeln!(out, "\nkeys of issuer {}, card {}, version {}", keys.issuer, keys.number, keys.version)?;
        let sm4 = keys.check_values.iter().any(|value| value.sm4.is_some());
        writeln!(out, "    {:<24} 3DES KCV{}", "", if sm4 { "  SM4 KCV" } else { "" })?;
        for value in &keys.check_values {
            let line =
                format!("    {:<24} {:<8}  {}", value.key, value.tdes, value.sm4.as_deref().unwrap_or(""));
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn write_object(out: &mut String, object: &Object, depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    let Object { tag, title, length, value, text, objects } = object;
    let head = format!("{indent}{tag:<4} {length:02X}");
    let head = if tag.is_empty() { format!("{indent}{:7}", "") } else { head };
    match (objects.as_slice(), text) {
        ([], Some(text)) => writeln!(out, "{head}  {title}: {value} \"{text}\""),
        ([], None) => writeln!(out, "{head}  {title}: {value}"),
        (objects, _) => {
            writeln!(out, "{head}  {title}")?;
            objects.iter().try_for_each(|object| write_object(out, object, depth + 1))
        }
    }
}

fn write_file(out: &mut String, file: &FileView) -> fmt::Result {
    let FileView { file: number, title, records, written } = file;
    let count = written.len();
    match (*records, count) {
        (1, _) => writeln!(out, "\nEF {number}  {title}")?,
        (all, 0) => return writeln!(out, "\nEF {number}  {title}: none of {all} records is written"),
        (all, count) => writeln!(out, "\nEF {number}  {title}: {count} of {all} records are written")?,
    }
    written.iter().try_for_each(|record| write_record(out, record))
}

fn write_record(out: &mut String, record: &Record) -> fmt::Result {
    let Record { number, fields, note } = record;
    if !number.is_empty() {
        let note = note.map_or_else(String::new, |note| format!(", {note}"));
        writeln!(out, "  record {number}{note}")?;
    }
    let name = fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
    fields.iter().try_for_each(|field| write_field(out, field, name))
}

fn write_field(out: &mut String, field: &Field, width: usize) -> fmt::Result {
    let Field { name, offset, length, bytes, meaning } = field;
    let shown = shortened(bytes);
    let line = if meaning == bytes || meaning.is_empty() {
        format!("    {offset:>3} {length:>3}  {name:<width$}  {shown}")
    } else {
        format!("    {offset:>3} {length:>3}  {name:<width$}  {shown:<20}  {meaning}")
    };
    writeln!(out, "{}", line.trim_end())
}

/// Hexadecimal digits; more than eight times the same byte are told once.
pub(crate) fn shortened(digits: &str) -> String {
    let (count, first) = (digits.len() / 2, digits.get(..2).unwrap_or_default());
    if count > 8 && digits.as_bytes().chunks(2).all(|pair| pair == first.as_bytes()) {
        return format!("{first} ({count} times)");
    }
    digits.to_owned()
}

//! One case, told from its first tap to the end of its day.

use super::evidence::{Day, End, Seen, Tapped};
use super::rule::Invariant;
use std::fmt::Write as _;
use tunion_data::upload::UploadRecord;
use tunion_terminal::Gate;

/// A case that was played.
#[derive(Clone, Debug)]
pub struct Story {
    /// What happened.
    pub day: Day,
    /// Every rule, with what was found where it was broken.
    pub rules: [(Invariant, Option<String>); 9],
}

impl Story {
    /// Whether every rule held.
    #[must_use]
    pub fn held(&self) -> bool {
        self.rules.iter().all(|(_, found)| found.is_none())
    }

    /// What happened, in lines; and the rules that were broken.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (number, tap) in self.day.taps.iter().enumerate() {
            let _ = writeln!(
                text,
                "tap {}: card {} at terminal {}, {} {}",
                number + 1,
                tap.card + 1,
                tap.number,
                tap.at.date(),
                tap.at.time()
            );
            tell(&mut text, tap);
            let _ = writeln!(
                text,
                "  the card has {} and sequence {}",
                tap.after.purse.balance.fen(),
                tap.after.purse.offline_seq
            );
        }
        let _ = writeln!(text, "uploaded in all:");
        for upload in &self.day.uploads {
            let _ = writeln!(text, "  {}", record(&upload.record));
        }
        for (invariant, found) in &self.rules {
            match found {
                Some(found) => {
                    let _ = writeln!(text, "BROKEN  {invariant} ({}): {found}", invariant.text);
                }
                None => {
                    let _ = writeln!(text, "held    {invariant}");
                }
            }
        }
        text
    }
}

fn tell(text: &mut String, tap: &Tapped) {
    for seen in &tap.seen {
        match seen {
            Seen::Exchange(exchange) => {
                for line in exchange.lines() {
                    let _ = writeln!(text, "  {line}");
                }
            }
            Seen::Forged => {
                let _ = writeln!(text, "  its MAC was changed on the way");
            }
            Seen::Kept(_, kept) => {
                let _ = writeln!(text, "  kept     {}", record(kept));
            }
            Seen::Uploaded(uploaded) => {
                let _ = writeln!(text, "  uploaded {}", record(uploaded));
            }
            Seen::Decided(decision, _) => {
                let gate = if decision.gate == Gate::Open { "open" } else { "closed" };
                let _ = writeln!(text, "  decided  {gate}, {}, {}", decision.code, decision.charged);
            }
            Seen::PowerLost => {
                let _ = writeln!(text, "  the terminal loses its power");
            }
        }
    }
    if tap.end == End::Stuck {
        let _ = writeln!(text, "  the terminal still waits");
    }
}

fn record(record: &UploadRecord) -> String {
    let flags = [
        (UploadRecord::GREY, "grey"),
        (UploadRecord::RECOVERED, "recovered"),
        (UploadRecord::MAC2_FAILED, "MAC2 failed"),
        (UploadRecord::MAC2_UNCHECKED, "MAC2 unchecked"),
    ];
    let flags: Vec<&str> =
        flags.into_iter().filter(|(flag, _)| record.has(*flag)).map(|(_, word)| word).collect();
    format!(
        "{}, type {:02X}, terminal sequence {}, card sequence {}, TAC {}{}{}",
        record.amount,
        record.trip_type,
        record.terminal_seq,
        record.card_seq,
        crate::trace::hex(&record.tac),
        if flags.is_empty() { "" } else { ": " },
        flags.join(", ")
    )
}

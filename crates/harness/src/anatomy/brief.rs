//! A tap in one line an exchange, with what it took so far.

use super::Anatomy;
use super::lines::{Lines, WIDTH, padded, width};
use super::text::short;
use super::value::{Exchange, Step, Sum, Tap};
use tunion_data::Fen;

/// The columns of the sums.
const SUMS: usize = 29;

impl Anatomy {
    /// One line for each exchange, with running totals of card and PSAM together, and for each thing that the
    /// terminal does by itself.
    #[must_use]
    pub fn brief(&self) -> String {
        let mut out = Lines::default();
        self.head(&mut out);
        for tap in &self.taps {
            tap.brief(&mut out);
        }
        for kept in &self.kept {
            out.line(&format!("still kept by terminal {}, slot {}", kept.terminal, kept.slot));
        }
        out.text()
    }
}

impl Tap {
    fn brief(&self, out: &mut Lines) {
        out.gap();
        self.title(out);
        out.line("APDUs bytes 3DES  DES pages");
        let mut sum = Sum::default();
        for step in &self.steps {
            step.brief(out, &mut sum);
        }
    }
}

impl Step {
    fn brief(&self, out: &mut Lines, sum: &mut Sum) {
        let own = |out: &mut Lines, said: &str| out.wrapped(&padded("", SUMS), said);
        match self {
            Self::Exchange(exchange) => exchange.brief(out, sum),
            Self::Checks { checks } => {
                let passed = checks.iter().filter(|check| check.verdict == "passed").count();
                let failed = checks.iter().find(|check| check.verdict == "failed");
                let failed = failed.map_or_else(String::new, |check| format!(", then {} failed", check.name));
                let s = if passed == 1 { "" } else { "s" };
                own(out, &format!("{passed} check{s} passed{failed}"));
            }
            Self::Plan(plan) => own(out, &format!("plan: {}, {}", plan.what, Fen::new(plan.amount_fen))),
            Self::Reset => own(out, "resets its PSAM"),
            Self::Persist { slot, .. } => own(out, &format!("keeps a grey record in slot {slot}")),
            Self::Forget { slot } => own(out, &format!("forgets the grey record in slot {slot}")),
            Self::Decision(outcome) => own(out, &format!("decides: {}", short(outcome))),
            Self::Record(record) => {
                let tac = match record.tac_right {
                    Some(true) => ", TAC right",
                    Some(false) => ", TAC WRONG",
                    None => "",
                };
                let flags: Vec<&str> = [""].into_iter().chain(record.flags.iter().copied()).collect();
                own(out, &format!("record to be uploaded{}{tac}", flags.join(", ")));
            }
            Self::Show { .. } => own(out, "shows what it read"),
        }
    }
}

impl Exchange {
    fn brief(&self, out: &mut Lines, sum: &mut Sum) {
        *sum = sum.and(self.work);
        let Sum { apdus, bytes_in, bytes_out, tdes_blocks, des_blocks, page_writes } = *sum;
        let bytes = bytes_in + bytes_out;
        let sums = format!("{apdus:>5} {bytes:>5} {tdes_blocks:>4} {des_blocks:>4} {page_writes:>5}");
        // Who is no card and no PSAM adds nothing.
        let sums = if self.command.is_some() { sums } else { String::new() };
        let about = if self.about.is_empty() { String::new() } else { format!(": {}", self.about) };
        let said = |answer: &str| format!("{}{about}, {answer}{}", self.title, self.macs());
        let label = format!("{}{:<5} ", padded(&sums, SUMS), self.to);
        let sw = self.sw.as_deref().unwrap_or_default();
        let words = if sw == "9000" { sw.to_owned() } else { format!("{sw} {}", self.says) };
        let line = format!("{label}{}", said(words.trim_start()));
        // Where its words do not fit, a status word stands alone: an exchange is one line.
        out.line(&if width(&line) <= WIDTH { line } else { format!("{label}{}", said(sw)) });
    }

    /// The MACs that were checked and made, those of one verdict together.
    fn macs(&self) -> String {
        let checked = self.checked.iter().map(|mac| (mac.name, mac.verdict));
        let made = self.made.iter().map(|mac| match mac.right {
            Some(true) => (mac.name, "right"),
            Some(false) => (mac.name, "WRONG"),
            None => (mac.name, "not judged"),
        });
        let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
        for (name, verdict) in checked.chain(made) {
            match groups.last_mut() {
                Some((names, last)) if *last == verdict => names.push(name),
                _ => groups.push((vec![name], verdict)),
            }
        }
        groups.iter().fold(String::new(), |said, (names, verdict)| {
            format!("{said}, {} {verdict}", names.join(" and "))
        })
    }
}

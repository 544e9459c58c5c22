//! The report for a person.

use std::fmt::{Display, Write as _};

use tunion_clearing::totals::{ByReason, Sum, Uploaded};
use tunion_clearing::{Clearing, Done, Gaps, Reason};
use tunion_data::upload::RecordKind;

use super::Head;
use super::batch::Batch;
use super::told::{kind, remarked, told};
use crate::grid::grid;

/// A report; of each list the first `most`.
#[must_use]
pub fn text(head: &Head<'_>, batch: &Batch, cleared: &Clearing, most: usize) -> String {
    let mut text = Text { text: String::new(), most };
    let _ = writeln!(text.text, "{}  cleared with the keys of {}", batch.files().join(" "), head.keys);
    if let Some(issuers) = head.issuers.issuers() {
        let issuers = issuers.collect::<Vec<_>>().join(", ");
        let _ = writeln!(text.text, "issuers {issuers}: what is another's is forwarded");
    }
    text.summary(cleared);
    text.by_kind(cleared);
    text.by_reason(cleared);
    text.by_terminal(cleared);
    text.rejected(batch, cleared);
    text.bad_lines(batch);
    text.remarks(batch, cleared);
    text.missing(cleared);
    let _ = writeln!(text.text, "\n{}", verdict(batch, cleared));
    text.text
}

struct Text {
    text: String,
    most: usize,
}

impl Text {
    fn title(&mut self, title: &str) {
        let _ = writeln!(self.text, "\n{title}");
    }

    /// A title above so many of `all`.
    fn list(&mut self, title: &str, all: u64) {
        let most = u64::try_from(self.most).unwrap_or(u64::MAX);
        let more = if all > most { format!(", the first {most} of {all}") } else { String::new() };
        self.title(&format!("{title}{more}"));
    }

    fn lines(&mut self, lines: &[String]) {
        for line in lines {
            let _ = writeln!(self.text, "  {line}");
        }
    }

    fn summary(&mut self, cleared: &Clearing) {
        let Uploaded { debits, loads } = &cleared.totals.all;
        let row = |name: &str, debits: Sum, loads: Sum| {
            let records = debits.records + loads.records;
            vec![name.to_owned(), records.to_string(), money(debits), money(loads)]
        };
        let of = |reason: Reason| row(reason.english(), debits.of(reason), loads.of(reason));
        let rows = [
            row("all", debits.all(), loads.all()),
            of(Reason::Accepted),
            of(Reason::Forwarded),
            row("rejected", debits.rejected(), loads.rejected()),
        ];
        self.text.push('\n');
        self.lines(&grid(Some(&["", "records", "debited", "loaded"]), rows.into_iter(), |column| column > 0));
        let refused = cleared.totals.mac2_failed;
        if refused.records > 0 {
            let Sum { records, money } = refused;
            let _ = writeln!(
                self.text,
                "\n  MAC2 refused by the PSAM: {records}, {money}. The money left the card all the same."
            );
        }
    }

    fn by_kind(&mut self, cleared: &Clearing) {
        let row = |(kind, sums): &(Option<RecordKind>, ByReason)| {
            let name = kind.map_or("none that there is", RecordKind::name).to_owned();
            let parts = [sums.of(Reason::Accepted), sums.of(Reason::Forwarded), sums.rejected()];
            let cells = parts.iter().flat_map(|sum| [count(sum.records), money(*sum)]);
            [name, sums.all().records.to_string()].into_iter().chain(cells).collect()
        };
        let header = ["", "records", "accepted", "amount", "forwarded", "amount", "rejected", "amount"];
        self.title("by kind");
        self.lines(&grid(Some(&header), cleared.totals.by_kind.iter().map(row), |column| column > 0));
    }

    fn by_reason(&mut self, cleared: &Clearing) {
        let Uploaded { debits, loads } = &cleared.totals.all;
        let row = |reason: &Reason| {
            let (debits, loads) = (debits.of(*reason), loads.of(*reason));
            let records = debits.records + loads.records;
            let words = [reason.code().unwrap_or_default(), reason.english(), reason.chinese()];
            let cells = [records.to_string(), money(debits), money(loads)];
            (records > 0).then(|| words.map(str::to_owned).into_iter().chain(cells).collect::<Vec<_>>())
        };
        let rows: Vec<_> = Reason::REJECTED.iter().filter_map(row).collect();
        if rows.is_empty() {
            return;
        }
        self.title("rejected, by reason");
        let header = ["", "", "", "records", "debits", "loads"];
        self.lines(&grid(Some(&header), rows.into_iter(), |column| column > 2));
        let greys = cleared.totals.greys.iter().zip(Done::ALL).filter(|(sum, _)| sum.records > 0);
        let greys: Vec<_> = greys
            .map(|(Sum { records, money }, done)| {
                let word = match done {
                    Done::Yes => "done",
                    Done::No => "not done",
                    Done::Unknown => "not known",
                };
                format!("{word} {records}, {money}")
            })
            .collect();
        if !greys.is_empty() {
            let _ = writeln!(self.text, "\n  of the grey ones: {}", greys.join("; "));
        }
    }

    fn by_terminal(&mut self, cleared: &Clearing) {
        let terminals = &cleared.totals.by_terminal;
        if terminals.is_empty() {
            return;
        }
        self.list("by terminal", amount(terminals.len()));
        let rows = terminals.iter().take(self.most).map(|(terminal, Uploaded { debits, loads })| {
            let both = |of: fn(&ByReason) -> u64| count(of(debits) + of(loads));
            vec![
                terminal.to_string(),
                both(|sums| sums.all().records),
                money(debits.of(Reason::Accepted)),
                money(loads.of(Reason::Accepted)),
                both(|sums| sums.of(Reason::Forwarded).records),
                both(|sums| sums.rejected().records),
            ]
        });
        let header = ["", "records", "debited", "loaded", "forwarded", "rejected"];
        let lines = grid(Some(&header), rows, |column| column > 0);
        self.lines(&lines);
    }

    fn rejected(&mut self, batch: &Batch, cleared: &Clearing) {
        let Uploaded { debits, loads } = &cleared.totals.all;
        let all = debits.rejected().records + loads.rejected().records;
        if all == 0 {
            return;
        }
        self.list("rejected", all);
        let (mut rows, mut below) = (Vec::new(), Vec::new());
        for (place, verdict) in cleared.rejected().take(self.most) {
            let record = batch.record(place);
            let reason = verdict.reason();
            rows.push(vec![
                batch.place(place),
                format!("{} {}", reason.code().unwrap_or_default(), reason.english()),
                record.pan.to_string(),
                record.card_seq.to_string(),
                record.terminal.to_string(),
                record.terminal_seq.to_string(),
                kind(&record),
                record.amount.to_string(),
                record.at.to_string(),
            ]);
            let told = told(batch, &record, verdict);
            below.push(told.map_or_else(String::new, |told| told.to_string()));
        }
        let header = ["", "reason", "card", "seq", "terminal", "seq", "kind", "amount", "time"];
        let lines = grid(Some(&header), rows.into_iter(), |column| [3, 5, 7].contains(&column));
        let (header, lines) = lines.split_first().map_or(("", &[][..]), |(header, lines)| (header, lines));
        let _ = writeln!(self.text, "  {header}");
        for (line, below) in lines.iter().zip(below) {
            let _ = writeln!(self.text, "  {line}\n      {below}");
        }
    }

    fn bad_lines(&mut self, batch: &Batch) {
        if batch.bad_count() == 0 {
            return;
        }
        self.list("bad lines", batch.bad_count());
        for bad in batch.bad().iter().take(self.most) {
            let _ = writeln!(self.text, "  {}:{}  {}", batch.file_of(bad), bad.row.line, bad.row.message);
            if let Some(help) = &bad.row.help {
                let _ = writeln!(self.text, "      help: {help}");
            }
        }
    }

    fn remarks(&mut self, batch: &Batch, cleared: &Clearing) {
        if cleared.remarks.is_empty() {
            return;
        }
        self.list("to be looked at", amount(cleared.remarks.len()));
        for remark in cleared.remarks.iter().take(self.most) {
            let record = batch.record(remark.place);
            let (place, pan, seq) = (batch.place(remark.place), record.pan, record.card_seq);
            let told = remarked(batch, remark);
            let _ = writeln!(self.text, "  {place}  card {pan}  sequence {seq}\n      {told}");
        }
    }

    fn missing(&mut self, cleared: &Clearing) {
        let missing = &cleared.missing;
        self.gaps("missing sequences of terminals", "terminal", &missing.terminals);
        self.gaps("missing offline sequences of cards", "card", &missing.debits);
        self.gaps("missing online sequences of cards", "card", &missing.loads);
    }

    fn gaps<T: Display>(&mut self, title: &str, whose: &str, gaps: &[Gaps<T>]) {
        const RANGES: usize = 8;
        if gaps.is_empty() {
            return;
        }
        self.list(title, amount(gaps.len()));
        for gaps in gaps.iter().take(self.most) {
            let mut ranges: Vec<String> = gaps.missing.iter().take(RANGES).map(range).collect();
            let more = gaps.missing.len().saturating_sub(RANGES);
            if more > 0 {
                ranges.push(format!("and {more} more"));
            }
            let plural = if gaps.count() == 1 { "" } else { "s" };
            let (of, ranges) = (&gaps.of, ranges.join(", "));
            let _ = writeln!(self.text, "  {whose} {of}  {} sequence{plural}: {ranges}", gaps.count());
        }
    }
}

fn range(range: &std::ops::RangeInclusive<u32>) -> String {
    if range.start() == range.end() {
        range.start().to_string()
    } else {
        format!("{} to {}", range.start(), range.end())
    }
}

/// A count, or a dash for none.
fn count(records: u64) -> String {
    if records == 0 { "-".to_owned() } else { records.to_string() }
}

/// The money of some records, or a dash for no record.
fn money(sum: Sum) -> String {
    if sum.records == 0 { "-".to_owned() } else { sum.money.to_string() }
}

fn amount(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The last line.
fn verdict(batch: &Batch, cleared: &Clearing) -> String {
    let Uploaded { debits, loads } = &cleared.totals.all;
    let of = |reason: Reason| debits.of(reason).records + loads.of(reason).records;
    let rejected = Reason::REJECTED.map(|reason| (reason.english(), of(reason)));
    let faults =
        rejected.into_iter().chain([("bad lines", batch.bad_count())]).filter(|(_, count)| *count > 0);
    let faults: Vec<_> = faults.map(|(name, count)| format!("{name} {count}")).collect();
    if faults.is_empty() {
        "nothing was rejected".to_owned()
    } else {
        format!("not as it should be: {}", faults.join(", "))
    }
}
